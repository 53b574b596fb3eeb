"""`/volumes`: create, list, inspect, remove, prune."""

from collections.abc import Collection, Mapping

from aiohttp import web

from backend.api.request_values import member, query_bool, query_filters, read_json_object
from backend.api.versions import api_version
from backend.engine import Engine
from backend.errors import InvalidParameterError
from backend.volumes.filters import (
    LIST_FILTERS,
    PRUNE_FILTERS,
    is_pruned,
    matches,
    means_everything,
    truth_of,
)

ANONYMOUS_ONLY = (1, 42)  # the API version from which a prune spares named volumes unless told otherwise


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""
    volumes = engine.volumes

    async def list_volumes(request: web.Request) -> web.Response:
        filters = _known_filters(request, LIST_FILTERS)
        if values := filters.get("dangling"):
            truth_of("dangling", values)
        found = [volume.to_docker() for volume in volumes.list() if matches(volume, filters, volumes.in_use)]
        return web.json_response({"Volumes": found, "Warnings": None})

    async def create_volume(request: web.Request) -> web.Response:
        body = await read_json_object(request, "volume.CreateOptions", required=False)
        volume = await volumes.create(
            member(body, "Name", str, ""),
            driver=member(body, "Driver", str, "local"),
            options=_strings(body, "DriverOpts"),
            labels=_strings(body, "Labels"),
        )
        return web.json_response(volume.to_docker(), status=201)

    async def inspect_volume(request: web.Request) -> web.Response:
        return web.json_response(volumes.get(request.match_info["name"]).to_docker())

    async def remove_volume(request: web.Request) -> web.Response:
        await volumes.remove(request.match_info["name"], force=query_bool(request, "force"))
        return web.Response(status=204)

    async def prune_volumes(request: web.Request) -> web.Response:
        filters = _known_filters(request, PRUNE_FILTERS)
        if api_version(request) < ANONYMOUS_ONLY:
            filters |= {"all": ["true"]}
        means_everything(filters)  # a value that is none is refused also where there is no volume
        removed: list[str] = []
        freed = 0
        for volume in volumes.list():
            if volumes.in_use(volume.name) or not is_pruned(volume, filters):
                continue
            freed += await volumes.size(volume.name)
            # Somebody may have begun to use or removed it while it was measured.
            if not volumes.in_use(volume.name):
                await volumes.remove(volume.name, force=True)
                removed.append(volume.name)
        engine.events.publish("volume", "prune", "", reclaimed=str(freed))
        return web.json_response({"VolumesDeleted": removed, "SpaceReclaimed": freed})

    return [
        web.get("/volumes", list_volumes),
        web.post("/volumes/create", create_volume),
        web.post("/volumes/prune", prune_volumes),
        web.get("/volumes/{name}", inspect_volume),
        web.delete("/volumes/{name}", remove_volume),
    ]


def _known_filters(request: web.Request, known: Collection[str]) -> dict[str, list[str]]:
    filters = query_filters(request)
    if unknown := set(filters) - set(known):
        raise InvalidParameterError(f"invalid filter '{min(unknown)}'")
    return filters


def _strings(body: Mapping[str, object], name: str) -> dict[str, str]:
    values = member(body, name, dict, {})
    if not all(isinstance(value, str) for value in values.values()):
        raise InvalidParameterError(f"invalid JSON: {name} must hold strings")
    return values
