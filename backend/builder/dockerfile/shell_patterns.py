"""Patterns of `*`, `?` and escaped characters in `${name#pattern}` and the like, matched in bounded time.

Regular expressions would do the same, and take for ever on patterns made for that.
"""

from collections.abc import Sequence

from backend.errors import InvalidParameterError

ANY, STAR = "any", "star"  # longer than a character, so never equal to one
MAX_WORK = 1_000_000  # steps

Tokens = Sequence[str]


def parse(pattern: str) -> Tokens:
    """Return a pattern's parts: single characters, ANY, STAR. Raises InvalidParameterError."""
    tokens: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if character == "*":
            if tokens[-1:] != [STAR]:
                tokens.append(STAR)
        elif character == "?":
            tokens.append(ANY)
        elif character == "\\":
            escaped = next(characters, "")
            if escaped not in ("}", "/", "*", "?", "\\"):
                raise InvalidParameterError(
                    f"invalid pattern ({pattern}) in substitution: invalid escape '\\{escaped}'"
                )
            tokens.append(escaped)
        else:
            tokens.append(character)
    return tokens


def match_length(tokens: Tokens, text: str, *, longest: bool) -> int | None:
    """Return how many characters at the beginning of `text` fit, None when none do."""
    if len(tokens) * len(text) > MAX_WORK:
        raise InvalidParameterError("the value is too long for a pattern")
    found: int | None = None
    states = _with_stars_passed({0}, tokens)
    for position in range(len(text) + 1):
        if len(tokens) in states:
            found = position
            if not longest:
                return found
        if position == len(text) or not states:
            break
        states = _with_stars_passed(set(_advanced(states, tokens, text[position])), tokens)
    return found


def replace(tokens: Tokens, text: str, replacement: str, *, everywhere: bool) -> str:
    """Return `text` with the first match, or all of them, replaced."""
    if len(tokens) * len(text) ** 2 > MAX_WORK:
        raise InvalidParameterError("the value is too long for a pattern")
    parts: list[str] = []
    position = 0
    while position < len(text):
        length = match_length(tokens, text[position:], longest=True)
        if length:
            parts.append(replacement)
            position += length
            if not everywhere:
                break
        else:
            parts.append(text[position])
            position += 1
    return "".join(parts) + text[position:]


def _advanced(states: set[int], tokens: Tokens, character: str) -> list[int]:
    following: list[int] = []
    for state in states:
        if state < len(tokens):
            if tokens[state] == STAR:
                following.append(state)
            elif tokens[state] in (ANY, character):
                following.append(state + 1)
    return following


def _with_stars_passed(states: set[int], tokens: Tokens) -> set[int]:
    for state in tuple(states):
        while state < len(tokens) and tokens[state] == STAR:
            state += 1
            states.add(state)
    return states
