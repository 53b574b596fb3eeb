"""Containers in the machine, published on the host: by the real docker command line, through the tunnel."""

import os
import socket
import subprocess
import urllib.request
from collections.abc import Iterator

import psutil
import pytest

from app.services.web_probe import wait_for_page
from tests.machine.machine_under_test import MachineUnderTest
from tests.support.docker_tools import docker_program
from tests.support.test_images import busybox_image, save_docker_archive

WEB = "mkdir -p /www && echo from-the-container > /www/index.html && exec httpd -f -p 80 -h /www"


def docker(
    machine: MachineUnderTest, *words: str, data: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the docker command line against the machine, within 90 seconds."""
    command = [docker_program(), "-H", f"unix://{machine.docker_socket}", *words]
    return subprocess.run(command, input=data, capture_output=True, timeout=90, check=False)


def output(result: subprocess.CompletedProcess[bytes]) -> str:
    """Return what a command that must succeed has printed."""
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout.decode().strip()


def fetch(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
        body: bytes = answer.read()
        return body


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture
def web(machine: MachineUnderTest) -> Iterator[int]:
    """A container with a web server that answers; gives its port on the host."""
    output(docker(machine, "load", data=save_docker_archive(busybox_image(), ["busybox:test"])))
    output(
        docker(machine, "run", "-d", "--name", "web", "-p", "127.0.0.1::80", "busybox:test", "sh", "-c", WEB)
    )
    port = int(output(docker(machine, "port", "web", "80")).rpartition(":")[2])
    # The port is open from the start on, its server a moment later: until then connections are reset.
    assert wait_for_page(f"http://127.0.0.1:{port}/", 60.0, lambda: True)
    yield port
    docker(machine, "rm", "-f", "web")


def test_a_published_port_answers_on_the_host_until_the_container_stops(
    machine: MachineUnderTest, web: int
) -> None:
    assert fetch(web) == b"from-the-container\n"
    (port,) = machine.client.status().ports
    assert (port.protocol, port.host_ip, port.host_port) == ("tcp", "127.0.0.1", web)
    output(docker(machine, "stop", "-t", "1", "web"))
    assert is_free(web)
    assert machine.client.status().ports == ()


def test_a_taken_port_is_refused_with_its_holder_and_nothing_starts(
    machine: MachineUnderTest, web: int
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        result = docker(
            machine, "run", "-d", "--name", "late", "-p", f"127.0.0.1:{number}:80", "busybox:test", "true"
        )
    assert result.returncode == 125
    message = result.stderr.decode()
    assert f"port is already allocated: 127.0.0.1:{number} is in use by" in message
    assert f"(pid {os.getpid()})" in message
    assert output(docker(machine, "ps", "-q")).count("\n") == 0
    docker(machine, "rm", "-f", "late")


def test_containers_and_their_ports_survive_the_supervisors_kill(machine: MachineUnderTest, web: int) -> None:
    supervisor = psutil.Process(machine.client.status().supervisor_pid)
    started = output(docker(machine, "inspect", "-f", "{{.State.StartedAt}}", "web"))
    supervisor.kill()
    supervisor.wait(10)
    assert fetch(web) == b"from-the-container\n"  # QEMU carries the bytes by itself
    machine.start()
    assert output(docker(machine, "inspect", "-f", "{{.State.StartedAt}}", "web")) == started
    assert [port.host_port for port in machine.client.status().ports] == [web]
    output(docker(machine, "rm", "-f", "web"))
    assert is_free(web)


def test_exec_carries_standard_input_and_its_end(machine: MachineUnderTest, web: int) -> None:
    data = os.urandom(300_000)
    result = docker(machine, "exec", "-i", "web", "cat", data=data)
    assert result.returncode == 0, result.stderr.decode()
    assert result.stdout == data
    assert docker(machine, "exec", "web", "sh", "-c", "exit 7").returncode == 7
