"""Who reaches whom, with real traffic: containers of one network, of two, of internal ones, the outside."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.engine.container_calls import call, container, inspect, start, until
from tests.engine.test_networks_user import join, leave, network, on, run_in
from tests.support.native_engine import NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")

PAGE = "hello"
TRIES = 5
SERVE = ("sh", "-c", f"mkdir -p /www && echo {PAGE} > /www/index.html && exec httpd -f -p 80 -h /www")
ICC = "com.docker.network.bridge.enable_icc"
MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade"
BINDING = "com.docker.network.bridge.host_binding_ipv4"
OUTSIDE = "192.0.2.1"  # an address of this machine's, behind a route


@contextmanager
def server(engine: NativeEngine, net: str, **host: Any) -> Iterator[tuple[str, str]]:
    """A web server on a network; yields (id, address) once it answers."""
    body = on(net)
    body["HostConfig"] |= host
    body["ExposedPorts"] = {"80/tcp": {}}
    with container(engine, *SERVE, **body) as identifier:
        start(engine, identifier)
        address = inspect(engine, identifier)["NetworkSettings"]["Networks"][net]["IPAddress"]
        until(lambda: fetched(engine, identifier, "127.0.0.1"), "the server does not answer")
        yield identifier, address


@contextmanager
def client(engine: NativeEngine, net: str) -> Iterator[str]:
    """A container on a network that asks."""
    with container(engine, "sleep", "1000", **on(net)) as identifier:
        start(engine, identifier)
        yield identifier


def fetched(engine: NativeEngine, identifier: str, address: str, port: int = 80) -> bool:
    """Return whether a container gets the page from an address."""
    ask = f"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 1 {address} {port}"
    return PAGE in run_in(engine, identifier, "sh", "-c", ask)


def fetched_here(engine: NativeEngine, address: str, port: int = 80) -> bool:
    """Return whether this machine gets the page from an address."""
    host = f"[{address}]" if ":" in address else address
    done = subprocess.run(
        ["ip", "netns", "exec", engine.netns, "curl", "-s", "-m2", f"http://{host}:{port}/"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() == PAGE


def reached(engine: NativeEngine, identifier: str, address: str, port: int = 80) -> bool:
    """Return whether a container gets the page before long: a busy machine may be late once."""
    return any(fetched(engine, identifier, address, port) for _ in range(TRIES))


def reached_here(engine: NativeEngine, address: str, port: int = 80) -> bool:
    """Return whether this machine gets the page before long."""
    return any(fetched_here(engine, address, port) for _ in range(TRIES))


def test_containers_reach_their_own_network_and_no_other(engine: NativeEngine) -> None:
    with (
        network(engine) as one,
        network(engine) as two,
        server(engine, one) as (web, address),
        client(engine, one) as friend,
        client(engine, two) as stranger,
        client(engine, "bridge") as other,
    ):
        assert reached(engine, friend, address)
        assert not fetched(engine, stranger, address)
        assert not fetched(engine, other, address)
        assert reached_here(engine, address)
        assert join(engine, one, stranger).status == 200
        assert reached(engine, stranger, address)
        assert leave(engine, one, stranger).status == 200
        assert not fetched(engine, stranger, address)
        assert web


def test_published_ports_are_for_everybody(engine: NativeEngine) -> None:
    ports = {"80/tcp": [{"HostPort": "18090"}]}
    with (
        network(engine) as one,
        network(engine) as two,
        network(engine, Options={BINDING: "127.0.0.1"}) as shy,
        server(engine, one, PortBindings=ports),
        client(engine, two) as stranger,
    ):
        assert reached_here(engine, "127.0.0.1", 18090)
        gateway = engine.request("GET", f"/networks/{two}").json["IPAM"]["Config"][0]["Gateway"]
        assert reached(engine, stranger, gateway, 18090)
        with server(engine, shy, PortBindings={"80/tcp": [{"HostPort": "18091"}]}) as (quiet, _):
            bound = inspect(engine, quiet)["NetworkSettings"]["Ports"]["80/tcp"]
            assert bound == [{"HostIp": "127.0.0.1", "HostPort": "18091"}]
            assert reached_here(engine, "127.0.0.1", 18091)
            assert not fetched(engine, stranger, gateway, 18091)


def test_a_published_port_follows_its_container_to_another_network(engine: NativeEngine) -> None:
    ports = {"80/tcp": [{"HostPort": "18092"}]}
    with network(engine) as one, network(engine) as two, server(engine, one, PortBindings=ports) as (web, _):
        assert join(engine, two, web).status == 200
        assert reached_here(engine, "127.0.0.1", 18092)
        assert leave(engine, one, web).status == 200
        assert reached_here(engine, "127.0.0.1", 18092)
        assert leave(engine, two, web).status == 200
        assert inspect(engine, web)["NetworkSettings"]["Ports"] == {"80/tcp": None}
        assert not fetched_here(engine, "127.0.0.1", 18092)
        assert join(engine, two, web).status == 200
        assert reached_here(engine, "127.0.0.1", 18092)


def test_an_internal_network_has_no_way_out(engine: NativeEngine) -> None:
    with (
        network(engine, Internal=True) as inner,
        server(engine, inner) as (_, address),
        client(engine, inner) as friend,
        outside_address(engine.netns),
    ):
        assert reached(engine, friend, address)
        assert "default" not in run_in(engine, friend, "ip", "route")
        assert "unreachable" in run_in(engine, friend, "sh", "-c", f"ping -c1 -W1 {OUTSIDE} 2>&1")
        # Nor by a route that somebody inside makes: another network's gateway is not led through.
        with server(engine, "bridge") as (_, elsewhere), client(engine, "bridge") as neighbour:
            assert reached(engine, neighbour, elsewhere)
            assert not fetched(engine, friend, elsewhere)


def test_containers_can_be_kept_apart_on_one_network(engine: NativeEngine) -> None:
    ports = {"80/tcp": [{"HostPort": "18093"}]}
    with (
        network(engine, Options={ICC: "false"}) as net,
        server(engine, net, PortBindings=ports) as (_, address),
        client(engine, net) as other,
    ):
        assert not fetched(engine, other, address)
        assert reached_here(engine, address)
        assert reached_here(engine, "127.0.0.1", 18093)


def test_rules_and_interfaces_do_not_grow_with_what_is_gone(engine: NativeEngine) -> None:
    def kernel() -> tuple[list[str], str]:
        links = engine.inside("ls", "/sys/class/net").split()
        table = subprocess.run(
            ["ip", "netns", "exec", engine.netns, "nft", "list", "table", "ip", "marina"],
            capture_output=True,
            text=True,
            check=True,
        )
        return sorted(links), table.stdout

    before = kernel()
    with network(engine, Internal=True) as inner, network(engine) as net, client(engine, net) as one:
        assert join(engine, inner, one).status == 200
        assert len(kernel()[0]) == len(before[0]) + 4
        assert kernel()[1].count(" drop") == before[1].count(" drop")
        assert call(engine, "kill", one).status == 204
    until(lambda: kernel() == before, "something is left")


def test_a_crash_leaves_networks_as_they_were(engine: NativeEngine) -> None:
    option = {"com.docker.network.bridge.name": "marinatest2"}
    with (
        network(engine, "10.81.0.0/24", Options=option) as net,
        server(engine, net, PortBindings={"80/tcp": [{"HostPort": "18094"}]}) as (web, address),
        client(engine, net) as friend,
    ):
        before = engine.request("GET", f"/networks/{net}").json
        engine.kill()
        engine.start()
        assert engine.request("GET", f"/networks/{net}").json == before
        assert reached(engine, friend, address)
        assert reached_here(engine, "127.0.0.1", 18094)
        assert inspect(engine, web)["NetworkSettings"]["Networks"][net]["IPAddress"] == address
        with client(engine, net) as late:
            assert reached(engine, late, address)


@contextmanager
def outside_address(netns: str) -> Iterator[None]:
    """An address of the machine that no container is beside."""
    subprocess.run(["ip", "-n", netns, "address", "add", f"{OUTSIDE}/32", "dev", "lo"], check=True)
    try:
        yield
    finally:
        subprocess.run(["ip", "-n", netns, "address", "delete", f"{OUTSIDE}/32", "dev", "lo"], check=True)


def test_masquerading_can_be_left_to_others(engine: NativeEngine) -> None:
    def elements() -> str:
        listed = subprocess.run(
            ["ip", "netns", "exec", engine.netns, "nft", "list", "set", "ip", "marina", "hidden"],
            capture_output=True,
            text=True,
            check=True,
        )
        return listed.stdout

    with network(engine, "10.82.0.0/24", Options={MASQUERADE: "false"}):
        assert "10.82.0.0/24" not in elements()
    with network(engine, "10.82.0.0/24"):
        assert "10.82.0.0/24" in elements()
