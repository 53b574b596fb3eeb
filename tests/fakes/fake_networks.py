"""The fake engine's networks: listed, made, removed, pruned, with their members."""

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.fakes.fake_containers import Refusal
from tests.fakes.fake_state import FakeContainer, FakeNetwork

if TYPE_CHECKING:
    from tests.fakes.fake_engine import Handler


def list_networks(request: "Handler") -> None:
    """Answer all networks; members are only in the answer for one."""
    request.answer_json([_row(network) for network in request.engine.state.networks])


def create_network(request: "Handler") -> None:
    """Make one."""
    state, body = request.engine.state, json.loads(request.body)
    name = body.get("Name", "")
    if any(network.name == name for network in state.networks):
        raise Refusal(409, f"network with name {name} already exists")
    configs = (body.get("IPAM") or {}).get("Config") or []
    subnet = configs[0].get("Subnet", "") if configs else f"172.{18 + len(state.networks)}.0.0/16"
    network = FakeNetwork(name, body.get("Driver") or "bridge", subnet, bool(body.get("Internal")))
    network.parent = (body.get("Options") or {}).get("parent", "")
    state.networks.append(network)
    state.publish("network", "create", network.id, name=name)
    request.answer_json({"Id": network.id, "Warning": ""}, 201)


def inspect_network(request: "Handler", name: str) -> None:
    """Answer one network with its members."""
    network = _get(request, name)
    request.answer_json(_row(network) | {"Containers": _members(request, network)})


def remove_network(request: "Handler", name: str) -> None:
    """Remove one without members."""
    network = _get(request, name)
    if network.is_predefined:
        raise Refusal(403, f"{name} is a pre-defined network and cannot be removed")
    if _members(request, network):
        raise Refusal(403, f"error while removing network: network {network.name} has active endpoints")
    request.engine.state.networks.remove(network)
    request.engine.state.publish("network", "destroy", network.id, name=network.name)
    request.answer(204, b"")


def prune_networks(request: "Handler") -> None:
    """Remove those without any container."""
    state = request.engine.state
    used = {name for container in state.containers.values() for name in container.networks}
    gone = [n for n in state.networks if not n.is_predefined and n.name not in used]
    for network in gone:
        state.networks.remove(network)
        state.publish("network", "destroy", network.id, name=network.name)
    request.answer_json({"NetworksDeleted": [network.name for network in gone]})


def connect(request: "Handler", name: str) -> None:
    """Put a container on a network."""
    network, body = _get(request, name), json.loads(request.body)
    container = request.engine.containers.get(body["Container"])
    if network.name in container.networks:
        raise Refusal(403, f"endpoint with name {container.name} already exists in network {network.name}")
    container.networks = (*container.networks, network.name)
    container.endpoints[network.name] = body.get("EndpointConfig") or {}
    request.engine.state.publish("network", "connect", network.id, container=container.id, name=network.name)
    request.answer(200, b"")


def disconnect(request: "Handler", name: str) -> None:
    """Take a container off a network."""
    network, body = _get(request, name), json.loads(request.body)
    container = request.engine.containers.get(body["Container"])
    if network.name not in container.networks:
        raise Refusal(403, f"container {container.id} is not connected to network {network.name}")
    container.networks = tuple(other for other in container.networks if other != network.name)
    request.engine.state.publish(
        "network", "disconnect", network.id, container=container.id, name=network.name
    )
    request.answer(200, b"")


def _get(request: "Handler", name: str) -> FakeNetwork:
    for network in request.engine.state.networks:
        if name == network.name or network.id.startswith(name):
            return network
    raise Refusal(404, f"network {name} not found")


def _members(request: "Handler", network: FakeNetwork) -> dict[str, Any]:
    containers = request.engine.state.containers.values()
    members = [c for c in containers if c.state == "running" and network.name in c.networks]
    base = network.subnet.rpartition(".")[0]
    return {
        container.id: {
            "Name": container.name,
            "EndpointID": container.id,
            "MacAddress": f"02:42:ac:11:00:{place:02x}",
            "IPv4Address": f"{_wanted(container, network) or f'{base}.{place}'}/16" if base else "",
            "IPv6Address": "",
        }
        for place, container in enumerate(members, start=2)
    }


def _wanted(container: FakeContainer, network: FakeNetwork) -> str:
    wishes = container.endpoints.get(network.name, {}).get("IPAMConfig") or {}
    return str(wishes.get("IPv4Address") or "")


def _row(network: FakeNetwork) -> dict[str, Any]:
    config = [{"Subnet": network.subnet}] if network.subnet else []
    return {
        "Name": network.name,
        "Id": network.id,
        "Created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(network.created)),
        "Scope": "local",
        "Driver": network.driver,
        "IPAM": {"Driver": "default", "Options": {}, "Config": config},
        "Internal": network.internal,
        "Attachable": False,
        "Labels": {},
        "Containers": {},
    }


ROUTES: list[tuple[str, Callable[..., None]]] = [
    (r"GET /networks", list_networks),
    (r"POST /networks/create", create_network),
    (r"POST /networks/prune", prune_networks),
    (r"GET /networks/([^/]+)", inspect_network),
    (r"DELETE /networks/([^/]+)", remove_network),
    (r"POST /networks/([^/]+)/connect", connect),
    (r"POST /networks/([^/]+)/disconnect", disconnect),
]
