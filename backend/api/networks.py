"""`/networks`: list and inspect; user-defined networks are refused until the engine has them."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from backend.api.request_values import member, query_filters, read_json_object
from backend.engine import Engine
from backend.errors import ForbiddenError, InvalidParameterError, NotSupportedError
from backend.networks.network_records import PREDEFINED

KNOWN_FILTERS = frozenset({"dangling", "driver", "id", "label", "name", "scope", "type"})
NOT_YET = "user-defined networks are not supported yet; use the networks bridge, host or none"


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""

    async def list_networks(request: web.Request) -> web.Response:
        filters = query_filters(request)
        if unknown := set(filters) - KNOWN_FILTERS:
            raise InvalidParameterError(f"invalid filter '{min(unknown)}'")
        return web.json_response([network for network in engine.networks.list() if matches(network, filters)])

    async def inspect_network(request: web.Request) -> web.Response:
        return web.json_response(engine.networks.inspect(request.match_info["id"]))

    async def create_network(request: web.Request) -> web.Response:
        name = member(await read_json_object(request), "Name", str, "")
        if not name:
            raise InvalidParameterError("network name is required")
        if name in PREDEFINED:
            raise ForbiddenError(f"operation is not permitted on predefined {name} network")
        raise NotSupportedError(NOT_YET)

    async def remove_network(request: web.Request) -> web.Response:
        network = engine.networks.inspect(request.match_info["id"])
        raise ForbiddenError(f"{network['Name']} is a pre-defined network and cannot be removed")

    async def change_membership(request: web.Request) -> web.Response:
        await read_json_object(request)
        engine.networks.inspect(request.match_info["id"])
        raise NotSupportedError("joining and leaving networks while a container exists is not supported yet")

    async def prune_networks(request: web.Request) -> web.Response:
        query_filters(request)
        return web.json_response({"NetworksDeleted": []})  # pre-defined networks are never pruned

    return [
        web.get("/networks", list_networks),
        web.post("/networks/create", create_network),
        web.post("/networks/prune", prune_networks),
        web.get("/networks/{id}", inspect_network),
        web.delete("/networks/{id}", remove_network),
        web.post("/networks/{id}/connect", change_membership),
        web.post("/networks/{id}/disconnect", change_membership),
    ]


def matches(network: Mapping[str, Any], filters: Mapping[str, list[str]]) -> bool:
    """Return whether a network passes: any value of a filter, all filters (labels: all values)."""
    return all(_passes(network, name, values) for name, values in filters.items() if values)


def _passes(network: Mapping[str, Any], name: str, values: list[str]) -> bool:
    if name == "label":
        return all(_has_label(network["Labels"], value) for value in values)
    if name == "name":
        return any(value in network["Name"] for value in values)
    if name == "id":
        return any(value in network["Id"] for value in values)
    if name in ("driver", "scope"):
        return network[name.title()] in values
    predefined = network["Name"] in PREDEFINED
    if name == "type":
        return ("builtin" if predefined else "custom") in values
    # dangling: unused and not pre-defined
    return not predefined and not network["Containers"] and json.loads(values[0].lower()) is True


def _has_label(labels: Mapping[str, str], wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in labels and (not equals or labels[key] == value)
