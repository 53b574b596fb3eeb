"""`/marina/builds`: what builds did, for the desktop. Docker's API knows no history of builds."""

from aiohttp import web

from backend.api.archive_streams import receive_body
from backend.engine import Engine
from backend.errors import ConflictError, InvalidParameterError
from backend.tasks import in_thread


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""

    async def all_builds(request: web.Request) -> web.Response:
        del request
        return web.json_response(await engine.builds.history.all())

    async def one(request: web.Request) -> web.Response:
        return web.json_response(await engine.builds.history.get(request.match_info["id"]))

    async def remove(request: web.Request) -> web.Response:
        await engine.builds.history.remove(request.match_info["id"])
        return web.Response(status=204)

    async def clear(request: web.Request) -> web.Response:
        del request
        await engine.builds.history.clear()
        return web.Response(status=204)

    async def take_in(request: web.Request) -> web.Response:
        from backend.buildkit.records.imported_record import imported
        from backend.buildkit.records.record_archive import MOST_PACKED, read_records

        archive = bytearray()
        async for data in receive_body(request):
            archive += data
            if len(archive) > MOST_PACKED:
                raise InvalidParameterError(f"the file is larger than {MOST_PACKED >> 20} MB")
        builds = await in_thread(lambda: [imported(record) for record in read_records(bytes(archive))])
        await engine.builds.history.add(builds)
        return web.json_response([{"Id": build["Id"], "Tags": build["Tags"]} for build in builds], status=201)

    async def hand_out(request: web.Request) -> web.Response:
        from backend.buildkit.records.exported_record import exported

        build = await engine.builds.history.get(request.match_info["id"])
        if not build["Finished"]:
            raise ConflictError(f"build {build['Id']} is still running")
        return web.Response(body=await in_thread(exported, build), content_type="application/gzip")

    return [
        web.get("/marina/builds", all_builds),
        web.delete("/marina/builds", clear),
        web.post("/marina/builds/import", take_in),
        web.get("/marina/builds/{id}/export", hand_out),
        web.get("/marina/builds/{id}", one),
        web.delete("/marina/builds/{id}", remove),
    ]
