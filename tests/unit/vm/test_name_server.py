"""Names as this computer resolves them, asked by a real client at a real port."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Sequence

import dns.asyncquery
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from vm.machine.link import name_server
from vm.machine.link.name_server import ADDRESS, NameServer, Server

KNOWN = {b"host.test": ["192.0.2.1", "192.0.2.1", "2001:db8::1", "fe80::1%eth0"], b"old.test": ["192.0.2.2"]}
ERRORS = {b"none.test": socket.EAI_NONAME, b"empty.test": socket.EAI_NODATA, b"down.test": socket.EAI_AGAIN}


def look_up(name: bytes) -> Sequence[str]:
    if name in ERRORS:
        raise socket.gaierror(ERRORS[name], "as the system says it")
    return KNOWN.get(name) or [f"10.0.{number // 256}.{number % 256}" for number in range(300)]


def ask(query: dns.message.Message, servers: Sequence[Server]) -> dns.message.Message:
    assert not servers
    if query.question[0].name.to_text() == "down.test.":
        raise OSError("no route")
    reply = dns.message.make_response(query)
    reply.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", '"from the servers"'))
    reply.id = 1  # whatever came back, it is the client's question that is answered
    return reply


@contextlib.asynccontextmanager
async def serving(server: NameServer) -> AsyncIterator[NameServer]:
    await server.start()
    try:
        yield server
    finally:
        await server.close()


async def resolve(
    server: NameServer, name: str, kind: str = "A", *, tcp: bool = False
) -> tuple[str, list[str]]:
    query = dns.message.make_query(name, kind, use_edns=False)
    work = dns.asyncquery.tcp if tcp else dns.asyncquery.udp
    reply = await work(query, ADDRESS, port=server.port, timeout=60)
    found = sorted(record.to_text() for answer in reply.answer for record in answer)
    return dns.rcode.to_text(reply.rcode()), found


@pytest.mark.parametrize("tcp", [False, True])
async def test_what_the_system_says_is_what_the_guest_hears(tcp: bool) -> None:
    async with serving(NameServer(look_up, ask)) as server:
        assert await resolve(server, "host.test", tcp=tcp) == ("NOERROR", ["192.0.2.1"])
        assert await resolve(server, "host.test", "AAAA", tcp=tcp) == ("NOERROR", ["2001:db8::1"])
        assert await resolve(server, "old.test", "AAAA", tcp=tcp) == ("NOERROR", [])
        assert await resolve(server, "none.test", tcp=tcp) == ("NXDOMAIN", [])
        assert await resolve(server, "empty.test", tcp=tcp) == ("NOERROR", [])
        assert await resolve(server, "down.test", tcp=tcp) == ("SERVFAIL", [])
        assert await resolve(server, "host.test", "TXT", tcp=tcp) == ("NOERROR", ['"from the servers"'])
        assert await resolve(server, "down.test", "TXT", tcp=tcp) == ("SERVFAIL", [])


async def test_a_long_answer_is_cut_over_udp_and_whole_over_tcp() -> None:
    async with serving(NameServer(look_up, ask)) as server:
        query = dns.message.make_query("many.test", "A")
        short = await dns.asyncquery.udp(query, ADDRESS, port=server.port, timeout=60)
        assert short.flags & dns.flags.TC
        code, found = await resolve(server, "many.test", tcp=True)
        assert (code, len(found)) == ("NOERROR", 300)


async def test_a_resolver_that_is_silent_is_a_failure_and_not_a_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_server, "LIMIT", 0.05)
    answered = threading.Event()
    asked: list[bytes] = []

    def silent(name: bytes) -> Sequence[str]:
        asked.append(name)
        answered.wait(60)
        return ["192.0.2.1"]

    async with serving(NameServer(silent, ask)) as server:
        both = await asyncio.gather(resolve(server, "slow.test"), resolve(server, "slow.test", "AAAA"))
        assert [code for code, _ in both] == ["SERVFAIL"] * 2
        assert asked == [b"slow.test"]  # once for both kinds, and for all who ask again
        answered.set()


async def test_what_is_no_question_gets_no_answer_or_an_error() -> None:
    async with serving(NameServer(look_up, ask)) as server:
        good = dns.message.make_query("host.test", "A")
        assert await server.answer(b"", udp=True) == b""
        assert await server.answer(dns.message.make_response(good).to_wire(), udp=True) == b""
        broken = good.to_wire()[:-3]
        assert dns.message.from_wire(await server.answer(broken, udp=True)).rcode() == dns.rcode.FORMERR
        update = bytes((good.to_wire()[0], good.to_wire()[1], 4 << 3)) + good.to_wire()[3:]
        assert dns.message.from_wire(await server.answer(update, udp=True)).rcode() == dns.rcode.NOTIMP


def test_the_systems_resolver_knows_this_computer() -> None:
    assert "127.0.0.1" in name_server.look_up(b"localhost")


async def test_fixed_servers_are_asked_for_everything_and_the_next_one_where_one_is_silent() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as answering,
    ):
        for server in (silent, answering):
            server.bind((ADDRESS, 0))
        silent_port = silent.getsockname()[1]
        silent.close()  # what is sent there is refused by this computer at once
        answering.settimeout(60)

        def answer_twice() -> None:
            for _ in range(2):
                data, sender = answering.recvfrom(4096)
                query = dns.message.from_wire(data)
                reply = dns.message.make_response(query)
                if query.question[0].rdtype == dns.rdatatype.A:
                    reply.answer.append(
                        dns.rrset.from_text(query.question[0].name, 60, "IN", "A", "192.0.2.9")
                    )
                answering.sendto(reply.to_wire(), sender)

        thread = threading.Thread(target=answer_twice)
        thread.start()
        fixed: list[Server] = [(ADDRESS, silent_port), (ADDRESS, answering.getsockname()[1])]
        try:
            async with serving(NameServer(look_up, servers=lambda: fixed)) as names:
                assert await resolve(names, "host.test") == ("NOERROR", ["192.0.2.9"])
                assert await resolve(names, "host.test", "TXT") == ("NOERROR", [])
                fixed.clear()
                assert await resolve(names, "host.test") == ("NOERROR", ["192.0.2.1"])
        finally:
            thread.join()
