"""Bytes between the event loop and threads: read ahead on the one side, held up on the other."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Generator

from backend.tasks import in_thread

LIMIT = 4 << 20  # bytes that may wait for a thread


async def read_ahead(chunks: Generator[bytes, None, None]) -> AsyncGenerator[bytes, None]:
    """Give what a blocking generator gives; while one piece is used a thread makes the next one."""
    pending = asyncio.ensure_future(in_thread(next, chunks, b""))
    try:
        while data := await asyncio.shield(pending):
            pending = asyncio.ensure_future(in_thread(next, chunks, b""))
            yield data
    finally:
        await asyncio.wait([pending])
        if not pending.cancelled():
            pending.exception()  # told already, or of no interest any more
        await in_thread(chunks.close)


class Inflow:
    """Bytes that come in the event loop and are read on a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._error: BaseException | None = None
        self._ended = False
        self._filling: asyncio.Task[None] | None = None
        self._changed = threading.Condition()
        self._has_room = asyncio.Event()

    def start(self, source: AsyncIterator[bytes]) -> None:
        """Begin to take everything from `source`. What it fails with is told to the reader."""
        self._filling = asyncio.ensure_future(self._fill(source))

    async def _fill(self, source: AsyncIterator[bytes]) -> None:
        try:
            async for data in source:
                await self._put(data)
        except Exception as error:  # noqa: BLE001 - raised again where the bytes are read
            self._end(error)
        else:
            self._end(None)

    async def _put(self, data: bytes) -> None:
        with self._changed:
            self._chunks.append(data)
            self._size += len(data)
            self._has_room.clear()
            self._changed.notify()
            full = self._size > LIMIT
        if full:
            await self._has_room.wait()

    def _end(self, error: BaseException | None) -> None:
        with self._changed:
            self._error = error
            self._ended = True
            self._changed.notify()

    def read(self, size: int) -> bytes:
        """Return what has come next, b"" at the end; `size` is no more than a hint. Blocking."""
        with self._changed:
            while not self._chunks and not self._ended:
                self._changed.wait()
            if not self._chunks:
                if self._error is not None:
                    raise ConnectionError("the sender left") from self._error
                return b""
            data = self._chunks.popleft()
            was_full = self._size > LIMIT // 2
            self._size -= len(data)
            if was_full and self._size <= LIMIT // 2:
                self._loop.call_soon_threadsafe(self._has_room.set)
            return data

    async def stop(self) -> None:
        """Take no more, and let who still reads fail."""
        if self._filling is not None:
            self._filling.cancel()
            await asyncio.wait([self._filling])
        self._end(ConnectionError("stopped"))
