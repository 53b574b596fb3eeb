"""The `filters` of image lists and prunes.

Source: Docker Engine API, `GET /images/json` and `POST /images/prune`; Go's `path.Match` for patterns.
"""

import re
from collections.abc import Callable, Mapping

from backend.errors import InvalidParameterError
from backend.go_expressions import BadExpressionError, compiled
from backend.images import reference
from backend.images.image import Image
from backend.moments import parse_moment, unix_nanoseconds
from backend.patterns import FALSE_WORDS, TRUE_WORDS

LIST_FILTERS = frozenset({"dangling", "label", "before", "since", "reference", "until"})
PRUNE_FILTERS = frozenset({"dangling", "label", "label!", "until"})

Find = Callable[[str], Image]


def check_names(filters: Mapping[str, list[str]], known: frozenset[str]) -> None:
    """Raise InvalidParameterError for a filter that does not exist."""
    if unknown := set(filters) - known:
        raise InvalidParameterError(f"invalid filter '{min(unknown)}'")


def matcher(filters: Mapping[str, list[str]], find: Find) -> Callable[[Image], bool]:
    """Return whether an image passes all filters; patterns and times are checked now, not per image.

    Raises InvalidParameterError, and NotFoundError for an unknown image in `before` or `since`.
    """
    tests: list[Callable[[Image], bool]] = []
    for label in filters.get("label", ()):
        tests.append(lambda image, label=label: _has_label(image, label))  # type: ignore[misc]
    if unwanted := filters.get("label!"):  # as with dockerd it takes all of them to spare an image
        tests.append(lambda image: not all(_has_label(image, label) for label in unwanted))
    for name in filters.get("before", ()):
        newest = unix_nanoseconds(find(name).created)
        tests.append(lambda image, newest=newest: _moment(image) < newest)  # type: ignore[misc]
    for name in filters.get("since", ()):
        oldest = unix_nanoseconds(find(name).created)
        tests.append(lambda image, oldest=oldest: _moment(image) > oldest)  # type: ignore[misc]
    for text in filters.get("until", ()):
        limit = int(parse_moment(text) * 1e9)
        tests.append(lambda image, limit=limit: _moment(image) < limit)  # type: ignore[misc]
    if patterns := [_Pattern(text) for text in filters.get("reference", ())]:
        tests.append(
            lambda image: any(pattern.fits(name) for pattern in patterns for name in image.references)
        )
    return lambda image: all(test(image) for test in tests)


def reference_matcher(filters: Mapping[str, list[str]]) -> Callable[[str], bool]:
    """Return whether a name is listed: with a `reference` filter only those that fit."""
    patterns = [_Pattern(text) for text in filters.get("reference", ())]
    return lambda name: not patterns or any(pattern.fits(name) for pattern in patterns)


def has_dangling(image: Image, wanted: bool | None) -> bool:
    """Return whether an image passes `dangling`: without a tag for true, with any name for false."""
    if wanted is None:
        return True
    return bool(image.references) if not wanted else all("@" in name for name in image.references)


def flag(filters: Mapping[str, list[str]], name: str) -> bool | None:
    """Return a truth value among the filters, or None. Raises InvalidParameterError."""
    values = set(filters.get(name, ()))
    if not values:
        return None
    if values <= TRUE_WORDS:
        return True
    if values <= FALSE_WORDS:
        return False
    raise InvalidParameterError(f"invalid filter '{name}=[{' '.join(sorted(values))}]'")


def _moment(image: Image) -> int:
    return unix_nanoseconds(image.created)


def _has_label(image: Image, wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in image.labels and (not equals or image.labels[key] == value)


class _Pattern:
    """A `reference` filter: `*` and `?` stop at slashes; without a tag all tags fit."""

    def __init__(self, text: str) -> None:
        try:
            self._fits = compiled(f"^{_translated(text)}$")
        except BadExpressionError as error:
            raise InvalidParameterError("syntax error in pattern") from error

    def fits(self, name: str) -> bool:
        parsed = reference.parse(name)
        return any(self._fits(form) for form in (parsed.familiar, parsed.familiar_name))


def _translated(pattern: str) -> str:
    result = ""
    position = 0
    while position < len(pattern):
        character = pattern[position]
        position += 1
        if character == "*":
            result += "[^/]*"
        elif character == "?":
            result += "[^/]"
        elif character == "[" and (end := pattern.find("]", position + 1)) > 0:
            inside = pattern[position:end].replace("\\", "\\\\").replace("[", "\\[")
            result += f"[{inside}]"
            position = end + 1
        elif character == "\\" and position < len(pattern):
            result += re.escape(pattern[position])
            position += 1
        elif character == "[":
            raise InvalidParameterError("syntax error in pattern")
        else:
            result += re.escape(character)
    return result
