"""Which volumes a list or prune means. Source: Docker Engine API, `GET /volumes`, `POST /volumes/prune`."""

from collections.abc import Callable, Mapping, Sequence

from backend.errors import InvalidParameterError
from backend.patterns import FALSE_WORDS, TRUE_WORDS, fits_pattern
from backend.volumes.volume import Volume

LIST_FILTERS = frozenset({"dangling", "driver", "label", "name"})
PRUNE_FILTERS = frozenset({"all", "label", "label!"})


def matches(volume: Volume, filters: Mapping[str, Sequence[str]], in_use: Callable[[str], object]) -> bool:
    """Return whether a volume passes a list's filters: any value of a filter, all filters (labels: all)."""
    return all(_passes(volume, name, values, in_use) for name, values in filters.items() if values)


def _passes(volume: Volume, name: str, values: Sequence[str], in_use: Callable[[str], object]) -> bool:
    if name == "name":
        return any(fits_pattern(value, volume.name) for value in values)
    if name == "driver":
        return "local" in values
    if name == "label":
        return all(_has_label(volume, value) for value in values)
    return truth_of("dangling", values) is not bool(in_use(volume.name))


def is_pruned(volume: Volume, filters: Mapping[str, Sequence[str]]) -> bool:
    """Return whether a prune means a volume that nobody uses: anonymous ones, with `all` also named ones."""
    if volume.options:
        return False  # what is mounted there is not ours
    if not volume.anonymous and not means_everything(filters):
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


def means_everything(filters: Mapping[str, Sequence[str]]) -> bool:
    """Return a prune's `all`: whether named volumes are meant too. Raises InvalidParameterError."""
    values = filters.get("all") or ()
    if len(values) > 1:
        raise InvalidParameterError(f"invalid filter 'all=[{' '.join(values)}]': only one value is expected")
    if values and values[0] not in TRUE_WORDS | FALSE_WORDS:
        raise InvalidParameterError(
            f"invalid filter 'all': strconv.ParseBool: parsing \"{values[0]}\": invalid syntax"
        )
    return bool(values) and values[0] in TRUE_WORDS


def _has_label(volume: Volume, wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in volume.labels and (not equals or volume.labels[key] == value)
