"""Fetches one blob: goes on where an earlier attempt stopped, and checks every byte against the digest."""

import asyncio
import errno
import hashlib
import math
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from backend.errors import InvalidParameterError, SystemFailureError
from backend.images import digests
from backend.images.manifest import Descriptor
from backend.images.registry.registry_errors import BrokenTransferError
from backend.images.transfer.image_source import BlobProvider
from backend.tasks import in_thread, in_thread_to_end

WRITE_SIZE = 1 << 20
ATTEMPTS = 5
FIRST_PAUSE = 0.5  # seconds; doubles with each attempt that brought nothing


class BlobDownload:
    """One blob on its way to `path`."""

    def __init__(
        self, blob: Descriptor, path: Path, progress: Callable[[int], None], waits: Callable[[int], None]
    ) -> None:
        """`progress` is told how many bytes have come, `waits` for how many seconds it rests."""
        self._blob = blob
        self._path = path
        self._progress = progress
        self._waits = waits
        self._digest = hashlib.sha256()
        self._offset = 0

    async def run(self, source: BlobProvider) -> None:
        """Fetch what is missing; on return the file is whole and right.

        It need not be durable: what a power cut leaves of it is hashed again before it is used.
        Raises InvalidParameterError for wrong bytes (nothing of them is kept), SystemFailureError when the
        connection keeps breaking (what has come is kept) or the disk is full (it is not), RefusedError.
        """
        await in_thread(self._take_up)
        resumed = self._offset > 0
        await self._fetch_all(source)
        if resumed and not self._is_right():
            # What an earlier attempt left was damaged (a power cut, say): once more from the start.
            await in_thread(self._path.unlink)
            self._digest, self._offset = hashlib.sha256(), 0
            await self._fetch_all(source)
        if not self._is_right():
            await in_thread(self._path.unlink)
            raise InvalidParameterError(
                f"filesystem layer verification failed for digest {self._blob.digest}"
            )

    def _is_right(self) -> bool:
        return self._offset == self._blob.size and f"sha256:{self._digest.hexdigest()}" == self._blob.digest

    async def _fetch_all(self, source: BlobProvider) -> None:
        failures = 0
        while self._offset < self._blob.size or not self._path.exists():
            before = self._offset
            try:
                await self._fetch(source)
            except BrokenTransferError as error:
                failures = 1 if self._offset > before else failures + 1
                if failures >= ATTEMPTS:
                    raise SystemFailureError(
                        f"download of {self._blob.digest[:19]} failed: {error}"
                    ) from error
                pause = FIRST_PAUSE * 2 ** (failures - 1)
                self._waits(math.ceil(pause))
                await asyncio.sleep(pause)
            else:
                return

    def _take_up(self) -> None:
        """Hash what an earlier attempt left, so that only the rest is fetched."""
        if not self._path.exists():
            return
        if self._path.stat().st_size > self._blob.size:
            self._path.unlink()
            return
        self._digest = digests.hash_file(self._path)
        self._offset = self._path.stat().st_size

    async def _fetch(self, source: BlobProvider) -> None:
        async with source.blob(self._blob.digest, self._offset) as stream:
            if stream.start != self._offset:  # the server knows no ranges: from the start again
                self._digest, self._offset = hashlib.sha256(), 0
            with self._path.open("r+b" if self._offset else "wb", buffering=0) as file:
                file.seek(self._offset)
                waiting: list[bytes] = []
                size = 0
                try:
                    async for chunk in stream.chunks:
                        waiting.append(chunk)
                        size += len(chunk)
                        if self._offset + size > self._blob.size:
                            await in_thread(self._path.unlink)
                            raise InvalidParameterError(
                                f"{self._blob.digest} is larger than the {self._blob.size} bytes announced"
                            )
                        if size >= WRITE_SIZE:
                            data, waiting, size = b"".join(waiting), [], 0
                            await self._write(file, data)
                finally:
                    if waiting and self._path.exists():
                        self._write_now(file, b"".join(waiting))
        if self._offset < self._blob.size:
            raise BrokenTransferError("unexpected EOF")

    async def _write(self, file: BinaryIO, data: bytes) -> None:
        await in_thread_to_end(self._write_now, file, data)
        self._progress(self._offset)

    def _write_now(self, file: BinaryIO, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[file.write(view) :]
        except OSError as error:  # told apart from the network's errors, which are worth another attempt
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                self._path.unlink(missing_ok=True)  # or nothing else could be done on this disk either
            raise SystemFailureError(f"cannot store {self._path}: {error.strerror}") from error
        self._digest.update(data)
        self._offset += len(data)
