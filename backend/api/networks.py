"""`/networks`: create, list, inspect, remove, prune; containers join and leave.

Source: Docker Engine API, tag Network; the texts are those of dockerd 26.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from backend.api.request_values import member, query_filters, read_json_object
from backend.engine import Engine
from backend.errors import InvalidParameterError, NotFoundError
from backend.networks.network import Network
from backend.patterns import FALSE_WORDS, TRUE_WORDS, fits_pattern

KNOWN_FILTERS = frozenset({"dangling", "driver", "id", "label", "name", "scope", "type"})
TYPES = ("builtin", "custom")


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""
    networks = engine.networks

    async def list_networks(request: web.Request) -> web.Response:
        filters = query_filters(request)
        check_filters(filters)
        found = [network for network in networks.all() if matches(network, filters, networks.is_used)]
        return web.json_response([network.to_docker(()) for network in found])

    async def inspect_network(request: web.Request) -> web.Response:
        name, scope = request.match_info["id"], request.query.get("scope")
        if scope not in (None, "", "local"):
            raise NotFoundError(f"network {name} not found")
        verbose = request.query.get("verbose")  # more is told of swarm networks only
        if verbose and verbose not in TRUE_WORDS | FALSE_WORDS:
            raise InvalidParameterError(
                f"invalid value for verbose: {verbose}: "
                f'strconv.ParseBool: parsing "{verbose}": invalid syntax'
            )
        return web.json_response(networks.inspect(name))

    async def create_network(request: web.Request) -> web.Response:
        network = await networks.create(await read_json_object(request, "types.NetworkCreateRequest"))
        return web.json_response({"Id": network.id, "Warning": ""}, status=201)

    async def remove_network(request: web.Request) -> web.Response:
        await networks.remove(request.match_info["id"])
        return web.Response(status=204)

    async def connect(request: web.Request) -> web.Response:
        from backend.containers.networking.network_membership import connect

        body = await read_json_object(request, "types.NetworkConnect", required=False)
        reference = _container_in(body)
        network = networks.find(request.match_info["id"])
        await connect(engine.containers, network, reference, body.get("EndpointConfig"))
        return web.Response(status=200)

    async def disconnect(request: web.Request) -> web.Response:
        from backend.containers.networking.network_membership import disconnect

        body = await read_json_object(request, "types.NetworkDisconnect", required=False)
        await disconnect(
            engine.containers,
            request.match_info["id"],
            _container_in(body),
            force=member(body, "Force", bool, False),
        )
        return web.Response(status=200)

    async def prune_networks(request: web.Request) -> web.Response:
        from backend.networks.pruning import prune

        removed = await prune(networks, query_filters(request))
        engine.events.publish("network", "prune", "", reclaimed="0")
        return web.json_response({"NetworksDeleted": removed or None})

    return [
        web.get("/networks", list_networks),
        web.get("/networks/", list_networks),
        web.post("/networks/create", create_network),
        web.post("/networks/prune", prune_networks),
        web.get("/networks/{id}", inspect_network),
        web.delete("/networks/{id}", remove_network),
        web.post("/networks/{id}/connect", connect),
        web.post("/networks/{id}/disconnect", disconnect),
    ]


def _container_in(body: Mapping[str, Any]) -> str:
    reference = member(body, "Container", str, "")
    if not reference:
        raise InvalidParameterError('invalid name or ID supplied: ""')
    return reference


def check_filters(filters: Mapping[str, list[str]]) -> None:
    """Raise InvalidParameterError for filters or values that do not exist."""
    if unknown := set(filters) - KNOWN_FILTERS:
        raise InvalidParameterError(f"invalid filter '{min(unknown)}'")
    for value in filters.get("type", ()):
        if value not in TYPES:
            raise InvalidParameterError(f"invalid filter: 'type'='{value}'")
    for value in filters.get("dangling", ()):
        if value.lower() not in ("true", "1", "false", "0"):
            raise InvalidParameterError(
                'invalid value for filter \'dangling\', must be "true" (or "1"), or "false" (or "0")'
            )


def matches(network: Network, filters: Mapping[str, list[str]], is_used: Any = lambda network: False) -> bool:
    """Return whether a network passes: any value of a filter, all filters (labels: all values)."""
    return all(_passes(network, name, values, is_used) for name, values in filters.items() if values)


def _passes(network: Network, name: str, values: list[str], is_used: Any) -> bool:
    if name == "label":
        return all(_has_label(network.labels, value) for value in values)
    if name == "name":
        return any(fits_pattern(value, network.name) for value in values)
    if name == "id":
        return any(value in network.id for value in values)
    if name == "driver":
        return network.driver in values
    if name == "scope":
        return "local" in values
    if name == "type":
        return ("builtin" if network.is_predefined else "custom") in values
    dangling = not network.is_predefined and not is_used(network)
    return dangling == (values[0].lower() in ("true", "1"))


def _has_label(labels: Mapping[str, str], wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in labels and (not equals or labels[key] == value)
