"""A connection to a container's living streams, through its monitor."""

import asyncio
import errno
import socket
from contextlib import suppress

from backend.containers.container import Container
from backend.errors import NotFoundError
from backend.runtime import monitor
from backend.runtime.monitor import MonitorFiles

PACKET = 8192  # what the monitor reads at once; longer packets would be cut
STDOUT_PACKET, STDERR_PACKET = 2, 3


class Attachment:
    """One client's share of a container's streams. Connects at once, or at the next start."""

    def __init__(self, container: Container, files: MonitorFiles) -> None:
        self._container = container
        self._files = files
        self._socket: socket.socket | None = None
        self._connected = asyncio.Event()
        if container.state.running:
            self._connect()
        else:
            container.attaching.add(self._connect)

    def _connect(self) -> None:
        self._container.attaching.discard(self._connect)
        try:
            self._socket = monitor.connect(self._files)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ECONNREFUSED):
                raise
            # It has just ended: there is nothing to read any more.
        self._connected.set()

    async def connected(self) -> bool:
        """Wait for the start; False when the container fails to start, ends or is removed before."""
        if not self._connected.is_set():
            ended = self._container.next_exit()
            waiting = asyncio.ensure_future(self._connected.wait())
            try:
                await asyncio.wait((ended, waiting), return_when=asyncio.FIRST_COMPLETED)
            finally:
                ended.cancel()
                waiting.cancel()
        return self._socket is not None

    async def read(self) -> tuple[int, bytes]:
        """Return the next output: 1 or 2 for its stream, and the bytes; b"" when the run has ended."""
        connection = self._open_socket()
        while True:
            try:
                packet = connection.recv(PACKET + 1)
            except BlockingIOError:
                await _ready(connection, writing=False)
                continue
            except ConnectionError:
                packet = b""
            if not packet:
                return 1, b""
            if packet[0] in (STDOUT_PACKET, STDERR_PACKET) and len(packet) > 1:
                return packet[0] - 1, packet[1:]

    async def write(self, data: bytes) -> None:
        """Send to the container's standard input. Raises ConnectionError when the run has ended."""
        connection = self._open_socket()
        for start in range(0, len(data), PACKET):
            piece = data[start : start + PACKET]
            while True:
                try:
                    connection.send(piece)
                    break
                except BlockingIOError:
                    await _ready(connection, writing=True)

    def write_eof(self) -> None:
        """Tell the container that there is no more input."""
        with suppress(OSError):
            self._open_socket().shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Leave; the container runs on."""
        self._container.attaching.discard(self._connect)
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _open_socket(self) -> socket.socket:
        if self._socket is None:
            raise NotFoundError("the container does not run")
        return self._socket


async def _ready(connection: socket.socket, *, writing: bool) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def fire() -> None:
        if not ready.done():
            ready.set_result(None)

    if writing:
        loop.add_writer(connection, fire)
    else:
        loop.add_reader(connection, fire)
    try:
        await ready
    finally:
        if writing:
            loop.remove_writer(connection)
        else:
            loop.remove_reader(connection)
