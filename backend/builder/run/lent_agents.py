"""SSH agents that clients of `POST /build` lend: connections that they hold ready under a key of their own.

Each of them carries what one program of a build and the client's agent say to each other. The client opens
the next one as soon as one is used.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol

from backend.builder.run.ssh_agents import DEFAULT_AGENT

WAIT_LIMIT = 30.0  # seconds for the client to open the next connection
PIECE = 32 * 1024  # bytes


class AgentConnection(Protocol):
    """What carries bytes to and from a client."""

    closed: "asyncio.Future[None]"

    async def read(self) -> bytes:
        """Return what the client sent, b"" at its end."""
        ...

    async def write(self, data: bytes) -> None:
        """Send to the client. Raises ConnectionError when it is gone."""
        ...


class LentAgents:
    """The connections that are ready, by their keys."""

    def __init__(self) -> None:
        self._ready: dict[str, list[_Offer]] = {}
        self._arrived = asyncio.Condition()

    async def lend(self, key: str, connection: AgentConnection) -> None:
        """Hold a connection ready until it was used, or its client leaves."""
        offer = _Offer(connection)
        self._ready.setdefault(key, []).append(offer)
        async with self._arrived:
            self._arrived.notify_all()
        try:
            await asyncio.wait((connection.closed, offer.used), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._withdraw(key, offer)

    async def is_lent(self, key: str) -> bool:
        """Return whether there is a connection, or one comes in time."""
        try:
            async with asyncio.timeout(WAIT_LIMIT), self._arrived:
                await self._arrived.wait_for(lambda: key in self._ready)
        except TimeoutError:
            return False
        return True

    async def carry(self, key: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one program's conversation until one side ends it."""
        if not await self.is_lent(key):
            return  # the program sees its connection end
        offer = self._ready[key][0]
        self._withdraw(key, offer)
        ways = [
            asyncio.ensure_future(_to_client(reader, offer.connection)),
            asyncio.ensure_future(_to_program(offer.connection, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            if not offer.used.done():
                offer.used.set_result(None)

    def _withdraw(self, key: str, offer: "_Offer") -> None:
        offers = self._ready.get(key, [])
        if offer in offers:
            offers.remove(offer)
            if not offers:
                del self._ready[key]


class _Offer:
    """A connection, and whether it has done what it was for."""

    def __init__(self, connection: AgentConnection) -> None:
        self.connection = connection
        self.used: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class LendingClient:
    """A client whose secrets came with its `POST /build`, and who lends its agent."""

    def __init__(self, secrets: Mapping[str, bytes], agents: LentAgents, key: str) -> None:
        self._secrets, self._agents, self._key = secrets, agents, key

    async def secret(self, secret_id: str) -> bytes | None:
        """Return a secret that was sent."""
        return self._secrets.get(secret_id)

    async def has_ssh(self, agent_id: str) -> bool:
        """Return whether this is the agent that is lent, and the client still there."""
        return agent_id == DEFAULT_AGENT and await self._agents.is_lent(self._key)

    async def forward_ssh(
        self, agent_id: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Carry one connection to the agent until one side ends it."""
        del agent_id  # there is one
        await self._agents.carry(self._key, reader, writer)


async def _to_client(reader: asyncio.StreamReader, connection: AgentConnection) -> None:
    with suppress(OSError):
        while data := await reader.read(PIECE):
            await connection.write(data)


async def _to_program(connection: AgentConnection, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await connection.read():
            writer.write(data)
            await writer.drain()
