"""Names for the guest as this computer resolves them: its hosts file, VPN and split DNS included.

Addresses are asked of the system's resolver, all other records of the system's name servers; where the user
has fixed name servers, everything is asked of these. The engine leads what is asked at QEMU's name server
here (backend/networks/names/host_names.py). Source: RFC 1035, RFC 6891.
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from ipaddress import ip_address

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from vm.machine.tasks import ForgottenThreads, Tasks

log = logging.getLogger(__name__)

ADDRESS = "127.0.0.1"
TRIES = 8
THREADS = 16
MOST_AT_ONCE = 256
MOST_CONNECTIONS = 32
MOST_SERVERS = 3
LIMIT = 4.0
"""Seconds after which a question that the system does not answer has failed: clients wait for 5."""

SERVER_LIMIT = 1.3
IDLE_LIMIT = 10.0
TTL = 5
"""Seconds: the system does not tell how long its answer holds, and remembers it itself."""

PAYLOAD = 1232
LEAST_PAYLOAD = 512
HEADER = 12

FAMILIES = {dns.rdatatype.A: 4, dns.rdatatype.AAAA: 6}
NO_SUCH_NAME = {socket.EAI_NONAME}
NO_ADDRESS = {number for name in ("EAI_NODATA", "EAI_ADDRFAMILY") if (number := getattr(socket, name, 0))}

Lookup = Callable[[bytes], Sequence[str]]
"""Returns all addresses of a name; blocks. Raises OSError, of which `socket.gaierror` tells why."""

Server = tuple[str, int]
"""Address and port."""

Ask = Callable[[dns.message.Message, Sequence[Server]], dns.message.Message]
"""Asks name servers in turn, without any those of this computer; blocks. Raises OSError or DNSException."""


def look_up(name: bytes) -> Sequence[str]:
    """Ask this computer's resolver, as a browser on it would."""
    return [str(found[4][0]) for found in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)]


def ask_servers(query: dns.message.Message, servers: Sequence[Server] = ()) -> dns.message.Message:
    """Ask name servers in turn, without any those of this computer. Raises OSError or DNSException."""
    import dns.query  # heavy, and seldom needed
    import dns.resolver

    reason: Exception = OSError("this computer has no name server")
    servers = servers or [(str(server), 53) for server in dns.resolver.Resolver().nameservers]
    for address, port in servers[:MOST_SERVERS]:
        try:
            return dns.query.udp_with_fallback(query, address, timeout=SERVER_LIMIT, port=port)[0]
        except (OSError, dns.exception.DNSException) as error:
            reason = error
    raise reason


class NameServer:
    """Listens on a port of this computer's loopback, UDP and TCP. Lives on the event loop.

    `servers` returns the name servers that the user has fixed.
    """

    def __init__(
        self,
        look_up: Lookup = look_up,
        ask: Ask = ask_servers,
        servers: Callable[[], Sequence[Server]] = lambda: (),
    ) -> None:
        self._look_up = look_up
        self._ask = ask
        self._servers = servers
        self._threads = ForgottenThreads(THREADS)  # a resolver without network takes half a minute
        self._lookups: dict[bytes, asyncio.Future[Sequence[str]]] = {}
        self._tasks = Tasks()
        self._under_way = 0
        self._connections: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self.port = 0
        """Where it listens; 0 when it does not."""

    async def start(self) -> None:
        """Listen. A computer that gives no port is left as it is: QEMU's own name server is used then."""
        loop = asyncio.get_running_loop()
        for _ in range(TRIES):
            server = await asyncio.start_server(self._serve_connection, ADDRESS, 0)
            port = server.sockets[0].getsockname()[1]
            try:
                transport, _ = await loop.create_datagram_endpoint(
                    lambda: _Datagrams(self), local_addr=(ADDRESS, port)
                )
            except OSError as error:
                log.info("no name server at port %d: %s", port, error)
                server.close()
                continue
            self._server, self._transport, self.port = server, transport, port
            return
        log.warning("no port is free for the name server: the machine asks QEMU's")

    async def close(self) -> None:
        """Listen no more; questions under way get no answer."""
        self.port = 0
        if self._transport is not None:
            self._transport.close()
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._connections):
            writer.close()
        await self._tasks.cancel_all()
        for lookup in tuple(self._lookups.values()):
            lookup.cancel()

    def take_datagram(self, data: bytes, sender: tuple[str, int]) -> None:
        """Answer a question that came by UDP; one too many is dropped, and its client asks again."""
        if self._under_way < MOST_AT_ONCE:
            self._under_way += 1
            self._tasks.start(self._reply(data, sender), "name")

    async def _reply(self, data: bytes, sender: tuple[str, int]) -> None:
        try:
            reply = await self.answer(data, udp=True)
        finally:
            self._under_way -= 1
        if reply and self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(reply, sender)

    async def _serve_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connections) >= MOST_CONNECTIONS:
            writer.close()
            return
        self._connections.add(writer)
        try:
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                while True:
                    async with asyncio.timeout(IDLE_LIMIT):
                        length = int.from_bytes(await reader.readexactly(2), "big")
                        data = await reader.readexactly(length)
                    reply = await self.answer(data, udp=False)
                    if not reply:
                        return
                    writer.write(len(reply).to_bytes(2, "big") + reply)
                    async with asyncio.timeout(IDLE_LIMIT):
                        await writer.drain()
        finally:
            self._connections.discard(writer)
            writer.close()

    async def answer(self, data: bytes, *, udp: bool) -> bytes:
        """Return the answer to a message; nothing to what is no question."""
        try:
            query = dns.message.from_wire(data)
        except (dns.exception.DNSException, ValueError):
            return _format_error(data)
        if query.flags & dns.flags.QR:
            return b""
        reply = await self._reply_to(query)
        longest = max(LEAST_PAYLOAD, min(query.payload, PAYLOAD)) if udp else 0xFFFF
        return reply.to_wire(max_size=longest, prefer_truncation=True)

    async def _reply_to(self, query: dns.message.Message) -> dns.message.Message:
        if query.opcode() != dns.opcode.QUERY or len(query.question) != 1:
            return _reply(query, dns.rcode.NOTIMP)
        asked, servers = query.question[0], self._servers()
        try:
            async with asyncio.timeout(LIMIT):
                if not servers and asked.rdclass == dns.rdataclass.IN and asked.rdtype in FAMILIES:
                    return await self._addresses(query, asked)
                reply = await self._threads.run(partial(self._ask, query, servers))
                reply.id = query.id
                return reply
        except (TimeoutError, OSError, dns.exception.DNSException, UnicodeError) as error:
            log.info("%s is not resolved: %s", asked.name, error or "no answer in time")
            return _reply(query, dns.rcode.SERVFAIL)

    async def _addresses(self, query: dns.message.Message, asked: dns.rrset.RRset) -> dns.message.Message:
        name = asked.name.to_text(omit_final_dot=True).encode("ascii")
        try:
            found = await self._found(name)
        except socket.gaierror as error:
            if error.errno in NO_SUCH_NAME:
                return _reply(query, dns.rcode.NXDOMAIN)
            if error.errno not in NO_ADDRESS:
                raise
            found = ()
        reply = _reply(query, dns.rcode.NOERROR)
        version = FAMILIES[asked.rdtype]
        # one with a scope ("fe80::1%eth0") means something on this computer only
        wanted = [
            one for one in dict.fromkeys(found) if "%" not in one and ip_address(one).version == version
        ]
        if wanted:
            reply.answer.append(
                dns.rrset.from_text_list(asked.name, TTL, asked.rdclass, asked.rdtype, wanted)
            )
        return reply

    async def _found(self, name: bytes) -> Sequence[str]:
        """Look a name up; those who ask for it meanwhile, for its other addresses, share the answer."""
        lookup = self._lookups.get(name)
        if lookup is None:
            lookup = asyncio.ensure_future(self._threads.run(partial(self._look_up, name)))
            self._lookups[name] = lookup
            lookup.add_done_callback(lambda done: self._looked_up(name, done))
        return await asyncio.shield(lookup)

    def _looked_up(self, name: bytes, lookup: "asyncio.Future[Sequence[str]]") -> None:
        self._lookups.pop(name, None)
        if not lookup.cancelled():
            lookup.exception()  # looked at, also when everybody has stopped waiting


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        self._server.take_datagram(data, address)


def _reply(query: dns.message.Message, code: dns.rcode.Rcode) -> dns.message.Message:
    reply = dns.message.make_response(query, recursion_available=True, our_payload=PAYLOAD)
    reply.set_rcode(code)
    return reply


def _format_error(data: bytes) -> bytes:
    """Return what a message gets that cannot be read; nothing when it is no question, or no header."""
    if len(data) < HEADER or data[2] & 0x80:
        return b""
    return data[:2] + bytes([0x80 | (data[2] & 0x79), dns.rcode.FORMERR]) + bytes(HEADER - 4)
