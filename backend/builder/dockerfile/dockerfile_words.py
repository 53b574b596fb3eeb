"""Words of a Dockerfile's line: between spaces, or held together by quotes.

Source: BuildKit's `frontend/dockerfile/parser`, `line_parsers.go`.
"""

import re

from backend.builder.dockerfile.go_text import SPACES

_WHITESPACE = re.compile(r"[\t\v\f\r ]+")
_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")


def split_words(text: str) -> list[str]:
    """Return the words between spaces, as reference and list forms have them."""
    return _WHITESPACE.split(text) if text else []


def split_quoted_words(text: str, escape: str) -> list[str]:
    """Return words of which quotes hold several parts together; quotes and escapes stay in the words."""
    words: list[str] = []
    word, quote, was_quoted, position = "", "", False, 0
    while position < len(text):
        character = text[position]
        position += 1
        if not quote and character in SPACES:
            if word or was_quoted:
                words.append(word)
            word, was_quoted = "", False
            continue
        if character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote, was_quoted = character, True
        elif character == escape and quote != "'":
            if position == len(text):
                break  # an escape at the very end means nothing
            character += text[position]
            position += 1
        word += character
    if word or was_quoted:
        words.append(word)
    return words


def variables_in(*words: str) -> list[str]:
    """Return the variables that words name, but for those that bring a value along (`${name:-value}`)."""
    return [match[1] or match[2] for word in words for match in _VARIABLE.finditer(word)]
