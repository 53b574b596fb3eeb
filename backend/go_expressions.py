"""Regular expressions as Go's `regexp` knows them, matched in a time that grows with the text only.

Python's own matcher goes back and forth in it: `(a+)+b` keeps it busy for years, and the engine with it. Here
an expression becomes an automaton, all of whose states are followed at once (Thompson, 1968).

Source: RE2's syntax (https://github.com/google/re2/wiki/Syntax); the errors' texts are those of Go's
`regexp/syntax`. Not there: classes of Unicode properties (`\\pL`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

MOST_STATES = 2000
MOST_REPEATS = 1000
MOST_DEPTH = 100
PLAIN = re.compile(r"[\w./ -]*", re.ASCII)
POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7F",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1F\x7F",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t-\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
LETTERS = {"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}

Fits = Callable[[str], bool]
Holds = Callable[[str, int], bool]


class BadExpressionError(ValueError):
    """A text that is no expression to Go."""


@dataclass(frozen=True, slots=True)
class _One:
    """One character."""

    fits: Fits


@dataclass(frozen=True, slots=True)
class _Place:
    """No character, but a place between two."""

    holds: Holds


@dataclass(frozen=True, slots=True)
class _Sequence:
    parts: tuple["_Node", ...]


@dataclass(frozen=True, slots=True)
class _Choice:
    parts: tuple["_Node", ...]


@dataclass(frozen=True, slots=True)
class _Repeat:
    """`most` is None for any number."""

    part: "_Node"
    least: int
    most: int | None


_Node = _One | _Place | _Sequence | _Choice | _Repeat


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._flags = {"i": False, "m": False, "s": False, "U": False}

    def parse(self) -> _Node:
        node = self._choice()
        if self._at < len(self._text):
            raise BadExpressionError(f"unexpected ): `{self._text}`")
        return node

    def _next(self, text: str) -> bool:
        found = self._text.startswith(text, self._at)
        self._at += len(text) if found else 0
        return found

    def _choice(self) -> _Node:
        parts = [self._sequence()]
        while self._next("|"):
            parts.append(self._sequence())
        return _Choice(tuple(parts)) if len(parts) > 1 else parts[0]

    def _sequence(self) -> _Node:
        parts: list[_Node] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            begin = self._at
            if self._next("\\Q"):
                end = self._text.find("\\E", self._at)
                literal = self._text[self._at : end] if end >= 0 else self._text[self._at :]
                self._at = end + 2 if end >= 0 else len(self._text)
                literals = [self._literal(character) for character in literal]
                parts += literals[:-1] + [self._repeated(node, begin) for node in literals[-1:]]
                continue
            node = self._atom()
            if node is not None:
                parts.append(self._repeated(node, begin))
        return _Sequence(tuple(parts))

    def _repeated(self, node: _Node, begin: int) -> _Node:
        done = False
        while True:
            before = self._at
            bounds = self._bounds()
            if bounds is None:
                return node
            if done:
                shown = self._text[begin : self._at]
                raise BadExpressionError(f"invalid nested repetition operator: `{shown}`")
            self._next("?")
            least, most = bounds
            node, done, begin = _Repeat(node, least, most), True, before

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._next(sign):
                return bounds
        counted = re.compile(r"\{(\d{1,9})(,(\d{0,9}))?\}", re.ASCII).match(self._text, self._at)
        if counted is None:
            return None
        least = int(counted[1])
        most = least if counted[2] is None else int(counted[3]) if counted[3] else None
        if max(least, most or 0) > MOST_REPEATS or (most is not None and most < least):
            raise BadExpressionError(f"invalid repeat count: `{counted[0]}`")
        self._at = counted.end()
        return least, most

    def _atom(self) -> _Node | None:
        """Read the next part, None for one that only sets flags."""
        if self._next("("):
            return self._group()
        if self._next("["):
            return self._class()
        if self._next("\\"):
            return self._escape()
        begin = self._at
        if self._bounds() is not None:
            shown = self._text[begin : self._at]
            raise BadExpressionError(f"missing argument to repetition operator: `{shown}`")
        character = self._text[self._at]
        self._at += 1
        many_lines = self._flags["m"]
        if character == "^":
            return _Place(_begins_line if many_lines else _begins)
        if character == "$":
            return _Place(_ends_line if many_lines else _ends)
        if character == ".":
            return _One((lambda _: True) if self._flags["s"] else lambda other: other != "\n")
        return self._literal(character)

    def _literal(self, character: str) -> _Node:
        if self._flags["i"]:
            folded = character.casefold()
            return _One(lambda other: other.casefold() == folded)
        return _One(lambda other: other == character)

    def _group(self) -> _Node | None:
        flags = dict(self._flags)
        begin = self._at - 1
        if self._next("?"):
            head = re.compile(r"P?<(\w+)>|([imsU]*)(-[imsU]+)?([:)])", re.ASCII).match(self._text, self._at)
            if head is None:
                shown = self._text[begin : self._at + 1]
                raise BadExpressionError(f"invalid or unsupported Perl syntax: `{shown}`")
            self._at = head.end()
            self._flags |= dict.fromkeys(head[2] or "", True)
            self._flags |= dict.fromkeys((head[3] or "-")[1:], False)
            if head[4] == ")":
                return None  # they hold to the group's end
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise BadExpressionError("expression nests too deeply")
        node = self._choice()
        self._depth -= 1
        if not self._next(")"):
            raise BadExpressionError(f"missing closing ): `{self._text}`")
        self._flags = flags
        return node

    def _escape(self) -> _Node:
        begin = self._at - 1
        if self._at == len(self._text):
            raise BadExpressionError("trailing backslash at end of expression: ``")
        character = self._text[self._at]
        places = {"A": _begins, "z": _ends, "b": _at_word, "B": lambda text, at: not _at_word(text, at)}
        if character in places:
            self._at += 1
            return _Place(places[character])
        if character in "dDsSwW":
            self._at += 1
            return self._set(f"[{_perl(character)}]")
        return self._literal(self._escaped(begin))

    def _escaped(self, begin: int) -> str:
        """Return the one character that an escape stands for."""
        character = self._text[self._at : self._at + 1]
        self._at += 1
        if character in LETTERS:
            return LETTERS[character]
        if character == "x":
            code = re.compile(r"([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\}").match(self._text, self._at)
            if code is not None and (value := int(code[1] or code[2], 16)) <= 0x10FFFF:
                self._at = code.end()
                return chr(value)
        octal = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}").match(self._text, self._at - 1)
        if octal is not None:
            self._at = octal.end()
            return chr(int(octal[0], 8))
        if character and character.isascii() and not character.isalnum():
            return character
        raise BadExpressionError(f"invalid escape sequence: `{self._text[begin : self._at]}`")

    def _class(self) -> _Node:
        begin = self._at - 1
        negated = "^" if self._next("^") else ""
        parts: list[str] = []
        while parts == [] or not self._next("]"):
            if self._at >= len(self._text):
                raise BadExpressionError(f"missing closing ]: `{self._text[begin:]}`")
            named = re.compile(r"\[:(\^?)(\w+):\]").match(self._text, self._at)
            if named is not None:
                if named[1] or named[2] not in POSIX:
                    raise BadExpressionError(f"invalid character class range: `{named[0]}`")
                parts.append(POSIX[named[2]])
                self._at = named.end()
                continue
            if self._text[self._at] == "\\" and self._text[self._at + 1 : self._at + 2] in tuple("dDsSwW"):
                parts.append(_perl(self._text[self._at + 1]))
                self._at += 2
                continue
            start = self._at
            low = high = self._class_character(begin)
            if self._text.startswith("-", self._at) and self._text[self._at + 1 : self._at + 2] not in (
                "]",
                "",
            ):
                self._at += 1
                high = self._class_character(begin)
            if high < low:
                shown = self._text[start : self._at]
                raise BadExpressionError(f"invalid character class range: `{shown}`")
            parts.append(f"{re.escape(low)}-{re.escape(high)}")
        return self._set(f"[{negated}{''.join(parts)}]")

    def _class_character(self, begin: int) -> str:
        if self._at >= len(self._text):
            raise BadExpressionError(f"missing closing ]: `{self._text[begin:]}`")
        self._at += 1
        if self._text[self._at - 1] != "\\":
            return self._text[self._at - 1]
        return self._escaped(self._at - 1)

    def _set(self, text: str) -> _Node:
        """Return one character of a set, in a form in which Python and Go agree."""
        folded = re.IGNORECASE if self._flags["i"] else re.RegexFlag(0)
        fits = re.compile(text, re.ASCII | folded).fullmatch
        return _One(lambda other: fits(other) is not None)


class Expression:
    """One expression, to be looked for in texts. Raises BadExpressionError."""

    def __init__(self, text: str) -> None:
        self._ones: dict[int, tuple[Fits, int]] = {}
        self._places: dict[int, tuple[Holds, int]] = {}
        self._forks: dict[int, tuple[int, ...]] = {}
        self._count = 1  # state 0 is the end
        self._begin = self._add(_Parser(text).parse(), 0)

    def is_in(self, text: str) -> bool:
        """Return whether some part of a text fits."""
        states: set[int] = set()
        for at in range(len(text) + 1):
            states = self._reached({*states, self._begin}, text, at)
            if 0 in states:
                return True
            if at < len(text):
                here = text[at]
                ones = [self._ones[state] for state in states if state in self._ones]
                states = {after for fits, after in ones if fits(here)}
        return False

    def _reached(self, states: set[int], text: str, at: int) -> set[int]:
        """Return these states and those that they lead to without a character."""
        waiting = list(states)
        reached = set(states)
        while waiting:
            state = waiting.pop()
            further = self._forks.get(state, ())
            if (place := self._places.get(state)) is not None and place[0](text, at):
                further = (place[1],)
            fresh = [item for item in further if item not in reached]
            reached.update(fresh)
            waiting += fresh
        return reached

    def _new(self) -> int:
        self._count += 1
        if self._count > MOST_STATES:
            raise BadExpressionError("expression too large")
        return self._count - 1

    def _add(self, node: _Node, after: int) -> int:
        """Add what fits a node and goes on with the state `after`; returns the state that it begins with."""
        match node:
            case _Sequence(parts):
                for part in reversed(parts):
                    after = self._add(part, after)
                return after
            case _Choice(parts):
                state = self._new()
                self._forks[state] = tuple(self._add(part, after) for part in parts)
                return state
            case _Repeat(part, least, most):
                return self._add_repeat(part, least, most, after)
            case _One(fits):
                state = self._new()
                self._ones[state] = (fits, after)
                return state
            case _Place(holds):
                state = self._new()
                self._places[state] = (holds, after)
                return state

    def _add_repeat(self, part: _Node, least: int, most: int | None, after: int) -> int:
        entry = after
        if most is None:
            entry = self._new()
            self._forks[entry] = (self._add(part, entry), after)
        else:
            for _ in range(most - least):
                state = self._new()
                self._forks[state] = (self._add(part, entry), after)
                entry = state
        for _ in range(least):
            before = self._count
            entry = self._add(part, entry)
            if self._count == before:
                self._new()  # nothing, repeated, counts too: nested counts stay small
        return entry


@lru_cache(maxsize=64)
def compiled(text: str) -> Callable[[str], bool]:
    """Return what tells whether an expression is in a text. Raises BadExpressionError."""
    if PLAIN.fullmatch(text.removeprefix("^").removesuffix("$")):
        return _plain(text)
    return Expression(text).is_in


def _plain(text: str) -> Callable[[str], bool]:
    """Do the same for letters and dots between the ends: nothing of it can take long."""
    found = re.compile(text.removesuffix("$") + (r"\Z" if text.endswith("$") else "")).search
    return lambda other: found(other) is not None


def _perl(letter: str) -> str:
    """Return what one of Perl's classes holds, to stand in a set."""
    known = {"d": "0-9", "s": r"\t\n\f\r ", "w": "0-9A-Za-z_"}
    if letter in known:
        return known[letter]
    return {"D": r"\x00-/:-\U0010FFFF", "S": r"\x00-\x08\x0b\x0e-\x1f!-\U0010FFFF",
            "W": r"\x00-/:-@\[-^`{-\U0010FFFF"}[letter]  # fmt: skip


def _begins(text: str, at: int) -> bool:
    del text
    return at == 0


def _ends(text: str, at: int) -> bool:
    return at == len(text)


def _begins_line(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] == "\n"


def _ends_line(text: str, at: int) -> bool:
    return at == len(text) or text[at] == "\n"


def _is_word(character: str) -> bool:
    return character == "_" or (character.isascii() and character.isalnum())


def _at_word(text: str, at: int) -> bool:
    return (at > 0 and _is_word(text[at - 1])) != (at < len(text) and _is_word(text[at]))
