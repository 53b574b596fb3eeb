"""The SSH agent of the host's user, for the containers that mount its socket.

Whoever connects there is carried to the host: the supervisor is asked to lend the agent under a key that is
good for this one connection, and takes it at the API as clients of builds do (`lent_agents`).
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from backend.errors import EngineError

if TYPE_CHECKING:
    from backend.builder.run.lent_agents import LentAgents
    from backend.host_link import HostLink

log = logging.getLogger(__name__)

MODE = 0o666
"""Who has the socket in a container may use it, whatever user it runs as; the folder here is the engine's."""


@asynccontextmanager
async def host_agent(path: Path, link: "HostLink", agents: "LentAgents") -> AsyncIterator[None]:
    """Listen at `path` meanwhile. Without a place for the socket only its users fail: that is logged."""
    from backend.builder.run.ssh_agents import lend_agent

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        key = secrets.token_hex(16)
        try:
            await link.lend_agent(key)
        except EngineError as error:
            log.warning("a container does not reach the SSH agent: %s", error)
            return
        await agents.carry(key, reader, writer)

    try:
        _remove(path)  # of an engine that was killed
        server = await lend_agent(path, carry)
        _let_everybody_in(path)
    except (EngineError, OSError) as error:
        log.error("containers cannot reach the host's SSH agent: %s", error)
        yield
        return
    try:
        yield
    finally:
        server.close()
        _remove(path)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _let_everybody_in(path: Path) -> None:
    path.chmod(MODE)
