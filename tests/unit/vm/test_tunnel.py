"""Keys, tunnel and docker.sock against a real SSH server in this process."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paramiko
import pytest

from tests.unit.vm.ssh_server import SshServer, answer_ping, count_until_end
from vm.errors import UserError
from vm.machine.link import docker_socket
from vm.machine.link.docker_socket import DockerSocket
from vm.machine.link.guest_transport import (
    EngineDown,
    GuestTransport,
    HostKeyMismatch,
    TunnelDown,
    dial_guest,
)
from vm.machine.link.ssh_keys import get_user_key, parse_host_key, pin_host_key, public_line, read_host_key
from vm.machine.link.ssh_tunnel import Tunnel, ping_engine
from vm.machine.machine_files import MachineFiles


@pytest.fixture
def files(tmp_path: Path) -> MachineFiles:
    return MachineFiles.find(tmp_path)


@pytest.fixture
def user_key(files: MachineFiles) -> paramiko.PKey:
    return get_user_key(files)


@pytest.fixture
def server(tmp_path: Path, user_key: paramiko.PKey) -> Iterator[SshServer]:
    server = SshServer(tmp_path / "guest", user_key)
    yield server
    server.close()


@pytest.fixture
def changes() -> list[bool]:
    return []


@pytest.fixture
def tunnel(server: SshServer, user_key: paramiko.PKey, changes: list[bool]) -> Iterator[Tunnel]:
    def dial() -> GuestTransport:
        return dial_guest(server.port, user_key, server.pinned_key)

    tunnel = Tunnel(dial, changes.append)
    tunnel.open()
    yield tunnel
    tunnel.close()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_key_is_made_once_and_is_private(files: MachineFiles, user_key: paramiko.PKey) -> None:
    assert files.ssh_key.stat().st_mode & 0o777 == 0o600
    assert get_user_key(files) == user_key
    assert public_line(user_key).startswith("ssh-ed25519 AAAA")


def test_the_host_key_is_pinned_and_a_change_is_an_error(files: MachineFiles, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    other = public_line(get_user_key(MachineFiles.find(tmp_path / "a")))
    first = public_line(get_user_key(files))
    assert read_host_key(files) is None
    assert pin_host_key(files, first, new_disk=False) == parse_host_key(first)
    with pytest.raises(UserError, match="not the one known"):
        pin_host_key(files, other, new_disk=False)
    assert read_host_key(files) == parse_host_key(first)
    pin_host_key(files, other, new_disk=True)
    assert read_host_key(files) == parse_host_key(other)


@pytest.mark.parametrize("text", ["", "ssh-rsa AAAA", "ssh-ed25519", "ssh-ed25519 !!!!", "ssh-ed25519 AAAA"])
def test_what_is_no_host_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="key"):
        parse_host_key(text)


def test_another_host_key_is_never_accepted(server: SshServer, user_key: paramiko.PKey) -> None:
    with pytest.raises(HostKeyMismatch):
        dial_guest(server.port, user_key, "ssh-ed25519 AAAAother")


def test_another_user_key_is_refused(server: SshServer) -> None:
    with pytest.raises(TunnelDown):
        dial_guest(server.port, server.host_key, server.pinned_key)


def test_nobody_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(TunnelDown, match=str(port)):
        dial_guest(port, paramiko.PKey(), "")


def test_a_computer_that_stands_still_is_tried_anew_all_the_time() -> None:
    """The kernel alone would try one connection again with growing pauses."""
    with socket.socket() as standing_still, contextlib.ExitStack() as waiting:
        standing_still.bind(("127.0.0.1", 0))
        standing_still.listen(1)  # as QEMU's forward does
        port = standing_still.getsockname()[1]
        while True:  # until no more can wait
            client = waiting.enter_context(socket.socket())
            client.settimeout(0.5)
            try:
                client.connect(("127.0.0.1", port))
            except TimeoutError:
                client.close()
                break
        seen: set[int] = set()
        dialling = threading.Thread(target=lambda: _refused(port, timeout=60))
        dialling.start()

        def tried_anew() -> bool:
            seen.update(_half_open(port))
            return len(seen) >= 2

        try:
            wait_until(tried_anew)
        finally:
            standing_still.close()
            dialling.join(60)
    assert not dialling.is_alive()


def _refused(port: int, timeout: float) -> None:
    with pytest.raises(TunnelDown):
        dial_guest(port, paramiko.PKey(), "", timeout)


def _half_open(port: int) -> list[int]:
    """Return the local ports of connections to `port` that were not answered yet."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return [
        int(row[1].partition(":")[2], 16)
        for row in rows
        if row[2] == f"0100007F:{port:04X}" and row[3] == "02"
    ]


def test_ping_goes_through_and_tells_an_engine_that_is_down(server: SshServer, tunnel: Tunnel) -> None:
    ping_engine(tunnel, 60, 60)
    server.engine = None
    with pytest.raises(EngineDown):
        ping_engine(tunnel, 0, 60)
    server.engine = lambda channel: channel.close()
    with pytest.raises(EngineDown, match="answered"):
        ping_engine(tunnel, 60, 60)


def test_a_dead_transport_is_redialled(server: SshServer, tunnel: Tunnel, changes: list[bool]) -> None:
    server.cut()
    ping_engine(tunnel, 60, 60)
    wait_until(lambda: changes == [False, True])
    assert server.connections >= 2  # the first new one may still be cut with the old one


def test_a_closed_tunnel_stays_closed(server: SshServer, tunnel: Tunnel, changes: list[bool]) -> None:
    tunnel.close()
    with pytest.raises(TunnelDown):
        ping_engine(tunnel, 60, 60)
    assert changes == []


def test_many_that_are_refused_at_once_leave_the_connection(
    server: SshServer, tunnel: Tunnel, changes: list[bool]
) -> None:
    server.engine = None
    reasons: list[str] = []

    def ask() -> None:
        try:
            ping_engine(tunnel, 0, 60)
        except (EngineDown, TunnelDown) as error:
            reasons.append(type(error).__name__)

    for _ in range(20):
        threads = [threading.Thread(target=ask) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert reasons == ["EngineDown"] * 200
    assert tunnel.is_up
    assert changes == []
    assert server.connections == 1


class Clients:
    """Runs blocking clients of docker.sock beside the event loop that accepts them."""

    def __init__(self, tunnel: Tunnel, path: Path) -> None:
        self.path = path
        self.docker_socket = DockerSocket(path, tunnel)

    def connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(60)
        connection.connect(str(self.path))
        return connection

    def ask(self, request: bytes) -> bytes:
        with self.connect() as connection:
            connection.sendall(request)
            return read_all(connection)

    def close(self) -> None:
        self.docker_socket.close()
        wait_until(lambda: self.docker_socket.connections == 0)


def read_all(connection: socket.socket) -> bytes:
    answer = b""
    while data := connection.recv(65536):
        answer += data
    return answer


PING = b"GET /_ping HTTP/1.1\r\n\r\n"


async def test_each_connection_gets_a_channel_of_its_own(files: MachineFiles, tunnel: Tunnel) -> None:
    clients = Clients(tunnel, files.docker_socket)
    assert files.docker_socket.stat().st_mode & 0o777 == 0o600
    answers = await asyncio.gather(*(asyncio.to_thread(clients.ask, PING) for _ in range(20)))
    assert all(answer.endswith(b"OK") for answer in answers)
    clients.close()
    assert not files.docker_socket.exists()


async def test_half_close_is_carried_both_ways(
    files: MachineFiles, tunnel: Tunnel, server: SshServer
) -> None:
    server.engine = count_until_end
    clients = Clients(tunnel, files.docker_socket)

    def upload() -> bytes:
        with clients.connect() as connection:
            connection.sendall(b"x" * 3_000_000)
            connection.shutdown(socket.SHUT_WR)
            return read_all(connection)

    assert await asyncio.to_thread(upload) == b"3000000"
    clients.close()


async def test_a_listening_client_that_leaves_ends_its_channel(
    files: MachineFiles, tunnel: Tunnel, server: SshServer
) -> None:
    ended = threading.Event()

    def events(channel: paramiko.Channel) -> None:
        channel.recv(100)
        channel.sendall(b"first event")
        while not channel.closed:
            time.sleep(0.01)
        ended.set()

    server.engine = events
    clients = Clients(tunnel, files.docker_socket)

    def listen_and_leave() -> None:
        with clients.connect() as connection:
            connection.sendall(b"GET /events")
            assert connection.recv(100) == b"first event"

    await asyncio.to_thread(listen_and_leave)
    assert await asyncio.to_thread(ended.wait, 60)
    async with asyncio.timeout(60):
        while clients.docker_socket.connections:
            await asyncio.sleep(0.01)
    clients.close()


async def test_a_call_after_the_tunnel_died_works(
    files: MachineFiles, tunnel: Tunnel, server: SshServer
) -> None:
    clients = Clients(tunnel, files.docker_socket)
    await asyncio.to_thread(server.cut)
    assert (await asyncio.to_thread(clients.ask, PING)).endswith(b"OK")
    clients.close()


async def test_the_death_of_the_tunnel_ends_calls_that_go_on(
    files: MachineFiles, tunnel: Tunnel, server: SshServer
) -> None:
    server.engine = lambda channel: channel.sendall(b"first")
    clients = Clients(tunnel, files.docker_socket)

    def wait_for_the_end() -> bytes:
        with clients.connect() as connection:
            connection.sendall(PING)
            assert connection.recv(100) == b"first"  # before that the call would move to the next transport
            server.cut()
            return read_all(connection)

    assert await asyncio.to_thread(wait_for_the_end) == b""
    clients.close()


async def test_a_call_waits_for_an_engine_that_is_started_again(
    files: MachineFiles, tunnel: Tunnel, server: SshServer
) -> None:
    server.engine = None
    clients = Clients(tunnel, files.docker_socket)
    calls = asyncio.create_task(asyncio.to_thread(clients.ask, PING))
    async with asyncio.timeout(60):
        while server.refusals < 2:
            await asyncio.sleep(0.01)
    assert not calls.done()
    server.engine = answer_ping
    assert (await calls).endswith(b"OK")
    clients.close()


async def test_an_engine_that_stays_down_is_told_in_dockers_form(
    files: MachineFiles, tunnel: Tunnel, server: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker_socket, "PATIENCE", 0.1)
    server.engine = None
    clients = Clients(tunnel, files.docker_socket)
    answer = await asyncio.to_thread(clients.ask, PING)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b'{"message": "Marina\'s engine does not answer' in answer
    server.engine = answer_ping
    assert (await asyncio.to_thread(clients.ask, PING)).endswith(b"OK")
    clients.close()


async def test_a_stale_socket_is_replaced_and_a_live_one_is_not(files: MachineFiles, tunnel: Tunnel) -> None:
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(files.docker_socket))
    stale.close()
    clients = Clients(tunnel, files.docker_socket)
    assert (await asyncio.to_thread(clients.ask, PING)).endswith(b"OK")
    with pytest.raises(UserError, match="Another program"):
        DockerSocket(files.docker_socket, tunnel)
    clients.close()
