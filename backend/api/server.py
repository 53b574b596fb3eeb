"""The HTTP server: all routes of all areas on one Unix socket."""

import asyncio
import socket
from typing import Any

from aiohttp import web

from backend.api import (
    activity,
    attach_websocket,
    authorities,
    build,
    buildkit,
    builds,
    commit,
    container_files,
    container_stats,
    containers,
    disk_usage,
    events,
    exec,
    host_ports,
    images,
    layer_files,
    networks,
    plugins,
    swarm,
    system,
    volume_files,
    volumes,
)
from backend.api.error_responses import error_middleware
from backend.api.versions import NEWEST, Handler, text, version_middleware, with_versions
from backend.engine import Engine
from backend.version import VERSION

AREAS = (
    system,
    disk_usage,
    events,
    images,
    containers,
    attach_websocket,
    container_files,
    container_stats,
    commit,
    exec,
    networks,
    volumes,
    volume_files,
    build,
    builds,
    layer_files,
    host_ports,
    authorities,
    buildkit,
    swarm,
    plugins,
)

MAX_HEADER = 1 << 20  # as Go's: a client's logins at many registries are in one
GRACE_S = 0.5  # for requests under way when the engine ends
CANCEL_LIMIT_S = 5.0  # for what they have to put in order
CLOSE_LIMIT_S = 0.1  # for connections on which nothing is under way any more


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Api-Version"] = text(NEWEST)
    response.headers["Docker-Experimental"] = "false"
    response.headers["Ostype"] = "linux"
    if response.content_type == "application/json":
        # Docker's own spelling, without a charset: its command line reads errors of no other.
        response.headers["Content-Type"] = "application/json"
    response.headers["Server"] = f"Marina/{VERSION} (linux)"


class Server:
    """All routes on one listening socket, and the requests under way."""

    def __init__(self, engine: Engine) -> None:
        self._under_way: set[asyncio.Task[Any]] = set()
        use = activity.Activity()
        application = web.Application(
            middlewares=[self._watch, use.middleware, error_middleware, version_middleware]
        )
        for area in AREAS:
            application.add_routes(with_versions(area.routes(engine)))
        application.add_routes(activity.routes(engine, use))
        application.on_response_prepare.append(_add_headers)
        self._runner = web.AppRunner(
            application,
            access_log=None,
            shutdown_timeout=CLOSE_LIMIT_S,
            auto_decompress=False,  # as Docker: what an archive is packed with is seen from its first bytes
            max_line_size=MAX_HEADER,
            max_field_size=MAX_HEADER,
        )

    async def start(self, listener: socket.socket) -> None:
        """Answer on `listener` until `close`."""
        await self._runner.setup()
        await web.SockSite(self._runner, listener).start()

    async def close(self) -> None:
        """Take no more connections. What is under way may end in a moment; what does not is cancelled, and
        has given back what it held when this returns."""
        for site in tuple(self._runner.sites):
            await site.stop()
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=GRACE_S)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=CANCEL_LIMIT_S)
        await self._runner.cleanup()

    @web.middleware
    async def _watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            return await handler(request)
        finally:
            self._under_way.discard(task)
