"""Carrying bytes both ways between a client and a running process until one side is done."""

import asyncio
from typing import Protocol

from backend.api.streams import frame
from backend.containers.detach_keys import DetachScanner
from backend.errors import EngineError


class ClientStream(Protocol):
    """Both directions of a client's connection; `closed` is done when it is gone."""

    closed: "asyncio.Future[None]"

    async def read(self) -> bytes:
        """Return what the client sent, b"" at its end."""

    async def write(self, data: bytes) -> None:
        """Send to the client. Raises ConnectionError when it is gone."""


class ProcessStreams(Protocol):
    """The streams of a container's or an exec's process."""

    async def read(self) -> tuple[int, bytes]:
        """Return the next output: 1 or 2 for its stream, and the bytes; b"" at the end."""

    async def write(self, data: bytes) -> None:
        """Send to standard input. Raises ConnectionError when nobody reads any more."""

    def write_eof(self) -> None:
        """End standard input."""


async def pump(
    client: ClientStream,
    process: ProcessStreams,
    *,
    stdin: bool,
    streams: frozenset[int],
    framed: bool,
    scanner: DetachScanner | None,
) -> bool:
    """Carry until the process's output ends, or the client leaves; returns whether it typed the detach keys.

    `streams` are those that the client wants to see: 1 is standard output, 2 standard error;
    `framed` puts each piece of output behind its stream's number.
    """
    output = asyncio.ensure_future(_carry_output(client, process, streams, framed))
    typed = asyncio.ensure_future(_carry_input(client, process, scanner, stdin))
    leaving = [output, client.closed]
    if scanner is not None:
        leaving.append(scanner.left)
    try:
        await asyncio.wait(leaving, return_when=asyncio.FIRST_COMPLETED)
    finally:
        typed.cancel()
        output.cancel()
        await asyncio.gather(typed, output, return_exceptions=True)
    return scanner is not None and scanner.detached


async def _carry_output(
    client: ClientStream, process: ProcessStreams, streams: frozenset[int], framed: bool
) -> None:
    while True:
        stream, data = await process.read()
        if not data:
            return
        if stream in streams:
            await client.write(frame(stream, data) if framed else data)


async def _carry_input(
    client: ClientStream, process: ProcessStreams, scanner: DetachScanner | None, stdin: bool
) -> None:
    while data := await client.read():
        if scanner is not None:
            data = scanner.feed(data)
        if stdin and data:
            try:
                await process.write(data)
            except (OSError, EngineError):
                stdin = False  # nobody reads any more; output goes on, the rest of the input is dropped
        if scanner is not None and scanner.detached:
            scanner.left.set_result(None)
            return
    if stdin:
        process.write_eof()
