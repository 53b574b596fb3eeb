"""Errors as BuildKit tells them, and as gRPC carries them: with the lines of the Dockerfile that they mean.

Source: BuildKit's `solver/errdefs` and `util/grpcerrors`; clients print the lines around them.
"""

import base64
import json
import re

from grpclib.const import Status
from grpclib.exceptions import GRPCError

from backend.builder.copy.copy_step import RemoteFileError, SourcesMissingError
from backend.builder.dockerfile.go_text import quote
from backend.builder.dockerfile.instruction_parser import UnreadableError
from backend.builder.progress.progress import Step
from backend.builder.run.run_step import CommandFailedError, NotStartedError
from backend.errors import (
    ConflictError,
    EngineError,
    ForbiddenError,
    InvalidParameterError,
    NotFoundError,
    UnauthorizedError,
    UnavailableError,
)

STATUS = {
    ConflictError: Status.ALREADY_EXISTS,
    ForbiddenError: Status.PERMISSION_DENIED,
    NotFoundError: Status.NOT_FOUND,
    UnauthorizedError: Status.UNAUTHENTICATED,
    UnavailableError: Status.UNAVAILABLE,
}
SOURCE = "github.com/moby/buildkit/errdefs.Source+json"
MOST_SHOWN = 256 * 1024  # bytes of a Dockerfile that go along with an error
SHIM = "failed to create task for container: failed to create shim task: OCI runtime create failed: "
LINE = re.compile(r"on line (\d+)")


class LocatedError(EngineError):
    """An error that is about lines of a Dockerfile; `status` is its kind."""

    def __init__(self, error: EngineError, filename: str, dockerfile: str, first: int, last: int) -> None:
        super().__init__(error.message)
        self.status = STATUS.get(type(error), Status.UNKNOWN)
        data = dockerfile.encode(errors="replace")
        self.details: list[tuple[str, bytes]] = []
        if first and 0 < len(data) <= MOST_SHOWN:
            info = {"filename": filename, "data": base64.b64encode(data).decode(), "language": "Dockerfile"}
            place = {"start": {"line": first}, "end": {"line": last}}
            self.details.append((SOURCE, json.dumps({"info": info, "ranges": [place]}).encode()))


def located(error: EngineError, filename: str, dockerfile: str, step: Step | None) -> EngineError:
    """Return an error of a build with what it is about: a step, or a line that it names."""
    if step is not None:
        first, last = step.line, step.last_line
    else:
        found = LINE.search(error.message)
        first = last = int(found[1]) if found and len(found[1]) < 8 else 0
        if isinstance(error, UnreadableError):
            first = last = error.line
    return LocatedError(in_buildkits_words(error), filename, dockerfile, first, last)


def in_buildkits_words(error: EngineError) -> EngineError:
    """Return an error of the builder as BuildKit says it."""
    if isinstance(error, CommandFailedError):
        command = quote(" ".join(error.command))
        return InvalidParameterError(
            f"process {command} did not complete successfully: exit code: {error.exit_code}"
        )
    if isinstance(error, NotStartedError):
        reason = error.message.removeprefix(SHIM).removesuffix(": unknown")
        command = quote(" ".join(error.command))
        return InvalidParameterError(f"process {command} did not complete successfully: {reason}")
    if isinstance(error, UnreadableError):
        return InvalidParameterError(error.reason)
    if isinstance(error, RemoteFileError):
        return InvalidParameterError(f"failed to load cache key: {error.reason}")
    if isinstance(error, SourcesMissingError):
        return InvalidParameterError(f'failed to compute cache key: "/{error.path}": not found')
    return error


def as_grpc(error: EngineError) -> GRPCError:
    """Return an error as a call answers it."""
    if isinstance(error, LocatedError):
        return GRPCError(error.status, error.message, error.details or None)
    return GRPCError(STATUS.get(type(error), Status.UNKNOWN), error.message)
