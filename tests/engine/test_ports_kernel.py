"""Published ports against the real kernel: who reaches what, and what a conflict leaves."""

import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

import pytest

from backend.errors import SystemFailureError
from backend.networks.attachment import Attachment
from backend.networks.kernel import links, namespaces
from backend.networks.kernel.netlink_socket import NetlinkSocket
from backend.networks.manager import Networks
from tests.engine.private_network import (
    TIMEOUT,
    eventually,
    inside,
    kernel_state,
    listener_in,
    request,
    run_privately,
    running_networks,
    talk,
)

OUTSIDE, MACHINE = "192.0.2.2", "192.0.2.1"


async def _published(
    networks: Networks, name: str, *bindings: dict[str, str], port: str = "80/tcp"
) -> Attachment:
    endpoint = await networks.sandboxes.attach(request(name, port_bindings={port: list(bindings)}))
    await networks.sandboxes.publish(endpoint)
    return endpoint


@contextmanager
def _outside_world(folder: Path) -> Iterator[Path]:
    """Yield a namespace that is joined to this one by a cable, as another machine would be."""
    pin = folder / "outside"

    def lay() -> None:
        with NetlinkSocket() as here:
            links.create_bridge(here, "uplink", "02:42:00:00:00:99")
            uplink = links.find_link(here, "uplink")
            assert uplink is not None
            links.add_address(here, uplink.index, IPv4Interface(f"{MACHINE}/24"))
            namespace = namespaces.create_here(pin)
            with NetlinkSocket() as there:
                links.set_up(there, "lo")
                links.create_veth(here, "cable", uplink.index, "eth0", "02:42:00:00:00:98", namespace)
                links.set_up(there, "eth0")
                eth0 = links.find_link(there, "eth0")
                assert eth0 is not None
                links.add_address(there, eth0.index, IPv4Interface(f"{OUTSIDE}/24"))
                links.set_default_route(there, IPv4Address(MACHINE))
            os.close(namespace)

    _on_a_thread(lay)
    try:
        yield pin
    finally:
        namespaces.unpin(pin)


def _on_a_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def _connect(address: str, port: int, timeout: float = TIMEOUT) -> socket.socket:
    return socket.create_connection((address, port), timeout)


def test_the_machine_reaches_a_port_over_its_loopback_and_its_addresses(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            endpoint = await _published(networks, "aa", {"HostPort": "8080"})
            assert endpoint.namespace_path is not None
            with listener_in(endpoint.namespace_path, 80) as listener:
                for address in ("127.0.0.1", "127.0.0.5", "172.17.0.1"):
                    with _connect(address, 8080) as client:
                        assert talk(client, listener)[1] == b"hello"

    run_privately(story)


def test_nobody_is_answered_before_publish_and_after_detach(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            endpoint = await networks.sandboxes.attach(
                request("aa", port_bindings={"80/tcp": [{"HostPort": "8080"}]})
            )
            assert endpoint.namespace_path is not None
            with listener_in(endpoint.namespace_path, 80) as listener:
                with pytest.raises(ConnectionRefusedError):  # at once: no hang
                    _connect("127.0.0.1", 8080)
                await networks.sandboxes.publish(endpoint)
                with _connect("127.0.0.1", 8080) as client:
                    assert talk(client, listener)[1] == b"hello"
            await networks.sandboxes.detach(endpoint.container_id)
            with pytest.raises(ConnectionRefusedError):
                _connect("127.0.0.1", 8080)

    run_privately(story)


def test_another_machine_reaches_a_port_and_keeps_its_address(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            with _outside_world(tmp_path) as outside:
                endpoint = await _published(networks, "aa", {"HostPort": "8080"})
                assert endpoint.namespace_path is not None
                with (
                    listener_in(endpoint.namespace_path, 80) as listener,
                    inside(outside, lambda: _connect(MACHINE, 8080)) as client,
                ):
                    assert talk(client, listener) == (OUTSIDE, b"hello")
                # The other way round the container appears as the machine.
                with (
                    listener_in(outside, 9000) as listener,
                    inside(endpoint.namespace_path, lambda: _connect(OUTSIDE, 9000)) as client,
                ):
                    assert talk(client, listener) == (MACHINE, b"hello")

    run_privately(story)


def test_another_machine_reaches_nothing_that_is_not_published_to_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            with _outside_world(tmp_path) as outside:
                endpoint = await _published(
                    networks, "aa", {"HostIp": "127.0.0.1", "HostPort": "8080"}, {"HostPort": "8081"}
                )
                assert endpoint.namespace_path is not None
                with listener_in(endpoint.namespace_path, 80) as listener:
                    with _connect("127.0.0.1", 8080) as client:
                        assert talk(client, listener)[1] == b"hello"
                    with pytest.raises(ConnectionRefusedError):
                        inside(outside, lambda: _connect(MACHINE, 8080))
                    with pytest.raises(TimeoutError):  # by the container's own address: dropped
                        inside(outside, lambda: _connect(endpoint.endpoints[0].ip_address, 80, 0.5))

    run_privately(story)


def test_a_container_reaches_published_ports_its_own_too(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            server = await _published(networks, "aa", {"HostPort": "8080"})
            other = await networks.sandboxes.attach(request("bb"))
            assert server.namespace_path is not None
            assert other.namespace_path is not None
            with listener_in(server.namespace_path, 80) as listener:
                for pin in (other.namespace_path, server.namespace_path):
                    with inside(pin, lambda: _connect("172.17.0.1", 8080)) as client:
                        assert talk(client, listener)[1] == b"hello"

    run_privately(story)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("172.17.0.2", "127.0.0.1"),  # the machine's loopback
        ("198.51.100.7", "172.17.0.1"),  # somebody else's address
    ],
)
def test_a_container_cannot_forge_its_way_to_the_machine(tmp_path: Path, source: str, target: str) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            endpoint = await networks.sandboxes.attach(request("aa"))
            assert endpoint.namespace_path is not None
            with NetlinkSocket() as netlink:
                bridge = links.find_link(netlink, "marina0")
            assert bridge is not None
            gateway = bytes.fromhex(bridge.mac_address.replace(":", ""))

            def wire() -> socket.socket:
                return socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)

            with (
                inside(endpoint.namespace_path, wire) as sender,
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as machine,
            ):
                machine.bind(("0.0.0.0", 9000))
                machine.settimeout(0.1)

                def send(source: str, target: str, text: bytes) -> None:
                    sender.sendto(_udp_packet(source, target, 9000, text), ("eth0", 0x0800, 0, 0, gateway))

                def send_and_receive(text: bytes) -> bytes:
                    send("172.17.0.2", "172.17.0.1", text)
                    with suppress(TimeoutError):
                        return machine.recv(10)
                    return b""

                # The first ones may come before the kernel has noticed that the cable is up.
                await eventually(lambda: send_and_receive(b"ok") == b"ok", "honest packets arrive")
                send(source, target, b"no")
                send("172.17.0.2", "172.17.0.1", b"hi")
                machine.settimeout(TIMEOUT)
                arrived = []
                while b"hi" not in arrived:  # they come in the order in which they were sent
                    arrived.append(machine.recv(10))
                assert b"no" not in arrived

    run_privately(story)


def _udp_packet(source: str, target: str, port: int, text: bytes) -> bytes:
    """Return an IP packet with two bytes of text."""
    udp = struct.pack("!HHHH", port, port, 8 + len(text), 0) + text
    head = struct.pack("!BBHHHBBH", 0x45, 0, 30, 1, 0, 64, socket.IPPROTO_UDP, 0)
    addresses = IPv4Address(source).packed + IPv4Address(target).packed
    total = sum(struct.unpack("!10H", head + addresses))
    checksum = ~(total % 0xFFFF) & 0xFFFF
    return head[:10] + struct.pack("!H", checksum) + addresses + udp


def test_udp_works_also_for_a_client_that_sent_before(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            endpoint = await networks.sandboxes.attach(
                request("aa", port_bindings={"53/udp": [{"HostPort": "5353"}]})
            )
            assert endpoint.namespace_path is not None

            def bound() -> socket.socket:
                server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                server.bind(("0.0.0.0", 53))
                server.settimeout(TIMEOUT)
                return server

            with (
                inside(endpoint.namespace_path, bound) as server,
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
            ):
                client.settimeout(TIMEOUT)
                client.connect(("127.0.0.1", 5353))
                client.send(b"too early")
                await networks.sandboxes.publish(endpoint)
                client.send(b"question")
                text, peer = server.recvfrom(100)
                assert text == b"question"
                server.sendto(b"answer", peer)
                assert client.recv(100) == b"answer"

    run_privately(story)


def test_two_containers_never_get_one_port(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            first = await _published(networks, "aa", {"HostPort": "8080"})
            await eventually(lambda: len(kernel_state(tmp_path)["links"]) == 3, "links")
            before = kernel_state(tmp_path)
            wanted = {"81/tcp": [{"HostPort": "8081"}], "80/tcp": [{"HostPort": "8080"}]}
            with pytest.raises(SystemFailureError) as failure:
                await networks.sandboxes.attach(request("bb", port_bindings=wanted))
            assert failure.value.message.startswith(
                "driver failed programming external connectivity on endpoint bb ("
            )
            assert failure.value.message.endswith(
                "): Bind for 0.0.0.0:8080 failed: port is already allocated: "
                f"0.0.0.0:8080 is in use by container {request('aa').container_name}"
            )
            await eventually(lambda: kernel_state(tmp_path) == before, "something is left")
            socket.create_server(("0.0.0.0", 8081)).close()  # the port that could be had is free again
            await networks.sandboxes.detach(first.container_id)
            await networks.sandboxes.attach(request("bb", port_bindings=wanted))

    run_privately(story)


def test_a_port_that_another_program_has_is_refused_with_its_name(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            command = ["sleep", "60"]
            with socket.create_server(("0.0.0.0", 8080)) as listener:
                # The listener lives on in a program that is not this process.
                holder = os.posix_spawn(
                    "/usr/bin/env",
                    ["env", *command],
                    os.environ,
                    file_actions=[(os.POSIX_SPAWN_DUP2, listener.fileno(), 9)],
                )
            try:
                message = rf"port is already allocated: 0.0.0.0:8080 is in use by \w+ \(pid {holder}\)$"
                with pytest.raises(SystemFailureError, match=message):
                    await networks.sandboxes.attach(
                        request("aa", port_bindings={"80/tcp": [{"HostPort": "8080"}]})
                    )
            finally:
                os.kill(holder, 9)
                os.waitpid(holder, 0)
            await _attach(networks, "aa", "80/tcp", {"HostPort": "8080"})

    run_privately(story)


def test_who_has_a_port_at_another_address_is_not_blamed(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            wish = {"HostIp": "127.0.0.1", "HostPort": "8080"}
            await _attach(networks, "aa", "80/tcp", wish)
            with socket.create_server(("127.0.0.2", 8080)):  # by this process, which is not named
                for address, told in (
                    ("127.0.0.2", "port is already allocated$"),
                    ("127.0.0.1", "127.0.0.1:8080 is in use by container aa$"),
                    ("0.0.0.0", "0.0.0.0:8080 is in use by container aa$"),
                ):
                    with pytest.raises(SystemFailureError, match=told):
                        await _attach(networks, "bb", "80/tcp", {"HostIp": address, "HostPort": "8080"})

    run_privately(story)


def test_a_published_port_cannot_be_taken_by_another_program(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            await _published(networks, "aa", {"HostPort": "8080"})
            for reuse in (False, True):
                with socket.socket() as other:
                    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
                    with pytest.raises(OSError, match="Address already in use"):
                        _bind_and_listen(other, 8080)

    run_privately(story)


def test_free_ports_are_found_for_empty_numbers_ranges_and_all_exposed(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            taken = socket.create_server(("0.0.0.0", 8000))
            endpoint = await networks.sandboxes.attach(
                request(
                    "aa",
                    port_bindings={"80/tcp": [{"HostPort": "8000-8002"}, {"HostPort": ""}]},
                    exposed_ports=["443/tcp", "53/udp"],
                    publish_all=True,
                )
            )
            taken.close()
            by_port = {(port.container_port, port.protocol): port.host_port for port in endpoint.ports[2:]}
            assert endpoint.ports[0].host_port == 8001
            assert endpoint.ports[1].host_port >= 32768
            assert set(by_port) == {(443, "tcp"), (53, "udp")}
            assert all(port >= 32768 for port in by_port.values())
            with pytest.raises(SystemFailureError, match="Bind for 0.0.0.0:8001-8001 failed|8001 failed"):
                await networks.sandboxes.attach(
                    request("bb", port_bindings={"80/tcp": [{"HostPort": "8001"}]})
                )

    run_privately(story)


def test_an_address_that_the_machine_lacks_is_named(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            wanted = {"80/tcp": [{"HostIp": "203.0.113.9", "HostPort": "8080"}]}
            with pytest.raises(SystemFailureError, match="203.0.113.9 is not an address of this machine"):
                await networks.sandboxes.attach(request("aa", port_bindings=wanted))

    run_privately(story)


def _bind_and_listen(server: socket.socket, port: int) -> None:
    # With SO_REUSEADDR the kernel may allow the first and refuse the second.
    server.bind(("0.0.0.0", port))
    server.listen()


async def _attach(networks: Networks, name: str, port: str, binding: dict[str, str]) -> Attachment:
    return await networks.sandboxes.attach(request(name, port_bindings={port: [binding]}))
