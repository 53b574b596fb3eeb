"""The key sequence that leaves a terminal without ending what runs in it.

Source: Docker Engine API, parameter `detachKeys`.
"""

import asyncio

from backend.errors import InvalidParameterError

DEFAULT = "ctrl-p,ctrl-q"
CONTROL_SYMBOLS = {"@": 0, "[": 27, "\\": 28, "]": 29, "^": 30, "_": 31}


def parse_keys(text: str, *, what: str = "escape") -> bytes:
    """Return the bytes of "ctrl-p,ctrl-q" or "a,b".

    Raises InvalidParameterError; Docker calls the keys of an exec and of an attach by different names.
    """
    keys = bytearray()
    for name in text.split(","):
        if len(name) == 1 and name.isascii():
            keys += name.encode()
        elif name.startswith("ctrl-") and len(name) == 6:
            letter = name[5].lower()
            if "a" <= letter <= "z":
                keys.append(ord(letter) - ord("a") + 1)
            elif letter in CONTROL_SYMBOLS:
                keys.append(CONTROL_SYMBOLS[letter])
            else:
                raise InvalidParameterError(f"Invalid {what} keys ({text[:80]}) provided")
        else:
            raise InvalidParameterError(f"Invalid {what} keys ({text[:80]}) provided")
    return bytes(keys)


class DetachScanner:
    """Watches typed bytes for the sequence; keys of a half-typed one are held back until it is clear."""

    def __init__(self, keys: bytes) -> None:
        self._keys = keys
        self._held = b""
        self.detached = False
        self.left: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def feed(self, data: bytes) -> bytes:
        """Return what to pass on; after the whole sequence `detached` is true and nothing more is passed
        on."""
        passed = bytearray()
        for value in data:
            if value != self._keys[len(self._held)]:
                passed += self._held
                self._held = b""
            if value == self._keys[len(self._held)]:
                self._held += bytes([value])
                if self._held == self._keys:
                    self.detached = True
                    return bytes(passed)
            else:
                passed.append(value)
        return bytes(passed)
