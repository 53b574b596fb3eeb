"""Ports of containers on the host's network are opened there: real programs and sockets, a pretended host."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from backend.containers.networking import host_network
from backend.containers.networking.host_network import HostNetworkPorts
from backend.errors import SystemFailureError
from backend.events import EventBus
from backend.host_link import PortClaim
from backend.host_settings import HOST_SETTINGS
from backend.runtime import cgroups
from tests.engine.private_network import TIMEOUT, run_privately

SERVE = """
import socket, sys
kept = []
for word in sys.argv[1:]:
    kind, address, port = word.split(",")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    one = socket.socket(family, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
    one.bind((address, int(port)))
    if kind == "tcp":
        one.listen()
    kept.append(one)
print("listening", flush=True)
sys.stdin.read()
"""


class Host:
    """The supervisor: gives each port but those that are taken."""

    def __init__(self) -> None:
        self.open: dict[str, PortClaim] = {}
        self.taken: set[int] = set()
        self.asked = 0

    async def claim(self, name: str, ports: Sequence[PortClaim]) -> None:
        self.asked += 1
        (port,) = ports
        if port.host_port in self.taken:
            where = f"127.0.0.1:{port.host_port}"
            raise SystemFailureError(f"port is already allocated: {where} is in use by container other")
        self.open[name] = port

    async def release(self, name: str) -> None:
        del self.open[name]


class World:
    """Containers, each of which is one program."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.host = Host()
        self.events = EventBus()
        self._containers: list[Any] = []
        monkeypatch.setattr(cgroups, "processes", lambda group: [int(group)])
        monkeypatch.setattr(host_network, "LOOK_EVERY", 0.01)

    @contextmanager
    def container(self, name: str, *sockets: str, network: str = "host") -> Iterator[None]:
        """Run a program with these sockets in a container."""
        command = [sys.executable, "-c", SERVE, *sockets]
        if network != "host":
            command = ["unshare", "--net", *command]
        program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert program.stdin is not None
        assert program.stdout is not None
        with program:
            assert program.stdout.readline() == b"listening\n"
            state = SimpleNamespace(running=True, pid=program.pid)
            record = SimpleNamespace(config={"Image": "serve"})
            container = SimpleNamespace(
                id=name, name=name, group=str(program.pid), state=state, record=record
            )
            self._containers.append(container)
            self.events.publish("container", "start", name)
            yield
            self._containers.remove(container)
            self.events.publish("container", "die", name)
            program.stdin.close()

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[HostNetworkPorts]:
        """Keep the host informed meanwhile."""
        ports = HostNetworkPorts(self.host, self._containers, self.events)  # type: ignore[arg-type]
        running = asyncio.ensure_future(ports.run())
        try:
            yield ports
        finally:
            self.events.close()
            await running


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(TIMEOUT):
        while not condition():
            await asyncio.sleep(0.01)


def ask(port: int, what: bytes) -> None:
    """Have a relayed port bring a client to whoever listens."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT) as client:
        client.sendall(what)


def test_ports_are_open_as_long_as_a_program_of_the_container_listens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(monkeypatch)

    async def story() -> None:
        with socket.create_server(("0.0.0.0", 9000)):  # of nobody's container
            async with world.watched():
                with (
                    world.container("web", "tcp,0.0.0.0,8000", "tcp,::1,8001", "udp,0.0.0.0,5353"),
                    world.container("own", "tcp,0.0.0.0,8002", network="own"),
                ):
                    await until(lambda: len(world.host.open) == 3)
                    assert world.host.open["web/tcp/8000"] == PortClaim("tcp", "localhost", 8000, 8000)
                    assert world.host.open["web/udp/5353"] == PortClaim("udp", "localhost", 5353, 5353)
                    relayed = world.host.open["web/tcp/8001"].guest_port
                    assert relayed not in (8001, 0), "what listens on loopback only is carried there"
                    await asyncio.to_thread(ask, relayed, b"hello")
                await until(lambda: not world.host.open)

    run_privately(story)


def test_a_port_that_the_host_refuses_is_named_once_and_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(monkeypatch)

    async def story() -> None:
        world.host.taken.add(8000)
        async with world.watched() as ports:
            with (
                world.container("other", network="own"),
                world.container("web", "tcp,0.0.0.0,8000", "tcp,0.0.0.0,8001"),
                world.events.subscribe() as heard,
            ):
                await until(lambda: world.host.asked >= 4)
                assert set(world.host.open) == {"web/tcp/8001"}
                assert {wish.port: reason for wish, reason in ports.all().items()} == {
                    8000: "port is already allocated: 127.0.0.1:8000 is in use by container other",
                    8001: "",
                }
                assert [event.action for event in heard.waiting()] == ["host-ports"] * 2
                world.host.taken.clear()
                await until(lambda: len(world.host.open) == 2)
                assert set(ports.all().values()) == {""}
                assert [(event.action, event.actor_id) for event in heard.waiting()] == [
                    ("host-ports", "web")
                ]
            await until(lambda: not ports.all())

    run_privately(story)
    told = [record.message for record in caplog.records if "is not opened there" in record.message]
    assert told == [
        "port 8000/tcp of container web, which is on the host's network, is not opened there: "
        "port is already allocated: 127.0.0.1:8000 is in use by container other"
    ]


def test_the_setting_closes_and_opens_them(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)

    async def story() -> None:
        async with world.watched():
            with world.container("web", "tcp,127.0.0.1,8000"):
                await until(lambda: len(world.host.open) == 1)
                monkeypatch.setattr(HOST_SETTINGS, "host_network_ports", False)
                await until(lambda: not world.host.open)
                monkeypatch.setattr(HOST_SETTINGS, "host_network_ports", True)
                await until(lambda: len(world.host.open) == 1)

    run_privately(story)
