"""The supervisor's part of file events: hands on which folders containers use, and what changes in them."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Sequence

from vm.machine.machine_files import MachineFiles
from vm.machine.sockets.endpoints import UnixEndpoint, connect_endpoint

log = logging.getLogger(__name__)
PAUSE = 1.0
"""Seconds before the file server is dialled again."""


class FileEvents:
    """Holds a connection to the file server's watch while any folder is used."""

    def __init__(self, files: MachineFiles, on_changed: Callable[[Sequence[str]], None]) -> None:
        self._endpoint = UnixEndpoint(files.events_socket)
        self._on_changed = on_changed
        self._folders: tuple[str, ...] = ()
        self._wanted = asyncio.Event()
        self._writer: asyncio.StreamWriter | None = None

    def watch(self, folders: Sequence[str]) -> None:
        """Watch exactly these folders from now on."""
        self._folders = tuple(folders)
        if self._folders:
            self._wanted.set()
        if self._writer is not None:
            self._send(self._writer)

    async def keep_connected(self) -> None:
        """Stay connected from the first folder on, also to a file server that is started again."""
        await self._wanted.wait()
        while True:
            with contextlib.suppress(OSError, ValueError):  # a line that is too long is a ValueError
                await self._converse()
            await asyncio.sleep(PAUSE)

    async def _converse(self) -> None:
        reader, writer = await connect_endpoint(self._endpoint)
        try:
            self._writer = writer
            self._send(writer)
            while line := await reader.readline():
                self._on_changed(json.loads(line)["changed"])
        finally:
            self._writer = None
            writer.close()

    def _send(self, writer: asyncio.StreamWriter) -> None:
        writer.write(json.dumps(self._folders).encode() + b"\n")
