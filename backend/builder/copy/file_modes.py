"""`--chmod` of COPY and ADD: octal, or in words as chmod(1) has them.

Source: Dockerfile reference, "COPY --chmod"; POSIX, chmod, "Extended description".
"""

import re
from collections.abc import Callable

from backend.builder.dockerfile.go_text import quote
from backend.errors import InvalidParameterError

_OCTAL = re.compile(r"[0-7]{1,5}")
_CLAUSE = re.compile(r"([ugoa]*)((?:[-+=](?:[ugo]|[rwxXst]*))+)")
_ACTION = re.compile(r"([-+=])([ugo]|[rwxXst]*)")
_SHIFTS = {"u": 6, "g": 3, "o": 0}
_BITS = {"r": 4, "w": 2, "x": 1}

Chmod = Callable[[int, bool], int]
"""From a mode, and whether it is a folder's, to the mode that it becomes."""


def parse_chmod(text: str) -> Chmod:
    """Return what `text` makes of a mode. Raises InvalidParameterError."""
    if _OCTAL.fullmatch(text) and int(text, 8) <= 0o7777:
        number = int(text, 8)
        return lambda mode, is_folder: number
    clauses = [_CLAUSE.fullmatch(clause) for clause in text.split(",")]
    found = [(match[1], _ACTION.findall(match[2])) for match in clauses if match is not None]
    if len(found) != len(clauses):
        raise InvalidParameterError(f"invalid chmod parameter: {quote(text)}. it should be octal or symbolic")

    def change(mode: int, is_folder: bool) -> int:
        for who, actions in found:
            for sign, rights in actions:
                mode = _changed(mode, who, sign, rights, is_folder=is_folder)
        return mode

    return change


def _changed(mode: int, who: str, sign: str, rights: str, *, is_folder: bool) -> int:
    users = "ugo" if not who or "a" in who else who
    bits = mask = 0
    for user in dict.fromkeys(users):
        shift = _SHIFTS[user]
        mask |= 7 << shift
        if rights and rights in _SHIFTS:
            bits |= (mode >> _SHIFTS[rights] & 7) << shift
            continue
        for right in rights:
            if right in _BITS:
                bits |= _BITS[right] << shift
            elif right == "X" and (is_folder or mode & 0o111):
                bits |= 1 << shift
            elif right == "s" and user in "ug":
                bits |= 0o4000 if user == "u" else 0o2000
            elif right == "t" and users == "ugo":
                bits |= 0o1000
    if sign == "+":
        return mode | bits
    if sign == "-":
        return mode & ~bits
    special = (0o4000 if "u" in users else 0) | (0o2000 if "g" in users else 0)
    special |= 0o1000 if users == "ugo" else 0
    return mode & ~(mask | (0 if is_folder else special)) | bits
