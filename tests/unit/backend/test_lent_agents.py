"""Connections to a client's SSH agent: each carries one conversation, whichever side ends it."""

import asyncio
from pathlib import Path

import pytest

from backend.builder.run import lent_agents
from backend.builder.run.lent_agents import LendingClient, LentAgents
from backend.builder.run.ssh_agents import lend_agent

KEY = "0123456789abcdef"


class Connection:
    """A client that says "answer" to whatever it is told."""

    def __init__(self) -> None:
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.said: asyncio.Queue[bytes] = asyncio.Queue()
        self.told = b""

    async def read(self) -> bytes:
        return await self.said.get()

    async def write(self, data: bytes) -> None:
        self.told += data
        self.said.put_nowait(b"answer")

    def leave(self) -> None:
        self.closed.set_result(None)
        self.said.put_nowait(b"")


async def test_each_program_has_a_connection_of_its_own(tmp_path: Path) -> None:
    agents = LentAgents()
    client = LendingClient({"id": b"x"}, agents, KEY)
    server = await lend_agent(
        tmp_path / "agent", lambda reader, writer: client.forward_ssh("default", reader, writer)
    )
    async with server:
        for number in range(2):
            connection = Connection()
            lending = asyncio.ensure_future(agents.lend(KEY, connection))
            assert await client.has_ssh("default")
            assert not await client.has_ssh("other")
            reader, writer = await asyncio.open_unix_connection(tmp_path / "agent")
            writer.write(b"ask %d" % number)
            assert await reader.readexactly(6) == b"answer"
            assert connection.told == b"ask %d" % number
            writer.close()
            await lending
    assert await client.secret("id") == b"x"


async def test_a_program_waits_for_the_next_connection_and_sees_the_client_leave(tmp_path: Path) -> None:
    agents = LentAgents()
    server = await lend_agent(tmp_path / "agent", lambda reader, writer: agents.carry(KEY, reader, writer))
    async with server:
        reader, writer = await asyncio.open_unix_connection(tmp_path / "agent")
        writer.write(b"ask")
        connection = Connection()
        lending = asyncio.ensure_future(agents.lend(KEY, connection))
        assert await reader.readexactly(6) == b"answer"
        connection.leave()
        assert await reader.read() == b""
        writer.close()
        await lending


async def test_what_nobody_lends_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lent_agents, "WAIT_LIMIT", 0.01)
    agents = LentAgents()
    assert not await agents.is_lent(KEY)
    connection = Connection()
    lending = asyncio.ensure_future(agents.lend(KEY, connection))
    await asyncio.sleep(0)
    connection.leave()
    await lending
    assert not await agents.is_lent(KEY)
