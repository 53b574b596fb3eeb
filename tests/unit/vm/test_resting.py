"""docker.sock of a machine that rests: a call wakes it, and nothing of it is left when the rest is over."""

import asyncio
import socket
from pathlib import Path

from vm.machine.machine_files import MachineFiles
from vm.machine.rest.resting import Rest


def _call(files: MachineFiles) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(60)
    client.connect(str(files.docker_socket))
    client.sendall(b"GET / HTTP/1.1\r\n\r\n")
    return client


def test_a_rest_is_ended_by_a_call_and_hands_over_who_waits(tmp_path: Path) -> None:
    """What was handed over is still open once the machine runs; the rest is over only then."""
    files = MachineFiles(tmp_path, tmp_path, tmp_path)

    async def rest() -> None:
        woken = asyncio.Event()
        rest = Rest(files, woken.set)
        assert rest.hand_over() == (None, [])
        rest.begin()
        files.docker_socket.unlink()
        rest.listen_again()
        client = _call(files)
        async with asyncio.timeout(60):
            await woken.wait()
        listener, waiting = rest.hand_over()
        assert rest.goes_on
        assert listener is not None
        rest.woken()
        assert not rest.goes_on
        assert len(waiting) == 1
        for connection in (client, listener, *waiting):
            assert connection.fileno() >= 0
            connection.close()

    asyncio.run(rest())


def test_a_rest_that_is_refused_tells_who_waits(tmp_path: Path) -> None:
    """The socket is gone then, and no later look brings it back."""
    files = MachineFiles(tmp_path, tmp_path, tmp_path)

    async def rest() -> bytes:
        woken = asyncio.Event()
        rest = Rest(files, woken.set)
        rest.begin()
        with _call(files) as client:
            async with asyncio.timeout(60):
                await woken.wait()
            rest.refuse("the machine was stopped")
            assert not rest.goes_on
            rest.listen_again()
            assert not files.docker_socket.exists()
            return await asyncio.to_thread(client.recv, 100)

    assert asyncio.run(rest()).startswith(b"HTTP/1.1 503")


def test_a_rest_that_is_closed_removes_its_socket(tmp_path: Path) -> None:
    """A supervisor that quits leaves no socket behind that nobody answers."""
    files = MachineFiles(tmp_path, tmp_path, tmp_path)

    async def rest() -> None:
        rest = Rest(files, lambda: None)
        rest.begin()
        rest.close()
        assert not rest.goes_on
        assert not files.docker_socket.exists()

    asyncio.run(rest())
