"""Lengths of time as Go writes and reads them: `1m30s`, `500ms`."""

import re

from backend.builder.dockerfile.go_text import quote
from backend.errors import InvalidParameterError

UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_PART = re.compile(r"(\d+\.?\d*|\.\d+)([^\d.]*)", re.ASCII)


def parse(text: str) -> int:
    """Return nanoseconds. Raises InvalidParameterError in Go's words."""
    sign = -1 if text.startswith("-") else 1
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return 0
    total, position = 0.0, 0
    while position < len(rest) or not rest:
        match = _PART.match(rest, position)
        if match is None:
            raise InvalidParameterError(f"time: invalid duration {quote(text)}")
        if not match[2]:
            raise InvalidParameterError(f"time: missing unit in duration {quote(text)}")
        if match[2] not in UNITS:
            raise InvalidParameterError(f"time: unknown unit {quote(match[2])} in duration {quote(text)}")
        total += float(match[1]) * UNITS[match[2]]
        position = match.end()
    if total >= 2**63:
        raise InvalidParameterError(f"time: invalid duration {quote(text)}")
    return sign * round(total)


def show(nanoseconds: int) -> str:
    """Return a duration as Go prints it: `1m30s`, `5s`, `1.5ms`."""
    if nanoseconds < 0:
        return "-" + show(-nanoseconds)
    if nanoseconds == 0:
        return "0s"
    if nanoseconds < 10**9:
        for unit, size in (("ns", 1), ("µs", 1_000), ("ms", 1_000_000)):
            if nanoseconds < size * 1000:
                return f"{_decimal(nanoseconds, size)}{unit}"
    hours, rest = divmod(nanoseconds, 3600 * 10**9)
    minutes, rest = divmod(rest, 60 * 10**9)
    seconds = f"{_decimal(rest, 10**9)}s"
    if hours:
        return f"{hours}h{minutes}m{seconds}"
    return f"{minutes}m{seconds}" if minutes else seconds


def _decimal(value: int, unit: int) -> str:
    whole, rest = divmod(value, unit)
    digits = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)
