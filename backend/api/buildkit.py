"""`/session` and `/grpc`: the two connections of BuildKit's clients.

Source: Docker Engine API, Session; moby's `api/server/router/session` and `api/server/router/grpc`. What they
carry is imported when somebody asks: the engine starts without it.
"""

import asyncio
from functools import cache
from typing import TYPE_CHECKING

from aiohttp import web

from backend.api.streams import Hijacked
from backend.engine import Engine
from backend.errors import InvalidParameterError
from backend.tasks import in_thread

if TYPE_CHECKING:
    from backend.buildkit.connections import CallsFromPeer, Upgraded
    from backend.buildkit.sessions import Sessions

UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
SESSION_ID = "X-Docker-Expose-Session-Uuid"
SESSION_METHOD = "X-Docker-Expose-Session-Grpc-Method"


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""

    @cache
    def sessions() -> "Sessions":
        from backend.buildkit.sessions import Sessions

        return Sessions()

    answering: list[CallsFromPeer] = []

    async def service() -> "CallsFromPeer":
        from backend.buildkit.connections import CallsFromPeer
        from backend.buildkit.service import BuildService
        from backend.engine_id import read_engine_id

        engine_id = await in_thread(read_engine_id, engine.files)
        if not answering:
            parts = engine.containers, engine.builds, engine.tasks, sessions(), engine_id
            answering.append(CallsFromPeer([BuildService(*parts)]))
        return answering[0]

    async def grpc(request: web.Request) -> web.StreamResponse:
        """Answer the client's calls until it leaves."""
        _check_upgrade(request)
        calls = await service()
        return await _until_closed(calls.take_over(_upgraded(request), request.protocol))

    async def session(request: web.Request) -> web.StreamResponse:
        """Keep the client's services at hand until it leaves."""
        from backend.buildkit.connections import CallsToPeer
        from backend.buildkit.sessions import Session

        _check_upgrade(request)
        calls = CallsToPeer()
        methods = request.headers.getall(SESSION_METHOD, [])
        offered = Session(request.headers.get(SESSION_ID, ""), methods, calls)
        sessions().add(offered)
        try:
            return await _until_closed(calls.take_over(_upgraded(request), request.protocol))
        finally:
            sessions().remove(offered)
            calls.close()

    return [web.post("/session", session), web.post("/grpc", grpc)]


def _check_upgrade(request: web.Request) -> None:
    protocol = request.headers.get("Upgrade", "")
    if not protocol:
        raise InvalidParameterError("no upgrade proto in request")
    if protocol != "h2c":
        raise InvalidParameterError(f"protocol {protocol} not supported")


def _upgraded(request: web.Request) -> asyncio.Transport:
    """Send the answer's head; what follows is HTTP/2."""
    if request.transport is None:
        raise ConnectionResetError("the client left")
    request.transport.write(UPGRADED)
    return request.transport


async def _until_closed(connection: "Upgraded") -> web.StreamResponse:
    try:
        await asyncio.shield(connection.closed)
    finally:
        await connection.close()
    return Hijacked()
