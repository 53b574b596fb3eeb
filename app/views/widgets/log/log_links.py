"""Web addresses in a line of a log: what a click may open.

Characters: RFC 3986, section 2. Programs must encode all others, so an address ends where they begin, and
what is underlined is just what opens. An address that names a user is none: `http://bank.example@evil.example`
only looks as if it led to the bank.
"""

import re
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"(?<![\w+.-])https?://[\w\-.~:/?#\[\]@!$&()*+,;=%]+", re.ASCII | re.IGNORECASE)
_CUT = "…"  # what follows was cut off, here or by the program
_LONGEST = 2_083
_MOST = 200  # in a line
_PAIRS = {")": "(", "]": "["}


class Link(NamedTuple):
    """An address, and the characters of the line that it stands in; `end` is exclusive."""

    start: int
    end: int
    address: str


@lru_cache(maxsize=16)  # the mouse moves over the same line again and again
def find_links(text: str) -> tuple[Link, ...]:
    """Return the http and https addresses in a line, 200 at most."""
    links = []
    for match in islice(_ADDRESS.finditer(text), _MOST):
        if len(match[0]) > _LONGEST:
            continue
        address = _without_tail(match[0])
        end = match.start() + len(address)
        if not text.startswith(_CUT, end) and _is_plain(address):
            links.append(Link(match.start(), end, address))
    return tuple(links)


def link_at(text: str, column: int) -> Link | None:
    """Return the address that a character belongs to."""
    return next((link for link in find_links(text) if link.start <= column < link.end), None)


def _without_tail(address: str) -> str:
    """Return an address without the punctuation of the sentence that it stands in."""
    while address:
        last = address[-1]
        opening = _PAIRS.get(last)
        if last not in ".,;:!?*" and (opening is None or address.count(last) <= address.count(opening)):
            break
        address = address[:-1]
    return address


def _is_plain(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:  # no host, or no port, that there could be
        return False
