"""`/marina/builds`: what builds did, for the desktop. Docker's API knows no history of builds."""

from aiohttp import web

from backend.engine import Engine


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

    return [
        web.get("/marina/builds", all_builds),
        web.delete("/marina/builds", clear),
        web.get("/marina/builds/{id}", one),
        web.delete("/marina/builds/{id}", remove),
    ]
