"""The name service of user-defined networks with real containers: busybox's own resolver asks."""

import re
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from backend.networks.names.dns_message import parse_query
from tests.engine.container_calls import call, container, inspect, start, until
from tests.engine.private_network import inside
from tests.engine.test_networks_user import join, leave, network, on, run_in
from tests.support.name_server import BIG, name_server
from tests.support.native_engine import NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")

SLEEP = ("sleep", "1000")
SERVER = "127.0.0.1"


@contextmanager
def running(engine: NativeEngine, name: str, net: str, **settings: Any) -> Iterator[str]:
    """A running container on a network."""
    host, exposed = settings.pop("HostConfig", {}), settings.pop("ExposedPorts", {})
    body = on(net, **settings) | {"ExposedPorts": exposed}
    body["HostConfig"] |= host
    with container(engine, *SLEEP, name=name, **body) as identifier:
        start(engine, identifier)
        yield identifier


def lookup(engine: NativeEngine, identifier: str, name: str, *options: str) -> list[str]:
    """Return the addresses that a name has inside a container."""
    out = run_in(engine, identifier, "nslookup", *options, name)
    return re.findall(r"^Address(?: \d+)?:\s+([0-9a-f.:]+)$", out.partition("\n\n")[2], re.MULTILINE)


def address(engine: NativeEngine, identifier: str, net: str) -> str:
    """Return a container's address on a network."""
    return str(inspect(engine, identifier)["NetworkSettings"]["Networks"][net]["IPAddress"])


def test_names_ids_aliases_and_hostnames_are_found(engine: NativeEngine) -> None:
    with (
        network(engine) as net,
        running(engine, "names-web", net, Aliases=["site", "Shop"]) as web,
        running(engine, "names-two", net, Aliases=["site"]) as two,
    ):
        one_address, two_address = address(engine, web, net), address(engine, two, net)
        assert run_in(engine, two, "cat", "/etc/resolv.conf").splitlines()[0] == "nameserver 127.0.0.11"
        for name in ("names-web", "NAMES-WEB", web[:12], "shop", f"names-web.{net}"):
            assert lookup(engine, two, name) == [one_address], name
        assert set(lookup(engine, two, "site")) == {one_address, two_address}
        assert lookup(engine, two, "names-two") == [two_address]
        assert lookup(engine, two, "names-web", "-type=aaaa") == []
        assert f"name = names-web.{net}" in run_in(engine, two, "nslookup", one_address)
        assert "1 packets received" in run_in(engine, two, "ping", "-c1", "-W5", "names-web")
        # Over TCP too: what a client does when an answer was too large.
        assert engine.request("POST", f"/containers/{web}/rename", query={"name": "names-new"}).status == 204
        assert lookup(engine, two, "names-new") == [one_address]
        assert lookup(engine, two, "names-web") == []


def test_names_follow_connects_disconnects_and_ends(engine: NativeEngine) -> None:
    with (
        network(engine) as net,
        network(engine) as other,
        running(engine, "follow-me", net) as me,
        running(engine, "follow-web", other) as web,
    ):
        assert lookup(engine, me, "follow-web") == []
        assert join(engine, net, web, Aliases=["www"]).status == 200
        assert lookup(engine, me, "www") == lookup(engine, me, "follow-web") == [address(engine, web, net)]
        assert leave(engine, net, web).status == 200
        assert lookup(engine, me, "www") == []
        assert join(engine, net, web).status == 200
        assert call(engine, "kill", web).status == 204
        assert lookup(engine, me, "follow-web") == []


def test_a_container_of_the_default_bridge_gets_the_service_when_it_joins(engine: NativeEngine) -> None:
    with network(engine) as net, running(engine, "late-web", net) as web, container(engine, *SLEEP) as me:
        start(engine, me)
        assert "127.0.0.11" not in run_in(engine, me, "cat", "/etc/resolv.conf")
        assert join(engine, net, me).status == 200
        assert "127.0.0.11" in run_in(engine, me, "cat", "/etc/resolv.conf")
        assert lookup(engine, me, "late-web") == [address(engine, web, net)]


def test_links_are_names_for_one_container(engine: NativeEngine) -> None:
    with (
        network(engine) as net,
        running(engine, "link-web", net) as web,
        running(engine, "link-me", net, Links=["link-web:www"]) as me,
    ):
        assert lookup(engine, me, "www") == [address(engine, web, net)]
        assert lookup(engine, web, "www") == []


def test_other_names_are_asked_of_real_servers(engine: NativeEngine) -> None:
    records = {"example.com": "192.0.2.80", "short": "192.0.2.81"}
    with (
        name_server(engine.netns, SERVER, records) as asked,
        network(engine) as net,
        running(engine, "up-me", net, HostConfig={"Dns": [SERVER]}) as me,
    ):
        assert lookup(engine, me, "example.com", "-type=a") == ["192.0.2.80"]
        assert lookup(engine, me, "short", "-type=a") == ["192.0.2.81"]
        assert "NXDOMAIN" in run_in(engine, me, "nslookup", "-type=a", "nobody.example")
        assert lookup(engine, me, "up-me") == [address(engine, me, net)]
        assert "up-me" not in asked
        reply = over_tcp(engine, me, BIG)
        assert len(reply) > 512
        assert f"{BIG} by tcp" in asked


def test_names_of_internal_networks_are_not_carried_out(engine: NativeEngine) -> None:
    with (
        name_server(engine.netns, SERVER, {"example.com": "192.0.2.80"}) as asked,
        network(engine, Internal=True) as net,
        running(engine, "inner-web", net) as web,
        running(engine, "inner-me", net, HostConfig={"Dns": [SERVER]}) as me,
    ):
        assert lookup(engine, me, "inner-web") == [address(engine, web, net)]
        assert "SERVFAIL" in run_in(engine, me, "nslookup", "-type=a", "example.com")
        assert asked == []


def test_the_service_comes_back_with_the_engine(engine: NativeEngine) -> None:
    with (
        network(engine) as net,
        running(engine, "back-web", net) as web,
        running(engine, "back-me", net) as me,
    ):
        wanted = [address(engine, web, net)]
        assert lookup(engine, me, "back-web") == wanted
        engine.kill()
        engine.start()
        until(lambda: lookup(engine, me, "back-web") == wanted, "the name service is not back")
        assert inspect(engine, me)["State"]["Running"]


def test_a_container_may_have_port_53_itself(engine: NativeEngine) -> None:
    with network(engine) as net, running(engine, "own-53", net) as me:
        with inside(pin(engine, me), lambda: bound(53)) as own:
            assert own.getsockname()[1] == 53
        assert lookup(engine, me, "own-53") == [address(engine, me, net)]


def test_hostile_packets_do_no_harm(engine: NativeEngine) -> None:
    with network(engine) as net, running(engine, "hostile", net) as me:

        def attack() -> None:
            with ExitStack() as stack:
                udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                for size in range(200):
                    udp.sendto(bytes((size * number) % 256 for number in range(size)), ("127.0.0.11", 53))
                for data in (b"", b"\0", b"\xff\xff", b"\0\x20" + b"\xff" * 32, b"\0\0"):
                    client = stack.enter_context(socket.create_connection(("127.0.0.11", 53), 10))
                    client.sendall(data)
                # More connections than one container is given.
                for _ in range(40):
                    stack.enter_context(socket.create_connection(("127.0.0.11", 53), 10))

        inside(pin(engine, me), attack)
        until(lambda: lookup(engine, me, "hostile") == [address(engine, me, net)], "no answer")
        assert b"Traceback" not in (engine.state / "engine.log").read_bytes()[-20000:]


def pin(engine: NativeEngine, identifier: str) -> Path:
    """Return the container's network namespace."""
    return Path(f"/proc/{inspect(engine, identifier)['State']['Pid']}/ns/net")


def bound(port: int) -> socket.socket:
    """Return a UDP socket at a port of all addresses."""
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.bind(("0.0.0.0", port))
    return own


def over_tcp(engine: NativeEngine, identifier: str, name: str) -> bytes:
    """Ask the name service over TCP; returns the answer."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    message = struct.pack("!HHHHHH", 9, 0x0100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"
    assert parse_query(message).name == name

    def ask() -> bytes:
        with socket.create_connection(("127.0.0.11", 53), 10) as client:
            client.sendall(len(message).to_bytes(2, "big") + message)
            received = b""
            while len(received) < 2 or len(received) < 2 + int.from_bytes(received[:2], "big"):
                chunk = client.recv(65536)
                assert chunk
                received += chunk
            return received[2:]

    return inside(pin(engine, identifier), ask)
