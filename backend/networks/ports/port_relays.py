"""Published ports that the kernel cannot lead to a container: carried by the engine itself.

Address translation neither turns IPv6 into IPv4 nor leads anything away from ::1. So an IPv6 address of the
host in front of a container without IPv6, and ::1 in front of any, are served here. While no engine runs
such a port is closed; its successor opens it again.
"""

import asyncio
import logging
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

log = logging.getLogger(__name__)

CHUNK = 256 * 1024
CONNECT_LIMIT_S = 10.0
MAX_SENDERS = 1024  # of one UDP port; the one that was silent for longest makes room
IDLE_S = 90.0  # as Docker's own proxy: after such a silence a UDP sender is forgotten

Target = tuple[str, int]


class _Relay(Protocol):
    def close(self) -> None:
        """Take no more, and end what is carried."""


class PortRelays:
    """All ports that the engine carries, by container."""

    def __init__(self) -> None:
        self._open: dict[str, list[_Relay]] = {}

    async def open(self, container_id: str, ports: Sequence[tuple[socket.socket, Target]]) -> None:
        """Serve ports from now on instead of those that were; each is a bound socket, which stays the
        caller's. Raises OSError."""
        self.close(container_id)
        relays = self._open[container_id] = []
        for bound, target in ports:
            relay = _TcpRelay(target) if bound.type == socket.SOCK_STREAM else _UdpRelay(target)
            relays.append(relay)
            await relay.start(bound.dup())

    def close(self, container_id: str) -> None:
        """Serve none of a container's ports any more."""
        for relay in self._open.pop(container_id, ()):
            relay.close()

    def close_all(self) -> None:
        """Serve nothing any more."""
        for container_id in tuple(self._open):
            self.close(container_id)


class _TcpRelay:
    def __init__(self, target: Target) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def start(self, listener: socket.socket) -> None:
        """Accept clients."""
        # Connections that have ended keep neither the next run's socket nor the next engine's away.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._server = await asyncio.start_server(self._accept, sock=listener, limit=CHUNK)

    def close(self) -> None:
        """See _Relay."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._clients):
            task.cancel()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._carry(reader, writer))
        self._clients.add(task)
        task.add_done_callback(self._clients.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        try:
            async with asyncio.timeout(CONNECT_LIMIT_S):
                inner_reader, inner = await asyncio.open_connection(*self._target, limit=CHUNK)
            ends.append(inner)
            async with asyncio.TaskGroup() as both:
                both.create_task(_copy(reader, inner))
                both.create_task(_copy(inner_reader, writer))
        except BaseException as error:
            for end in ends:
                end.transport.abort()
            if not isinstance(error, OSError | ExceptionGroup):
                raise
            log.debug("a client of a relayed port: %s", error)
        else:
            for end in ends:
                end.close()  # what is still on its way arrives
            for end in ends:
                with suppress(OSError):
                    await end.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


class _UdpRelay(asyncio.DatagramProtocol):
    def __init__(self, target: Target) -> None:
        self._target = target
        self._outer: asyncio.DatagramTransport | None = None
        self._senders: dict[Target, _Sender] = {}

    async def start(self, bound: socket.socket) -> None:
        """Take datagrams."""
        loop = asyncio.get_running_loop()
        self._outer, _ = await loop.create_datagram_endpoint(lambda: self, sock=bound)

    def close(self) -> None:
        """See _Relay."""
        if self._outer is not None:
            self._outer.close()
        for sender in tuple(self._senders.values()):
            sender.close()

    def datagram_received(self, data: bytes, address: Target) -> None:
        """Pass on what a sender says."""
        sender = self._senders.pop(address, None) or _Sender(self, address)
        self._senders[address] = sender  # the last one to be forgotten
        sender.send(data)
        if len(self._senders) > MAX_SENDERS:
            next(iter(self._senders.values())).close()

    def answer(self, data: bytes, address: Target) -> None:
        """Pass on what a sender is answered."""
        if self._outer is not None and not self._outer.is_closing():
            self._outer.sendto(data, address)

    def forget(self, address: Target) -> None:
        """A sender is gone."""
        self._senders.pop(address, None)

    @property
    def target(self) -> Target:
        """Where datagrams go."""
        return self._target


class _Sender(asyncio.DatagramProtocol):
    """One who sends to a UDP port, with a socket of its own to the container."""

    def __init__(self, relay: _UdpRelay, address: Target) -> None:
        self._relay = relay
        self._address = address
        self._waiting: list[bytes] = []
        self._transport: asyncio.DatagramTransport | None = None
        self._loop = asyncio.get_running_loop()
        self._idle = self._loop.call_later(IDLE_S, self.close)
        self._opening = self._loop.create_task(self._open())

    async def _open(self) -> None:
        with suppress(OSError):
            transport, _ = await self._loop.create_datagram_endpoint(
                lambda: self, remote_addr=self._relay.target
            )
            self._transport = transport
            for data in self._waiting:
                transport.sendto(data)
        self._waiting.clear()

    def send(self, data: bytes) -> None:
        """Send to the container, as soon as the socket is there."""
        self._rest()
        if self._transport is None:
            if len(self._waiting) < MAX_SENDERS:
                self._waiting.append(data)
        else:
            self._transport.sendto(data)

    def datagram_received(self, data: bytes, address: Target) -> None:
        """Pass the container's answer on."""
        del address
        self._rest()
        self._relay.answer(data, self._address)

    def error_received(self, exc: Exception) -> None:
        """Nobody listens inside; whoever sends gets no answer, as over any network."""

    def _rest(self) -> None:
        self._idle.cancel()
        self._idle = self._loop.call_later(IDLE_S, self.close)

    def close(self) -> None:
        """Let go of the socket."""
        self._idle.cancel()
        self._opening.cancel()
        if self._transport is not None:
            self._transport.close()
        self._relay.forget(self._address)
