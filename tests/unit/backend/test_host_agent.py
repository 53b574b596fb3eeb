"""The socket of containers that leads to the SSH agent of the host's user."""

import asyncio
import stat
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from backend.builder.run.lent_agents import LentAgents
from backend.errors import UnavailableError
from backend.host_agent import host_agent
from tests.unit.backend.test_lent_agents import Connection


class Link:
    """A supervisor that lends, as long as there is an agent."""

    def __init__(self, agents: LentAgents) -> None:
        self.has_agent = True
        self.keys: list[str] = []
        self.lending: list[asyncio.Future[None]] = []
        self._agents = agents

    async def lend_agent(self, key: str) -> None:
        self.keys.append(key)
        if not self.has_agent:
            raise UnavailableError("There is no SSH agent on this computer.")
        self.lending.append(asyncio.ensure_future(self._agents.lend(key, Connection())))


def listening(path: Path, link: Link, agents: LentAgents) -> AbstractAsyncContextManager[None]:
    return host_agent(path, link, agents)  # type: ignore[arg-type]


async def test_each_connection_has_a_key_and_an_agent_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "ssh-auth.sock"
    path.touch()  # left by an engine that was killed
    agents = LentAgents()
    link = Link(agents)
    async with asyncio.timeout(60), listening(path, link, agents):
        assert stat.S_IMODE(path.stat().st_mode) == 0o666
        for _ in range(2):
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(b"ask")
            assert await reader.readexactly(6) == b"answer"
            writer.close()
        assert len(set(link.keys)) == 2
        await asyncio.gather(*link.lending)
    assert not path.exists()


async def test_without_an_agent_the_program_sees_its_connection_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    agents = LentAgents()
    link = Link(agents)
    link.has_agent = False
    async with asyncio.timeout(60), listening(tmp_path / "socket", link, agents):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "socket")
        writer.write(b"ask")
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await reader.readexactly(1)
        writer.close()
    assert "There is no SSH agent on this computer." in caplog.text
