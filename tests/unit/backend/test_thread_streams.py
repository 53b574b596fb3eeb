"""Bytes between the event loop and threads: all of them, in order, held up by slow readers, and errors."""

import asyncio
import threading
from collections.abc import AsyncIterator, Generator
from contextlib import aclosing

import pytest

from backend.thread_streams import LIMIT, Inflow, read_ahead


async def numbered(count: int, size: int) -> AsyncIterator[bytes]:
    """Give pieces that can be told apart."""
    for number in range(count):
        yield number.to_bytes(4, "big") * (size // 4)


def everything(inflow: Inflow) -> bytes:
    """Read on a thread to the end."""
    parts = []
    while data := inflow.read(1):
        parts.append(data)
    return b"".join(parts)


async def test_everything_comes_in_order() -> None:
    inflow = Inflow()
    inflow.start(numbered(300, 100_000))  # many times what may wait
    received = await asyncio.to_thread(everything, inflow)
    assert received == b"".join([piece async for piece in numbered(300, 100_000)])
    await inflow.stop()


async def test_a_reader_that_does_not_read_holds_the_sender_up() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 100_000
            yield bytes(100_000)

    inflow = Inflow()
    inflow.start(endless())
    for _ in range(1000):
        await asyncio.sleep(0)
    assert LIMIT < sent < 2 * LIMIT
    inflow.read(1)
    await inflow.stop()


async def test_what_the_sender_fails_with_reaches_the_reader() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"first"
        raise ValueError("cut off")

    inflow = Inflow()
    inflow.start(broken())
    assert await asyncio.to_thread(inflow.read, 1) == b"first"
    with pytest.raises(ConnectionError):
        await asyncio.to_thread(inflow.read, 1)
    await inflow.stop()


async def test_stopping_wakes_a_waiting_reader() -> None:
    async def silent() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    inflow = Inflow()
    inflow.start(silent())
    waiting = asyncio.ensure_future(asyncio.to_thread(inflow.read, 1))
    await asyncio.sleep(0)
    await inflow.stop()
    with pytest.raises(ConnectionError):
        await waiting


async def test_reading_ahead_by_one() -> None:
    made: list[int] = []
    threads: set[int] = set()

    def chunks() -> Generator[bytes, None, None]:
        for number in range(5):
            threads.add(threading.get_ident())
            made.append(number)
            yield bytes([number])

    received = []
    async with aclosing(read_ahead(chunks())) as pieces:
        async for data in pieces:
            received.append(data[0])
            assert len(made) <= len(received) + 1
    assert received == made == [0, 1, 2, 3, 4]
    assert threading.get_ident() not in threads


async def test_the_generator_is_closed_when_the_reader_leaves() -> None:
    closed = threading.Event()

    def chunks() -> Generator[bytes, None, None]:
        try:
            while True:
                yield b"more"
        finally:
            closed.set()

    async with aclosing(read_ahead(chunks())) as pieces:
        assert await anext(pieces) == b"more"
    assert closed.is_set()


async def test_what_the_generator_fails_with_is_raised() -> None:
    def chunks() -> Generator[bytes, None, None]:
        yield b"one"
        raise ValueError("broken")

    async with aclosing(read_ahead(chunks())) as pieces:
        assert await anext(pieces) == b"one"
        with pytest.raises(ValueError, match="broken"):
            await anext(pieces)
