"""Containers in the machine, published on the host: by the real docker command line, through the tunnel."""

import contextlib
import os
import socket
import subprocess
import urllib.request
from collections.abc import Iterator

import psutil
import pytest

from app.services.containers.web_probe import wait_for_page
from tests.machine.machine_under_test import MachineUnderTest
from tests.support.docker_tools import docker_program
from tests.support.test_images import busybox_image, save_docker_archive
from vm.machine.status import MachineState

WEB = "mkdir -p /www && echo from-the-container > /www/index.html && exec httpd -f -p 80 -h /www"


def docker(
    machine: MachineUnderTest, *words: str, data: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the docker command line against the machine, within four minutes."""
    command = [docker_program(), "-H", f"unix://{machine.docker_socket}", *words]
    return subprocess.run(command, input=data, capture_output=True, timeout=240, check=False)


def output(result: subprocess.CompletedProcess[bytes]) -> str:
    """Return what a command that must succeed has printed."""
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout.decode().strip()


def fetch(port: int, host: str = "127.0.0.1") -> bytes:
    with urllib.request.urlopen(f"http://{host}:{port}/", timeout=120) as answer:
        body: bytes = answer.read()
        return body


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        return probe.connect_ex((host, port)) != 0


def has_ipv6() -> bool:
    """Return whether this computer has the address ::1."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def host_port(machine: MachineUnderTest, container: str, port: str) -> int:
    """Return where a container's port is on the host."""
    return int(output(docker(machine, "port", container, port)).splitlines()[0].rpartition(":")[2])


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
    supervisor.wait(60)
    assert fetch(web) == b"from-the-container\n"  # QEMU carries the bytes by itself
    told = machine.client.status()  # who only asks is not told that nothing runs, and brings a new supervisor
    assert told.state is not MachineState.STOPPED
    assert told.supervisor_pid not in (0, supervisor.pid)
    machine.wait_for(lambda status: status.state is MachineState.RUNNING)
    assert output(docker(machine, "inspect", "-f", "{{.State.StartedAt}}", "web")) == started
    assert [port.host_port for port in machine.client.status().ports] == [web]
    output(docker(machine, "rm", "-f", "web"))
    assert is_free(web)


def test_every_kind_of_port_answers_until_its_container_dies_whatever_supervisor_lives(
    machine: MachineUnderTest, web: int
) -> None:
    serve = ["busybox:test", "httpd", "-f", "-p", "80", "-h", "/etc"]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        first = taken.getsockname()[1]
        ports = ["-p", "127.0.0.1::5353/udp", "-p", f"127.0.0.1:{first}-{min(first + 50, 65535)}:80"]
        ports += ["-p", "[::1]::80", "-p", "81"] if has_ipv6() else []
        output(docker(machine, "run", "-d", "--name", "kinds", *ports, *serve))
        try:
            in_range = host_port(machine, "kinds", "80/tcp")
            assert first < in_range <= first + 50, "the range's first port is taken"
            over_udp = host_port(machine, "kinds", "5353/udp")
            pid = output(docker(machine, "inspect", "-f", "{{.State.Pid}}", "kinds"))
            opened = machine.client.status().ports
            for _ in range(2):
                assert wait_for_page(f"http://127.0.0.1:{in_range}/hosts", 60.0, lambda: True)
                with udp_echo(machine, pid):
                    assert ask_udp(over_udp, b"over UDP") == b"over UDP"
                if has_ipv6():
                    (on_ipv6,) = (port for port in opened if port.host_ip == "::1")
                    assert wait_for_page(f"http://[::1]:{on_ipv6.host_port}/hosts", 60.0, lambda: True)
                    (everywhere,) = (port for port in opened if not port.host_ip)
                    assert not is_free(everywhere.host_port)
                    assert not is_free(everywhere.host_port, "::1")
                supervisor = psutil.Process(machine.client.status().supervisor_pid)
                supervisor.kill()
                supervisor.wait(60)
                machine.start()
                assert set(machine.client.status().ports) == set(opened)
            output(docker(machine, "kill", "kinds"))
            for port in (port for port in opened if port.host_port != web and port.protocol == "tcp"):
                assert is_free(port.host_port), port
                assert is_free(port.host_port, "::1"), port
        finally:
            docker(machine, "rm", "-f", "kinds")


UDP_ECHO = """python3 -c '
import os, socket
os.setns(os.open("/proc/{pid}/ns/net", os.O_RDONLY))
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("", 5353))
server.settimeout(120)
print("listening", flush=True)
server.sendto(*server.recvfrom(1000))
'"""


@contextlib.contextmanager
def udp_echo(machine: MachineUnderTest, pid: str) -> Iterator[None]:
    """Answer one datagram on port 5353 of the container whose first process is `pid`: busybox cannot."""
    transport = machine.dial()
    server = transport.open_session()
    server.settimeout(60)
    server.exec_command(UDP_ECHO.format(pid=pid))
    assert server.recv(100) == b"listening\n"
    yield
    transport.close()
    transport.join()


def ask_udp(port: int, question: bytes) -> bytes:
    """Return the answer to a datagram; one that is lost is sent again."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", port))
        client.settimeout(1)
        for _ in range(60):
            with contextlib.suppress(OSError):
                client.send(question)
                return client.recv(1000)
    raise AssertionError("no answer to 60 datagrams")


def test_containers_on_a_network_find_each_other_by_name(machine: MachineUnderTest, web: int) -> None:
    output(docker(machine, "network", "create", "team"))
    try:
        output(docker(machine, "network", "connect", "--alias", "shop", "team", "web"))
        for name in ("web", "shop"):
            page = docker(
                machine, "run", "--rm", "--network", "team", "busybox:test", "wget", "-qO-", f"http://{name}/"
            )
            assert output(page) == "from-the-container"
        other = docker(machine, "run", "--rm", "busybox:test", "wget", "-qO-", "-T", "20", "http://shop/")
        assert other.returncode != 0, "names are not known on other networks"
    finally:
        docker(machine, "network", "disconnect", "-f", "team", "web")
        docker(machine, "network", "rm", "team")


def test_exec_carries_standard_input_and_its_end(machine: MachineUnderTest, web: int) -> None:
    data = os.urandom(300_000)
    result = docker(machine, "exec", "-i", "web", "cat", data=data)
    assert result.returncode == 0, result.stderr.decode()
    assert result.stdout == data
    assert docker(machine, "exec", "web", "sh", "-c", "exit 7").returncode == 7
