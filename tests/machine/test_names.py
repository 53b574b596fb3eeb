"""Names in containers are what this computer's own resolver says, its hosts file included, or a fixed one."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.message
import dns.rdatatype
import dns.rrset
import docker
import psutil
import pytest

from tests.machine.machine_under_test import MachineUnderTest, connected, wait_until
from tests.support.test_images import busybox_image, save_docker_archive

IMAGE = "busybox:names"


@pytest.fixture
def client(machine: MachineUnderTest) -> Iterator["docker.DockerClient"]:
    with connected(machine) as client:
        client.images.load(save_docker_archive(busybox_image(), [IMAGE]))
        yield client


def own_name() -> tuple[str, set[str]]:
    """Return a name that this computer knows by itself, and its IPv4 addresses."""
    name = socket.gethostname()
    try:
        found = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
    except socket.gaierror:
        pytest.skip(f"this computer does not know its own name {name!r}")
    return name, {str(one[4][0]) for one in found}


def test_a_container_finds_what_only_this_computer_knows(
    machine: MachineUnderTest, client: "docker.DockerClient"
) -> None:
    name, addresses = own_name()
    network = client.networks.create("of-names")
    containers = [
        client.containers.run(IMAGE, ["sleep", "1000000"], network=where, detach=True, init=True)
        for where in ("bridge", "of-names")
    ]

    def all_find_it() -> bool:
        for container in containers:
            answer = container.exec_run(["nslookup", "-type=a", name])
            lines = answer.output.decode().partition("Name:")[2].splitlines()
            found = {line.split()[-1] for line in lines if line.startswith("Address")}
            if answer.exit_code or found != addresses:
                return False
        return True

    try:
        wait_until(all_find_it, f"{name} at {addresses}")
        supervisor = psutil.Process(machine.client.status().supervisor_pid)
        supervisor.kill()
        supervisor.wait(60)
        machine.start()  # the next one has another port
        wait_until(all_find_it, f"{name} at {addresses} by the next supervisor")
    finally:
        for container in containers:
            container.remove(force=True)
        network.remove()


@contextmanager
def answering(address: str) -> Iterator[int]:
    """A name server on this computer's loopback that knows one address for every name; gives its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                data, sender = server.recvfrom(4096)
                if not data:
                    return
                query = dns.message.from_wire(data)
                reply = dns.message.make_response(query)
                if query.question[0].rdtype == dns.rdatatype.A:
                    reply.answer.append(dns.rrset.from_text(query.question[0].name, 1, "IN", "A", address))
                server.sendto(reply.to_wire(), sender)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.sendto(b"", server.getsockname())
            thread.join()


def test_fixed_name_servers_are_asked_while_the_machine_runs_and_no_longer_once_taken_off(
    machine: MachineUnderTest, client: "docker.DockerClient"
) -> None:
    before = machine.files.settings.read_text()
    container = client.containers.run(IMAGE, ["sleep", "1000000"], detach=True, init=True)

    def found() -> str:
        answer = container.exec_run(["nslookup", "-type=a", "only-there.test"])
        return str(answer.output.decode().partition("Name:")[2])

    try:
        with answering("192.0.2.77") as port:
            changed = json.loads(before) | {"dns_servers": [f"127.0.0.1:{port}"]}
            machine.files.settings.write_text(json.dumps(changed))
            wait_until(lambda: "192.0.2.77" in found(), "the fixed server is asked")
            machine.files.settings.write_text(before)
            wait_until(lambda: "192.0.2.77" not in found(), "this computer's resolver is asked again")
    finally:
        machine.files.settings.write_text(before)
        container.remove(force=True)
