"""Makes a plain sentence with advice out of every failure of the services."""

from collections.abc import Callable

from app.services.engine.engine_refusals import VAGUE, explain_refusal
from app.services.errors import (
    BadAnswerError,
    CancelledError,
    ConnectionLostError,
    EngineRequestError,
    EngineTimeoutError,
    EngineUnreachableError,
    ErrorCode,
    Task,
    UserError,
)

__all__ = ["VAGUE", "explain"]

_START_ADVICE = "Start it with `marina start` or the Start button, and try again."


def explain(error: BaseException, subject: str = "", task: Task = Task.OTHER) -> UserError:
    """Return the sentence for any failure of the services; `subject` is the image or container worked on."""
    if isinstance(error, UserError):
        return error
    if isinstance(error, EngineRequestError):
        return explain_refusal(error, subject, task)
    known: dict[type[BaseException], Callable[[], UserError]] = {
        EngineUnreachableError: lambda: UserError(
            "The engine is not running", str(error), _START_ADVICE, ErrorCode.ENGINE_NOT_RUNNING
        ),
        EngineTimeoutError: lambda: UserError(
            "The engine does not answer",
            str(error),
            "It may be very busy. Wait a little; if it stays so, restart the engine (`marina restart`).",
            ErrorCode.ENGINE_TIMEOUT,
        ),
        ConnectionLostError: lambda: UserError(
            f"The download of {subject} was interrupted" if task is Task.PULL else "The connection broke",
            str(error),
            "Try again: layers that are complete are kept."
            if task is Task.PULL
            else "Try again. If the engine has stopped, start it with `marina start`.",
            ErrorCode.PULL_INTERRUPTED if task is Task.PULL else ErrorCode.CONNECTION_LOST,
        ),
        BadAnswerError: lambda: UserError(
            "The engine's answer makes no sense",
            str(error),
            "Check that the socket belongs to a Docker-compatible engine; restart the engine if it does.",
            ErrorCode.BAD_ANSWER,
        ),
        CancelledError: lambda: UserError("Cancelled", code=ErrorCode.CANCELLED),
    }
    for kind, sentence in known.items():
        if isinstance(error, kind):
            return sentence()
    return UserError("Something went wrong", f"{type(error).__name__}: {error}")
