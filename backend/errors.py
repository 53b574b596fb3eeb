"""The kinds of failure that the engine reports; the HTTP edge alone turns them into status codes."""


class EngineError(Exception):
    """A failure whose message is meant for the caller; each subclass is one kind."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidParameterError(EngineError):
    """The request makes no sense: bad reference, wrong type, missing field, impossible value."""


class UnauthorizedError(EngineError):
    """A registry wants other credentials."""


class ForbiddenError(EngineError):
    """Understood, and refused on principle."""


class NotFoundError(EngineError):
    """The image, container, network, volume or exec named does not exist."""


class ConflictError(EngineError):
    """The state of an object forbids the request: name taken, in use, already running."""


class NotModifiedError(EngineError):
    """The object already is in the state asked for."""


class NotSupportedError(EngineError):
    """Part of the Docker API, but not something this engine does."""


class UnavailableError(EngineError):
    """Something that the engine depends on does not answer now; the same request may work later."""


class SystemFailureError(EngineError):
    """Something broke below the engine: runtime, kernel, disk."""
