"""The `filters` of image lists and prunes.

Source: Docker Engine API, `GET /images/json` and `POST /images/prune`; Go's `path.Match` for patterns.
"""

import re
from collections.abc import Callable, Mapping

from backend.errors import InvalidParameterError
from backend.images import reference
from backend.images.image import Image
from backend.moments import parse_moment, unix_time

LIST_FILTERS = frozenset({"dangling", "label", "before", "since", "reference", "until"})
PRUNE_FILTERS = frozenset({"dangling", "label", "label!", "until"})
TRUE, FALSE = (
    frozenset({"1", "true", "True", "TRUE", "t", "T"}),
    frozenset({"0", "false", "False", "FALSE", "f", "F"}),
)

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
    if (dangling := flag(filters, "dangling")) is not None:
        tests.append(lambda image: (not image.references) == dangling)
    for label in filters.get("label", ()):
        tests.append(lambda image, label=label: _has_label(image, label))  # type: ignore[misc]
    for label in filters.get("label!", ()):
        tests.append(lambda image, label=label: not _has_label(image, label))  # type: ignore[misc]
    for name in filters.get("before", ()):
        newest = unix_time(find(name).created)
        tests.append(lambda image, newest=newest: unix_time(image.created) < newest)  # type: ignore[misc]
    for name in filters.get("since", ()):
        oldest = unix_time(find(name).created)
        tests.append(lambda image, oldest=oldest: unix_time(image.created) > oldest)  # type: ignore[misc]
    for text in filters.get("until", ()):
        limit = parse_moment(text)
        tests.append(lambda image, limit=limit: unix_time(image.created) < limit)  # type: ignore[misc]
    if patterns := [_Pattern(text) for text in filters.get("reference", ())]:
        tests.append(
            lambda image: any(pattern.fits(name) for pattern in patterns for name in image.references)
        )
    return lambda image: all(test(image) for test in tests)


def reference_matcher(filters: Mapping[str, list[str]]) -> Callable[[str], bool]:
    """Return whether a name is listed: with a `reference` filter only those that fit."""
    patterns = [_Pattern(text) for text in filters.get("reference", ())]
    return lambda name: not patterns or any(pattern.fits(name) for pattern in patterns)


def flag(filters: Mapping[str, list[str]], name: str) -> bool | None:
    """Return a truth value among the filters, or None. Raises InvalidParameterError."""
    values = set(filters.get(name, ()))
    if not values:
        return None
    if values <= TRUE:
        return True
    if values <= FALSE:
        return False
    raise InvalidParameterError(f"invalid filter '{name}=[{' '.join(sorted(values))}]'")


def _has_label(image: Image, wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in image.labels and (not equals or image.labels[key] == value)


class _Pattern:
    """A `reference` filter: `*` and `?` stop at slashes; without a tag all tags fit."""

    def __init__(self, text: str) -> None:
        self._expression = re.compile(_translated(text))

    def fits(self, name: str) -> bool:
        parsed = reference.parse(name)
        return any(
            self._expression.fullmatch(form)
            for form in (parsed.familiar, parsed.familiar_name, str(parsed), parsed.name)
        )


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
            raise InvalidParameterError(f"invalid filter 'reference={pattern}': syntax error in pattern")
        else:
            result += re.escape(character)
    try:
        re.compile(result)
    except re.error as error:
        raise InvalidParameterError(
            f"invalid filter 'reference={pattern}': syntax error in pattern"
        ) from error
    return result
