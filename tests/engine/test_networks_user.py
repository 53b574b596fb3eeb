"""User-defined networks with real containers: made, shown, joined, left, removed."""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.engine.container_calls import call, container, engine_events, inspect, start
from tests.support.native_engine import Answer, NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")

SLEEP = ("sleep", "1000")


def make(engine: NativeEngine, name: str, **body: Any) -> Answer:
    """Ask for a network."""
    return engine.request("POST", "/networks/create", body={"Name": name, **body})


@contextmanager
def network(engine: NativeEngine, subnet: str = "", **body: Any) -> Iterator[str]:
    """A network for the length of a block; yields its name."""
    name = f"n{uuid.uuid4().hex[:8]}"
    if subnet:
        body["IPAM"] = {"Config": [{"Subnet": subnet}]}
    made = make(engine, name, **body)
    assert made.status == 201, made.body
    try:
        yield name
    finally:
        gone = engine.request("DELETE", f"/networks/{name}")
        assert gone.status in (204, 404), gone.body


def shown(engine: NativeEngine, name: str) -> dict[str, Any]:
    """Return what inspect says of a network."""
    answer = engine.request("GET", f"/networks/{name}")
    assert answer.status == 200, answer.body
    result: dict[str, Any] = answer.json
    return result


def run_in(engine: NativeEngine, identifier: str, *command: str) -> str:
    """Run a command in a container and return its output."""
    return engine.docker("exec", identifier, *command, check=False).stdout.decode()


def on(name: str, **settings: Any) -> dict[str, Any]:
    """Return the create body's part that puts a container on one network."""
    return {
        "HostConfig": {"NetworkMode": name},
        "NetworkingConfig": {"EndpointsConfig": {name: settings}},
    }


def join(engine: NativeEngine, name: str, identifier: str, **settings: Any) -> Answer:
    """Connect a container."""
    body = {"Container": identifier, "EndpointConfig": settings}
    return engine.request("POST", f"/networks/{name}/connect", body=body)


def leave(engine: NativeEngine, name: str, identifier: str) -> Answer:
    """Disconnect a container."""
    return engine.request("POST", f"/networks/{name}/disconnect", body={"Container": identifier})


def interfaces(engine: NativeEngine, identifier: str) -> dict[str, str]:
    """Return the IPv4 addresses inside by interface."""
    lines = run_in(engine, identifier, "ip", "-4", "-o", "address").splitlines()
    return {words[1]: words[3] for line in lines if (words := line.split())[1] != "lo"}


def default_gateway(engine: NativeEngine, identifier: str) -> str:
    """Return where the default route inside leads."""
    for line in run_in(engine, identifier, "ip", "route").splitlines():
        words = line.split()
        if words[0] == "default":
            return words[2]
    return ""


def test_a_network_is_shown_as_docker_shows_it(engine: NativeEngine) -> None:
    config = {
        "Subnet": "10.71.0.0/24",
        "IPRange": "10.71.0.128/25",
        "AuxiliaryAddresses": {"printer": "10.71.0.129"},
    }
    name = f"n{uuid.uuid4().hex[:8]}"
    since = time.time()
    made = make(
        engine,
        name,
        IPAM={"Config": [config]},
        Labels={"team": "blue"},
        Options={"com.docker.network.driver.mtu": "1400"},
        Attachable=True,
    )
    assert made.status == 201
    assert made.json["Warning"] == ""
    network = shown(engine, name)
    assert network.pop("Created")
    assert network == {
        "Name": name,
        "Id": made.json["Id"],
        "Scope": "local",
        "Driver": "bridge",
        "EnableIPv6": False,
        "IPAM": {"Driver": "default", "Options": None, "Config": [config]},
        "Internal": False,
        "Attachable": True,
        "Ingress": False,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": {},
        "Options": {"com.docker.network.driver.mtu": "1400"},
        "Labels": {"team": "blue"},
    }
    with container(engine, *SLEEP, **on(name)) as member:
        start(engine, member)
        place = inspect(engine, member)["NetworkSettings"]["Networks"][name]
        # The range begins with the gateway; the printer's address stays free of containers.
        assert (place["Gateway"], place["IPAddress"]) == ("10.71.0.128", "10.71.0.130")
        assert "mtu 1400" in run_in(engine, member, "ip", "link", "show", "eth0")
        entry = shown(engine, name)["Containers"][member]
        assert entry["IPv4Address"] == "10.71.0.130/24"
        busy = engine.request("DELETE", f"/networks/{name}")
        assert (busy.status, busy.message) == (
            403,
            f"error while removing network: network {name} id {made.json['Id']} has active endpoints",
        )
    assert engine.request("DELETE", f"/networks/{made.json['Id'][:10]}").status == 204
    assert engine.request("GET", f"/networks/{name}").message == f"network {name} not found"
    assert engine_events(engine, since, type=["network"], network=[name]) == [
        "create",
        "connect",
        "disconnect",
        "destroy",
    ]


REFUSALS: list[tuple[dict[str, Any], int, str]] = [
    ({"Name": ""}, 400, "invalid name: "),
    ({"Name": "bridge"}, 403, "operation is not permitted on predefined bridge network "),
    ({"Name": "x", "Driver": "nope"}, 404, 'plugin "nope" not found'),
    ({"Name": "x", "Driver": "host"}, 403, 'only one instance of "host" network is allowed'),
    ({"Name": "x", "Scope": "swarm"}, 403, "cannot create a swarm scoped network when swarm is not active"),
    (
        {"Name": "x", "IPAM": {"Config": [{"Subnet": "10.9.0.5/24"}]}},
        400,
        "invalid network config:\ninvalid subnet 10.9.0.5/24: it should be 10.9.0.0/24",
    ),
    (
        {"Name": "x", "IPAM": {"Config": [{"Subnet": "10.9.0.0/24"}, {"Subnet": "10.10.0.0/24"}]}},
        403,
        "bridge driver doesn't support multiple subnets",
    ),
    (
        {"Name": "x", "EnableIPv6": True},
        404,
        "could not find an available, non-overlapping IPv6 address pool among the defaults to assign to the "
        "network",
    ),
    (
        {"Name": "x", "Options": {"com.docker.network.bridge.enable_icc": "maybe"}},
        400,
        "failed to parse com.docker.network.bridge.enable_icc value: maybe "
        '(strconv.ParseBool: parsing "maybe": invalid syntax)',
    ),
]


@pytest.mark.parametrize(("body", "status", "message"), REFUSALS)
def test_a_network_that_cannot_be_is_refused_in_dockers_words(
    engine: NativeEngine, body: dict[str, Any], status: int, message: str
) -> None:
    answer = engine.request("POST", "/networks/create", body=body)
    assert (answer.status, answer.message) == (status, message)


def test_names_subnets_and_bridges_are_had_once(engine: NativeEngine) -> None:
    option = {"com.docker.network.bridge.name": "marinatest1"}
    with network(engine, "10.72.0.0/24", Options=option) as name:
        again = make(engine, name)
        assert (again.status, again.message) == (409, f"network with name {name} already exists")
        overlap = make(engine, "other", IPAM={"Config": [{"Subnet": "10.72.0.0/16"}]})
        assert overlap.message == "Pool overlaps with other one on this address space"
        twin = make(engine, "other", Options=option)
        assert twin.status == 403
        assert twin.message.endswith("(marinatest1): networks have same bridge name")
        assert "marinatest1" in engine.inside("ls", "/sys/class/net")
    assert "marinatest1" not in engine.inside("ls", "/sys/class/net")
    for taken in ("lo", "x" * 16):
        refused = make(engine, "other", Options={"com.docker.network.bridge.name": taken})
        assert refused.status in (400, 403), refused.body


def test_subnets_are_chosen_beside_one_another(engine: NativeEngine) -> None:
    with network(engine) as one, network(engine) as two:
        subnets = {shown(engine, name)["IPAM"]["Config"][0]["Subnet"] for name in (one, two, "bridge")}
        assert len(subnets) == 3
        assert shown(engine, one)["IPAM"]["Config"][0]["Gateway"]


def test_lists_and_prunes_are_filtered(engine: NativeEngine) -> None:
    def listed(**filters: list[str]) -> set[str]:
        answer = engine.request("GET", "/networks", query={"filters": json.dumps(filters)})
        return {network["Name"] for network in answer.json}

    def pruned(**filters: list[str]) -> set[str]:
        answer = engine.request("POST", "/networks/prune", query={"filters": json.dumps(filters)})
        return set(answer.json["NetworksDeleted"] or ())

    with network(engine, Labels={"keep": "yes"}) as kept, network(engine) as free:
        assert {"bridge", "host", "none", kept, free} <= listed()
        assert listed(type=["custom"]) == {kept, free}
        assert listed(name=[kept[:6]]) == {kept}
        assert listed(label=["keep=yes"]) == {kept}
        assert listed(driver=["null"]) == {"none"}
        assert engine.request("GET", "/networks", query={"filters": '{"x":["y"]}'}).status == 400
        with container(engine, *SLEEP, **on(free)) as member:
            start(engine, member)
            assert listed(dangling=["true"]) == {kept}
            assert pruned(label=["nothing"]) == set()
            assert pruned(until=["1h"]) == set()
            assert pruned() == {kept}
        assert pruned(**{"label!": ["keep"]}) == {free}


def test_several_networks_at_create_and_the_way_out(engine: NativeEngine) -> None:
    with (
        network(engine, "10.73.0.0/24") as first,
        network(engine, "10.74.0.0/24") as second,
    ):
        body = {
            "HostConfig": {"NetworkMode": first},
            "NetworkingConfig": {
                "EndpointsConfig": {
                    second: {"MacAddress": "02:00:00:00:00:99"},
                    first: {"IPAMConfig": {"IPv4Address": "10.73.0.77"}, "Aliases": ["web"]},
                }
            },
        }
        with container(engine, *SLEEP, **body) as member:
            idle = inspect(engine, member)["NetworkSettings"]["Networks"]
            assert set(idle) == {first, second}
            assert idle[first]["IPAddress"] == ""
            start(engine, member)
            assert interfaces(engine, member) == {"eth0": "10.73.0.77/24", "eth1": "10.74.0.2/24"}
            networks = inspect(engine, member)["NetworkSettings"]["Networks"]
            assert networks[first]["DNSNames"][1:] == ["web", member[:12]]
            assert networks[second]["MacAddress"] == "02:00:00:00:00:99"
            # By name, as Docker has it.
            assert default_gateway(engine, member) == f"10.7{3 if first < second else 4}.0.1"


def test_a_running_container_joins_and_leaves(engine: NativeEngine) -> None:
    with network(engine, "10.75.0.0/24") as name, container(engine, *SLEEP) as member:
        start(engine, member)
        assert join(engine, name, member, IPAMConfig={"IPv4Address": "10.75.0.9"}).status == 200
        assert interfaces(engine, member)["eth1"] == "10.75.0.9/24"
        assert f"10.75.0.9\t{member[:12]}\n" in run_in(engine, member, "cat", "/etc/hosts")
        again = join(engine, name, member)
        assert (again.status, "already exists in network" in again.message) == (403, True)
        assert leave(engine, "bridge", member).status == 200
        assert interfaces(engine, member) == {"eth1": "10.75.0.9/24"}
        assert default_gateway(engine, member) == "10.75.0.1"
        gone = leave(engine, "bridge", member)
        assert (gone.status, gone.message) == (
            500,
            f"container {member} is not connected to network bridge",
        )
        assert join(engine, "bridge", member).status == 200
        assert set(interfaces(engine, member)) == {"eth0", "eth1"}
        assert leave(engine, name, member).status == 200
        assert "10.75.0.9" not in run_in(engine, member, "cat", "/etc/hosts")
        assert call(engine, "stop", member, t="0").status == 204
        # It comes back to where it was.
        start(engine, member)
        assert list(inspect(engine, member)["NetworkSettings"]["Networks"]) == ["bridge"]


def test_a_stopped_container_joins_and_leaves(engine: NativeEngine) -> None:
    with network(engine, "10.76.0.0/24") as name, container(engine, *SLEEP) as member:
        assert join(engine, name, member, Aliases=["web"]).status == 200
        assert leave(engine, "bridge", member).status == 200
        assert list(inspect(engine, member)["NetworkSettings"]["Networks"]) == [name]
        start(engine, member)
        assert interfaces(engine, member) == {"eth0": "10.76.0.2/24"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"IPAMConfig": {"IPv4Address": "1.2.3.4"}},
            "no configured subnet or ip-range contain the IP address 1.2.3.4",
        ),
        (
            {"IPAMConfig": {"IPv4Address": "x", "IPv6Address": "10.0.0.1"}},
            "* invalid IPv4 address: x\n* invalid IPv6 address: 10.0.0.1\n"
            "* no configured subnet or ip-range contain the IP address x\n"
            "* user specified IP address is supported only when connecting to networks with user configured "
            "subnets",
        ),
    ],
)
def test_what_cannot_be_asked_of_a_network(
    engine: NativeEngine, settings: dict[str, Any], message: str
) -> None:
    with network(engine, "10.77.0.0/24") as name:
        body = {"Image": "busybox", **on(name, **settings)}
        answer = engine.request("POST", "/containers/create", body=body)
        full = f"invalid config for network {name}: invalid endpoint settings:\n{message}"
        assert (answer.status, answer.message) == (400, full)
        with container(engine, *SLEEP) as member:
            answer = join(engine, name, member, **settings)
            assert (answer.status, answer.message) == (400, f"invalid endpoint settings:\n{message}")


def test_an_address_is_given_once(engine: NativeEngine) -> None:
    wish = {"IPAMConfig": {"IPv4Address": "10.78.0.9"}}
    with (
        network(engine, "10.78.0.0/24") as name,
        container(engine, *SLEEP, **on(name, **wish)) as one,
        container(engine, *SLEEP, **on(name, **wish)) as two,
    ):
        start(engine, one)
        refused = call(engine, "start", two)
        assert (refused.status, refused.message) == (403, "Address already in use")


def test_host_and_none_stay_alone(engine: NativeEngine) -> None:
    with network(engine) as name, container(engine, *SLEEP, HostConfig={"NetworkMode": "host"}) as member:
        assert "sharing network namespace" in join(engine, name, member).message
    with container(engine, *SLEEP) as member:
        assert join(engine, "host", member).status == 400
        assert join(engine, "none", member).status == 400
        assert join(engine, "nowhere", member).message == "network nowhere not found"
    assert join(engine, "bridge", "nobody").message == "No such container: nobody"
    assert join(engine, "bridge", "").message == 'invalid name or ID supplied: ""'


def test_a_missing_network_is_told_at_start(engine: NativeEngine) -> None:
    with container(engine, *SLEEP, HostConfig={"NetworkMode": "nowhere"}) as member:
        answer = call(engine, "start", member)
        assert (answer.status, answer.message) == (404, "network nowhere not found")
    with network(engine) as name, container(engine, *SLEEP, **on(name)) as member:
        start(engine, member)
        identifier = shown(engine, name)["Id"]
        assert call(engine, "kill", member).status == 204
        assert engine.request("DELETE", f"/networks/{name}").status == 204
        assert make(engine, name).status == 201
        # Another one of the same name is another one.
        answer = call(engine, "start", member)
        assert (answer.status, answer.message) == (404, f"network {identifier} not found")


def test_older_callers_name_one_network(engine: NativeEngine) -> None:
    two: dict[str, Any] = {"NetworkingConfig": {"EndpointsConfig": {"b": {}, "a": {}}}}
    answer = engine.request("POST", "/v1.43/containers/create", body={"Image": "busybox", **two})
    assert (answer.status, answer.message) == (
        400,
        "Container cannot be created with multiple network endpoints: a, b",
    )


def test_the_command_line_makes_uses_and_removes_a_network(engine: NativeEngine) -> None:
    name = f"n{uuid.uuid4().hex[:8]}"
    engine.docker("network", "create", "--subnet", "10.79.0.0/24", "--label", "a=b", name)
    out = engine.docker("run", "--rm", "--network", name, "--ip", "10.79.0.5", "busybox", "ip", "-4", "addr")
    assert b"10.79.0.5/24" in out.stdout
    assert name in engine.docker("network", "ls").stdout.decode()
    assert engine.docker("network", "rm", name).stdout.decode().strip() == name


def test_link_local_addresses_come_with_a_network(engine: NativeEngine) -> None:
    with network(engine) as net, container(engine, *SLEEP) as one:
        start(engine, one)
        refused = join(engine, net, one, IPAMConfig={"LinkLocalIPs": ["10.9.9.9"]})
        assert (refused.status, refused.message.splitlines()[-1]) == (
            400,
            "invalid link local IP address: 10.9.9.9",
        )
        assert join(engine, net, one, IPAMConfig={"LinkLocalIPs": ["169.254.8.8"] * 2}).status == 200
        assert "inet 169.254.8.8/16 " in run_in(engine, one, "ip", "-4", "address")
        assert leave(engine, net, one).status == 200
        assert "169.254" not in run_in(engine, one, "ip", "-4", "address")
