"""From a layer's tar to the layer in the store: read, hash and inspect on a thread, its writer beside it."""

import asyncio
import hashlib
import os
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from backend.errors import EngineError, SystemFailureError
from backend.images.layers.folders_below import FoldersBelow
from backend.images.layers.layer_format import LayerFormat
from backend.images.layers.layer_tar import LayerContents, LayerTar
from backend.tasks import in_thread

PROGRESS_INTERVAL = 0.1  # seconds

Progress = Callable[[int], None]
Read = Callable[[int], bytes]


class LayerSource(Protocol):
    """Where a layer's plain tar comes from."""

    def opened(self) -> AbstractContextManager[Read]:
        """Return a function that reads up to so many bytes, b"" at the end. Both may raise EngineError."""
        ...

    def position(self) -> int:
        """Return how many bytes of what is being read have been used, for progress."""
        ...


class FeedStoppedError(Exception):
    """The other end of the pipe is gone, or nobody wants the layer any more."""


class LayerFeed:
    """Sends one layer down a pipe; `diff_id` is known once `run` has returned."""

    def __init__(
        self,
        source: LayerSource,
        pipe: int,
        below: FoldersBelow,
        progress: Progress,
        max_bytes: int,
    ) -> None:
        self.diff_id = ""
        self._source = source
        self._pipe = pipe
        self._below = below
        self._progress = progress
        self._max_bytes = max_bytes
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let `run` end soon, with FeedStoppedError."""
        self._stopped.set()

    def run(self) -> LayerContents:
        """Send everything and close the pipe. Blocking.

        Raises InvalidParameterError for a damaged or hostile layer, FeedStoppedError.
        """
        try:
            with self._source.opened() as read, self._below as below:
                return self._copy(read, below)
        finally:
            os.close(self._pipe)

    def _copy(self, read: Read, below: FoldersBelow) -> LayerContents:
        digest = hashlib.sha256()
        next_report = 0.0

        def read_hashed(size: int) -> bytes:
            nonlocal next_report
            data = read(size)
            digest.update(data)
            if (now := time.monotonic()) >= next_report:
                self._progress(self._source.position())
                next_report = now + PROGRESS_INTERVAL
            return data

        contents = LayerTar(read_hashed, self._write, below.attributes, self._max_bytes).copy()
        self._progress(self._source.position())
        self.diff_id = f"sha256:{digest.hexdigest()}"
        return contents

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            if self._stopped.is_set():
                raise FeedStoppedError
            try:
                view = view[os.write(self._pipe, view) :]
            except BrokenPipeError as error:
                raise FeedStoppedError from error


async def written(feed: LayerFeed, pipe: int, form: LayerFormat, layer: Path) -> LayerContents:
    """Make `layer` of what comes out of the reading end `pipe` of a feed; closes `pipe`.

    Both ends have stopped when this returns, also when it fails or is cancelled.
    """
    feeding = asyncio.ensure_future(in_thread(feed.run))
    writing = asyncio.ensure_future(form.write(pipe, layer))
    # mkfs.erofs that misses the rest of a file looks for it for ever.
    feeding.add_done_callback(lambda _: writing.cancel() if _failed_by_itself(feeding) else None)
    try:
        await asyncio.wait([writing])
    finally:
        writing.cancel()  # nothing, unless this call was cancelled
        contents, failure = await _ended(feed, feeding, writing, pipe)
    if not isinstance(contents, BaseException) and failure is None:
        return contents
    if isinstance(contents, BaseException) and not isinstance(contents, FeedStoppedError):
        raise contents from failure  # the writer was stopped, or only saw its input end
    if isinstance(failure, EngineError):
        raise _explained(failure, layer.parent) from failure
    raise failure or SystemFailureError("cannot unpack a layer: its writer ended before its input")


async def _ended(
    feed: LayerFeed, feeding: asyncio.Future[LayerContents], writing: asyncio.Future[None], pipe: int
) -> tuple[LayerContents | BaseException, BaseException | None]:
    """Wait for both ends; returns what became of the feed, and how the writer failed."""
    failure: BaseException | None = None
    try:
        (failure,) = await asyncio.gather(writing, return_exceptions=True)
    finally:
        if failure is not None or not writing.done():
            feed.stop()
        os.close(pipe)  # from now on a feed fails instead of waiting
    (contents,) = await asyncio.gather(feeding, return_exceptions=True)
    return contents, failure


def _failed_by_itself(feeding: asyncio.Future[LayerContents]) -> bool:
    return not feeding.cancelled() and not isinstance(feeding.exception(), FeedStoppedError | None)


def _explained(error: EngineError, folder: Path) -> EngineError:
    if "No space left on device" in error.message or "ENOSPC" in error.message:
        return SystemFailureError(
            f"no space left on device: unpacking a layer filled the disk below {folder}; "
            "remove images, containers or volumes that you no longer need"
        )
    return type(error)(f"cannot unpack a layer: {error.message}")
