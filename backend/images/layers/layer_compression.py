"""Compresses a plain layer, so that the store keeps no second plain copy beside the layer's EROFS image.

Equal layers give equal blobs (one fixed level, no time in the header), so that a layer which is loaded twice
has one digest.
"""

import hashlib
import queue
import secrets
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from isal import isal_zlib

LEVEL = 1  # of isal's 0 to 3: a tenth larger than `gzip -6`, at fifteen times its speed
GZIP = 16 + 15  # window bits that ask zlib for a gzip header
WAITING_PIECES = 4  # of a mebibyte at most


class GzipWriter:
    """Compresses into an open file; `digest` and `size` are of what went there, and final after `finish`."""

    def __init__(self, file: BinaryIO) -> None:
        self.size = 0
        self._file = file
        self._hash = hashlib.sha256()
        self._compressor = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, GZIP)

    @property
    def digest(self) -> str:
        """The digest of the compressed bytes."""
        return f"sha256:{self._hash.hexdigest()}"

    def write(self, data: bytes) -> None:
        """Add plain bytes."""
        self._put(self._compressor.compress(data))

    def finish(self) -> None:
        """Write what is left."""
        self._put(self._compressor.flush())

    def _put(self, data: bytes) -> None:
        self._hash.update(data)
        self.size += self._file.write(data)


class GzipThread:
    """A GzipWriter on a thread of its own, for callers that have other work to do with the same bytes.

    The thread ends with the `with` block, whatever ends that.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._writer = GzipWriter(file)
        self._waiting = queue.Queue[bytes | None](WAITING_PIECES)
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="gzip")

    def __enter__(self) -> "GzipThread":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def write(self, data: bytes) -> None:
        """Add plain bytes. Raises what an earlier piece failed with."""
        if self._failure is not None:
            raise self._failure
        self._waiting.put(data)

    def finish(self) -> str:
        """Write what is left and return the digest of it all; raises like `write`."""
        self._end()
        if self._failure is not None:
            raise self._failure
        self._writer.finish()
        return self._writer.digest

    def _end(self) -> None:
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (data := self._waiting.get()) is not None:
            if self._failure is None:  # after a failure it only takes, so that nobody waits for room
                try:
                    self._writer.write(data)
                except Exception as error:  # noqa: BLE001 - raised again in the caller's thread
                    self._failure = error


def compress(chunks: Iterable[bytes], folder: Path) -> tuple[Path, str, int]:
    """Write `chunks` as a gzip file into `folder`; returns it, its digest and size. Blocking."""
    path = folder / f"{secrets.token_hex(8)}.new"
    try:
        with path.open("wb") as file:
            writer = GzipWriter(file)
            for chunk in chunks:
                writer.write(chunk)
            writer.finish()
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path, writer.digest, writer.size
