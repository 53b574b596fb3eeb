"""`/marina/ssh-agents/{key}`: a client holds a connection to its SSH agent ready.

It is for a `POST /build` that names the key: Docker's classic builder knows no agents, and BuildKit's clients
lend theirs over their session. The supervisor of a machine lends the user's to containers.
"""

import re
from typing import TYPE_CHECKING

from aiohttp import web

from backend.api.streams import RAW, Hijacked, hijack
from backend.errors import InvalidParameterError

if TYPE_CHECKING:
    from backend.builder.run.lent_agents import LentAgents

KEY_HEADER = "X-Marina-Build-Agent"
"""The header of `POST /build` that names the key."""
_KEY = re.compile(r"[0-9a-f]{16,64}")


def checked_key(text: str) -> str:
    """Return a key as it is. Raises InvalidParameterError."""
    if not _KEY.fullmatch(text):
        raise InvalidParameterError("the key of a lent agent has 16 to 64 hexadecimal digits")
    return text


def route(agents: "LentAgents") -> web.RouteDef:
    """Return the route on which clients lend."""

    async def lend(request: web.Request) -> web.StreamResponse:
        key = checked_key(request.match_info["key"])
        await agents.lend(key, hijack(request, RAW))
        return Hijacked()

    return web.post("/marina/ssh-agents/{key}", lend)
