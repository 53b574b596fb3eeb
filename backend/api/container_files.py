"""`/containers/{id}/changes`, `…/export` and `…/archive`: what is in a container's file system, both ways.

Source: Docker Engine API, tag Container.
"""

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from backend.api.archive_streams import receive_body, send_archive
from backend.api.request_values import query_bool
from backend.engine import Engine
from backend.images.tar.tar_source import Read

if TYPE_CHECKING:
    from backend.containers.files.file_transfers import FileTransfers

STAT_HEADER = "X-Docker-Container-Path-Stat"


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""
    containers = engine.containers

    async def changes(request: web.Request) -> web.Response:
        from backend.containers.files.changes import list_changes

        found = await list_changes(containers, containers.find(request.match_info["id"]))
        return web.json_response(found or None)

    async def export(request: web.Request) -> web.StreamResponse:
        async with _transfers(engine, request).export() as chunks:
            return await send_archive(request, chunks, {"Content-Type": "application/octet-stream"})

    async def look_up(request: web.Request) -> web.Response:
        path = request.query.get("path", "")
        found = await _transfers(engine, request).look_up(path)
        return web.Response(headers={STAT_HEADER: found.header()})

    async def copy_out(request: web.Request) -> web.StreamResponse:
        path = request.query.get("path", "")
        async with _transfers(engine, request).archive(path) as (found, chunks):
            headers = {"Content-Type": "application/x-tar", STAT_HEADER: found.header()}
            return await send_archive(request, chunks, headers)

    async def copy_in(request: web.Request) -> web.Response:
        from backend.containers.files.file_transfers import CopyIn
        from backend.thread_streams import Inflow

        inflow = Inflow()

        def receiving() -> Read:
            inflow.start(receive_body(request))
            return inflow.read

        wanted = CopyIn(
            path=request.query.get("path", ""),
            own=query_bool(request, "copyUIDGID"),
            keep_kinds=query_bool(request, "noOverwriteDirNonDir"),
        )
        work = asyncio.ensure_future(_transfers(engine, request).copy_in(wanted, receiving))
        try:
            await asyncio.shield(work)
        finally:
            await inflow.stop()  # also when the server ends: the thread waits for nothing any more
            await asyncio.wait([work])
        return web.Response()

    one = "/containers/{id}"
    return [
        web.get(f"{one}/changes", changes),
        web.get(f"{one}/export", export),
        web.head(f"{one}/archive", look_up),
        web.get(f"{one}/archive", copy_out, allow_head=False),
        web.put(f"{one}/archive", copy_in),
    ]


def _transfers(engine: Engine, request: web.Request) -> "FileTransfers":
    from backend.containers.files.file_transfers import FileTransfers

    name = request.match_info["id"]
    return FileTransfers(engine.containers, engine.containers.find(name), name)
