"""A tunnel whose other end stands still, and one that has lost its way there, against a real SSH server."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from tests.unit.vm.ssh_server import SshServer
from tests.unit.vm.test_tunnel import wait_until
from vm.machine.link.guest_transport import TunnelDown, dial_guest
from vm.machine.link.ssh_keys import get_user_key
from vm.machine.link.ssh_tunnel import Tunnel, ask_engine, ping_engine
from vm.machine.machine_files import MachineFiles


@pytest.fixture
def user_key(tmp_path: Path) -> paramiko.PKey:
    return get_user_key(MachineFiles.find(tmp_path))


@pytest.fixture
def server(tmp_path: Path, user_key: paramiko.PKey) -> Iterator[SshServer]:
    server = SshServer(tmp_path / "guest", user_key)
    yield server
    server.close()


class Way:
    """Carries bytes between the tunnel and the server, and lets them lie while it stands still.

    As QEMU does when it is stopped: who dials is accepted by the kernel, and hears nothing.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.goes_on = threading.Event()
        self.goes_on.set()
        self._sockets: list[socket.socket] = [self._listener]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self.goes_on.wait()
                far = socket.create_connection(("127.0.0.1", self._port))
                self._sockets += [near, far]
                for pair in ((near, far), (far, near)):
                    self._threads.append(threading.Thread(target=self._carry, args=pair))
                    self._threads[-1].start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.goes_on.wait()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.goes_on.set()
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(60)
        for one in self._sockets:
            one.close()


class Still:
    """A tunnel through such a way; the test says whether the machine is known to stand still."""

    def __init__(self, server: SshServer, user_key: paramiko.PKey) -> None:
        self.way = Way(server.port)
        self.known = True
        self.changes: list[bool] = []
        self.tunnel = Tunnel(
            lambda: dial_guest(self.way.port, user_key, server.pinned_key),
            self.changes.append,
            stands_still=lambda: self.known and not self.way.goes_on.is_set(),
        )
        self.tunnel.open()

    def stop(self) -> None:
        """Stand still, and be noticed by a question that is not answered."""
        self.way.goes_on.clear()
        with pytest.raises(TunnelDown):
            ping_engine(self.tunnel, 0, 0.2)
        wait_until(lambda: self.changes == [False])
        assert not self.tunnel.is_up

    def close(self) -> None:
        self.tunnel.close()
        self.way.close()


@pytest.fixture
def still(server: SshServer, user_key: paramiko.PKey) -> Iterator[Still]:
    still = Still(server, user_key)
    yield still
    still.close()


def echo(channel: paramiko.Channel) -> None:
    while data := channel.recv(65536):
        channel.sendall(data)


def test_what_stood_still_goes_on_with_its_connection_and_its_streams(
    server: SshServer, still: Still
) -> None:
    server.engine = echo
    stream = still.tunnel.open_channel(60)
    stream.settimeout(60)
    still.stop()
    stream.sendall(b"said meanwhile")
    answers: list[bytes] = []
    waiting = threading.Thread(target=lambda: answers.append(_ask_echo(still.tunnel)))
    waiting.start()
    still.way.goes_on.set()
    assert stream.recv(100) == b"said meanwhile"
    waiting.join(60)
    assert answers == [b"a call"]
    wait_until(lambda: still.changes == [False, True])
    assert still.tunnel.is_up
    assert server.connections == 1


def _ask_echo(tunnel: Tunnel) -> bytes:
    channel = tunnel.open_channel(60)
    channel.settimeout(60)
    channel.sendall(b"a call")
    return channel.recv(100)


def test_a_question_that_is_answered_too_late_leaves_no_open_channel(server: SshServer, still: Still) -> None:
    opened: list[paramiko.Channel] = []
    server.engine = opened.append
    still.stop()
    still.way.goes_on.set()
    wait_until(lambda: bool(opened))
    wait_until(lambda: opened[0].closed)


def test_a_silent_connection_makes_way_for_one_that_answers(server: SshServer, still: Still) -> None:
    """A connection that got lost on the way, while the computer at its other end is well."""
    still.known = False
    still.stop()
    lost, still.way = still.way, Way(server.port)
    try:
        assert ask_engine(still.tunnel, "/_ping", 60, 60) == b"OK"
        wait_until(lambda: still.changes == [False, True])
        assert server.connections == 2
    finally:
        lost.close()
