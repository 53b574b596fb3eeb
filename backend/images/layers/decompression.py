"""Reads a layer blob as the plain tar that it holds, whatever it is compressed with."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol, cast

import zstandard
from isal import igzip, isal_zlib

from backend.errors import InvalidParameterError

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
BZIP2_MAGIC = b"BZh"
XZ_MAGIC = b"\xfd7zXZ\x00"
BUFFER = 1 << 20
# The largest zstd window read: what `zstd --ultra --long=27` makes, in bytes.
MAX_ZSTD_WINDOW = 1 << 27

# What the libraries raise for damaged input.
DECOMPRESSION_ERRORS: tuple[type[Exception], ...] = (
    EOFError,
    gzip.BadGzipFile,
    cast(type[Exception], isal_zlib.error),
    zstandard.ZstdError,
)


class Readable(Protocol):
    """Anything to read bytes from; b"" is the end."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes."""
        ...


@contextmanager
def plain(file: BinaryIO) -> Iterator[Readable]:
    """Read the plain bytes of `file`; what it is compressed with shows in its content, since media types lie.

    A zstd stream that was cut off just ends: callers compare digests. Raises InvalidParameterError for forms
    that images do not have; reading raises one of DECOMPRESSION_ERRORS.
    """
    magic = file.read(6)
    file.seek(0)
    if magic.startswith(GZIP_MAGIC):
        with igzip.open(file, "rb") as decompressed:  # type: ignore[no-untyped-call]
            yield decompressed
    elif magic.startswith(ZSTD_MAGIC):
        decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_ZSTD_WINDOW)
        with decompressor.stream_reader(file, read_across_frames=True, closefd=False) as decompressed:
            yield decompressed
    elif magic.startswith((BZIP2_MAGIC, XZ_MAGIC)):
        raise InvalidParameterError("bzip2 and xz are not supported: use gzip or zstd")
    else:
        yield file
