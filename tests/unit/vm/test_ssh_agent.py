"""The user's SSH agent: where it is found, what is said without one, and a conversation's messages."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.short_folder import short_folder
from vm.errors import UserError
from vm.ssh_agent import LONGEST_MESSAGE, VARIABLE, UserAgents, ask, whole_messages


def message(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for sockets; no agent of this computer is found from it."""
    with short_folder("marina-") as place:
        monkeypatch.delenv(VARIABLE, raising=False)
        monkeypatch.setenv("PATH", str(place))
        yield place


@contextmanager
def agent_at(path: Path) -> Iterator[None]:
    """Answer each connection's first request with the name of the socket."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(100)
                    connection.sendall(message(path.name.encode()))

        thread = threading.Thread(target=serve)
        thread.start()
        yield
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    path.unlink()


def asked(agents: UserAgents) -> str:
    with closing(agents.connect()) as agent:
        return ask(agent, message(b"who"))[4:].decode()


def test_what_a_client_has_told_comes_first_then_the_environment_then_the_session(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(folder / "own"))
    systemctl = folder / "systemctl"
    systemctl.write_text(f"#!/bin/sh\necho HOME=/\necho {VARIABLE}={folder / 'session'}\n")
    systemctl.chmod(0o755)
    agents = UserAgents()
    with agent_at(folder / "session"):
        assert asked(agents) == "session", "the environment's is gone"
        with agent_at(folder / "own"):
            assert asked(agents) == "own"
            agents.tell(str(folder / "told"))
            assert asked(agents) == "own", "what was told is not there"
            with agent_at(folder / "told"):
                assert asked(agents) == "told"


def test_without_an_agent_it_is_said_where_it_was_looked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="There is no SSH agent") as error:
        UserAgents().connect()
    assert error.value.details == "SSH_AUTH_SOCK is not set."
    monkeypatch.setenv(VARIABLE, str(folder / "gone"))
    with pytest.raises(UserError) as error:
        UserAgents().connect()
    assert error.value.details == f"{folder / 'gone'}: No such file or directory"
    assert "ssh-add" in error.value.what_to_do


def test_messages_are_whole_however_they_arrive() -> None:
    one, two = message(b"first"), message(b"")
    assert list(whole_messages([one[:2], one[2:7], one[7:] + two + one[:3]])) == [one, two]
    with pytest.raises(ValueError, match="bytes between a program and the SSH agent"):
        list(whole_messages([struct.pack(">I", LONGEST_MESSAGE + 1)]))


def test_an_agent_that_ends_in_the_middle_is_no_answer() -> None:
    near, far = socket.socketpair()
    with near, far:
        far.sendall(message(b"whole")[:6])
        far.shutdown(socket.SHUT_WR)
        with pytest.raises(ConnectionError, match="the SSH agent ended the connection"):
            ask(near, message(b"who"))
        assert far.recv(100) == message(b"who")
