"""Passing questions on to real name servers, over UDP and TCP."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Sequence

from backend.networks.names import dns_message, name_files

log = logging.getLogger(__name__)

PORT = 53
UDP_LIMIT_S = 2.5  # for each server
TCP_LIMIT_S = 4.0
MACHINE_FRESH_S = 2.0
MAX_AT_ONCE = 1024
RETRY_CODES = (dns_message.SERVER_FAILURE, 5)  # another server may know more; 5 is "refused"


class MachineServers:
    """The machine's name servers, looked up anew when a while has passed: a laptop moves."""

    def __init__(self, read: Callable[[], str] = name_files.read_machine_resolv_conf) -> None:
        self._read = read
        self._known: tuple[str, ...] = ()
        self._until = 0.0

    def now(self) -> Sequence[str]:
        """Return the addresses."""
        if time.monotonic() >= self._until:
            servers, _, _ = name_files.parse_resolv_conf(self._read())
            self._known = tuple(servers) or name_files.PUBLIC_NAMESERVERS
            self._until = time.monotonic() + MACHINE_FRESH_S
        return self._known


class Upstream:
    """Asks servers in turn until one answers."""

    def __init__(self, port: int = PORT) -> None:
        self._port = port
        self._running = 0

    async def ask(self, data: bytes, question: bytes, servers: Sequence[str], *, tcp: bool) -> bytes | None:
        """Return the first useful answer, under the client's number; None when there is none."""
        if self._running >= MAX_AT_ONCE:
            return None
        self._running += 1
        try:
            return await self._ask(data, question, servers, tcp)
        finally:
            self._running -= 1

    async def _ask(self, data: bytes, question: bytes, servers: Sequence[str], tcp: bool) -> bytes | None:
        client_id = int.from_bytes(data[:2], "big")
        last: bytes | None = None
        for server in servers[:3]:
            # A number that nobody can guess, also where the client's own one is poor.
            identifier = secrets.randbelow(1 << 16)
            sent = dns_message.with_id(data, identifier)
            work = self._over_tcp if tcp else self._over_udp
            try:
                async with asyncio.timeout(TCP_LIMIT_S if tcp else UDP_LIMIT_S):
                    reply = await work(server, sent, identifier, question)
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                log.debug("name server %s does not answer: %s", server, error)
                continue
            last = dns_message.with_id(reply, client_id)
            if dns_message.code_of(reply) not in RETRY_CODES:
                return last
        return last

    async def _over_udp(self, server: str, sent: bytes, identifier: int, question: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[bytes] = loop.create_future()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Reply(reply, identifier, question), remote_addr=(server, self._port)
        )
        try:
            transport.sendto(sent)
            return await reply
        finally:
            transport.close()

    async def _over_tcp(self, server: str, sent: bytes, identifier: int, question: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(server, self._port)
        try:
            writer.write(len(sent).to_bytes(2, "big") + sent)
            length = int.from_bytes(await reader.readexactly(2), "big")
            reply = await reader.readexactly(length)
        finally:
            writer.close()
        if not dns_message.is_answer_to(reply, identifier, question):
            raise OSError("the answer is to another question")
        return reply


class _Reply(asyncio.DatagramProtocol):
    def __init__(self, reply: "asyncio.Future[bytes]", identifier: int, question: bytes) -> None:
        self._reply = reply
        self._identifier = identifier
        self._question = question

    def datagram_received(self, data: bytes, address: object) -> None:
        # Anything else is a forgery or late; the true answer may still come.
        if not self._reply.done() and dns_message.is_answer_to(data, self._identifier, self._question):
            self._reply.set_result(data)

    def error_received(self, error: Exception) -> None:
        if not self._reply.done():
            self._reply.set_exception(error)
