"""The HTTP server: all routes of all areas on one Unix socket."""

import socket

from aiohttp import web

from backend.api import (
    attach_websocket,
    build,
    buildkit,
    commit,
    container_files,
    container_stats,
    containers,
    disk_usage,
    events,
    exec,
    images,
    networks,
    plugins,
    swarm,
    system,
    volumes,
)
from backend.api.error_responses import error_middleware
from backend.api.versions import NEWEST, text, version_middleware, with_versions
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
    build,
    buildkit,
    swarm,
    plugins,
)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Api-Version"] = text(NEWEST)
    response.headers["Docker-Experimental"] = "false"
    response.headers["Ostype"] = "linux"
    if response.content_type == "application/json":
        # Docker's own spelling, without a charset: its command line reads errors of no other.
        response.headers["Content-Type"] = "application/json"
    response.headers["Server"] = f"Marina/{VERSION} (linux)"


def build_application(engine: Engine) -> web.Application:
    """Return the application with the routes of every area."""
    application = web.Application(middlewares=[error_middleware, version_middleware])
    for area in AREAS:
        application.add_routes(with_versions(area.routes(engine)))
    application.on_response_prepare.append(_add_headers)
    return application


async def serve(engine: Engine, listener: socket.socket) -> web.AppRunner:
    """Start answering on `listener`; the caller ends it with `runner.cleanup()`."""
    runner = web.AppRunner(
        build_application(engine),
        access_log=None,
        shutdown_timeout=2.0,
        auto_decompress=False,  # as Docker: what an archive is packed with is seen from its first bytes
    )
    await runner.setup()
    await web.SockSite(runner, listener).start()
    return runner
