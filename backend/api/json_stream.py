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

CHECK_INTERVAL = 1.0  # seconds between looks at whether the client is still there
log = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], None]


async def stream_json(
    request: web.Request, tasks: Tasks, work: Callable[[Send], Awaitable[None]], *, begun: bool = False
) -> web.StreamResponse:
    """Run `work(send)` and pass on what it sends.

    A failure before the first message is raised, and so gets a status code; a later one becomes the last
    message, and with `begun` every one does. When the client goes away the work is cancelled, and has ended
    when this returns.
    """
    messages: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
    failures: list[Exception] = []

    async def run() -> None:
        try:
            await work(messages.put_nowait)
        except Exception as error:  # noqa: BLE001 - raised or told to the client below
            failures.append(error)
        finally:
            messages.put_nowait(None)

    task = tasks.start(run(), f"{request.method} {request.path}")
    response: web.StreamResponse | None = None
    try:
        while (message := await _next(messages, request)) is not None:
            if response is None:
                response = web.StreamResponse(headers={"Content-Type": "application/json"})
                await response.prepare(request)
            await response.write(_lines(message, messages))
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


async def _next(
    messages: asyncio.Queue[dict[str, Any] | None], request: web.Request
) -> dict[str, Any] | None:
    while True:
        try:
            async with asyncio.timeout(CHECK_INTERVAL):
                return await messages.get()
        except TimeoutError:
            if request.transport is None or request.transport.is_closing():
                raise ConnectionResetError("the client left") from None


def _lines(first: dict[str, Any], messages: asyncio.Queue[dict[str, Any] | None]) -> bytes:
    """Return the first message and those that wait behind it, in one piece."""
    parts = [_line(first)]
    while not messages.empty():
        message = messages.get_nowait()
        if message is None:
            messages.put_nowait(None)  # the end is for the reader of the next one
            break
        parts.append(_line(message))
    return b"".join(parts)


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\r\n"


def _failure(error: Exception) -> dict[str, Any]:
    if isinstance(error, EngineError):
        text = error.message
    else:
        log.error("a streamed request failed", exc_info=error)
        text = f"internal error of the engine: {error}"
    return {"errorDetail": {"message": text}, "error": text}
