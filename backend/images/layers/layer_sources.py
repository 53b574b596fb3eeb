"""Where layers come from: blobs that were fetched, and tars that the engine makes itself."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from backend.errors import InvalidParameterError, SystemFailureError
from backend.images.layers.decompression import BUFFER, DECOMPRESSION_ERRORS, plain
from backend.images.layers.layer_compression import GzipThread
from backend.images.layers.layer_unpacking import Read


class BlobSource:
    """A blob in the store, whatever it is compressed with; `name` is for messages."""

    def __init__(self, name: str, open_blob: Callable[[], BinaryIO]) -> None:
        self.name = name
        self._open = open_blob
        self._tell: Callable[[], int] = lambda: 0

    @contextmanager
    def opened(self) -> Iterator[Read]:
        """Read the plain tar. Raises InvalidParameterError for damaged blobs."""
        try:
            with self._open() as file, plain(file) as stream:
                self._tell = file.tell
                yield stream.read
        except DECOMPRESSION_ERRORS as error:
            raise InvalidParameterError(f"damaged layer {self.name}: {error}") from error

    def position(self) -> int:
        """Return how much of the compressed file has been read."""
        return self._tell()


class NewLayer:
    """A tar that is being made, `chunks`; what is read of it is compressed into `blob` at the same time.

    Equal tars give equal blobs. `blob_digest` is known at the end; `name` is for messages.
    """

    def __init__(self, chunks: Iterable[bytes], blob: Path, name: str = "") -> None:
        self.name = name
        self.blob_digest = ""
        self._chunks = chunks
        self._blob = blob
        self._position = 0

    @contextmanager
    def opened(self) -> Iterator[Read]:
        """Read the tar. Raises SystemFailureError when the disk is full or the tree cannot be read."""
        try:
            with self._blob.open("wb", buffering=BUFFER) as file, GzipThread(file) as writer:
                filled = filter(None, self._chunks)

                def read(size: int) -> bytes:
                    data = next(filled, b"")
                    writer.write(data)
                    self._position += len(data)
                    return data

                yield read
                self.blob_digest = writer.finish()
        except OSError as error:
            raise SystemFailureError(f"cannot store the layer: {os.strerror(error.errno or 0)}") from error

    def position(self) -> int:
        """Return how much of the tar has been read."""
        return self._position
