"""Which volumes a list or prune means. Source: Docker Engine API, `GET /volumes`, `POST /volumes/prune`."""

from collections.abc import Callable, Mapping, Sequence

from backend.errors import InvalidParameterError
from backend.volumes.volume import Volume

LIST_FILTERS = frozenset({"dangling", "driver", "label", "name"})
PRUNE_FILTERS = frozenset({"all", "label", "label!"})


def matches(volume: Volume, filters: Mapping[str, Sequence[str]], in_use: Callable[[str], object]) -> bool:
    """Return whether a volume passes a list's filters: any value of a filter, all filters (labels: all)."""
    return all(_passes(volume, name, values, in_use) for name, values in filters.items() if values)


def _passes(volume: Volume, name: str, values: Sequence[str], in_use: Callable[[str], object]) -> bool:
    if name == "name":
        return any(value in volume.name for value in values)
    if name == "driver":
        return "local" in values
    if name == "label":
        return all(_has_label(volume, value) for value in values)
    return truth_of("dangling", values) is not bool(in_use(volume.name))


def is_pruned(volume: Volume, filters: Mapping[str, Sequence[str]]) -> bool:
    """Return whether a prune means a volume that nobody uses: anonymous ones, with `all` also named ones."""
    if volume.options:
        return False  # what is mounted there is not ours
    if not volume.anonymous and not truth_of("all", filters.get("all") or ["false"]):
        return False
    if any(_has_label(volume, value) for value in filters.get("label!", ())):
        return False
    return all(_has_label(volume, value) for value in filters.get("label", ()))


def truth_of(name: str, values: Sequence[str]) -> bool:
    """Return the one truth value of a filter. Raises InvalidParameterError."""
    words = {"1": True, "true": True, "0": False, "false": False}
    found = {words.get(value.lower()) for value in values}
    if len(found) != 1 or None in found:
        raise InvalidParameterError(f"invalid filter '{name}=[{' '.join(values)}]'")
    return found == {True}


def _has_label(volume: Volume, wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in volume.labels and (not equals or volume.labels[key] == value)
