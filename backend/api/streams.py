"""Raw streams on an HTTP connection: attach and exec take it over after the answer's head.

Source: Docker Engine API, `POST /containers/{id}/attach`, "Hijacking" and "Stream format".
"""

import asyncio
import fcntl
import socket
import struct
import termios
from contextlib import suppress

from aiohttp import web

from backend.api.versions import api_version
from backend.version import VERSION

RAW = "application/vnd.docker.raw-stream"
MULTIPLEXED = "application/vnd.docker.multiplexed-stream"
STDOUT, STDERR = 1, 2
READ_AHEAD = 1024 * 1024
LONGEST_PAUSE = 0.05  # seconds between two looks at whether the client has read the head
_HEADER = struct.Struct(">BxxxL")
_NUMBER = struct.Struct("=i")


def frame_header(stream: int, length: int) -> bytes:
    """Return what goes before so many bytes of a stream: its number and the length."""
    return _HEADER.pack(stream, length)


def frame(stream: int, data: bytes) -> bytes:
    """Return `data` behind its header."""
    return frame_header(stream, len(data)) + data


def content_type(request: web.Request, *, terminal: bool) -> str:
    """Return the type of a stream for this client; older ones know one name only."""
    return MULTIPLEXED if not terminal and api_version(request) >= (1, 42) else RAW


class HijackedStream(asyncio.Protocol):
    """Both directions of a connection that no longer speaks HTTP; each may end by itself."""

    def __init__(self, transport: asyncio.Transport, before: asyncio.BaseProtocol) -> None:
        self._transport = transport
        self._before = before
        self._received = bytearray()
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._ended = False
        self._head_is_read = False
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        """Keep what came until somebody reads it; a client that runs ahead is held up."""
        self._received += data
        self._arrived.set()
        if len(self._received) > READ_AHEAD:
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """The client has no more to say, and still listens."""
        self._ended = True
        self._arrived.set()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake whoever reads, writes or waits; tell the HTTP protocol that the connection is gone."""
        self._ended = True
        self._arrived.set()
        self._writable.set()
        if not self.closed.done():
            self.closed.set_result(None)
        self._before.connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not keep up."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._writable.set()

    async def read(self) -> bytes:
        """Return what the client sent, b"" at its end."""
        while not self._received:
            if self._ended:
                return b""
            self._arrived.clear()
            await self._arrived.wait()
        data = bytes(self._received)
        self._received.clear()
        if not self._ended:
            self._transport.resume_reading()
        return data

    async def write(self, data: bytes) -> None:
        """Send to the client, and wait while it does not keep up. Raises ConnectionError when it is gone."""
        if not self._head_is_read:
            await self._wait_until_read()
            self._head_is_read = True
        if self.closed.done():
            raise ConnectionResetError("the client left")
        self._transport.write(data)
        await self._writable.wait()

    async def _wait_until_read(self) -> None:
        """Wait until the client has taken all that was sent, the answer's head: docker-py reads the head
        through a buffer and what follows past it, so that what arrives together with the head is lost."""
        pause = 0.0005
        while not self.closed.done() and (self._transport.get_write_buffer_size() or self._unread()):
            await asyncio.wait([self.closed], timeout=pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _unread(self) -> int:
        """Return how much of what was sent lies in the kernel still; 0 when that cannot be told."""
        connection: socket.socket | None = self._transport.get_extra_info("socket")
        with suppress(OSError):
            if connection is not None and connection.fileno() >= 0:
                answer = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, _NUMBER.pack(0))
                return int(_NUMBER.unpack(answer)[0])
        return 0

    def write_eof(self) -> None:
        """Tell the client that there is no more; nothing happens when it is gone."""
        if not self.closed.done() and not self._transport.is_closing() and self._transport.can_write_eof():
            self._transport.write_eof()


class Hijacked(web.StreamResponse):
    """What a handler returns when the answer is already on its way: nothing more is sent, the connection
    ends."""

    def __init__(self) -> None:
        super().__init__()
        self.force_close()

    async def prepare(self, request: web.BaseRequest) -> None:
        """Send nothing."""

    async def write_eof(self, data: bytes = b"") -> None:
        """Send nothing."""


def hijack(request: web.Request, kind: str) -> HijackedStream:
    """Send the answer's head and take the connection over. `kind` is the stream's content type, told only to
    clients that asked for an upgrade: to others Docker calls every stream raw."""
    transport = request.transport
    if transport is None:
        raise ConnectionResetError("the client left")
    if "Upgrade" in request.headers:
        head = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
    else:
        head, kind = "HTTP/1.1 200 OK\r\n", RAW
    head += f"Content-Type: {kind}\r\nServer: Marina/{VERSION} (linux)\r\n\r\n"
    stream = HijackedStream(transport, request.protocol)
    transport.set_protocol(stream)
    # The HTTP protocol may have stopped reading while it waited for this handler.
    transport.resume_reading()
    transport.write(head.encode())
    return stream
