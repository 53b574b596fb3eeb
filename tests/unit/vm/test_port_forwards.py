"""Claims of host ports, with real sockets on the host and a recording QEMU."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from vm.machine.machine_files import MachineFiles
from vm.machine.ports.port_forwards import PortForwards, host_addresses, parse_claim
from vm.machine.ports.port_reasons import PortRefused, find_free_port
from vm.machine.qemu.qmp import QmpError
from vm.machine.status import PublishedPort


class RecordingQemu:
    """Opens real listeners as QEMU does, and answers in its words."""

    def __init__(self) -> None:
        self.listeners: dict[str, socket.socket] = {}
        self.refuse = ""

    async def monitor(self, command_line: str) -> str:
        if command_line == "info usernet":
            return "\n".join(self._lines())
        verb, _, rule = command_line.split()
        if verb == "hostfwd_remove":
            listener = self.listeners.pop(rule, None)
            if listener is None:
                return "host forwarding rule not found"
            listener.close()
            return "host forwarding rule removed"
        if self.refuse:
            return self.refuse
        host = rule.partition("-:")[0]
        protocol, address, port = host.split(":")
        kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
        listener = socket.socket(socket.AF_INET, kind)
        listener.bind((address, int(port)))
        if protocol == "tcp":
            listener.listen()
        else:
            listener.settimeout(60)
        self.listeners[host] = listener
        return ""

    def _lines(self) -> Iterator[str]:
        yield "Hub -1 (n):\n  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ"
        for rule in self.listeners:
            protocol, address, port = rule.split(":")
            source = "*" if address == "0.0.0.0" else address
            yield f"  {protocol.upper()}[HOST_FORWARD]  21 {source:>15} {port:>5}  10.0.2.15  80  0  0"

    def close(self) -> None:
        for listener in self.listeners.values():
            listener.close()


def _has_ipv6_loopback() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not _has_ipv6_loopback(), reason="this computer has no ::1")


@pytest.fixture
def qemu() -> Iterator[RecordingQemu]:
    qemu = RecordingQemu()
    yield qemu
    qemu.close()


@pytest.fixture
def changes() -> list[int]:
    return []


@pytest.fixture
async def forwards(tmp_path: Path, qemu: RecordingQemu, changes: list[int]) -> AsyncIterator[PortForwards]:
    forwards = PortForwards(MachineFiles.find(tmp_path), qemu, lambda: changes.append(1))
    yield forwards
    await forwards.close()


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def port(host_port: int = 0, host_ip: str = "127.0.0.1", protocol: str = "tcp") -> PublishedPort:
    return PublishedPort("web", protocol, host_ip, host_port, 80)


def free_port() -> int:
    return find_free_port("tcp", "127.0.0.1", 0)


async def test_localhost_is_both_loopback_addresses(forwards: PortForwards, qemu: RecordingQemu) -> None:
    (opened,) = await forwards.claim("web", [port(host_ip="localhost")])
    assert set(qemu.listeners) == {f"tcp:127.0.0.1:{opened.host_port}"}
    if _has_ipv6_loopback():
        with pytest.raises(PortRefused, match="already allocated"):
            find_free_port("tcp", "::1", opened.host_port)
    with pytest.raises(PortRefused, match=f"127.0.0.1:{opened.host_port} is in use by container web"):
        await forwards.claim("other", [port(opened.host_port)])
    assert host_addresses("localhost") == ("127.0.0.1", "::1")


async def test_zero_is_filled_in_and_the_port_is_open(
    forwards: PortForwards, qemu: RecordingQemu, changes: list[int]
) -> None:
    opened = await forwards.claim("web", [port(), port(protocol="udp")])
    assert all(found.host_port for found in opened)
    assert set(qemu.listeners) == {f"{found.protocol}:127.0.0.1:{found.host_port}" for found in opened}
    assert forwards.ports == opened
    assert changes == [1]


async def test_a_taken_port_is_refused_with_its_holder(forwards: PortForwards, taken: socket.socket) -> None:
    number = taken.getsockname()[1]
    with pytest.raises(PortRefused) as caught:
        await forwards.claim("web", [port(number)])
    assert str(caught.value).startswith(f"port is already allocated: 127.0.0.1:{number} is in use by ")
    assert f"(pid {os.getpid()})" in str(caught.value)


async def test_all_or_nothing(forwards: PortForwards, qemu: RecordingQemu, taken: socket.socket) -> None:
    number = taken.getsockname()[1]
    with pytest.raises(PortRefused):
        await forwards.claim("web", [port(), port(number)])
    assert not qemu.listeners
    assert forwards.ports == ()


async def test_another_containers_port_is_refused_with_its_name(forwards: PortForwards) -> None:
    number = free_port()
    await forwards.claim(
        "first", parse_claim("first", [{"host_ip": "127.0.0.1", "host_port": number, "guest_port": 1}])
    )
    with pytest.raises(PortRefused, match="in use by container first"):
        await forwards.claim("second", [port(number, host_ip="")])


async def test_release_frees_the_port(forwards: PortForwards, qemu: RecordingQemu) -> None:
    (opened,) = await forwards.claim("web", [port()])
    await forwards.release("web")
    await forwards.release("web")
    assert not qemu.listeners
    assert find_free_port("tcp", "127.0.0.1", opened.host_port) == opened.host_port


async def test_a_new_claim_replaces_the_containers_earlier_one(
    forwards: PortForwards, qemu: RecordingQemu
) -> None:
    await forwards.claim("web", [port()])
    (second,) = await forwards.claim("web", [port()])
    assert list(qemu.listeners) == [f"tcp:127.0.0.1:{second.host_port}"]


async def test_sync_leaves_alone_what_is_open_and_closes_the_rest(
    forwards: PortForwards, qemu: RecordingQemu, taken: socket.socket
) -> None:
    kept = await forwards.claim("kept", [PublishedPort("kept", "tcp", "127.0.0.1", 0, 80)])
    await forwards.claim("gone", [PublishedPort("gone", "tcp", "127.0.0.1", 0, 80)])
    listener = qemu.listeners[f"tcp:127.0.0.1:{kept[0].host_port}"]
    bad = PublishedPort("bad", "tcp", "127.0.0.1", taken.getsockname()[1], 80)
    failed = await forwards.sync({"kept": kept, "bad": (bad,)})
    assert list(failed) == ["bad"]
    assert "already allocated" in failed["bad"]
    assert list(qemu.listeners.values()) == [listener]


@needs_ipv6
async def test_an_ipv6_address_is_handed_on_until_its_release(
    forwards: PortForwards, qemu: RecordingQemu
) -> None:
    (opened,) = await forwards.claim("web", [port(host_ip="::1")])
    (rule,) = qemu.listeners
    assert rule.startswith("tcp:127.0.0.1:")
    assert await converse(opened.host_port, qemu.listeners[rule]) == b"question, answer"
    await forwards.release("web")
    assert not qemu.listeners
    with pytest.raises(ConnectionRefusedError):
        await asyncio.to_thread(socket.create_connection, ("::1", opened.host_port), 30)


async def converse(number: int, server: socket.socket) -> bytes:
    """Ask over ::1 what `server` answers after the end of the question."""

    def ask() -> bytes:
        with socket.create_connection(("::1", number), 30) as client:
            client.sendall(b"question")
            client.shutdown(socket.SHUT_WR)
            with server.accept()[0] as connection:
                connection.settimeout(60)
                question = b"".join(iter(lambda: connection.recv(100), b""))
                connection.sendall(question + b", answer")
            return b"".join(iter(lambda: client.recv(100), b""))

    return await asyncio.to_thread(ask)


@needs_ipv6
async def test_datagrams_of_ipv6_clients_find_their_way_back(
    forwards: PortForwards, qemu: RecordingQemu
) -> None:
    (opened,) = await forwards.claim("dns", [port(host_ip="::1", protocol="udp")])
    (server,) = qemu.listeners.values()

    def ask() -> list[bytes]:
        with (
            socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as one,
            socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as two,
        ):
            for name, client in ((b"one", one), (b"two", two)):
                client.settimeout(60)
                client.sendto(name, ("::1", opened.host_port))
            for _ in range(2):
                data, sender = server.recvfrom(100)
                server.sendto(data + b" heard", sender)
            return [one.recv(100), two.recv(100)]

    assert await asyncio.to_thread(ask) == [b"one heard", b"two heard"]
    await forwards.close()


@needs_ipv6
async def test_a_port_without_an_address_is_open_on_ipv6_too(
    forwards: PortForwards, qemu: RecordingQemu
) -> None:
    (opened,) = await forwards.claim("web", [port(host_ip="")])
    (rule,) = qemu.listeners
    assert rule == f"tcp:0.0.0.0:{opened.host_port}"
    assert await converse(opened.host_port, qemu.listeners[rule]) == b"question, answer"
    with pytest.raises(PortRefused, match=rf"\[::1\]:{opened.host_port} is in use by container web"):
        await forwards.claim("other", [port(opened.host_port, host_ip="::1")])
    await forwards.close()


@needs_ipv6
async def test_a_taken_ipv6_port_is_refused_and_nothing_stays_open(
    forwards: PortForwards, qemu: RecordingQemu
) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
        number = taken.getsockname()[1]
        for host_ip in ("::1", ""):
            with pytest.raises(PortRefused, match=f"in use by .*pid {os.getpid()}"):
                await forwards.claim("web", [port(number, host_ip=host_ip)])
            assert not qemu.listeners


@needs_ipv6
async def test_a_later_supervisor_opens_ipv6_ports_again(
    forwards: PortForwards, qemu: RecordingQemu, tmp_path: Path
) -> None:
    opened = await forwards.claim("web", [port(host_ip=""), port(host_ip="::1")])
    await forwards.close()
    later = PortForwards(MachineFiles.find(tmp_path), qemu, lambda: None)
    await later.take_over(ssh_port=0)
    assert later.ports == opened
    assert len(qemu.listeners) == 2
    for found in opened:
        server = next(
            listener
            for rule, listener in qemu.listeners.items()
            if ("0.0.0.0" in rule) == (found.host_ip == "")
        )
        assert await converse(found.host_port, server) == b"question, answer"
    await later.release_all()
    assert not qemu.listeners


async def test_qemus_refusal_is_an_error(forwards: PortForwards, qemu: RecordingQemu) -> None:
    qemu.refuse = "Could not set up host forwarding rule"
    with pytest.raises(PortRefused, match="Could not set up"):
        await forwards.claim("web", [port(free_port())])
    assert forwards.ports == ()


async def test_a_dead_qemu_refuses(
    forwards: PortForwards, qemu: RecordingQemu, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(command_line: str) -> str:
        raise QmpError("QEMU is gone")

    monkeypatch.setattr(qemu, "monitor", gone)
    with pytest.raises(PortRefused, match="QEMU is gone"):
        await forwards.claim("web", [port()])


async def test_a_later_supervisor_knows_the_claims(
    forwards: PortForwards, qemu: RecordingQemu, tmp_path: Path
) -> None:
    opened = await forwards.claim("web", [port()])
    later = PortForwards(MachineFiles.find(tmp_path), qemu, lambda: None)
    await qemu.monitor(
        "hostfwd_add n udp:0.0.0.0:0-:53"
    )  # the earlier one was killed before it wrote it down
    await later.take_over(ssh_port=0)
    assert later.ports == opened
    assert len(qemu.listeners) == 1
    await later.release("web")
    assert not qemu.listeners
    await later.close()


@pytest.mark.parametrize(
    ("host_ip", "addresses"),
    [
        ("", ("0.0.0.0", "::")),
        ("0.0.0.0", ("0.0.0.0",)),
        ("::", ("::",)),
        ("::1", ("::1",)),
        ("127.0.0.2", ("127.0.0.2",)),
    ],
)
def test_the_addresses_of_a_claim(host_ip: str, addresses: tuple[str, ...]) -> None:
    assert host_addresses(host_ip) == addresses


@pytest.mark.parametrize("host_ip", ["1.2.3", "127.0.0.1-:80", "::g"])
def test_what_is_no_address_is_refused(host_ip: str) -> None:
    with pytest.raises(PortRefused):
        host_addresses(host_ip)


def test_an_address_of_another_computer_is_refused_with_the_reason() -> None:
    with pytest.raises(PortRefused, match="192.0.2.1 is not an address of this computer"):
        find_free_port("tcp", "192.0.2.1", 0)


@pytest.mark.parametrize(
    ("container", "ports"),
    [
        (None, []),
        ("", []),
        ("c", None),
        ("c", [1]),
        ("c", [{"guest_port": 0}]),
        ("c", [{"guest_port": 80, "host_port": 70000}]),
        ("c", [{"guest_port": 80, "host_port": "80 tcp::22-:22"}]),
        ("c", [{"guest_port": True}]),
        ("c", [{"guest_port": 80, "protocol": "sctp"}]),
        ("c", [{"guest_port": 80, "host_ip": 7}]),
        ("c", [{"guest_port": 80}] * 5000),
    ],
)
def test_what_is_no_claim_is_refused(container: object, ports: object) -> None:
    with pytest.raises(PortRefused):
        parse_claim(container, ports)
