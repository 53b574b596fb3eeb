"""A socket that leads to an SSH agent of the client, for the commands of a build.

Source: Dockerfile reference, "RUN --mount=type=ssh".
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from backend.errors import SystemFailureError

DEFAULT_AGENT = "default"
"""The name of the agent that is meant where none is said."""
Forward = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def lend_agent(path: Path, forward: Forward) -> asyncio.Server:
    """Listen at `path`; each connection is carried by `forward`. Raises SystemFailureError."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError):
                await forward(reader, writer)
        finally:
            writer.close()

    return await asyncio.start_unix_server(carry, sock=_listening(path))


def _listening(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        # By way of the folder: the path itself may be longer than a socket's name can be.
        listener.bind(f"/proc/self/fd/{folder}/{path.name}")
    except OSError as error:
        listener.close()
        raise SystemFailureError(f"cannot make a socket for the SSH agent: {error.strerror}") from error
    finally:
        os.close(folder)
    return listener
