"""Attach over a websocket: output and typing, the stored output first, and leaving."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.engine.container_calls import (
    LIMIT,
    call,
    container,
    create,
    engine_events,
    logs,
    remove,
    start,
    status,
    until,
)
from tests.support.native_engine import NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")

ALL = {"stream": "1", "stdin": "1", "stdout": "1", "stderr": "1"}


@asynccontextmanager
async def attached(
    engine: NativeEngine, identifier: str, **query: str
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A websocket to a container."""
    connector = aiohttp.UnixConnector(path=str(engine.socket))
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(60)) as session:
        address = f"http://engine/v1.45/containers/{identifier}/attach/ws"
        async with session.ws_connect(address, params=query or ALL) as socket:
            yield socket


async def read_until(socket: aiohttp.ClientWebSocketResponse, ending: bytes) -> bytes:
    """Return what comes until it ends so."""
    received = b""
    async with asyncio.timeout(LIMIT):
        while not received.endswith(ending):
            received += await socket.receive_bytes()
    return received


async def test_output_and_typing(engine: NativeEngine) -> None:
    script = "echo out; echo err >&2; while read line; do echo got $line; done; echo end"
    identifier = create(engine, "sh", "-c", script, OpenStdin=True, StdinOnce=True)
    try:
        async with attached(engine, identifier) as socket:
            await asyncio.to_thread(start, engine, identifier)
            beginning = await read_until(socket, b"\n")
            while len(beginning) < len(b"out\nerr\n"):
                beginning += await read_until(socket, b"\n")
            assert sorted(beginning.splitlines()) == [b"err", b"out"]
            await socket.send_str("text\n")
            assert await read_until(socket, b"\n") == b"got text\n"
            await socket.send_bytes(b"bin\nary\n")
            assert await read_until(socket, b"ary\n") == b"got bin\ngot ary\n"
        # A client that leaves ends the standard input.
        await asyncio.to_thread(until, lambda: logs(engine, identifier).endswith("end\n"), "it has ended")
    finally:
        remove(engine, identifier)


async def test_stored_output_comes_first_and_the_end_closes(engine: NativeEngine) -> None:
    with container(engine, "sh", "-c", "echo before; sleep 1000", Tty=True, OpenStdin=True) as identifier:
        start(engine, identifier)
        await asyncio.to_thread(until, lambda: "before" in stored(engine, identifier), "it is stored")
        async with attached(engine, identifier, logs="1", **ALL) as socket:
            assert await read_until(socket, b"\n") == b"before\r\n"
            await asyncio.to_thread(call, engine, "kill", identifier)
            async with asyncio.timeout(LIMIT):
                message = await socket.receive()
            assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)


def stored(engine: NativeEngine, identifier: str) -> str:
    """Return stored output that has no frames."""
    query = {"stdout": "1"}
    return engine.request("GET", f"/containers/{identifier}/logs", query=query).body.decode()


async def test_detach_keys(engine: NativeEngine) -> None:
    with container(engine, "cat", Tty=True, OpenStdin=True) as identifier:
        start(engine, identifier)
        async with attached(engine, identifier, detachKeys="ctrl-x", **ALL) as socket:
            await socket.send_bytes(b"\x18")
            async with asyncio.timeout(LIMIT):
                while (await socket.receive()).type is aiohttp.WSMsgType.BINARY:
                    pass
        assert status(engine, identifier) == "running"
        assert engine_events(engine, 0, container=[identifier])[-1] == "detach"


async def test_refusals(engine: NativeEngine) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as failure:
        async with attached(engine, "nope"):
            pass
    assert failure.value.status == 404
    with container(engine, "true", name="no-upgrade"):
        answer = engine.request("GET", "/containers/no-upgrade/attach/ws", query=ALL)
        assert 400 <= answer.status < 500
        assert "message" in answer.json
