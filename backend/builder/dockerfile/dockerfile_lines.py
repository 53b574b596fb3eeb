"""Splits a Dockerfile into instructions: directives, comments, continued lines, heredocs, flags.

Source: Dockerfile reference, "Format", "Parser directives"; BuildKit's `frontend/dockerfile/parser`, whose
texts clients know.
"""

import re
from dataclasses import dataclass, replace

from backend.builder.dockerfile import heredocs
from backend.builder.dockerfile.go_text import SPACES
from backend.builder.dockerfile.heredocs import Heredoc
from backend.errors import InvalidParameterError

MAX_LINE = 65535  # bytes; also dockerd's
_WHITESPACE = re.compile(r"[\t\v\f\r ]+")
_DIRECTIVE = re.compile(r"#[ \t\v\f\r]*([a-zA-Z][a-zA-Z0-9]*)[ \t\v\f\r]*=[ \t\v\f\r]*(.+?)[ \t\v\f\r]*")
_DIRECTIVES = ("escape", "syntax", "check")
EMPTY_LINES = "[WARNING]: Empty continuation lines will become errors in a future release."


@dataclass(frozen=True, slots=True)
class Line:
    """One instruction as it stands: `original` is all of it on one line, but for the texts below it.

    `number` is where it begins, `last_number` where it ends. `comments` stand between it and the line before.
    """

    keyword: str
    flags: tuple[str, ...]
    rest: str
    original: str
    number: int
    last_number: int
    heredocs: tuple[Heredoc, ...] = ()
    comments: tuple[str, ...] = ()
    has_empty_continuation: bool = False


@dataclass(frozen=True, slots=True)
class DockerfileText:
    """The instructions of one file. `escape` is its escape character."""

    lines: tuple[Line, ...]
    escape: str
    warnings: tuple[str, ...]


def split_dockerfile(text: str) -> DockerfileText:
    """Return the instructions of a Dockerfile. Raises InvalidParameterError in dockerd's words."""
    whole_lines = text.removeprefix("\ufeff").split("\n")
    raw = [line.rstrip("\r") for line in whole_lines]
    if any(len(line) > MAX_LINE // 4 and len(line.encode(errors="replace")) > MAX_LINE for line in raw):
        raise InvalidParameterError(f"dockerfile line greater than max allowed size of {MAX_LINE}")
    escape = _read_escape(raw)
    continued = re.compile(re.escape(escape) + r"[ \t]*\Z")
    lines: list[Line] = []
    warnings: list[str] = []
    comments: list[str] = []
    position = 0
    while position < len(raw):
        first = raw[position].lstrip(SPACES)
        position += 1
        number = position
        if first.startswith("#"):
            comments.append(first[1:].strip(SPACES))
            first = ""
        whole, count = continued.subn("", first)
        if not count and not whole:
            continue
        had_empty_line = False
        while count and position < len(raw):
            following = raw[position]
            position += 1
            stripped = following.lstrip(SPACES)
            if stripped.startswith("#"):
                continue
            if not stripped:
                # The text's last line break is no line of its own.
                had_empty_line = had_empty_line or position < len(raw)
                continue
            following, count = continued.subn("", following)
            whole += following
        if had_empty_line:
            warnings.append(f"[WARNING]: Empty continuation line found in: {whole}")
        line = replace(
            split_line(whole, number, position),
            comments=tuple(comments),
            has_empty_continuation=had_empty_line,
        )
        comments.clear()
        if waiting := heredocs.announced(line.keyword.upper(), whole):
            texts: list[Heredoc] = []
            for heredoc in waiting:
                read, position = heredocs.read_content(heredoc, whole_lines, position)
                texts.append(read)
            line = replace(line, last_number=position, heredocs=tuple(texts))
        lines.append(line)
    if not lines:
        raise InvalidParameterError("file with no instructions")
    if warnings:
        warnings.append(EMPTY_LINES)
    return DockerfileText(tuple(lines), escape, tuple(warnings))


def _read_escape(lines: list[str]) -> str:
    """Return the escape character; directives stand before everything else, each at most once."""
    escape, seen = "\\", set()
    for line in lines:
        match = _DIRECTIVE.fullmatch(line.lstrip(SPACES))
        name = match[1].lower() if match else ""
        if match is None or name not in _DIRECTIVES:
            break
        if name in seen:
            raise InvalidParameterError(f"only one {name} parser directive can be used")
        seen.add(name)
        if name == "escape":
            escape = match[2]
            if escape not in ("`", "\\"):
                raise InvalidParameterError(f"invalid escape token '{escape}' does not match ` or \\")
    return escape


def split_line(text: str, number: int, last_number: int) -> Line:
    """Return an instruction's keyword, flags and the rest."""
    keyword, *rest = _WHITESPACE.split(text.strip(SPACES), maxsplit=1)
    flags, arguments = _split_flags(rest[0]) if rest else ((), "")
    return Line(keyword, flags, arguments.strip(SPACES), text, number, last_number)


def _split_flags(text: str) -> tuple[tuple[str, ...], str]:
    """Return the words at the beginning that start with `--`, and what follows them; `--` alone ends them."""
    flags: list[str] = []
    position = 0
    while True:
        while position < len(text) and text[position] in SPACES:
            position += 1
        if text[position : position + 2] != "--":
            return tuple(flags), text[position:]
        word, position = _read_flag(text, position)
        if word == "--":
            return tuple(flags), text[position:]
        flags.append(word)


def _read_flag(text: str, position: int) -> tuple[str, int]:
    word, quote = "", ""
    while position < len(text):
        character = text[position]
        if not quote and character in SPACES:
            break
        position += 1
        if character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        elif character == "\\":
            word += text[position : position + 1]
            position += 1
        else:
            word += character
    return word, position
