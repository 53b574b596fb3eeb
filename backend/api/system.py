"""Ping, version, info and disk usage.

Source: Docker Engine API, `/_ping`, `/version`, `/info`, `/system/df`.
"""

from aiohttp import web

from backend.api.versions import api_version
from backend.engine import Engine


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""

    async def ping(request: web.Request) -> web.Response:
        headers = {
            "Cache-Control": "no-cache, no-store, must-revalidate",
            "Pragma": "no-cache",
            "Builder-Version": "2",
            "Swarm": "inactive",
        }
        return web.Response(text="" if request.method == "HEAD" else "OK", headers=headers)

    async def version(request: web.Request) -> web.Response:
        from backend.api.system_info import version_report

        return web.json_response(await version_report(engine))

    async def info(request: web.Request) -> web.Response:
        from backend.api.system_info import for_version, info_report

        report = await info_report(engine)
        return web.json_response(for_version(report, api_version(request)))

    return [
        web.get("/_ping", ping),
        web.head("/_ping", ping),
        web.get("/version", version),
        web.get("/info", info),
    ]
