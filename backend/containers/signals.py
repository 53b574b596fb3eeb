"""Signals by name or number.

Source: Docker Engine API, `POST /containers/{id}/kill`; signal(7).
"""

import re
import signal

from backend.errors import InvalidParameterError

HIGHEST = 64
NUMBER = re.compile(r"[+-]?[0-9]{1,18}\Z", re.ASCII)
NUMBERS = (
    {name.removeprefix("SIG"): int(number) for name, number in signal.Signals.__members__.items()}
    | {f"RTMIN+{step}": 34 + step for step in range(1, 16)}
    | {f"RTMAX-{step}": HIGHEST - step for step in range(1, 15)}
)


def parse_signal(text: str) -> int:
    """Return 15 for "SIGTERM", "TERM", "term" or "15"; like Docker it takes numbers that are no signal.

    Raises InvalidParameterError in Docker's words.
    """
    number = int(text) if NUMBER.match(text) else NUMBERS.get(text.upper().removeprefix("SIG"))
    if not number:
        raise InvalidParameterError(f"invalid signal: {text[:40]}")
    return number


def exists(number: int) -> bool:
    """Return whether this system has a signal of this number."""
    return 1 <= number <= HIGHEST


def check_exists(number: int) -> None:
    """Raise InvalidParameterError, in Docker's words, for a number that is no signal."""
    if not exists(number):
        raise InvalidParameterError(f"the linux daemon does not support signal {number}")
