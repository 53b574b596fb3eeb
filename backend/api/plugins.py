"""`/plugins`: there are none, and none can be installed; asking is answered as a Docker without plugins does.

Source: Docker Engine API, Plugin.
"""

from aiohttp import web

from backend.api.request_values import known_filters
from backend.engine import Engine
from backend.errors import NotFoundError, NotSupportedError

NO_PLUGINS = "plugins are not supported: volumes, networks and logs are the engine's own"
FILTERS = frozenset({"capability", "enabled"})
NAME = "{name:.+}"


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes; `engine` is not needed."""
    del engine
    return [
        web.get("/plugins", _list),
        web.get("/plugins/privileges", _install),
        web.post("/plugins/{verb:pull|create}", _install),
        web.get(f"/plugins/{NAME}/json", _not_found),
        web.delete(f"/plugins/{NAME}", _not_found),
        web.post(f"/plugins/{NAME}/{{verb:enable|disable|upgrade|push|set}}", _not_found),
    ]


async def _list(request: web.Request) -> web.Response:
    known_filters(request, FILTERS)
    return web.json_response([])


async def _not_found(request: web.Request) -> web.Response:
    raise NotFoundError(f'plugin "{request.match_info["name"]}" not found')


async def _install(request: web.Request) -> web.Response:
    raise NotSupportedError(NO_PLUGINS)
