"""The socket for Docker clients while there is nobody behind it, or while somebody has removed it."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.short_folder import short_folder
from vm.machine.link.docker_socket import DockerSocket
from vm.machine.link.ssh_tunnel import Tunnel


@pytest.fixture
def place() -> Iterator[Path]:
    with short_folder("marina-") as folder:
        yield folder / "docker.sock"


def ask(path: Path) -> bytes:
    """Send a request; return all that is answered."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(60)
        client.connect(str(path))
        client.sendall(b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n")
        return b"".join(iter(lambda: client.recv(4096), b""))


def no_tunnel() -> Tunnel:
    """Return a tunnel that leads nowhere."""

    def dial() -> None:
        raise AssertionError("nobody is to be dialled")

    return Tunnel(dial, lambda up: None)  # type: ignore[arg-type]


async def test_a_held_machine_says_why_and_a_removed_socket_is_made_again(place: Path) -> None:
    server = DockerSocket(place, no_tunnel())
    try:
        server.refuse("it is held")
        answer = await asyncio.to_thread(ask, place)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"it is held" in answer
        place.unlink()
        server.ensure()
        assert place.stat().st_mode & 0o777 == 0o600
        assert b"it is held" in await asyncio.to_thread(ask, place)
    finally:
        server.close()
    server.ensure()
    assert not place.exists(), "a closed one stays closed"
