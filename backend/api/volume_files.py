"""`/marina/volumes/{name}/files` and `…/archive`: what is in a volume, both ways. Docker has no such calls.

GET    /marina/volumes/{name}/files?path=/sub     [{"Name", "Kind", "Size", "Mode", "Modified"}]
DELETE /marina/volumes/{name}/files?path=/sub     204; "/" empties the volume (409 in use, unless force=1)
GET    /marina/volumes/{name}/archive?path=/sub   a tar; of all that is in it for "/"
PUT    /marina/volumes/{name}/archive?path=/sub   unpacks a tar into the folder: all of it, or nothing
POST   /marina/volumes/{name}/archive?labels={}   201 and the volume: all of a tar, or nothing (409: taken)
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import web

from backend.api.archive_streams import receive_body, send_archive
from backend.api.request_values import query_bool, query_texts
from backend.engine import Engine
from backend.images.tar.tar_source import Read

if TYPE_CHECKING:
    from backend.containers.files.volume_files import VolumeFiles

T = TypeVar("T")


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""

    def files_of(request: web.Request) -> "VolumeFiles":
        from backend.containers.files.volume_files import VolumeFiles

        return VolumeFiles(engine.volumes, request.match_info["name"])

    async def list_folder(request: web.Request) -> web.Response:
        found = await files_of(request).list_folder(request.query.get("path", "/"))
        return web.json_response(
            [
                {"Name": e.name, "Kind": e.kind, "Size": e.size, "Mode": e.mode, "Modified": e.modified}
                for e in found
            ]
        )

    async def remove(request: web.Request) -> web.Response:
        path = request.query.get("path", "/")
        await files_of(request).remove(path, force=query_bool(request, "force"))
        return web.Response(status=204)

    async def copy_out(request: web.Request) -> web.StreamResponse:
        async with files_of(request).archive(request.query.get("path", "/")) as chunks:
            return await send_archive(request, chunks, {"Content-Type": "application/x-tar"})

    async def copy_in(request: web.Request) -> web.Response:
        files, path = files_of(request), request.query.get("path", "/")
        await _received(request, lambda receiving: files.unpack(path, receiving))
        return web.Response()

    async def create(request: web.Request) -> web.Response:
        from backend.containers.files.volume_files import create_unpacked

        name, labels = request.match_info["name"], query_texts(request, "labels")
        made = await _received(
            request, lambda receiving: create_unpacked(engine.volumes, name, labels, receiving)
        )
        return web.json_response(made.to_docker(), status=201)

    one = "/marina/volumes/{name}"
    return [
        web.get(f"{one}/files", list_folder, allow_head=False),
        web.delete(f"{one}/files", remove),
        web.get(f"{one}/archive", copy_out, allow_head=False),
        web.put(f"{one}/archive", copy_in),
        web.post(f"{one}/archive", create),
    ]


async def _received(
    request: web.Request, unpack: Callable[[Callable[[], Read]], Coroutine[Any, Any, T]]
) -> T:
    """Unpack the body as it comes; nothing of that goes on when the client or the server leaves."""
    from backend.thread_streams import Inflow

    inflow = Inflow()

    def receiving() -> Read:
        inflow.start(receive_body(request))
        return inflow.read

    work = asyncio.ensure_future(unpack(receiving))
    try:
        return await asyncio.shield(work)
    finally:
        await inflow.stop()  # also when the server ends: the thread waits for nothing any more
        await asyncio.wait([work])
