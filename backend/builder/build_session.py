"""What a build asks of the client that wants it, while it runs: secrets, and its SSH agent.

Source: BuildKit's `session/secrets` and `session/sshforward`.
"""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from backend.errors import NotSupportedError


class BuildSession(Protocol):
    """The client of one build."""

    async def secret(self, secret_id: str) -> bytes | None:
        """Return a secret; None when the client has none of this name."""
        ...

    async def has_ssh(self, agent_id: str) -> bool:
        """Return whether the client lends the SSH agent of this name."""
        ...

    async def forward_ssh(
        self, agent_id: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Carry one connection to an agent until one side ends it."""
        ...


class SecretsSentAlong:
    """A client that is not asked: what it lends came with its `POST /build`."""

    def __init__(self, secrets: Mapping[str, bytes]) -> None:
        self._secrets = secrets

    async def secret(self, secret_id: str) -> bytes | None:
        """Return a secret that was sent."""
        return self._secrets.get(secret_id)

    async def has_ssh(self, agent_id: str) -> bool:
        """Return that there is no agent: it would have to be asked."""
        del agent_id
        return False

    async def forward_ssh(
        self, agent_id: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Nobody comes here without `has_ssh`."""
        del reader, writer
        raise NotSupportedError(f"a build by POST /build has no SSH agent {agent_id}")
