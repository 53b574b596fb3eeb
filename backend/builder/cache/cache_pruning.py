"""Removing folders that `RUN --mount=type=cache` keeps.

Source: Docker Engine API, `POST /build/prune`; dockerd's `toBuildkitPruneInfo`, whose texts clients know.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence

from backend.builder.cache.cache_mounts import CacheMounts, CacheUsage
from backend.builder.dockerfile.go_text import quote
from backend.errors import ConflictError, InvalidParameterError
from backend.moments import parse_moment

AGES = ("until", "unused-for")  # the second one is the older name
FIELDS: Mapping[str, Callable[[CacheUsage, str], bool]] = {
    "label": lambda usage, value: False,  # these caches have none
    "label!": lambda usage, value: True,
    "id": lambda usage, value: usage.record.key.startswith(value),
    "parent": lambda usage, value: False,
    "type": lambda usage, value: value == "exec.cachemount",
    "description": lambda usage, value: value in usage.record.description,
    "inuse": lambda usage, value: usage.in_use is (value != "false"),
    "shared": lambda usage, value: value == "false",
    "private": lambda usage, value: value != "false",
}


def read_unwanted(
    filters: Mapping[str, Sequence[str]], keep_duration: int = 0
) -> Callable[[CacheUsage], bool]:
    """Return what tells the caches that filters mean, and that were not used for `keep_duration` nanoseconds.

    Raises InvalidParameterError.
    """
    try:
        for name in filters:
            if name not in FIELDS and name not in AGES:
                raise InvalidParameterError(f"invalid filter '{name}'")
        before = _oldest_kept(filters)
    except InvalidParameterError as error:
        raise InvalidParameterError(f"failed to prune build cache: {error.message}") from error

    if keep_duration > 0:
        unused_since = time.time_ns() - keep_duration
        before = unused_since if before is None else min(before, unused_since)

    def is_unwanted(usage: CacheUsage) -> bool:
        if before is not None and usage.record.last_used > before:
            return False
        return all(
            any(fits(usage, value) for value in filters[name])
            for name, fits in FIELDS.items()
            if filters.get(name)
        )

    return is_unwanted


def _oldest_kept(filters: Mapping[str, Sequence[str]]) -> float | None:
    """Return the Unix nanoseconds since when a cache that was used stays."""
    if all(filters.get(name) for name in AGES):
        raise InvalidParameterError("conflicting filters: until and unused-for")
    values = [value for name in AGES for value in filters.get(name, ())]
    if not values:
        return None
    if len(values) > 1:
        raise InvalidParameterError("filters expect only one value")
    (value,) = values
    if re.fullmatch(r"[-+]?0", value):
        return time.time_ns()
    try:
        return parse_moment(value) * 1e9
    except InvalidParameterError as error:
        name = next(name for name in AGES if filters.get(name))
        raise InvalidParameterError(
            f"{quote(name)} filter expects a duration (e.g., '24h') or a timestamp: {error.message}"
        ) from error


async def prune(
    caches: CacheMounts, unwanted: Callable[[CacheUsage], bool], keep_bytes: int
) -> tuple[list[str], int]:
    """Remove the unwanted caches that no build uses, those used last staying while they fit `keep_bytes`.

    Returns their ids and the bytes freed. Raises ConflictError when another prune is under way.
    """
    if caches.pruning.locked():
        raise ConflictError("a prune operation is already running")
    async with caches.pruning:
        await caches.sweep()
        removed: list[str] = []
        kept = freed = 0
        for usage in await caches.usage():
            if not unwanted(usage) or usage.in_use or kept + usage.size <= keep_bytes:
                kept += usage.size
            elif await caches.remove(usage.record.key):
                removed.append(usage.record.key)
                freed += usage.size
        return removed, freed
