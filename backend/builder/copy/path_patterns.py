"""Patterns of paths: those of .dockerignore, and the wildcards of COPY and ADD.

Sources: Dockerfile reference, ".dockerignore file"; moby/patternmatcher; Go's path/filepath.Match.
"""

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend.builder.dockerfile.go_text import SPACES
from backend.errors import InvalidParameterError
from backend.go_expressions import BadExpressionError, compiled

MAX_PATTERN = 4096  # characters
STAR, ANY_FOLDERS, ANYTHING = "[^/]*", "(?:.*/)?", ".*"
NOTHING = "[^\0-\U0010ffff]"
MOST_STEPS = 10**7
"""Of Python's own matcher, for one path: a fraction of a second."""


class PathExpression:
    """What paths fit a pattern; no pattern of a stranger makes the answer take long."""

    def __init__(self, parts: Sequence[str]) -> None:
        """`parts` are regular expressions. Raises BadExpressionError for too many of them."""
        text = "".join(parts)
        self._wildcards = sum(part in (STAR, ANY_FOLDERS, ANYTHING) for part in parts)
        self._swift = re.compile(text, re.DOTALL)
        self._steady = compiled(f"(?s)\\A(?:{text})\\z") if self._wildcards > 1 else None

    def fits(self, path: str) -> bool:
        """Return whether the whole path fits."""
        # Python's matcher is swift, but may try every way to share a path among the wildcards.
        if self._steady is None or len(path) ** self._wildcards <= MOST_STEPS:
            return self._swift.fullmatch(path) is not None
        return self._steady(path)


@dataclass(frozen=True, slots=True)
class IgnorePattern:
    """One line of a .dockerignore; an `exception` takes back what lines above it have excluded."""

    expression: PathExpression
    exception: bool


def read_ignore_file(text: str) -> list[IgnorePattern]:
    """Return the patterns of a .dockerignore. Raises InvalidParameterError for a malformed one."""
    return _patterns(ignore_lines(text))


def read_patterns(lines: Iterable[str]) -> list[IgnorePattern]:
    """Return patterns that are written as in a .dockerignore. Raises InvalidParameterError."""
    return _patterns(_clean_lines(lines))


def _patterns(lines: Iterable[str]) -> list[IgnorePattern]:
    return [IgnorePattern(_ignore_expression(line.removeprefix("!")), line.startswith("!")) for line in lines]


def ignore_lines(text: str) -> list[str]:
    """Return the lines of a .dockerignore in their clean form, `!` before exceptions.

    Raises InvalidParameterError for an exception of nothing.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    return _clean_lines(line for line in lines if not line.startswith("#"))


def _clean_lines(raw_lines: Iterable[str]) -> list[str]:
    lines: list[str] = []
    for raw in raw_lines:
        line = raw.strip(SPACES)
        mark = "!" if line.startswith("!") else ""
        pattern = line.removeprefix("!").strip(SPACES) if mark else line
        if not pattern:
            if mark:
                raise InvalidParameterError('illegal exclusion pattern: "!"')
            continue
        pattern = clean(pattern)
        if len(pattern) > 1:
            pattern = pattern.removeprefix("/")
        lines.append(f"{mark}{pattern}")
    return lines


def excludes(patterns: Sequence[IgnorePattern], path: str) -> bool:
    """Return whether the patterns exclude a path or a folder above it; the last one that fits decides."""
    parts = path.split("/")
    candidates = [path, *("/".join(parts[:depth]) for depth in range(1, len(parts)))]
    excluded = False
    for pattern in patterns:
        if pattern.exception == excluded and any(
            pattern.expression.fits(candidate) for candidate in candidates
        ):
            excluded = not pattern.exception
    return excluded


def clean(path: str) -> str:
    """Return a path without `.`, `..` where there is something to go back from, and doubled slashes."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def _ignore_expression(pattern: str) -> PathExpression:
    parts: list[str] = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        position += 1
        if character == "*" and pattern.startswith("*", position):
            position += 1
            if pattern.startswith("/", position):
                position += 1
            part = ANYTHING if position >= len(pattern) else ANY_FOLDERS
            if not parts or parts[-1] != part:  # doubled ones mean the same and would take for ever
                parts.append(part)
        elif character == "*":
            parts.append(STAR)
        elif character == "?":
            parts.append("[^/]")
        elif character == "\\":
            if position == len(pattern):
                raise _malformed(pattern)
            parts.append(re.escape(pattern[position]))
            position += 1
        elif character == "[":
            part, position = _character_class(pattern, position)
            parts.append(part)
        else:
            parts.append(re.escape(character))
    return _compiled(parts, pattern)


def deep_expression(pattern: str) -> PathExpression:
    """Return the expression of a pattern whose `**` means any folders. Raises InvalidParameterError."""
    return _ignore_expression(pattern)


def has_wildcards(pattern: str) -> bool:
    """Return whether COPY takes `pattern` for a pattern rather than a name."""
    unescaped = re.sub(r"\\.", "", pattern, flags=re.DOTALL)
    return any(character in unescaped for character in "*?[")


def name_expression(pattern: str) -> PathExpression | None:
    """Return the expression for Go's filepath.Match of a whole path; None for a pattern that fits nothing."""
    parts: list[str] = []
    position = 0
    try:
        while position < len(pattern):
            character = pattern[position]
            position += 1
            if character == "*":
                if parts[-1:] != [STAR]:
                    parts.append(STAR)
            elif character == "?":
                parts.append("[^/]")
            elif character == "[":
                part, position = _character_class(pattern, position, with_slash=False)
                parts.append(part)
            elif character == "\\":
                if position == len(pattern):
                    return None
                parts.append(re.escape(pattern[position]))
                position += 1
            else:
                parts.append(re.escape(character))
        return _compiled(parts, pattern)
    except InvalidParameterError:
        return None  # as Docker: a malformed pattern finds nothing


def _character_class(pattern: str, position: int, with_slash: bool = True) -> tuple[str, int]:
    """Return the expression for `[…]`, of which the first bracket is read, and the position behind it.

    Without `with_slash` it fits none, even if a range holds it.
    """
    start = position
    negated = pattern.startswith("^", position)
    position += negated
    parts: list[str] = []
    while position < len(pattern) and (pattern[position] != "]" or not parts):
        low, position = _class_character(pattern, position)
        high = low
        if pattern.startswith("-", position) and pattern[position + 1 : position + 2] != "]":
            high, position = _class_character(pattern, position + 1)
        if low > high:
            raise _malformed(pattern)
        parts += _ranges(low, high, with_slash or negated)
    if position >= len(pattern) or position == start:
        raise _malformed(pattern)
    if negated:
        return f"[^{''.join(parts)}{'' if with_slash else '/'}]", position + 1
    return f"[{''.join(parts)}]" if any(parts) else NOTHING, position + 1


def _ranges(low: str, high: str, with_slash: bool) -> list[str]:
    """Return the inner text of a class for a range, and "" for what is left of one that is nothing."""
    if with_slash or not low <= "/" <= high:
        return [f"{re.escape(low)}-{re.escape(high)}"]
    below = [f"{re.escape(low)}-\\."] if low < "/" else []
    above = [f"0-{re.escape(high)}"] if high > "/" else []
    return below + above or [""]


def _class_character(pattern: str, position: int) -> tuple[str, int]:
    if pattern.startswith("\\", position):
        position += 1
    if position >= len(pattern):
        raise _malformed(pattern)
    return pattern[position], position + 1


def _compiled(parts: Sequence[str], pattern: str) -> PathExpression:
    if len(pattern) > MAX_PATTERN:
        raise InvalidParameterError(f"a pattern is longer than {MAX_PATTERN} characters")
    try:
        return PathExpression(parts)
    except BadExpressionError as error:
        raise InvalidParameterError(f"a pattern is too long: {pattern[:100]}") from error


def _malformed(pattern: str) -> InvalidParameterError:
    return InvalidParameterError(f"syntax error in pattern: {pattern[:100]}")
