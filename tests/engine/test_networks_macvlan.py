"""macvlan and ipvlan with real containers, where the kernel has them; elsewhere they say so."""

import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.engine.container_calls import call, container, inspect, start
from tests.engine.test_networks_names import lookup
from tests.engine.test_networks_user import interfaces, join, leave, make, on, run_in, shown
from tests.support.native_engine import NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")

SLEEP = ("sleep", "1000")
PARENT = "mvparent"


@pytest.fixture
def parent(engine: NativeEngine) -> Iterator[str]:
    """An interface of the machine, as its network card would be."""
    ip = ["ip", "-n", engine.netns, "link"]
    subprocess.run([*ip, "add", PARENT, "type", "bridge"], check=True)
    subprocess.run([*ip, "set", PARENT, "up"], check=True)
    yield PARENT
    subprocess.run([*ip, "delete", PARENT], check=True)


@contextmanager
def made(engine: NativeEngine, driver: str, **body: Any) -> Iterator[str]:
    """A network of a driver, or a skipped test where the kernel has none such."""
    name = f"mv{uuid.uuid4().hex[:6]}"
    answer = make(engine, name, Driver=driver, **body)
    if answer.status == 501:
        assert answer.message == f"this machine's kernel has no {driver}"
        pytest.skip(answer.message)
    assert answer.status == 201, answer.body
    try:
        yield name
    finally:
        assert engine.request("DELETE", f"/networks/{name}").status == 204


@pytest.mark.parametrize("driver", ["macvlan", "ipvlan"])
def test_containers_stand_beside_the_machine(engine: NativeEngine, parent: str, driver: str) -> None:
    ipam = {"Config": [{"Subnet": "10.99.0.0/24", "Gateway": "10.99.0.254"}]}
    with (
        made(engine, driver, IPAM=ipam, Options={"parent": parent}) as net,
        container(engine, *SLEEP, name=f"beside-{driver}", **on(net)) as one,
        container(engine, *SLEEP) as two,
    ):
        start(engine, one)
        start(engine, two)
        assert interfaces(engine, one) == {"eth0": "10.99.0.1/24"}
        assert "default via 10.99.0.254" in run_in(engine, one, "ip", "route")
        assert join(engine, net, two).status == 200
        assert interfaces(engine, two)["eth1"] == "10.99.0.2/24"
        assert "1 packets received" in run_in(engine, two, "ping", "-c1", "-W5", "10.99.0.1")
        assert lookup(engine, two, f"beside-{driver}") == ["10.99.0.1"]
        assert leave(engine, net, two).status == 200
        assert "eth1" not in interfaces(engine, two)
        assert inspect(engine, one)["NetworkSettings"]["Ports"] == {}
        assert shown(engine, net)["Driver"] == driver
        second = make(engine, "second", Driver=driver, Options={"parent": parent})
        assert second.message == f"network {net} is already using parent interface {parent}"
        engine.kill()
        engine.start()
        assert call(engine, "restart", one, t="0").status == 204
        assert set(interfaces(engine, one)) == {"eth0"}


def test_without_a_parent_nothing_leads_out(engine: NativeEngine) -> None:
    with (
        made(engine, "macvlan") as net,
        container(engine, *SLEEP, **on(net)) as one,
        container(engine, *SLEEP, **on(net)) as two,
    ):
        start(engine, one)
        start(engine, two)
        address = interfaces(engine, one)["eth0"].partition("/")[0]
        assert "1 packets received" in run_in(engine, two, "ping", "-c1", "-W5", address)
        assert "default" not in run_in(engine, one, "ip", "route")
    assert "dm-" not in engine.inside("ls", "/sys/class/net")


@pytest.mark.parametrize(
    ("driver", "options", "status", "message"),
    [
        (
            "macvlan",
            {"macvlan_mode": "zz"},
            400,
            "requested macvlan mode 'zz' is not valid, 'bridge' mode is the macvlan driver default",
        ),
        ("macvlan", {"parent": "lo"}, 400, "loopback interface is not a valid macvlan parent link"),
        ("macvlan", {"parent": "nope0"}, 400, "the parent interface nope0 does not exist"),
        ("ipvlan", {"ipvlan_mode": "l3"}, 501, "the ipvlan mode l3 is not supported by this engine; use l2"),
    ],
)
def test_what_cannot_be_is_said(
    engine: NativeEngine, driver: str, options: dict[str, str], status: int, message: str
) -> None:
    answer = make(engine, "mvnope", Driver=driver, Options=options)
    assert (answer.status, answer.message[: len(message)]) == (status, message)
