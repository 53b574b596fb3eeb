"""DNS messages and who is found by which name; nothing that comes in may break the reader."""

import asyncio
import struct
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.networks.attachment import Attachment
from backend.networks.endpoint import Endpoint
from backend.networks.names import dns_message
from backend.networks.names.dns_message import AAAA, PTR, A, BadQueryError, NotAQueryError, parse_query
from backend.networks.names.dns_upstream import MachineServers, Upstream
from backend.networks.names.name_table import NameTable


def question(name: str, kind: int = A) -> bytes:
    """Return one question as it stands in a message."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label)
    return labels + b"\0" + struct.pack("!HH", kind, 1)


def query(name: str, kind: int = A, *, identifier: int = 7, flags: int = 0x0100, size: int = 0) -> bytes:
    """Return a query; `size` announces how much the client takes."""
    head = struct.pack("!HHHHHH", identifier, flags, 1, 0, 0, 1 if size else 0)
    option = b"\0" + struct.pack("!HHIH", 41, size, 0, 0) if size else b""
    return head + question(name, kind) + option


def test_a_query_is_read() -> None:
    parsed = parse_query(query("Web.Example", AAAA))
    assert (parsed.id, parsed.name, parsed.kind, parsed.limit) == (7, "web.example", AAAA, 512)
    assert parsed.question == question("Web.Example", AAAA)
    assert parse_query(query("web", size=1400)).limit == 1400
    assert parse_query(query("web", size=65000)).limit == 4096
    assert parse_query(query("web", size=100)).limit == 512


@pytest.mark.parametrize("data", [b"", b"\0" * 11, query("web", flags=0x8180)])
def test_what_is_no_query_gets_no_answer(data: bytes) -> None:
    with pytest.raises(NotAQueryError):
        parse_query(data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (query("web", flags=0x2800), 4),  # an update
        (struct.pack("!HHHHHH", 7, 0, 2, 0, 0, 0) + question("a") + question("b"), 1),
        (struct.pack("!HHHHHH", 7, 0, 0, 0, 0, 0), 1),
        (query("web")[:-5], 1),
        (struct.pack("!HHHHHH", 7, 0, 1, 0, 0, 0) + b"\xc0\x0c\0\1\0\1", 1),  # a pointer to itself
        (struct.pack("!HHHHHH", 7, 0, 1, 0, 0, 0) + b"\x01a" * 200 + b"\0\0\1\0\1", 1),
    ],
)
def test_a_bad_query_gets_its_code(data: bytes, code: int) -> None:
    with pytest.raises(BadQueryError) as failure:
        parse_query(data)
    assert failure.value.code == code
    reply = dns_message.refusal(data, code)
    assert reply[:2] == data[:2]
    assert dns_message.code_of(reply) == code


@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        parsed = parse_query(data)
    except (NotAQueryError, BadQueryError):
        return
    assert len(parsed.name) <= 1024
    assert dns_message.answer(parsed, limit=512)[:2] == data[:2]
    dns_message.reversed_address(parsed.name)


@given(st.binary(max_size=300), st.integers(0, 65535))
def test_any_bytes_after_a_header_are_read_or_refused(data: bytes, additional: int) -> None:
    head = struct.pack("!HHHHHH", 1, 0x0100, 1, 0, 0, additional)
    try:
        parsed = parse_query(head + data)
    except BadQueryError:
        return
    assert dns_message.failure(parsed).endswith(parsed.question)


@given(st.text(max_size=80))
def test_any_name_is_no_address_or_one(name: str) -> None:
    for suffix in (".in-addr.arpa", ".ip6.arpa"):
        dns_message.reversed_address(name + suffix)


def test_answers_carry_addresses_and_names() -> None:
    parsed = parse_query(query("web"))
    reply = dns_message.answer(parsed, addresses=[ip_address("10.0.0.2"), ip_address("10.0.0.3")])
    assert struct.unpack("!HHHHHH", reply[:12]) == (7, 0x8180, 1, 2, 0, 0)
    assert reply[12 : 12 + len(parsed.question)] == parsed.question
    assert reply.endswith(b"\xc0\x0c\0\1\0\1\0\0\2\x58\0\4\x0a\0\0\3")
    named = dns_message.answer(parse_query(query("2.0.0.10.in-addr.arpa", PTR)), name="web.net")
    assert named.endswith(b"\0\x09\x03web\x03net\0")


def test_an_answer_that_is_too_large_is_cut_and_says_so() -> None:
    parsed = parse_query(query("web"))
    many = [ip_address(f"10.0.0.{number}") for number in range(2, 60)]
    cut = dns_message.answer(parsed, addresses=many, limit=parsed.limit)
    assert len(cut) <= 512
    assert struct.unpack("!HHHHHH", cut[:12]) == (7, 0x8380, 1, 0, 0, 0)
    assert len(dns_message.answer(parsed, addresses=many)) > 900


def test_reversed_names() -> None:
    assert dns_message.reversed_address("4.3.2.1.in-addr.arpa") == ip_address("1.2.3.4")
    six = ip_address("fd00::2")
    assert dns_message.reversed_address(six.reverse_pointer) == six
    for name in ("web", "3.2.1.in-addr.arpa", "x.ip6.arpa", "999.3.2.1.in-addr.arpa"):
        assert dns_message.reversed_address(name) is None


def _place(network: str, address: str, *names: str, **more: Any) -> Endpoint:
    return Endpoint(
        network, network, "e" + address, ip_address=address, names=names, has_name_service=True, **more
    )


def _container(name: str, *places: Endpoint) -> Attachment:
    return Attachment(name, name, "x", None, "s", "", "", places)


def test_names_are_found_on_the_askers_networks_only() -> None:
    asking = _container("me", _place("front", "10.0.0.2", "me"), _place("back", "10.1.0.2", "me"))
    web = _container("web", _place("front", "10.0.0.3", "web", "Site", "aaa"))
    other = _container("web2", _place("front", "10.0.0.4", "web2", "site"))
    hidden = _container("db", _place("elsewhere", "10.2.0.3", "db"))
    everybody = [asking, web, other, hidden]
    table = NameTable(lambda: everybody)

    def found(name: str, by: Attachment = asking) -> list[str] | None:
        addresses = table.resolve(by, name)
        return None if addresses is None else [str(address) for address in addresses]

    assert found("web") == ["10.0.0.3"]
    assert found("site") == ["10.0.0.3", "10.0.0.4"]
    assert found("site.front") == ["10.0.0.3", "10.0.0.4"]
    assert found("site.back") is None
    assert found("db") is None
    assert found("db", hidden) == ["10.2.0.3"]
    assert found("me") == ["10.1.0.2"]  # "back" comes first by name, as in Docker
    assert found("example.com") is None
    assert table.name_of(asking, ip_address("10.0.0.3")) == "web.front"
    assert table.name_of(hidden, ip_address("10.0.0.3")) is None
    everybody.remove(web)
    table.forget()
    assert found("site") == ["10.0.0.4"]


def test_a_link_is_a_name_for_its_owner_alone() -> None:
    asking = _container("me", _place("net", "10.0.0.2", "me", links=("web:www", "/db")))
    everybody = [
        asking,
        _container("web", _place("net", "10.0.0.3", "web")),
        _container("db", _place("net", "10.0.0.4", "db")),
    ]
    table = NameTable(lambda: everybody)
    assert [str(one) for one in table.resolve(asking, "www") or ()] == ["10.0.0.3"]
    assert [str(one) for one in table.resolve(asking, "db") or ()] == ["10.0.0.4"]
    assert table.resolve(everybody[1], "www") is None


def test_the_machines_servers_are_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["nameserver 10.0.0.1\n", ""]
    clock = [0.0]
    monkeypatch.setattr("backend.networks.names.dns_upstream.time.monotonic", lambda: clock[0])
    servers = MachineServers(lambda: texts.pop(0))
    clock[0] = 1.0
    assert list(servers.now()) == ["10.0.0.1"]
    assert list(servers.now()) == ["10.0.0.1"]
    clock[0] = 100.0
    assert list(servers.now()) == ["8.8.8.8", "8.8.4.4"]


class _Server(asyncio.DatagramProtocol):
    """A name server that sends forgeries before its answer."""

    def __init__(self) -> None:
        self.transport: Any = None
        self.asked: list[int] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        self.asked.append(int.from_bytes(data[:2], "big"))
        parsed = parse_query(data)
        forged = dns_message.answer(parsed, addresses=[ip_address("6.6.6.6")])
        self.transport.sendto(dns_message.with_id(forged, parsed.id ^ 1), address)
        self.transport.sendto(forged[:13], address)
        self.transport.sendto(b"", address)
        self.transport.sendto(forged.replace(b"example", b"exxmple"), address)
        self.transport.sendto(dns_message.answer(parsed, addresses=[ip_address("192.0.2.1")]), address)


async def test_only_the_answer_to_the_very_question_counts() -> None:
    loop = asyncio.get_running_loop()
    server = _Server()
    transport, _ = await loop.create_datagram_endpoint(lambda: server, local_addr=("127.0.0.1", 0))
    try:
        port = transport.get_extra_info("sockname")[1]
        asked = query("example.com", identifier=4711)
        upstream = Upstream(port)
        reply = await upstream.ask(asked, question("example.com"), ["127.0.0.1"], tcp=False)
        assert reply is not None
        assert reply[:2] == asked[:2]
        assert reply.endswith(b"\xc0\0\2\1")
        # The number on the way is ours, not the client's.
        numbers = set(server.asked)
        for _ in range(3):
            await upstream.ask(asked, question("example.com"), ["127.0.0.1"], tcp=False)
        assert len(numbers | set(server.asked)) > 1
    finally:
        transport.close()


async def test_silent_and_absent_servers_give_no_answer() -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    transport.close()
    for tcp in (False, True):
        asked = query("example.com")
        assert await Upstream(port).ask(asked, question("example.com"), ["127.0.0.1"], tcp=tcp) is None
