"""What belongs to a swarm, answered as a Docker that is in none: this engine runs on one machine.

Source: Docker Engine API, Swarm, Nodes, Services, Tasks, Secrets, Configs.
"""

from aiohttp import web

from backend.api.request_values import query_bool, query_filters, read_json_object
from backend.engine import Engine
from backend.errors import InvalidParameterError, NotSupportedError, UnavailableError

NO_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node '
    "to swarm and try again."
)
NO_MEMBER = "This node is not part of a swarm"
NO_SWARM = "swarm mode is not supported: this engine runs on one machine only"
CLUSTER_KINDS = "nodes|services|secrets|configs"


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes; `engine` is not needed."""
    del engine
    return [
        web.put("/volumes/{name}", _update_volume),
        web.get("/swarm", _refuse),
        web.get("/swarm/unlockkey", _refuse),
        web.post("/swarm/{verb:init|join}", _begin),
        web.post("/swarm/leave", _leave),
        web.post("/swarm/update", _update),
        web.post("/swarm/unlock", _change),
        web.get(f"/{{kind:{CLUSTER_KINDS}|tasks}}", _list),
        web.post("/{kind:services|secrets|configs}/create", _change),
        web.get(f"/{{kind:{CLUSTER_KINDS}|tasks}}/{{id}}", _refuse),
        web.delete(f"/{{kind:{CLUSTER_KINDS}}}/{{id}}", _refuse),
        web.post(f"/{{kind:{CLUSTER_KINDS}}}/{{id}}/update", _update),
        web.get("/{kind:services|tasks}/{id}/logs", _logs),
    ]


async def _refuse(request: web.Request) -> web.Response:
    raise UnavailableError(NO_MANAGER)


async def _list(request: web.Request) -> web.Response:
    query_filters(request)
    raise UnavailableError(NO_MANAGER)


async def _change(request: web.Request) -> web.Response:
    await read_json_object(request, required=False)
    raise UnavailableError(NO_MANAGER)


async def _update(request: web.Request) -> web.Response:
    await read_json_object(request, required=False)
    version, kind = request.query.get("version", ""), request.match_info.get("kind", "swarm").rstrip("s")
    if not (version.isascii() and version.isdecimal()):
        reason = f" '{version}': strconv.ParseUint: parsing \"{version}\": invalid syntax"
        raise InvalidParameterError(f"invalid {kind} version{'' if kind in ('secret', 'config') else reason}")
    raise UnavailableError(NO_MANAGER)


async def _update_volume(request: web.Request) -> web.Response:
    await read_json_object(request, required=False)
    raise UnavailableError("volume update only valid for cluster volumes, but swarm is unavailable")


async def _begin(request: web.Request) -> web.Response:
    await read_json_object(request, required=False)
    raise NotSupportedError(NO_SWARM)


async def _leave(request: web.Request) -> web.Response:
    raise UnavailableError(NO_MEMBER)


async def _logs(request: web.Request) -> web.Response:
    if not (query_bool(request, "stdout") or query_bool(request, "stderr")):
        raise InvalidParameterError("Bad parameters: you must choose at least one stream")
    raise UnavailableError(NO_MANAGER)
