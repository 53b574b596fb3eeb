"""Where a socket of the machine listens: a Unix path, or a port of 127.0.0.1 where there are none.

This module is the only one that knows the difference between systems in local sockets.
"""

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from vm.errors import UserError

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


def not_on_windows() -> UserError:
    """Return the error for the sockets that will be named pipes on Windows."""
    return UserError(
        "Marina's machine does not run on Windows yet.",
        "The sockets for Docker clients and for the supervisor need named pipes there.",
        "Use Marina on Linux or macOS for now.",
    )


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


def listen_on_socket(path: Path, backlog: int = 128) -> socket.socket:
    """Return a Unix socket that listens on `path` with mode 0600; what lies there must be stale.

    Raises UserError when a program still listens there, OSError when the folder refuses.
    """
    if sys.platform == "win32":
        raise not_on_windows()
    remove_stale_socket(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # bound beside its name and renamed into place: nobody can connect before the mode is set
    temporary = path.with_name(f".{path.name[:8]}")
    try:
        temporary.unlink(missing_ok=True)
        listener.bind(str(temporary))
        temporary.chmod(0o600)
        listener.listen(backlog)
        temporary.rename(path)
    except OSError:
        listener.close()
        raise
    return listener


def dial_socket(path: Path, timeout: float) -> socket.socket:
    """Connect to a Unix socket. Raises OSError; `timeout` in seconds also holds for later reads."""
    if sys.platform == "win32":
        raise not_on_windows()
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


def remove_stale_socket(path: Path) -> None:
    """Remove what a killed program left at `path`. Raises UserError when somebody still answers there."""
    try:
        dial_socket(path, timeout=2).close()
    except (ConnectionRefusedError, FileNotFoundError):
        path.unlink(missing_ok=True)
        return
    except OSError as error:
        raise _taken(path, str(error)) from error
    raise _taken(path, "a program listens there")


def _taken(path: Path, reason: str) -> UserError:
    return UserError(
        "Another program holds a socket of the machine.",
        f"{path}: {reason}",
        "Stop that program, or choose another folder with MARINA_HOME.",
    )
