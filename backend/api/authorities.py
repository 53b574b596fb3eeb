"""`/marina/authorities`: the certificates that the host of this machine trusts beside the usual ones.

GET  as PEM, one after the other; empty where there are none. A container that speaks to the same servers
     as the engine, through the same proxy, needs them, too.

Docker has no such call.
"""

from aiohttp import web

from backend.engine import Engine
from backend.host_settings import HOST_SETTINGS


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""
    del engine

    async def authorities(_: web.Request) -> web.Response:
        return web.Response(text=HOST_SETTINGS.certificates, content_type="application/x-pem-file")

    return [web.get("/marina/authorities", authorities, allow_head=False)]
