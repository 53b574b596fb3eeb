"""Ports on IPv6 addresses: QEMU's forwards know IPv4 only, so the supervisor hands them on to one."""

import asyncio
import contextlib
import errno
import logging
import socket
import sys
from typing import Protocol

from vm.machine.ports.listen_queues import WAITING_CLIENTS
from vm.machine.ports.port_reasons import KINDS
from vm.machine.tasks import Tasks

log = logging.getLogger(__name__)
BUFFER = 2**18
LOOPBACK = "127.0.0.1"
LOOPBACK_6 = "::1"
UDP_QUIET_LIMIT = 90.0
"""Seconds without a datagram after which a UDP client is forgotten."""

MOST_UDP_CLIENTS = 1024
NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
"""How a host without IPv6 refuses its any-address."""


class Relay(Protocol):
    """An open port that is handed on."""

    async def close(self) -> None:
        """Close the port and cut what goes through it."""


async def open_relay(protocol: str, address: str, port: int, target_port: int) -> Relay:
    """Listen on an IPv6 address and hand everything on to `target_port` of 127.0.0.1. Raises OSError."""
    listener = _bind(protocol, address, port)
    if protocol == "udp":
        return await UdpRelay.start(listener, target_port)
    return await TcpRelay.start(listener, target_port)


def _bind(protocol: str, address: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6, KINDS[protocol])
    try:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if protocol == "tcp" and sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


class TcpRelay:
    """Connections, with half-closes carried both ways."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._tasks = Tasks()
        self._server: asyncio.Server | None = None

    @classmethod
    async def start(cls, listener: socket.socket, target_port: int) -> "TcpRelay":
        """Serve from now on. Raises OSError when another program listens there."""
        relay = cls(target_port)
        try:
            relay._server = await asyncio.start_server(
                relay._accept, sock=listener, limit=BUFFER, backlog=WAITING_CLIENTS
            )
        except OSError:
            listener.close()
            raise
        return relay

    async def close(self) -> None:
        """See Relay."""
        if self._server is not None:
            self._server.close()
        await self._tasks.cancel_all()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.start(self._serve(reader, writer), "IPv6 connection")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            onward_reader, onward_writer = await asyncio.open_connection(
                LOOPBACK, self._target_port, limit=BUFFER
            )
        except OSError as error:
            log.debug("port %d of %s: %s", self._target_port, LOOPBACK, error)
            writer.transport.abort()
            return
        except BaseException:
            writer.transport.abort()
            raise
        ends = (writer, onward_writer)
        try:
            await asyncio.gather(_pump(reader, onward_writer), _pump(onward_reader, writer))
        except OSError:
            for end in ends:
                end.transport.abort()  # a reset is a reset at the other end too
        except BaseException:
            for end in ends:
                end.transport.abort()
            raise
        finally:
            for end in ends:
                end.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(BUFFER):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


class _Answers(asyncio.DatagramProtocol):
    """What comes back for one UDP client."""

    def __init__(self, relay: "UdpRelay", client: tuple[str, int]) -> None:
        self._relay = relay
        self._client = client

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._relay.answer(self._client, data)


class UdpRelay(asyncio.DatagramProtocol):
    """Datagrams; each client keeps a socket of its own on the way, so that answers find it."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener: asyncio.DatagramTransport | None = None
        self._ways: dict[tuple[str, int], asyncio.DatagramTransport] = {}
        self._heard: dict[tuple[str, int], float] = {}
        self._waiting: dict[tuple[str, int], list[bytes]] = {}
        self._tasks = Tasks()

    @classmethod
    async def start(cls, listener: socket.socket, target_port: int) -> "UdpRelay":
        """Serve from now on."""
        relay = cls(target_port)
        loop = asyncio.get_running_loop()
        relay._listener, _ = await loop.create_datagram_endpoint(lambda: relay, sock=listener)
        relay._tasks.start(relay._forget_quiet(), "quiet UDP clients")
        return relay

    async def close(self) -> None:
        """See Relay."""
        await self._tasks.cancel_all()
        if self._listener is not None:
            self._listener.close()
        for way in self._ways.values():
            way.close()
        self._ways.clear()
        await asyncio.sleep(0)  # asyncio closes their sockets in its next round only

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Hand a client's datagram on."""
        self._heard[addr] = asyncio.get_running_loop().time()
        if (way := self._ways.get(addr)) is not None:
            way.sendto(data)
        elif addr in self._waiting:
            if len(self._waiting[addr]) < 64:
                self._waiting[addr].append(data)
        elif len(self._ways) + len(self._waiting) < MOST_UDP_CLIENTS:
            self._waiting[addr] = [data]
            self._tasks.start(self._open_way(addr), "UDP client")

    def answer(self, client: tuple[str, int], data: bytes) -> None:
        """Send what came back to its client."""
        self._heard[client] = asyncio.get_running_loop().time()
        if self._listener is not None:
            self._listener.sendto(data, client)

    async def _open_way(self, client: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        try:
            way, _ = await loop.create_datagram_endpoint(
                lambda: _Answers(self, client), remote_addr=(LOOPBACK, self._target_port)
            )
        except OSError as error:
            log.warning("a UDP client cannot be served: %s", error)
            self._waiting.pop(client, None)
            return
        self._ways[client] = way
        for data in self._waiting.pop(client, ()):
            way.sendto(data)

    async def _forget_quiet(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(UDP_QUIET_LIMIT / 3)
            for client in [who for who, when in self._heard.items() if when < loop.time() - UDP_QUIET_LIMIT]:
                del self._heard[client]
                if (way := self._ways.pop(client, None)) is not None:
                    way.close()


async def close_all(relays: list[Relay]) -> None:
    """Close several; none keeps the others open."""
    for relay in relays:
        with contextlib.suppress(OSError):
            await relay.close()
