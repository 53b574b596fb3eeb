"""What can go wrong in the services; `explain.explain` makes sentences of it."""

from enum import StrEnum


class ErrorCode(StrEnum):
    """What kind of failure it is, so that a window can put the right button beside the sentence."""

    ENGINE_NOT_RUNNING = "engine-not-running"
    ENGINE_TIMEOUT = "engine-timeout"
    CONNECTION_LOST = "connection-lost"
    BAD_ANSWER = "bad-answer"
    MACHINE_FAILED = "machine-failed"
    CANCELLED = "cancelled"
    PORT_TAKEN = "port-taken"
    PORT_PRIVILEGED = "port-privileged"
    NAME_TAKEN = "name-taken"
    IMAGE_NOT_FOUND = "image-not-found"
    IMAGE_IN_USE = "image-in-use"
    CONTAINER_NOT_FOUND = "container-not-found"
    CONTAINER_RUNNING = "container-running"
    NOT_RUNNING = "not-running"
    COMMAND_NOT_FOUND = "command-not-found"
    COMMAND_NOT_EXECUTABLE = "command-not-executable"
    PULL_NOT_FOUND = "pull-not-found"
    PULL_NEEDS_SIGN_IN = "pull-needs-sign-in"
    PULL_RATE_LIMIT = "pull-rate-limit"
    PULL_NO_NETWORK = "pull-no-network"
    PULL_TLS = "pull-tls"
    PULL_WRONG_PLATFORM = "pull-wrong-platform"
    PULL_INTERRUPTED = "pull-interrupted"
    DISK_FULL = "disk-full"
    BAD_REFERENCE = "bad-reference"
    NOT_OFFERED = "not-offered"  # this engine has no such call
    BAD_INPUT = "bad-input"
    OTHER = "other"


class MarinaError(Exception):
    """Every failure that the services raise on purpose."""


class EngineRequestError(MarinaError):
    """The engine refused: HTTP `status` (0 for a failure told inside a stream) and its own words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class EngineUnreachableError(MarinaError):
    """Nobody answers at the engine's socket."""


class EngineTimeoutError(MarinaError):
    """The engine took the request and did not answer in time."""


class ConnectionLostError(MarinaError):
    """The connection broke in the middle of an answer."""


class BadAnswerError(MarinaError):
    """The engine's answer is not what the Docker API promises."""


class CancelledError(MarinaError):
    """The caller cancelled the work."""


class UserError(MarinaError):
    """A failure to be shown: what happened, the evidence, and what to do about it."""

    def __init__(
        self, summary: str, details: str = "", what_to_do: str = "", code: ErrorCode = ErrorCode.OTHER
    ) -> None:
        super().__init__(summary)
        self.summary = summary
        self.details = details
        self.what_to_do = what_to_do
        self.code = code


class Task(StrEnum):
    """What was being done when it failed: the same words of an engine mean different things for each."""

    PULL = "pull"
    PUSH = "push"
    RUN = "run"
    OTHER = "other"
