"""Reads an archive that comes as a stream as the plain tar that it is: gzip, zstd, bzip2 and xz.

Source: dockerd, `pkg/archive`: DetectCompression.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from backend.errors import InvalidParameterError
from backend.images.layers.decompression import (
    BZIP2_MAGIC,
    DECOMPRESSION_ERRORS,
    GZIP_MAGIC,
    MAX_ZSTD_WINDOW,
    XZ_MAGIC,
    ZSTD_MAGIC,
)

CHUNK = 1 << 20
LONGEST_MAGIC = 6
MAX_XZ_MEMORY = 256 << 20

Read = Callable[[int], bytes]


@contextmanager
def plain_stream(read: Read) -> Iterator[Read]:
    """Yield what reads the plain bytes of the stream that `read` reads; both give b"" at the end.

    Reading raises InvalidParameterError for a damaged stream, and whatever `read` raises.
    """
    start = b""
    while len(start) < LONGEST_MAGIC and (data := read(CHUNK)):
        start += data
    pieces = [start]

    def again(size: int) -> bytes:
        return pieces.pop() if pieces else read(size)

    if start.startswith(GZIP_MAGIC):
        from isal import igzip

        with igzip.open(io.BufferedReader(_Raw(again), CHUNK), "rb") as file:  # type: ignore[no-untyped-call]
            yield _honest(file.read)
    elif start.startswith(ZSTD_MAGIC):
        import zstandard

        decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_ZSTD_WINDOW)
        with decompressor.stream_reader(
            io.BufferedReader(_Raw(again), CHUNK), read_across_frames=True
        ) as file:
            yield _honest(_Begun(file.read).read)
    elif start.startswith(BZIP2_MAGIC):
        import bz2

        yield _honest(_Stepwise(again, bz2.BZ2Decompressor).read, OSError, ValueError)
    elif start.startswith(XZ_MAGIC):
        import lzma

        yield _honest(
            _Stepwise(again, lambda: lzma.LZMADecompressor(memlimit=MAX_XZ_MEMORY)).read, lzma.LZMAError
        )
    else:
        yield again


class _Raw(io.RawIOBase):
    """A file over a function that reads."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left:
            self._left = memoryview(self._read(CHUNK))
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Stepwise:
    """Decompresses a bounded piece at a time; several streams in a row are one."""

    def __init__(self, read: Read, make: Callable[[], _Decompressor]) -> None:
        self._read = read
        self._make = make
        self._decompressor = make()

    def read(self, size: int) -> bytes:
        while True:
            data = b""
            if self._decompressor.eof:
                data = self._decompressor.unused_data or self._read(CHUNK)
                if not data:
                    return b""
                self._decompressor = self._make()
            elif self._decompressor.needs_input:
                data = self._read(CHUNK)
                if not data:
                    raise EOFError("unexpected EOF")
            if plain := self._decompressor.decompress(data, size):
                return plain


class _Begun:
    """Zstandard's reader just ends where a stream was cut off; one that gives nothing at all was."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._is_empty = True

    def read(self, size: int) -> bytes:
        data = self._read(size)
        if not data and self._is_empty:
            raise EOFError("unexpected EOF")
        self._is_empty = False
        return data


def _honest(read: Read, *further: type[Exception]) -> Read:
    """Return `read` with the libraries' errors in our words."""

    def guarded(size: int) -> bytes:
        try:
            return read(size)
        except ConnectionError:
            raise
        except (*DECOMPRESSION_ERRORS, *further) as error:
            raise InvalidParameterError(f"invalid archive: {error}") from error

    return guarded
