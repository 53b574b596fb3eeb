"""Containers on the host's network are reached on this computer's own localhost."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from app.services.engine.engine_client import EngineClient
from tests.machine.machine_under_test import MachineUnderTest, wait_until
from tests.machine.test_published_ports import ask_udp, docker, has_ipv6, is_free, output
from tests.support.test_images import busybox_image, save_docker_archive


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def on_the_hosts_network(machine: MachineUnderTest, script: str) -> Iterator[str]:
    """A container that runs a script there; gives its ID."""
    output(docker(machine, "load", data=save_docker_archive(busybox_image(), ["busybox:test"])))
    command = ["run", "-d", "--network", "host", "busybox:test", "sh", "-c", script]
    container = output(docker(machine, *command))
    try:
        yield container
    finally:
        docker(machine, "rm", "-f", container)


UDP_ECHO = """python3 -c '
import glob, os, socket
(group,) = glob.glob("/sys/fs/cgroup/**/{container}/cgroup.procs", recursive=True)
open(group, "w").write(str(os.getpid()))
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("", {port}))
print("listening", flush=True)
while True:
    server.sendto(*server.recvfrom(1000))
'"""


@contextmanager
def udp_echo(machine: MachineUnderTest, container: str, port: int) -> Iterator[None]:
    """Answer datagrams within a container, until it ends: busybox cannot."""
    transport = machine.dial()
    try:
        server = transport.open_session()
        server.settimeout(60)
        server.exec_command(UDP_ECHO.format(container=container, port=port))
        assert server.recv(100) == b"listening\n"
        yield
    finally:
        transport.close()
        transport.join()


def opened(machine: MachineUnderTest) -> set[tuple[str, int]]:
    return {(port.protocol, port.host_port) for port in machine.client.status().ports}


def test_what_listens_on_the_hosts_network_answers_on_localhost(machine: MachineUnderTest) -> None:
    web, own = free_port(), free_port()
    script = f"httpd -p {web} -h /etc; httpd -p 127.0.0.1:{own} -h /etc; exec sleep 1000"
    with on_the_hosts_network(machine, script) as container, udp_echo(machine, container, 5311):
        wanted = {("tcp", web), ("tcp", own), ("udp", 5311)}
        wait_until(lambda: opened(machine) == wanted, "all its ports")
        assert ask_udp(5311, b"over UDP") == b"over UDP"
        assert b"localhost" in fetch_file(web)
        assert b"localhost" in fetch_file(own), "also of what listens on loopback only"
        if has_ipv6():
            assert not is_free(web, "::1")
        output(docker(machine, "stop", "-t", "1", container))
        wait_until(lambda: not opened(machine), "no port")
        assert is_free(web)


def fetch_file(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 60) as client:
        client.sendall(b"GET /hosts HTTP/1.0\r\n\r\n")
        return b"".join(iter(lambda: client.recv(65536), b""))


def test_a_busy_port_is_named_and_opened_when_it_is_free(machine: MachineUnderTest) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        log = machine.files.supervisor_log
        with (
            on_the_hosts_network(machine, f"exec httpd -f -p {port} -h /etc"),
            EngineClient(machine.docker_socket) as client,
        ):
            wait_until(lambda: f"127.0.0.1:{port} is in use by" in log.read_text(), "a word on the port")
            wait_until(lambda: bool(client.list_containers()[0].refused_ports), "the same in the list")
            (refused,) = client.list_containers()[0].refused_ports
            assert f"127.0.0.1:{port} is in use by" in refused.reason
            taken.close()
            wait_until(lambda: opened(machine) == {("tcp", port)}, "the port")
            wait_until(lambda: client.list_containers()[0].url == f"http://localhost:{port}", "its address")


def test_the_setting_holds_at_once(machine: MachineUnderTest) -> None:
    port = free_port()
    settings = json.loads(machine.files.settings.read_text())
    try:
        with on_the_hosts_network(machine, f"exec httpd -f -p {port} -h /etc"):
            wait_until(lambda: not is_free(port), "the port")
            machine.files.settings.write_text(json.dumps(settings | {"host_network_ports": False}))
            wait_until(lambda: is_free(port), "no port")
    finally:
        machine.files.settings.write_text(json.dumps(settings))
