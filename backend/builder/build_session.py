"""What a build asks of the client that wants it, while it runs: secrets, and its SSH agent.

Source: BuildKit's `session/secrets` and `session/sshforward`.
"""

import asyncio
from typing import Protocol


class BuildSession(Protocol):
    """The client of one build. A build by `POST /build` has none."""

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
