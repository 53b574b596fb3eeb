"""The arguments of a Dockerfile's line, read by the form that its instruction has.

Source: BuildKit's `frontend/dockerfile/parser`, `line_parsers.go`.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from backend.builder.dockerfile.dockerfile_lines import Line, split_line
from backend.builder.dockerfile.dockerfile_words import split_quoted_words, split_words
from backend.builder.dockerfile.go_text import SPACES, quote
from backend.errors import InvalidParameterError


@dataclass(frozen=True, slots=True)
class Arguments:
    """A line whose arguments are read. `is_json` tells the JSON form."""

    line: Line
    keyword: str
    words: tuple[str, ...]
    is_json: bool

    @property
    def code(self) -> str:
        """The line's text as the build's output shows it."""
        return self.line.original.strip(SPACES)


def read_arguments(line: Line, escape: str) -> Arguments:
    keyword, rest = line.keyword.upper(), line.rest
    words, is_json = _read_words(keyword, line, rest, escape)
    return Arguments(line, keyword, tuple(words), is_json)


def _read_words(keyword: str, line: Line, rest: str, escape: str) -> tuple[Sequence[str], bool]:
    if keyword in ("RUN", "CMD", "ENTRYPOINT", "SHELL"):
        words = _json_words(rest)
        return ([rest] if rest else [], False) if words is None else (words, True)
    if keyword in ("ADD", "COPY", "VOLUME"):
        words = _json_words(rest)
        return (split_words(rest), False) if words is None else (words, True)
    if keyword in ("ENV", "LABEL"):
        return _pairs(keyword, rest, escape), False
    if keyword == "ARG":
        return split_quoted_words(rest, escape), False
    if keyword in ("FROM", "EXPOSE"):
        return split_words(rest), False
    if keyword in ("MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR"):
        return [rest] if rest else [], False
    if keyword == "HEALTHCHECK":
        return _health_words(rest)
    if keyword == "ONBUILD":
        if not rest:
            return [], False
        trigger = read_arguments(split_line(rest, line.number, line.last_number), escape)
        return [trigger.line.keyword, *trigger.words], trigger.is_json
    return [], False


def _json_words(text: str) -> list[str] | None:
    """Return the strings of a JSON array, None for anything else. Raises InvalidParameterError."""
    text = text.strip(SPACES)
    if not text.startswith("["):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, list):
        return None
    if not all(isinstance(word, str) for word in value):
        raise InvalidParameterError("when using JSON array syntax, arrays must be comprised of strings only")
    # Half a surrogate pair is no text: Go replaces it as well.
    return [word.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for word in value]


def _pairs(keyword: str, rest: str, escape: str) -> list[str]:
    """Return names and values in turn."""
    words = split_quoted_words(rest, escape)
    if not words:
        return []
    if "=" not in words[0]:
        name, *value = re.split(r"[\t\v\f\r ]+", rest, maxsplit=1)
        if not value:
            raise InvalidParameterError(f"{keyword} must have two arguments")
        return [name, value[0]]
    pairs: list[str] = []
    for word in words:
        name, equals, value_text = word.partition("=")
        if not equals:
            raise InvalidParameterError(
                f"Syntax error - can't find = in {quote(word)}. Must be of the form: name=value"
            )
        pairs += [name, value_text]
    return pairs


def _health_words(rest: str) -> tuple[Sequence[str], bool]:
    kind, *command = re.split(rf"[{re.escape(SPACES)}]+", rest, maxsplit=1)
    if not kind:
        return [], False
    text = command[0] if command else ""
    words = _json_words(text)
    if words is not None:
        return [kind, *words], True
    return [kind, *([text] if text else [])], False
