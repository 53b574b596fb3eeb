"""Points in time and durations, as people give them to filters and as Docker writes them.

Source: Docker Engine API, `until` of the prune calls; Go's time.ParseDuration.
"""

import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from backend.errors import InvalidParameterError

UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
LAST_SECOND = 2**63 - 1  # of Go's times
DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:h|ms|us|µs|ns|m|s))+")


def unix_time(text: str) -> int:
    """Return an RFC 3339 time in whole Unix seconds; 0 for a missing or odd one, as in images of others."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def unix_nanoseconds(text: str) -> int:
    """Return an RFC 3339 time in Unix nanoseconds; 0 for a missing or odd one."""
    fraction = re.search(r"\.(\d{1,9})", text)
    return unix_time(text) * 1_000_000_000 + (int(fraction[1].ljust(9, "0")) if fraction else 0)


def unix_seconds(text: str) -> float:
    """Return the Unix time of one of our time stamps."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def moment_text(nanoseconds: int) -> str:
    """Return a Unix time in nanoseconds as Docker writes times, "" for 0."""
    if not nanoseconds:
        return ""
    moment, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def go_duration(seconds: float) -> str:
    """Return a duration as Go prints it: "1.5s", "2m0s", "500ms"."""
    if not seconds:
        return "0s"
    if seconds < 1:
        unit = next(name for name in ("ms", "µs", "ns") if seconds >= UNITS[name] or name == "ns")
        return f"{seconds / UNITS[unit]:.6f}".rstrip("0").rstrip(".") + unit
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    tail = f"{rest:.9f}".rstrip("0").rstrip(".") + "s"
    return f"{hours}h{minutes}m{tail}" if hours else f"{minutes}m{tail}" if minutes else tail


def parse_moment(text: str) -> float:
    """Return Unix seconds from a Unix time, an RFC 3339 time, or a Go duration before now ("1h30m").

    Raises InvalidParameterError.
    """
    if re.fullmatch(r"\d+(\.\d+)?", text):
        if float(text) > LAST_SECOND:
            raise InvalidParameterError(f'failed to parse value as time or duration: "{text}"')
        return float(text)
    if DURATION.fullmatch(text):
        parts = re.findall(r"(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s)", text)
        return time.time() - sum(float(count) * UNITS[unit] for count, unit in parts)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidParameterError(f'failed to parse value as time or duration: "{text}"') from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def prune_limit(values: Sequence[str]) -> float:
    """Return the Unix time that a prune's `until` means: without one all that there is is older.

    Raises InvalidParameterError.
    """
    if len(values) > 1:
        raise InvalidParameterError("more than one until filter specified")
    return parse_moment(values[0]) if values else float("inf")


def whole_seconds_text(seconds: int) -> str:
    """Return a Unix time as Go writes one that has no fraction; that of 0 is a time, too."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}Z"
