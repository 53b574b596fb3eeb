"""The name service of user-defined networks: answers at 127.0.0.11 in each container on one.

It belongs to the engine: while none runs, names are not resolved and everything else goes on.
Source: Docker's embedded DNS server (libnetwork, resolver.go) for what is answered and what is passed on.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

from backend.networks.attachment import Attachment
from backend.networks.names import dns_message, name_files
from backend.networks.names.dns_message import AAAA, PTR, A, BadQueryError, NotAQueryError, Query
from backend.networks.names.dns_upstream import MachineServers, Upstream
from backend.networks.names.name_table import NameTable
from backend.networks.names.resolver_sockets import ResolverSockets
from backend.tasks import Tasks

log = logging.getLogger(__name__)

MAX_FORWARDED = 128  # questions of one container under way at once
MAX_CONNECTIONS = 32
IDLE_LIMIT_S = 10.0


class NameService:
    """Resolvers of all containers that have one."""

    def __init__(
        self,
        table: NameTable,
        tasks: Tasks,
        find: Callable[[str], Attachment | None],
        host_address: Callable[[], str],
    ) -> None:
        self._table = table
        self._tasks = tasks
        self._find = find
        self._host_address = host_address
        self._machine = MachineServers()
        self._upstream = Upstream()
        self._resolvers: dict[str, _Resolver] = {}

    async def serve(self, container_id: str, sockets: ResolverSockets) -> None:
        """Answer at these sockets until `stop`."""
        await self.stop(container_id)
        resolver = _Resolver(self, container_id)
        self._resolvers[container_id] = resolver
        await resolver.listen(sockets)

    async def stop(self, container_id: str) -> None:
        """Close a container's sockets; nothing happens when there are none."""
        resolver = self._resolvers.pop(container_id, None)
        if resolver is not None:
            resolver.close()

    def close(self) -> None:
        """Close all sockets."""
        for resolver in self._resolvers.values():
            resolver.close()
        self._resolvers.clear()

    def in_background(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a question's way to a real name server."""
        self._tasks.start(coroutine, "resolve a name")

    def answer_here(self, container_id: str, query: Query, limit: int | None) -> bytes | None:
        """Return the answer of what the engine knows itself; None: somebody else must be asked."""
        asking = self._find(container_id)
        if asking is None:
            return dns_message.failure(query)
        if not query.is_internet:
            return None
        if query.kind == PTR:
            address = dns_message.reversed_address(query.name)
            name = self._table.name_of(asking, address) if address else None
            return dns_message.answer(query, name=name, limit=limit) if name else None
        addresses = self._table.resolve(asking, query.name)
        if addresses is None and query.name in name_files.HOST_NAMES:
            addresses = [ip_address(self._host_address())]
        if addresses is not None:
            version = {A: 4, AAAA: 6}.get(query.kind, 0)
            wanted = [one for one in addresses if one.version == version]
            random.shuffle(wanted)
            return dns_message.answer(query, addresses=wanted, limit=limit)
        if asking.way_out is None:
            return dns_message.failure(query)  # on internal networks only: nobody outside is asked
        if query.kind in (A, AAAA) and "." not in query.name and _holds_short_names_back(asking):
            return dns_message.answer(query)
        return None

    async def ask_others(self, container_id: str, data: bytes, query: Query, *, tcp: bool) -> bytes:
        """Return what real name servers say, or that they say nothing."""
        asking = self._find(container_id)
        if asking is None or asking.way_out is None:
            return dns_message.failure(query)
        servers = asking.dns or self._machine.now()
        reply = await self._upstream.ask(data, query.question, servers, tcp=tcp)
        return dns_message.failure(query) if reply is None else reply


def _holds_short_names_back(asking: Attachment) -> bool:
    """Return whether names without a dot belong to a search list, because "ndots" asks for more than 0."""
    _, _, options = name_files.parse_resolv_conf(asking.resolv_conf)
    return any(option.startswith("ndots:") and option != "ndots:0" for option in options)


class _Resolver(asyncio.DatagramProtocol):
    """One container's sockets."""

    def __init__(self, service: NameService, container_id: str) -> None:
        self._service = service
        self._container_id = container_id
        self._transport: asyncio.DatagramTransport | None = None
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self._forwarded = 0
        self._closed = False

    async def listen(self, sockets: ResolverSockets) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, sock=sockets.udp)
        self._server = await asyncio.start_server(self._serve_connection, sock=sockets.tcp)
        if self._closed:
            self.close()

    def close(self) -> None:
        self._closed = True
        if self._transport is not None:
            self._transport.close()
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._connections):
            writer.close()

    # --- UDP ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, address: Any) -> None:
        try:
            query = dns_message.parse_query(data)
        except NotAQueryError:
            return
        except BadQueryError as error:
            self._send(dns_message.refusal(data, error.code), address)
            return
        reply = self._service.answer_here(self._container_id, query, query.limit)
        if reply is not None:
            self._send(reply, address)
        elif self._forwarded < MAX_FORWARDED:  # the client asks again
            self._forwarded += 1
            self._service.in_background(self._forward(data, query, address))

    def error_received(self, error: Exception) -> None:
        """A client that did not wait for its answer."""

    async def _forward(self, data: bytes, query: Query, address: Any) -> None:
        try:
            self._send(await self._service.ask_others(self._container_id, data, query, tcp=False), address)
        finally:
            self._forwarded -= 1

    def _send(self, reply: bytes, address: Any) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(reply, address)

    # --- TCP ---

    async def _serve_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closed or len(self._connections) >= MAX_CONNECTIONS:
            writer.close()
            return
        self._connections.add(writer)
        try:
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, NotAQueryError):
                while True:
                    async with asyncio.timeout(IDLE_LIMIT_S):
                        length = int.from_bytes(await reader.readexactly(2), "big")
                        data = await reader.readexactly(length)
                    reply = await self._answer(data)
                    writer.write(len(reply).to_bytes(2, "big") + reply)
                    async with asyncio.timeout(IDLE_LIMIT_S):
                        await writer.drain()
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _answer(self, data: bytes) -> bytes:
        try:
            query = dns_message.parse_query(data)
        except BadQueryError as error:
            return dns_message.refusal(data, error.code)
        reply = self._service.answer_here(self._container_id, query, None)
        if reply is None:
            reply = await self._service.ask_others(self._container_id, data, query, tcp=True)
        return reply
