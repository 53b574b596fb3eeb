"""IPv6 on user-defined networks with real containers: addresses, names, isolation, published ports."""

import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.engine.container_calls import call, container, inspect, start, until
from tests.engine.test_networks_isolation import SERVE, client, fetched_here, reached, reached_here, server
from tests.engine.test_networks_names import lookup
from tests.engine.test_networks_user import make, on, run_in, shown
from tests.support.native_engine import NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")


@contextmanager
def dual(engine: NativeEngine, number: int) -> Iterator[str]:
    """A network with both kinds of addresses."""
    name = f"six{uuid.uuid4().hex[:6]}"
    config = [{"Subnet": f"10.9{number}.0.0/24"}, {"Subnet": f"fd00:9{number}::/64"}]
    made = make(engine, name, EnableIPv6=True, IPAM={"Config": config})
    assert made.status == 201, made.body
    try:
        yield name
    finally:
        assert engine.request("DELETE", f"/networks/{name}").status == 204


@contextmanager
def address_here(netns: str, address: str) -> Iterator[None]:
    """An IPv6 address of the machine, as if of its network."""
    arguments = [f"{address}/128", "dev", "lo"]
    subprocess.run(["ip", "-n", netns, "-6", "address", "add", *arguments], check=True)
    try:
        yield
    finally:
        subprocess.run(["ip", "-n", netns, "-6", "address", "delete", *arguments], check=True)


def test_containers_have_both_kinds_of_addresses_and_names(engine: NativeEngine) -> None:
    with dual(engine, 1) as net, server(engine, net) as (web, _), client(engine, net) as me:
        place = inspect(engine, web)["NetworkSettings"]["Networks"][net]
        assert (place["GlobalIPv6Address"], place["GlobalIPv6PrefixLen"]) == ("fd00:91::2", 64)
        assert place["IPv6Gateway"] == "fd00:91::1"
        assert shown(engine, net)["Containers"][web]["IPv6Address"] == "fd00:91::2/64"
        assert shown(engine, net)["EnableIPv6"] is True
        assert "default via fd00:91::1" in run_in(engine, me, "ip", "-6", "route")
        assert reached(engine, me, "fd00:91::2")
        assert reached_here(engine, "fd00:91::2")
        name = inspect(engine, web)["Name"].removeprefix("/")
        assert lookup(engine, me, name, "-type=aaaa") == ["fd00:91::2"]
        assert lookup(engine, me, name, "-type=a") == [place["IPAddress"]]
        assert f"fd00:91::2\t{web[:12]}\n" in run_in(engine, web, "cat", "/etc/hosts")


def test_static_addresses_and_isolation(engine: NativeEngine) -> None:
    wish = {"IPAMConfig": {"IPv6Address": "fd00:92::77"}}
    with (
        dual(engine, 2) as net,
        dual(engine, 3) as other,
        container(engine, "httpd", "-f", "-p", "80", **on(net, **wish)) as web,
        client(engine, net) as friend,
        client(engine, other) as stranger,
    ):
        start(engine, web)
        ping = ("ping", "-6", "-c1", "-W2", "fd00:92::77")
        assert "1 packets received" in run_in(engine, friend, *ping)
        assert "1 packets received" not in run_in(engine, stranger, *ping)


def test_ports_are_published_on_ipv6_too(engine: NativeEngine) -> None:
    ports = {"80/tcp": [{"HostPort": "18096"}, {"HostIp": "2001:db8::5", "HostPort": "18097"}]}
    with (
        address_here(engine.netns, "2001:db8::5"),
        dual(engine, 4) as net,
        dual(engine, 5) as other,
        server(engine, net, PortBindings=ports) as (web, _),
        client(engine, other) as stranger,
    ):
        assert inspect(engine, web)["NetworkSettings"]["Ports"]["80/tcp"] == [
            {"HostIp": "0.0.0.0", "HostPort": "18096"},
            {"HostIp": "::", "HostPort": "18096"},
            {"HostIp": "2001:db8::5", "HostPort": "18097"},
        ]
        assert reached_here(engine, "127.0.0.1", 18096)
        assert reached_here(engine, "::1", 18096)
        for port in (18096, 18097):
            assert reached_here(engine, "2001:db8::5", port)
            assert reached(engine, stranger, "2001:db8::5", port)
        engine.kill()
        engine.start()
        assert reached_here(engine, "2001:db8::5", 18096)


def test_the_machine_goes_on_listening_to_its_routers(engine: NativeEngine) -> None:
    with address_here(engine.netns, "2001:db8::6"), uplink(engine.netns) as name, dual(engine, 6):
        settings = engine.inside(
            "cat", f"/proc/sys/net/ipv6/conf/{name}/accept_ra", "/proc/sys/net/ipv6/conf/all/forwarding"
        )
        assert settings.split() == ["2", "1"]


@contextmanager
def uplink(netns: str) -> Iterator[str]:
    """An interface of the machine that takes its addresses from routers."""
    ip = ["ip", "netns", "exec", netns]
    subprocess.run([*ip, "ip", "link", "add", "uplink6", "type", "bridge"], check=True)
    try:
        setting = "/proc/sys/net/ipv6/conf/uplink6/accept_ra"
        subprocess.run([*ip, "sh", "-c", f"echo 1 > {setting}"], check=True)
        yield "uplink6"
    finally:
        subprocess.run([*ip, "ip", "link", "delete", "uplink6"], check=True)


def test_ipv6_addresses_of_the_host_lead_to_containers_without_ipv6(engine: NativeEngine) -> None:
    ports = {
        "80/tcp": [{"HostIp": "::1", "HostPort": "18098"}, {"HostIp": "::", "HostPort": "18099"}],
        "81/udp": [{"HostIp": "::1", "HostPort": "18098"}],
    }
    host = {"PortBindings": ports}
    with (
        address_here(engine.netns, "2001:db8::7"),
        container(engine, *SERVE, ExposedPorts=dict.fromkeys(ports, {}), HostConfig=host) as web,
    ):
        assert not fetched_here(engine, "::1", 18098)
        start(engine, web)
        assert inspect(engine, web)["NetworkSettings"]["Ports"] == ports
        until(lambda: fetched_here(engine, "::1", 18098), "the server does not answer")
        for address, port in (("::1", 18098), ("::1", 18099), ("2001:db8::7", 18099)):
            assert reached_here(engine, address, port)
        assert not fetched_here(engine, "127.0.0.1", 18099)
        engine.kill()
        engine.start()
        assert reached_here(engine, "::1", 18098)
        assert call(engine, "stop", web, t="0").status == 204
        assert not fetched_here(engine, "::1", 18098)
        start(engine, web)
        until(lambda: fetched_here(engine, "::1", 18098), "the server does not answer again")
