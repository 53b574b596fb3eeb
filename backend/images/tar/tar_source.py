"""Exact reads from a stream that gives what it has, as archives need them."""

from collections.abc import Callable

CHUNK = 1 << 20

Read = Callable[[int], bytes]


class TarSource:
    """Bytes of an archive in the order in which they come."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._chunk = b""
        self._position = 0

    def take(self, count: int) -> bytes:
        """Return `count` bytes, or fewer at the end of the stream."""
        end = self._position + count
        if end <= len(self._chunk):
            taken = self._chunk[self._position : end]
            self._position = end
            return taken
        parts = [self._chunk[self._position :]]
        missing = count - len(parts[0])
        self._chunk, self._position = b"", 0
        while missing > 0:
            self._chunk = self._read(CHUNK)
            if not self._chunk:
                break
            parts.append(self._chunk[:missing])
            self._position = len(parts[-1])
            missing -= len(parts[-1])
        return b"".join(parts)

    def take_some(self, most: int) -> memoryview:
        """Return what there is, at most so many bytes and at least one; nothing at the end of the stream."""
        if self._position == len(self._chunk):
            self._chunk, self._position = self._read(CHUNK), 0
        taken = memoryview(self._chunk)[self._position : self._position + most]
        self._position += len(taken)
        return taken

    def drain(self) -> None:
        """Read to the end: what follows the archive still counts for its digest."""
        while self._read(CHUNK):
            pass
