"""A small name server for tests: A records over UDP and TCP, in a network namespace."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from ipaddress import ip_address

from backend.networks.names import dns_message
from tests.support.namespaces import in_netns

BIG = "big.example"  # too large for a datagram


def _answer(data: bytes, records: Mapping[str, str], limit: int | None) -> bytes:
    query = dns_message.parse_query(data)
    if query.name == BIG:
        many = [ip_address(f"192.0.2.{number}") for number in range(1, 100)]
        return dns_message.answer(query, addresses=many, limit=limit)
    known = records.get(query.name)
    if known is None:
        return dns_message.failure(query, 3)
    return dns_message.answer(query, addresses=[ip_address(known)])


@contextmanager
def name_server(netns: str, address: str, records: Mapping[str, str]) -> Iterator[list[str]]:
    """Serve `records` at port 53 of `address`; yields the names asked for, as they come."""
    asked: list[str] = []

    def bind() -> tuple[socket.socket, socket.socket]:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((address, 53))
        return udp, socket.create_server((address, 53))

    udp, tcp = in_netns(netns, bind)

    def serve_udp() -> None:
        with suppress(OSError):
            while True:
                data, peer = udp.recvfrom(4096)
                if data == b"end":
                    return
                asked.append(dns_message.parse_query(data).name)
                udp.sendto(_answer(data, records, 512), peer)

    def serve_tcp() -> None:
        with suppress(OSError):
            while True:
                client, _ = tcp.accept()
                with client:
                    data = client.recv(4096)
                    if data == b"end":
                        return
                    asked.append(dns_message.parse_query(data[2:]).name + " by tcp")
                    reply = _answer(data[2:], records, None)
                    client.sendall(len(reply).to_bytes(2, "big") + reply)

    threads = [threading.Thread(target=work) for work in (serve_udp, serve_tcp)]
    for thread in threads:
        thread.start()
    try:
        yield asked
    finally:
        in_netns(netns, lambda: _end(address))
        for thread in threads:
            thread.join()
        udp.close()
        tcp.close()


def _end(address: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"end", (address, 53))
    with socket.create_connection((address, 53)) as client:
        client.sendall(b"end")
