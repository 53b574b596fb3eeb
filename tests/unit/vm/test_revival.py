"""A supervisor that is killed while QEMU runs on comes back, without anybody who asks for it."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.short_folder import short_folder
from vm.machine.revival import watch_supervisor


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose path leaves room for a socket's name; waits for the threads begun in it."""
    with short_folder("marina-revival-") as path:
        yield path


def listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    listener.settimeout(30)
    return listener


def test_a_supervisor_that_hangs_up_is_brought_back(folder: Path) -> None:
    path = folder / "machine.sock"
    listener = listen(path)
    revived = threading.Event()
    watch = threading.Thread(target=watch_supervisor, args=(path, revived.set, 0.01))
    watch.start()
    connection, _ = listener.accept()
    assert connection.recv(100) == b'{"command": "watch"}\n'
    connection.sendall(b'{"state": "running"}\n')
    assert not revived.is_set(), "it lives"
    listener.close()
    connection.close()  # killed
    assert revived.wait(30)
    watch.join()


def test_one_that_does_not_come_back_is_told_and_tried_again(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def revive() -> None:
        raise OSError("no memory")

    for _ in range(2):
        watch_supervisor(folder / "none.sock", revive, 0.01)
    assert caplog.text.count("OSError: no memory") == 2
