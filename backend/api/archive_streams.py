"""Archives between clients and threads: a body as it comes, an answer as it is made."""

import logging
from collections.abc import AsyncIterator, Generator
from contextlib import aclosing

from aiohttp import web
from aiohttp.client_exceptions import ClientPayloadError

from backend.errors import EngineError

log = logging.getLogger(__name__)


async def receive_body(request: web.Request) -> AsyncIterator[bytes]:
    """Give the body as it comes. Raises ConnectionError when the client leaves."""
    try:
        async for data in request.content.iter_any():
            yield data
    except ClientPayloadError as error:
        raise ConnectionError("the client left") from error


async def send_archive(
    request: web.Request, chunks: Generator[bytes, None, None], headers: dict[str, str]
) -> web.StreamResponse:
    """Send an archive as it is made. What fails before its first piece is raised, and gets a status code."""
    from backend.thread_streams import read_ahead

    response = web.StreamResponse(headers=headers)
    async with aclosing(read_ahead(chunks)) as pieces:
        first = await anext(pieces, b"")
        await response.prepare(request)
        try:
            if first:
                await response.write(first)
            async for data in pieces:
                await response.write(data)
            await response.write_eof()
        except EngineError as error:
            log.error("an archive was cut off: %s", error.message)
            if request.transport is not None:
                request.transport.abort()  # a proper end would look like a whole archive
            raise ConnectionResetError("cut off") from error
    return response
