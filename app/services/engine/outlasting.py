"""Work of several calls that must not stay half done: it outlasts an engine that dies and starts again."""

import time
from collections.abc import Callable
from typing import TypeVar

from app.services.errors import (
    ConnectionLostError,
    EngineRequestError,
    EngineUnreachableError,
    MarinaError,
)

Answer = TypeVar("Answer")

PATIENCE = 30.0
"""Seconds for an engine to be there again. The machine starts one that has died at once."""

_PAUSE = 0.2
_NOT_THERE = 503  # what the machine answers for an engine that has not come back


def outlast(
    call: Callable[[], Answer], patience: float = PATIENCE, is_given_up: Callable[[], bool] = lambda: False
) -> Answer:
    """Return what `call` does, made again when the engine was lost meanwhile.

    It may have been carried out the first time, so it must do no harm a second time. Raises what `call` does,
    and what says that the engine is lost once it has been for `patience` seconds, or nobody waits any more.
    """
    end = time.monotonic() + patience
    while True:
        try:
            return call()
        except MarinaError as error:
            if not is_lost(error) or time.monotonic() >= end or is_given_up():
                raise
        time.sleep(_PAUSE)


def is_lost(error: Exception) -> bool:
    """Return whether the engine itself was lost, and not something refused."""
    if isinstance(error, EngineRequestError):
        return error.status == _NOT_THERE
    return isinstance(error, EngineUnreachableError | ConnectionLostError)
