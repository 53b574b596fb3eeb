"""Names in containers are what this computer's own resolver says, its hosts file included."""

import socket
from collections.abc import Iterator

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
