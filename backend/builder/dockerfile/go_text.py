"""Text as Go reads and writes it, where the words of errors and of an image's history depend on it."""

from collections.abc import Iterable

# What Go's unicode.IsSpace holds for a space; Python's str.isspace knows more.
SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)

_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
}


def quote(text: str) -> str:
    """Return `text` as Go's %q prints it."""
    return '"' + "".join(_ESCAPES.get(character) or _plain(character) for character in text) + '"'


def quote_all(words: Iterable[str]) -> str:
    """Return a list of strings as Go's %q prints it: ["a" "b"]."""
    return "[" + " ".join(quote(word) for word in words) + "]"


def show_all(words: Iterable[str]) -> str:
    """Return a list of strings as Go's %v prints it: [a b]."""
    return "[" + " ".join(words) + "]"


def _plain(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
