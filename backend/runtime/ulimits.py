"""The limits of a process that a container may be given."""

from collections.abc import Mapping
from typing import Any

from backend.errors import InvalidParameterError

ULIMITS = frozenset(
    [
        "core",
        "cpu",
        "data",
        "fsize",
        "locks",
        "memlock",
        "msgqueue",
        "nice",
        "nofile",
        "nproc",
        "rss",
        "rtprio",
    ]
    + ["rttime", "sigpending", "stack", "as"]
)


def check_ulimit(limit: Mapping[str, Any]) -> None:
    """Check a limit in Docker's form. Raises InvalidParameterError in Docker's words."""
    name, soft, hard = limit.get("Name"), limit.get("Soft", 0), limit.get("Hard", 0)
    if not isinstance(name, str) or any(not isinstance(v, int) or isinstance(v, bool) for v in (soft, hard)):
        raise InvalidParameterError("invalid JSON: Ulimits must hold Name, Soft and Hard")
    if name not in ULIMITS:
        raise InvalidParameterError(f"invalid ulimit type: {name}")
    if hard != -1 and (soft > hard or soft == -1):
        raise InvalidParameterError(
            f"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}"
        )
