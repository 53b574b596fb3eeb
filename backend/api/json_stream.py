"""Answers that grow while work goes on: one JSON object a line, as Docker's pull, load and build send them.

Source: Docker Engine API, `POST /images/create`.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from backend.errors import EngineError
from backend.tasks import Tasks

MAX_WAITING = 256  # messages
CHECK_INTERVAL = 1.0  # seconds between looks at whether the client is still there
log = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], None]


class Messages:
    """What work sends, on its way to the client. Work that sends without end waits for `room`."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._taken = asyncio.Event()

    def __call__(self, message: dict[str, Any]) -> None:
        """Send a message."""
        self._waiting.put_nowait(message)

    def end(self) -> None:
        """Tell that there are no more."""
        self._waiting.put_nowait(None)

    async def room(self) -> None:
        """Wait until the client has taken most of what was sent."""
        while self._waiting.qsize() > MAX_WAITING:
            self._taken.clear()
            await self._taken.wait()

    async def next(self, request: web.Request) -> bytes:
        """Return the next lines in one piece, b"" at the end. Raises ConnectionResetError, too."""
        while True:
            try:
                async with asyncio.timeout(CHECK_INTERVAL):
                    message = await self._waiting.get()
                break
            except TimeoutError:
                if request.transport is None or request.transport.is_closing():
                    raise ConnectionResetError("the client left") from None
        lines: list[bytes] = []
        while message is not None:
            lines.append(_line(message))
            if self._waiting.empty():
                break
            message = self._waiting.get_nowait()
        if message is None and lines:
            self.end()  # the end is for the next call
        self._taken.set()
        return b"".join(lines)


async def stream_json(
    request: web.Request, tasks: Tasks, work: Callable[[Messages], Awaitable[None]], *, begun: bool = False
) -> web.StreamResponse:
    """Run `work(send)` and pass on what it sends.

    A failure before the first message is raised, and so gets a status code; a later one becomes the last
    message, and with `begun` every one does. When the client goes away the work is cancelled, and has ended
    when this returns.
    """
    messages = Messages()
    failures: list[Exception] = []

    async def run() -> None:
        try:
            await work(messages)
        except Exception as error:  # noqa: BLE001 - raised or told to the client below
            failures.append(error)
        finally:
            messages.end()

    task = tasks.start(run(), f"{request.method} {request.path}")
    response: web.StreamResponse | None = None
    try:
        while lines := await messages.next(request):
            if response is None:
                response = web.StreamResponse(headers={"Content-Type": "application/json"})
                await response.prepare(request)
            await response.write(lines)
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
    if response is None:
        if failures and not begun:
            raise failures[0]
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
    if failures:
        await response.write(_line(_failure(failures[0])))
    await response.write_eof()
    return response


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\r\n"


def _failure(error: Exception) -> dict[str, Any]:
    if isinstance(error, EngineError):
        text = error.message
    else:
        log.error("a streamed request failed", exc_info=error)
        text = f"internal error of the engine: {error}"
    return {"errorDetail": {"message": text}, "error": text}
