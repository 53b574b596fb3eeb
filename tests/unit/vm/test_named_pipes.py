"""Named pipes as sockets; runs on Windows, and under Wine (docs/packaging.md says how)."""

import contextlib
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from vm.errors import UserError
from vm.machine.sockets.local_sockets import client_address, dial_address, dial_socket, listen_on_socket

pytestmark = pytest.mark.skipif(sys.platform != "win32", reason="named pipes of Windows")
LIMIT = 30.0
MUCH = b"0123456789" * 100_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "docker.sock"


@pytest.fixture
def listener(path: Path) -> Iterator[socket.socket]:
    with listen_on_socket(path) as listener:
        yield listener


@pytest.fixture
def pair(path: Path, listener: socket.socket) -> Iterator[tuple[socket.socket, socket.socket]]:
    client = dial_socket(path, LIMIT)
    served, _ = listener.accept()
    served.settimeout(LIMIT)
    with client, served:
        yield client, served


def read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(2**16), b""))


def write_for_ever(connection: socket.socket) -> None:
    while True:
        connection.sendall(MUCH)


def test_each_side_can_end_by_itself(pair: tuple[socket.socket, socket.socket]) -> None:
    client, served = pair

    def send() -> None:
        client.sendall(MUCH)
        client.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send)
    sender.start()
    assert read_all(served) == MUCH
    sender.join()
    served.sendall(b"answer")
    served.close()
    assert read_all(client) == b"answer"


def test_what_was_sent_before_the_close_arrives(pair: tuple[socket.socket, socket.socket]) -> None:
    client, served = pair
    client.sendall(b"last words")
    client.close()
    assert read_all(served) == b"last words"


def test_who_is_gone_cannot_be_written_to(pair: tuple[socket.socket, socket.socket]) -> None:
    client, served = pair
    client.close()
    assert read_all(served) == b""
    with pytest.raises(ConnectionError):
        write_for_ever(served)


def test_a_shutdown_wakes_a_reader_in_another_thread(pair: tuple[socket.socket, socket.socket]) -> None:
    client, _ = pair
    got: list[bytes] = []

    def read() -> None:
        with contextlib.suppress(OSError):  # which of both it is depends on who comes first
            got.append(client.recv(1))

    reader = threading.Thread(target=read)
    reader.start()
    client.shutdown(socket.SHUT_RDWR)
    reader.join(LIMIT)
    assert not reader.is_alive()
    assert got in ([], [b""])


def test_many_at_once(path: Path, listener: socket.socket) -> None:
    def serve() -> None:
        for _ in range(20):
            served, _ = listener.accept()
            with served:
                served.sendall(read_all(served))

    def call(number: int) -> bytes:
        with dial_socket(path, LIMIT) as client:
            client.sendall(bytes([number]) * 50_000)
            client.shutdown(socket.SHUT_WR)
            return read_all(client)

    server = threading.Thread(target=serve)
    server.start()
    answers: dict[int, bytes] = {}
    callers = [
        threading.Thread(target=lambda number=number: answers.update({number: call(number)}))
        for number in range(20)
    ]
    for caller in callers:
        caller.start()
    for thread in (*callers, server):
        thread.join()
    assert answers == {number: bytes([number]) * 50_000 for number in range(20)}


def test_a_client_of_others_finds_it_by_name(path: Path, listener: socket.socket) -> None:
    assert client_address(path).startswith("\\\\.\\pipe\\marina-docker-")
    with dial_address(client_address(path).replace("\\", "/"), LIMIT) as client:
        served, _ = listener.accept()
        with served:
            client.sendall(b"ping")
            assert served.recv(4) == b"ping"


def test_nobody_listens(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        dial_socket(path, LIMIT)
    path.write_text("what a killed program left")
    with pytest.raises(ConnectionRefusedError):
        dial_socket(path, LIMIT)
    listen_on_socket(path).close()


def test_a_second_program_is_refused(path: Path, listener: socket.socket) -> None:
    acceptor = threading.Thread(target=lambda: listener.accept()[0].close())
    acceptor.start()
    with pytest.raises(UserError, match="a program listens there"):
        listen_on_socket(path)
    acceptor.join()


def test_a_listener_is_handed_over_with_its_clients(path: Path, listener: socket.socket) -> None:
    client = dial_socket(path, LIMIT)
    following = listener.dup()
    listener.close()
    assert type(following) is type(listener)
    with following, client:
        served, _ = following.accept()
        with served:
            served.sendall(b"here")
            assert client.recv(4) == b"here"


def test_a_listener_that_does_not_block_says_that_nobody_waits(listener: socket.socket) -> None:
    listener.setblocking(False)
    with pytest.raises(BlockingIOError):
        listener.accept()
