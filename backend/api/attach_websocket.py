"""`GET /containers/{id}/attach/ws`: a container's streams on a websocket, for browsers.

Output comes as binary messages, both streams in one; what is sent, text or binary, is typed.
Source: Docker Engine API, tag Container, ContainerAttachWebsocket.
"""

import asyncio

from aiohttp import web
from aiohttp.http import WSMsgType

from backend.api.attach_session import AttachSession
from backend.engine import Engine


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's route."""
    containers = engine.containers

    async def attach(request: web.Request) -> web.StreamResponse:
        container = containers.find(request.match_info["id"])
        session = AttachSession(containers, container, request)
        socket = web.WebSocketResponse()
        try:
            await socket.prepare(request)
            client = WebSocketClient(socket)
            try:
                await session.carry(client, framed=False)
            finally:
                await client.end()
        finally:
            session.close()
        return socket

    return [web.get("/containers/{id}/attach/ws", attach)]


class WebSocketClient:
    """A websocket as a stream of bytes both ways."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket
        self._received: asyncio.Queue[bytes] = asyncio.Queue(16)
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # Received from the start, also while nobody reads: or the client's leaving would go unnoticed.
        self._receiving = asyncio.ensure_future(self._receive())

    async def _receive(self) -> None:
        async for message in self._socket:
            data = message.data
            if message.type is WSMsgType.TEXT:
                data = data.encode(errors="surrogatepass")
            if data and message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                await self._received.put(data)
        self.closed.set_result(None)

    async def read(self) -> bytes:
        """Return what the client sent, b"" at its end."""
        receiving = asyncio.ensure_future(self._received.get())
        try:
            await asyncio.wait((receiving, self.closed), return_when=asyncio.FIRST_COMPLETED)
            return receiving.result() if receiving.done() else b""
        finally:
            receiving.cancel()

    async def write(self, data: bytes) -> None:
        """Send to the client. Raises ConnectionError when it is gone."""
        await self._socket.send_bytes(data)

    async def end(self) -> None:
        """Close the connection properly."""
        self._receiving.cancel()
        await asyncio.wait([self._receiving])
        await self._socket.close()
