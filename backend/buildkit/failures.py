"""Errors as BuildKit tells them, and as gRPC carries them."""

from grpclib.const import Status
from grpclib.exceptions import GRPCError

from backend.builder.go_text import quote
from backend.builder.run_step import CommandFailedError
from backend.errors import (
    ConflictError,
    EngineError,
    ForbiddenError,
    InvalidParameterError,
    NotFoundError,
    NotSupportedError,
    UnauthorizedError,
    UnavailableError,
)

STATUS = {
    ConflictError: Status.ALREADY_EXISTS,
    ForbiddenError: Status.PERMISSION_DENIED,
    NotFoundError: Status.NOT_FOUND,
    NotSupportedError: Status.UNIMPLEMENTED,
    UnauthorizedError: Status.UNAUTHENTICATED,
    UnavailableError: Status.UNAVAILABLE,
}


def in_buildkits_words(error: EngineError) -> EngineError:
    """Return an error of the builder as BuildKit says it."""
    if isinstance(error, CommandFailedError):
        command = quote(" ".join(error.command))
        return InvalidParameterError(
            f"process {command} did not complete successfully: exit code: {error.exit_code}"
        )
    return error


def as_grpc(error: EngineError) -> GRPCError:
    """Return an error as a call answers it."""
    return GRPCError(STATUS.get(type(error), Status.UNKNOWN), error.message)
