"""Where a socket of the machine listens: at a path, or on Windows, for QEMU's own, at a port of 127.0.0.1.

This module, `local_sockets` and `qemu_endpoints` are the only ones that know how systems differ here.
"""

import asyncio
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from vm.machine.sockets.local_sockets import dial_socket, listen_on_socket

LINE_LIMIT = 4 * 2**20
"""The longest line, in bytes, that is read from any socket of the machine."""

DIAL_SECONDS = 20.0

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class UnixEndpoint:
    """A local socket: Unix's own, a named pipe on Windows."""

    path: Path


@dataclass(frozen=True, slots=True)
class TlsEndpoint:
    """A port on 127.0.0.1, which any user can reach: both ends show that they have the keys in a folder."""

    port: int
    keys: Path


Endpoint = UnixEndpoint | TlsEndpoint


async def connect_endpoint(endpoint: Endpoint) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to a socket that QEMU listens on. Raises OSError."""
    if isinstance(endpoint, TlsEndpoint):
        context = await asyncio.to_thread(_client_context, endpoint.keys)
        return await asyncio.open_connection("127.0.0.1", endpoint.port, limit=LINE_LIMIT, ssl=context)
    if sys.platform == "win32":
        connection = await asyncio.to_thread(dial_socket, endpoint.path, DIAL_SECONDS)
        connection.setblocking(False)
        return await asyncio.open_connection(sock=connection, limit=LINE_LIMIT)
    return await asyncio.open_unix_connection(str(endpoint.path), limit=LINE_LIMIT)


def dial_endpoint(endpoint: TlsEndpoint) -> socket.socket:
    """Connect to a port that QEMU listens on, for a program without a loop. Raises OSError."""
    connection = socket.create_connection(("127.0.0.1", endpoint.port), DIAL_SECONDS)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # question and answer, many times
        secured = _client_context(endpoint.keys).wrap_socket(connection, server_hostname="127.0.0.1")
    except BaseException:
        connection.close()
        raise
    secured.settimeout(None)
    return secured


async def serve_commands(path: Path, handler: Handler) -> asyncio.Server:
    """Listen on a socket that only the user may open. The path must be free (`remove_stale_socket`)."""
    listener = listen_on_socket(path)
    if sys.platform == "win32":
        listener.setblocking(False)
        return await asyncio.start_server(handler, sock=listener, limit=LINE_LIMIT)
    return await asyncio.start_unix_server(handler, sock=listener, limit=LINE_LIMIT)


def _client_context(keys: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(keys / "ca-cert.pem"))
    context.load_cert_chain(keys / "client-cert.pem", keys / "client-key.pem")
    return context
