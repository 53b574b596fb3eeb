"""The user's agent, lent to the engine over a real SSH tunnel, with a pretended engine and agent behind."""

import contextlib
import queue
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from tests.unit.vm.ssh_server import SshServer
from vm.errors import UserError
from vm.machine.link import agent_conversations
from vm.machine.link.agent_conversations import AgentConversations
from vm.machine.link.guest_transport import dial_guest
from vm.machine.link.ssh_keys import get_user_key
from vm.machine.link.ssh_tunnel import Tunnel
from vm.machine.machine_files import MachineFiles

LIMIT = 60.0
KEY = "0123456789abcdef"


def message(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body


class Engine:
    """Takes what is offered; its head and the first request come in one piece."""

    def __init__(self) -> None:
        self.offers: queue.Queue[bytes] = queue.Queue()
        self.answers: queue.Queue[bytes] = queue.Queue()
        self.head = b"HTTP/1.1 101 UPGRADED\r\n\r\n"

    def serve(self, channel: paramiko.Channel) -> None:
        self.offers.put(channel.recv(65536))
        channel.sendall(self.head + message(b"one"))
        self.answers.put(channel.recv(65536))
        channel.sendall(message(b"two"))
        self.answers.put(channel.recv(65536))
        channel.close()


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def tunnel(tmp_path: Path, engine: Engine) -> Iterator[Tunnel]:
    key = get_user_key(MachineFiles.find(tmp_path))
    server = SshServer(tmp_path / "server", key, engine.serve)
    tunnel = Tunnel(lambda: dial_guest(server.port, key, server.pinned_key, 60), lambda up: None)
    tunnel.open()
    yield tunnel
    tunnel.close()
    server.close()


class Agents:
    """Agents that answer each message with the same, in capitals."""

    def __init__(self) -> None:
        self.ended: queue.Queue[None] = queue.Queue()

    def connect(self) -> socket.socket:
        near, far = socket.socketpair()
        threading.Thread(target=self._serve, args=(far,)).start()
        return near

    def _serve(self, far: socket.socket) -> None:
        with far:
            while data := far.recv(100):
                far.sendall(data.upper())
        self.ended.put(None)


def test_a_conversation_goes_both_ways_until_the_program_ends_it(tunnel: Tunnel, engine: Engine) -> None:
    agents = Agents()
    AgentConversations(agents.connect).begin(tunnel, KEY)
    assert engine.offers.get(timeout=LIMIT).startswith(f"POST /marina/ssh-agents/{KEY} HTTP/1.1\r\n".encode())
    assert engine.answers.get(timeout=LIMIT) == message(b"ONE")
    assert engine.answers.get(timeout=LIMIT) == message(b"TWO")
    agents.ended.get(timeout=LIMIT)


def test_an_engine_that_does_not_want_it_lets_the_agent_go(tunnel: Tunnel, engine: Engine) -> None:
    engine.head = b"HTTP/1.1 404 Not Found\r\n\r\n"
    agents = Agents()
    AgentConversations(agents.connect).begin(tunnel, KEY)
    agents.ended.get(timeout=LIMIT)
    assert engine.answers.get(timeout=LIMIT) == b""


def test_what_stands_in_the_way_is_said(tunnel: Tunnel, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="not connected yet"):
        AgentConversations(Agents().connect).begin(None, KEY)
    monkeypatch.setattr(agent_conversations, "MOST_AT_ONCE", 1)
    asked = []

    def no_agent() -> socket.socket:
        asked.append(True)
        raise UserError("There is no SSH agent on this computer.")

    conversations = AgentConversations(no_agent)
    for _ in range(2):  # who found none holds no place
        with pytest.raises(UserError, match="There is no SSH agent"):
            conversations.begin(tunnel, KEY)
    assert len(asked) == 2


def test_so_many_at_once_and_no_more(tunnel: Tunnel, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_conversations, "MOST_AT_ONCE", 1)
    agents = Agents()
    conversations = AgentConversations(agents.connect)
    with contextlib.ExitStack() as held:
        goes_on = threading.Event()
        held.callback(goes_on.set)
        serve = engine.serve

        def hold(channel: paramiko.Channel) -> None:
            goes_on.wait(LIMIT)
            serve(channel)

        monkeypatch.setattr(engine, "serve", hold)
        conversations.begin(tunnel, KEY)
        with pytest.raises(UserError, match="speak to the SSH agent already"):
            conversations.begin(tunnel, KEY)
    agents.ended.get(timeout=LIMIT)
