"""Which sockets wait for clients: real ones of this process."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from backend.networks.ports import open_sockets
from backend.networks.ports.open_sockets import OpenSocket, OpenSockets, sockets_of


@pytest.fixture
def table() -> Iterator[OpenSockets]:
    table = OpenSockets()
    yield table
    table.close()


def bound(held: ExitStack, address: str, kind: int = socket.SOCK_STREAM) -> socket.socket:
    """Return a socket at a free port of an address; it ends with `held`."""
    found = held.enter_context(socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind))
    if address.startswith("::ffff:"):
        found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    found.bind((address, 0))
    return found


def described(protocol: str, address: str, one: socket.socket) -> OpenSocket:
    return OpenSocket(protocol, address, one.getsockname()[1], os.fstat(one.fileno()).st_ino)


def test_those_that_wait_are_found_with_address_port_and_inode(
    table: OpenSockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_sockets, "ephemeral_ports", lambda: range(0))
    with ExitStack() as held:
        waiting = []
        for address, shown in (("127.0.0.1", "127.0.0.1"), ("::", "::"), ("::ffff:127.0.0.1", "127.0.0.1")):
            server = bound(held, address)
            server.listen()
            waiting.append(described("tcp", shown, server))
        waiting.append(described("udp", "0.0.0.0", bound(held, "0.0.0.0", socket.SOCK_DGRAM)))
        silent = described("tcp", "127.0.0.1", bound(held, "127.0.0.1"))
        client = held.enter_context(socket.create_connection(("127.0.0.1", waiting[0].port)))
        found = set(table.look())
        assert set(waiting) <= found
        assert silent not in found, "one that does not listen waits for nobody"
        assert described("tcp", "127.0.0.1", client) not in found
        assert {one.inode for one in waiting} <= sockets_of([os.getpid()])
        assert sockets_of([2**22 + 1]) == set(), "a process that is gone has none"


def test_a_port_that_the_kernel_chose_for_a_datagram_socket_is_passed_over(table: OpenSockets) -> None:
    with ExitStack() as held:
        asking = described("udp", "127.0.0.1", bound(held, "127.0.0.1", socket.SOCK_DGRAM))
        assert asking not in table.look()


def test_what_has_not_changed_is_the_same_as_before(
    table: OpenSockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"tcp": b"\x02\x0a\0\0\x1f\x90".ljust(72, b"\0")}
    monkeypatch.setattr(
        OpenSockets, "_ask", lambda self, _, protocol, family: [answers[protocol]] * (family == 2)
    )
    monkeypatch.setattr(open_sockets, "WAITING", {"tcp": (6, 10)})
    first = table.look()
    assert first == (OpenSocket("tcp", "0.0.0.0", 8080, 0),)
    assert table.look() is first
    answers["tcp"] = b"\x02\x0a\0\0\x1f\x91".ljust(72, b"\0")
    assert [one.port for one in table.look()] == [8081]
