"""Where a socket of the machine listens: a Unix path, or a port of 127.0.0.1 where there are none.

This module and `local_sockets` are the only ones that know the difference between systems in local sockets.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from vm.machine.local_sockets import listen_on_socket, not_on_windows

LINE_LIMIT = 4 * 2**20
"""The longest line, in bytes, that is read from any socket of the machine."""

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class UnixEndpoint:
    """A Unix socket."""

    path: Path


@dataclass(frozen=True, slots=True)
class TcpEndpoint:
    """A port on 127.0.0.1."""

    port: int


Endpoint = UnixEndpoint | TcpEndpoint


async def connect_endpoint(endpoint: Endpoint) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to a socket that QEMU listens on. Raises OSError."""
    if isinstance(endpoint, TcpEndpoint):
        return await asyncio.open_connection("127.0.0.1", endpoint.port, limit=LINE_LIMIT)
    if sys.platform == "win32":
        raise not_on_windows()
    return await asyncio.open_unix_connection(str(endpoint.path), limit=LINE_LIMIT)


async def serve_commands(path: Path, handler: Handler) -> asyncio.Server:
    """Listen on a Unix socket that only the user may open. The path must be free (`remove_stale_socket`)."""
    if sys.platform == "win32":
        raise not_on_windows()
    listener = listen_on_socket(path)
    return await asyncio.start_unix_server(handler, sock=listener, limit=LINE_LIMIT)
