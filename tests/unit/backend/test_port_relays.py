"""Ports that the engine carries itself: whole streams, each end by itself, datagrams and their answers."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from backend.networks.ports.port_relays import PortRelays

HOST = "127.0.0.1"
LIMIT_S = 30.0


def bound(kind: socket.SocketKind) -> socket.socket:
    """Return a socket at a free port, as one that holds a published port."""
    made = socket.socket(socket.AF_INET, kind)
    made.bind((HOST, 0))
    return made


@asynccontextmanager
async def relayed(kind: socket.SocketKind, target: int) -> AsyncIterator[int]:
    """A port that leads to another one; yields its number."""
    relays, holder = PortRelays(), bound(kind)
    with holder:
        await relays.open("c", [(holder, (HOST, target))])
        try:
            yield holder.getsockname()[1]
        finally:
            relays.close_all()
            # What ended is let go of before the loop ends.
            await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)
            for _ in range(3):
                await asyncio.sleep(0)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Give everything back, and end after the client's end."""
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


def test_much_passes_both_ways_and_an_end_is_no_end_of_the_other_way() -> None:
    sent = random.Random(6).randbytes(3_000_000)

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await writer.drain()
        writer.write_eof()

    async def ask() -> bytes:
        async with (
            asyncio.timeout(LIMIT_S),
            await asyncio.start_server(echo, HOST, 0) as server,
            relayed(socket.SOCK_STREAM, server.sockets[0].getsockname()[1]) as port,
        ):
            reader, writer = await asyncio.open_connection(HOST, port)
            sending = asyncio.ensure_future(send(writer))
            received = await reader.read(-1)
            await sending
            writer.close()
            await writer.wait_closed()
            return received

    assert asyncio.run(ask()) == sent


def test_nobody_inside_ends_the_clients_connection() -> None:
    async def ask() -> bytes:
        with bound(socket.SOCK_STREAM) as nobody:  # bound and not listening: refused
            async with (
                asyncio.timeout(LIMIT_S),
                relayed(socket.SOCK_STREAM, nobody.getsockname()[1]) as port,
            ):
                reader, writer = await asyncio.open_connection(HOST, port)
                try:
                    return await reader.read(-1)
                except ConnectionResetError:
                    return b""
                finally:
                    writer.close()

    assert asyncio.run(ask()) == b""


def test_a_port_that_is_closed_refuses() -> None:
    async def ask() -> None:
        async with relayed(socket.SOCK_STREAM, 9) as port:
            pass
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(HOST, port)

    asyncio.run(ask())


class _Answers(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        assert self.transport is not None
        self.transport.sendto(b"re: " + data, address)


def test_datagrams_are_answered_to_who_sent_them() -> None:
    def exchange(port: int) -> list[bytes]:
        with bound(socket.SOCK_DGRAM) as one, bound(socket.SOCK_DGRAM) as two:
            answers = []
            for asking, text in ((one, b"a"), (two, b"b"), (one, b"c")):
                asking.settimeout(LIMIT_S)
                asking.sendto(text, (HOST, port))
                answers.append(asking.recv(100))
            return answers

    async def ask() -> list[bytes]:
        loop = asyncio.get_running_loop()
        server, _ = await loop.create_datagram_endpoint(_Answers, local_addr=(HOST, 0))
        try:
            async with relayed(socket.SOCK_DGRAM, server.get_extra_info("sockname")[1]) as port:
                return await asyncio.to_thread(exchange, port)
        finally:
            server.close()

    assert asyncio.run(ask()) == [b"re: a", b"re: b", b"re: c"]
