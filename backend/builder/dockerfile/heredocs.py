"""Heredocs: texts that stand below a RUN, COPY or ADD, up to the line that ends them.

Source: Dockerfile reference, "Here-Documents"; BuildKit's `frontend/dockerfile/parser`.
"""

import re
from dataclasses import dataclass, replace

from backend.builder.dockerfile.dockerfile_words import split_quoted_words
from backend.errors import InvalidParameterError

ESCAPE = "\\"  # also where the file has another one
KEYWORDS = ("RUN", "COPY", "ADD")
_WORD = re.compile(r"\d*<<(-?)([^<]*)")
_TABS = re.compile(r"^\t+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Heredoc:
    """One text. With `expands` its variables are replaced; with `strips_tabs` (`<<-`) lines lose theirs."""

    name: str
    expands: bool
    strips_tabs: bool
    content: str = ""

    @property
    def text(self) -> str:
        """The text as a file holds it."""
        return _TABS.sub("", self.content) if self.strips_tabs else self.content


def parse_heredoc(word: str) -> Heredoc | None:
    """Return the heredoc that a word announces, still without its text; None for any other word."""
    match = _WORD.fullmatch(word)
    if match is None or not match[2]:
        return None
    name = _unquoted(match[2])
    return Heredoc(name, expands=name == match[2], strips_tabs=bool(match[1])) if name else None


def announced(keyword: str, line: str) -> list[Heredoc]:
    """Return the heredocs that an instruction's line announces; their texts follow in this order."""
    if "<<" not in line:
        return []
    words = split_quoted_words(line, ESCAPE)
    if keyword == "ONBUILD" and len(words) > 1:
        keyword = words[1].upper()
    if keyword not in KEYWORDS:
        return []
    return [heredoc for heredoc in map(parse_heredoc, words) if heredoc is not None]


def read_content(heredoc: Heredoc, lines: list[str], position: int) -> tuple[Heredoc, int]:
    """Return the heredoc with its text, which begins at a line, and the position behind its end.

    `lines` are without their line breaks. Raises InvalidParameterError when no line ends it.
    """
    for end in range(position, len(lines)):
        line = lines[end].rstrip("\r")
        if (line.lstrip("\t") if heredoc.strips_tabs else line) == heredoc.name:
            content = "".join(f"{text}\n" for text in lines[position:end])
            return replace(heredoc, content=content), end + 1
    raise InvalidParameterError("unterminated heredoc")


def _unquoted(word: str) -> str:
    """Return a word without its quotes and escapes; "" for several words, and for quotes never closed."""
    parts: list[str] = []
    quote, position = "", 0
    while position < len(word):
        character = word[position]
        position += 1
        if character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        elif not quote and character.isspace():
            return ""
        elif character == ESCAPE and quote != "'":
            parts.append(word[position : position + 1])
            position += 1
        else:
            parts.append(character)
    return "" if quote else "".join(parts)
