"""Signals by name or number.

Source: Docker Engine API, `POST /containers/{id}/kill`; signal(7).
"""

import signal

from backend.errors import InvalidParameterError

HIGHEST = 64


def parse_signal(text: str) -> int:
    """Return 15 for "SIGTERM", "TERM", "term" or "15". Raises InvalidParameterError in Docker's words."""
    if text.isascii() and text.isdigit():
        number = int(text[:9])
        if 1 <= number <= HIGHEST:
            return number
        if number == 0:
            raise InvalidParameterError(f"invalid signal: {text[:40]}")
        raise InvalidParameterError(f"the linux daemon does not support signal {text[:40]}")
    name = text.upper().removeprefix("SIG")
    base, plus, offset = name.partition("+")
    if plus and base == "RTMIN" and offset.isdigit() and int(offset) <= HIGHEST - 34:
        return 34 + int(offset)
    try:
        return int(signal.Signals[f"SIG{name}"])
    except KeyError as error:
        raise InvalidParameterError(f"invalid signal: {text[:40]}") from error
