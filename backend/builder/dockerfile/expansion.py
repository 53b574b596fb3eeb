"""Variables, quotes and escapes in the words of instructions, by the rules of a shell.

Source: Dockerfile reference, "Environment replacement"; BuildKit's `frontend/dockerfile/shell`, whose texts
clients know.
"""

import re
from collections.abc import Callable, Mapping

from backend.builder.dockerfile import shell_patterns
from backend.builder.dockerfile.go_text import SPACES, quote
from backend.errors import InvalidParameterError

MAX_RESULT = 1024 * 1024  # characters: variables that double each other must not fill the memory
MAX_DEPTH = 100
SPECIAL_PARAMETERS = "@*#?-$!0"
END = ""
END_SHOWN = "\ufffd"
_SPACE = re.compile(f"[{re.escape(SPACES)}]")


def expand_word(text: str, variables: Mapping[str, str], escape: str) -> str:
    """Return `text` with its variables replaced and without its quotes. Raises InvalidParameterError."""
    return _expand(text, variables, escape)[0]


def expand_words(text: str, variables: Mapping[str, str], escape: str) -> list[str]:
    """Return the words that `text` makes: what variables bring in is split at its spaces, quotes hold."""
    return _expand(text, variables, escape)[1]


def expand_text(text: str, variables: Mapping[str, str]) -> str:
    """Return a whole text with its variables replaced: quotes are nothing special in it."""
    return _expand(text, variables, "\\", quotes=False)[0]


def expand_shown(text: str, variables: Mapping[str, str], escape: str) -> str:
    """Return `text` with the variables that have a value replaced; its quotes, and all others, stay."""
    return _expand(text, variables, escape, as_shown=True)[0]


def _expand(
    text: str, variables: Mapping[str, str], escape: str, *, quotes: bool = True, as_shown: bool = False
) -> tuple[str, list[str]]:
    try:
        reader = _Reader(text, variables, escape, quotes=quotes, as_shown=as_shown)
        return reader.read_until(END, raw=False)
    except InvalidParameterError as error:
        raise InvalidParameterError(f"failed to process {quote(text)}: {error.message}") from error


class _Words:
    """Words under way."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._parts: list[str] = []

    def add(self, text: str) -> None:
        """Add text whose spaces part words."""
        first, *rest = _SPACE.split(text)
        self.add_whole(first)
        for piece in rest:
            self.end()
            self.add_whole(piece)

    def add_whole(self, text: str) -> None:
        """Add text that belongs together."""
        if text:
            self._parts.append(text)

    def end(self) -> list[str]:
        """End the present word; returns all words."""
        if self._parts:
            self._done.append("".join(self._parts))
            self._parts.clear()
        return self._done


class _Reader:
    """One pass over one text."""

    def __init__(
        self, text: str, variables: Mapping[str, str], escape: str, *, quotes: bool, as_shown: bool
    ) -> None:
        self._quotes = quotes
        self._as_shown = as_shown
        self._text = text
        self._variables = variables
        self._escape = escape
        self._position = 0
        self._raw = False
        self._depth = 0

    def _peek(self) -> str:
        return self._text[self._position] if self._position < len(self._text) else END

    def _next(self) -> str:
        character = self._peek()
        self._position += 1
        return character

    @property
    def _at_end(self) -> bool:
        return self._position >= len(self._text)

    def read_until(self, stop: str, *, raw: bool) -> tuple[str, list[str]]:
        """Return everything up to `stop`, and its words; with `raw` escapes stay where they are."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise InvalidParameterError("substitutions are nested too deeply")
        before, self._raw = self._raw, raw
        try:
            return self._read_until(stop)
        finally:
            self._raw = before
            self._depth -= 1

    def _read_until(self, stop: str) -> tuple[str, list[str]]:
        special: dict[str, Callable[[], str]] = {"$": self._dollar}
        if self._quotes:
            special |= {"'": self._single_quoted, '"': self._double_quoted}
        parts: list[str] = []
        length = 0
        words = _Words()
        while not self._at_end:
            character = self._peek()
            if stop != END and character == stop:
                self._next()
                return "".join(parts), words.end()
            if character in special:
                part = special[character]()
                (words.add if character == "$" else words.add_whole)(part)
            else:
                part = self._plain(words)
            parts.append(part)
            length += len(part)
            if length > MAX_RESULT:
                raise InvalidParameterError("the result is too long")
        if stop != END:
            raise InvalidParameterError(f"unexpected end of statement while looking for matching {stop}")
        return "".join(parts), words.end()

    def _plain(self, words: _Words) -> str:
        character = self._next()
        if character != self._escape:
            words.add(character)
            return character
        kept = character if self._raw else ""
        if kept:
            words.add_whole(kept)
        escaped = self._next()
        if escaped:
            words.add_whole(escaped)
        return kept + escaped

    def _single_quoted(self) -> str:
        self._next()
        end = self._text.find("'", self._position)
        if end < 0:
            raise InvalidParameterError("unexpected end of statement while looking for matching single-quote")
        start, self._position = self._position, end + 1
        return self._quoted("'", self._text[start:end])

    def _quoted(self, mark: str, text: str) -> str:
        return f"{mark}{text}{mark}" if self._as_shown else text

    def _double_quoted(self) -> str:
        self._next()
        parts: list[str] = []
        while True:
            character = self._peek()
            if character == END:
                raise InvalidParameterError(
                    "unexpected end of statement while looking for matching double-quote"
                )
            if character == '"':
                self._next()
                return self._quoted('"', "".join(parts))
            if character == "$":
                parts.append(self._dollar())
                continue
            self._next()
            if character == self._escape:
                if self._raw:
                    parts.append(character)
                following = self._peek()
                if following == END:
                    continue
                if following in ('"', "$", self._escape):
                    character = self._next()
            parts.append(character)

    def _dollar(self) -> str:
        self._next()
        if self._peek() != "{":
            name = self._name()
            return self._variables.get(name, f"${name}" if self._as_shown else "") if name else "$"
        self._next()
        following = self._peek()
        if following == END:
            raise InvalidParameterError("syntax error: missing '}'")
        if following in "{}:":
            raise InvalidParameterError("syntax error: bad substitution")
        return self._braced(self._name())

    def _braced(self, name: str) -> str:
        modifier = self._next()
        value = self._variables.get(name)
        if modifier == "}":
            return f"${{{name}}}" if value is None and self._as_shown else value or ""
        if modifier == "/":
            return self._replaced(value or "")
        shown, empty_is_unset = modifier or END_SHOWN, False
        if modifier == ":":
            empty_is_unset = True
            modifier = self._next()
            shown += modifier or END_SHOWN
        elif modifier not in ("+", "-", "?", "#", "%"):
            raise InvalidParameterError(f"unsupported modifier ({shown}) in substitution")
        word = self._until("}", raw=modifier in ("#", "%"))
        unset = value is None or (empty_is_unset and not value)
        if modifier == "-":
            return word if value is None or unset else value
        if modifier == "+":
            return "" if unset else word
        if modifier == "?":
            if value is None or unset:
                problem = "unset" if value is None else "empty"
                raise InvalidParameterError(f"{name}: {word or f'is not allowed to be {problem}'}")
            return value
        if modifier in ("#", "%"):
            return _trimmed(modifier, word, value or "")
        raise InvalidParameterError(f"unsupported modifier ({shown}) in substitution")

    def _until(self, stop: str, *, raw: bool) -> str:
        try:
            return self.read_until(stop, raw=raw)[0]
        except InvalidParameterError as error:
            if self._at_end:
                place = "'}'" if stop == "}" else "'/' in ${}"
                raise InvalidParameterError(f"syntax error: missing {place}") from error
            raise

    def _replaced(self, value: str) -> str:
        everywhere = self._peek() == "/"
        if everywhere:
            self._next()
        pattern = self._until("/", raw=True)
        replacement = self._until("}", raw=True)
        return shell_patterns.replace(
            shell_patterns.parse(pattern), value, replacement, everywhere=everywhere
        )

    def _name(self) -> str:
        """Return a variable's name: letters, digits and underscores, or digits, or one special character."""
        start = self._position
        first = self._peek()
        if first.isdigit():
            while self._peek().isdigit():
                self._next()
        elif first and first in SPECIAL_PARAMETERS:
            self._next()
        else:
            while (character := self._peek()) and (
                character.isalpha() or character.isdigit() or character == "_"
            ):
                self._next()
        return self._text[start : self._position]


def _trimmed(modifier: str, pattern: str, value: str) -> str:
    """Return `value` without the shortest (`#`, `%`) or longest (`##`, `%%`) start or end that fits."""
    longest = pattern.startswith(modifier)
    tokens = shell_patterns.parse(pattern.removeprefix(modifier) if longest else pattern)
    if modifier == "#":
        length = shell_patterns.match_length(tokens, value, longest=longest)
        return value if length is None else value[length:]
    length = shell_patterns.match_length(tokens[::-1], value[::-1], longest=longest)
    return value if length is None else value[: len(value) - length]
