"""What a container may do and have in the machine, whose kernel has every controller: by docker-py through
the tunnel."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import docker
import pytest
from docker.models.containers import Container

from tests.machine.machine_under_test import MachineUnderTest
from tests.support.test_images import busybox_image, save_docker_archive

IMAGE = "busybox:limits"
LIMIT = 120  # seconds for one call: everything is slow under emulation
DOCKERS_CAPABILITIES = "00000000a80425fb"


@pytest.fixture(scope="module")
def client(session_machine: MachineUnderTest) -> Iterator["docker.DockerClient"]:
    """docker-py on the machine, with the image there."""
    session_machine.start()
    client = docker.DockerClient(base_url=f"unix://{session_machine.docker_socket}", timeout=LIMIT)
    client.images.load(save_docker_archive(busybox_image(), [IMAGE]))
    yield client
    client.close()


def run(client: "docker.DockerClient", script: str, **options: Any) -> list[str]:
    """Run a shell script in a container; returns the lines of its output and errors."""
    output: bytes = client.containers.run(
        IMAGE, ["sh", "-c", f"exec 2>&1; {script}; true"], remove=True, **options
    )
    return output.decode().splitlines()


def status_of_self(lines: list[str]) -> dict[str, str]:
    """Return the fields of /proc/self/status."""
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_the_machine_holds_every_limit(client: "docker.DockerClient") -> None:
    info = client.info()
    assert info["Warnings"] == []
    for limit in ("MemoryLimit", "SwapLimit", "CpuCfsQuota", "CPUShares", "CPUSet", "PidsLimit"):
        assert info[limit] is True, limit


def test_too_much_memory_ends_the_container_with_137(client: "docker.DockerClient") -> None:
    container = client.containers.create(
        IMAGE, ["tail", "-c", "100m", "/dev/zero"], mem_limit="16m", memswap_limit="16m"
    )
    try:
        container.start()
        assert container.wait()["StatusCode"] == 137
        container.reload()
        state = container.attrs["State"]
        assert (state["OOMKilled"], state["ExitCode"], state["Status"]) == (True, 137, "exited")
        actions = [event["Action"] for event in _events(client, container)]
        assert "oom" in actions, actions
    finally:
        container.remove(force=True)


def _events(client: "docker.DockerClient", container: Container) -> list[dict[str, Any]]:
    return list(
        client.events(since=0, until=int(time.time()) + 1, filters={"container": container.id}, decode=True)
    )


def test_limits_are_seen_in_the_containers_own_group(client: "docker.DockerClient") -> None:
    lines = run(
        client,
        "cd /sys/fs/cgroup; cat memory.max memory.swap.max pids.max cpu.max cpuset.cpus cpu.weight; "
        "cat /proc/self/cgroup; touch x; ls -d marina",
        mem_limit="32m",
        memswap_limit="48m",
        pids_limit=17,
        nano_cpus=500_000_000,
        cpuset_cpus="0",
        cpu_shares=512,
    )
    assert lines[:5] == [str(32 << 20), str(16 << 20), "17", "50000 100000", "0"], lines
    assert 15 <= int(lines[5]) <= 70, "half of Docker's usual share"
    assert lines[6] == "0::/", "a cgroup namespace of its own"
    assert "Read-only file system" in lines[7]
    assert "No such file" in lines[8]


def test_the_number_of_processes_is_limited(client: "docker.DockerClient") -> None:
    script = "for n in 1 2 3 4 5 6 7 8 9 10; do sleep 1000 & done; echo all; kill $(jobs -p)"
    assert "can't fork" in "\n".join(run(client, f"({script}); true", pids_limit=6))
    assert run(client, f"({script}); true", pids_limit=40) == ["all"]


def test_figures_and_limits_of_a_running_container(client: "docker.DockerClient") -> None:
    container = client.containers.run(IMAGE, ["sleep", "1000"], detach=True, mem_limit="64m")
    try:
        found = container.stats(stream=False)
        assert found["memory_stats"]["limit"] == 64 << 20
        assert 0 < found["memory_stats"]["usage"] < 64 << 20
        assert found["pids_stats"]["current"] == 1
        answer = container.update(mem_limit="96m", memswap_limit="128m", cpu_shares=512)
        assert answer["Warnings"] is None
        look = "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory.swap.max"
        assert container.exec_run(["sh", "-c", look]).output.split() == [
            b"%d" % (96 << 20),
            b"%d" % (32 << 20),
        ]
        assert container.stats(stream=False)["memory_stats"]["limit"] == 96 << 20
        with pytest.raises(docker.errors.APIError, match="already set memoryswap limit"):
            container.update(mem_limit="256m")
    finally:
        container.remove(force=True)


def test_what_a_container_may_do(client: "docker.DockerClient") -> None:
    read = "cat /proc/self/status"
    usual = status_of_self(run(client, read))
    assert usual["Seccomp"] == "2"
    assert usual["NoNewPrivs"] == "0"
    for kind in ("CapEff", "CapPrm", "CapBnd"):
        assert usual[kind] == DOCKERS_CAPABILITIES, kind
    assert usual["CapInh"] == usual["CapAmb"] == "0" * 16
    user = status_of_self(run(client, read, user="1000:1001"))
    assert (user["CapEff"], user["CapBnd"]) == ("0" * 16, DOCKERS_CAPABILITIES)
    assert user["Uid"].split() == ["1000"] * 4
    assert user["Gid"].split() == ["1001"] * 4
    strict = status_of_self(run(client, read, security_opt=["no-new-privileges"], cap_drop=["ALL"]))
    assert (strict["NoNewPrivs"], strict["CapBnd"]) == ("1", "0" * 16)
    free = status_of_self(run(client, read, privileged=True))
    assert free["Seccomp"] == "0"
    assert int(free["CapEff"], 16) & (1 << 21), "CAP_SYS_ADMIN"


def test_what_is_hidden_and_what_cannot_be_written(client: "docker.DockerClient") -> None:
    probes = (
        "head -c 1 /proc/kcore | wc -c; (echo 0 > /proc/sys/kernel/panic); "
        "(echo b > /proc/sysrq-trigger); ls /sys/firmware | wc -l; (mkdir /sys/x); "
        "(mkdir -p /m; mount -t tmpfs x /m); date -s 2001-01-01 >/dev/null; "
        "head -c 1 /dev/vda; mknod /disk b 254 0 && head -c 1 /disk"
    )
    lines = run(client, probes)
    assert lines[0] == "0", "kcore is empty"
    assert all("Read-only file system" in line for line in lines[1:3]), lines
    assert lines[3] == "0", "no firmware"
    assert "Read-only file system" in lines[4]
    assert "ermi" in lines[5], lines  # Operation not permitted or permission denied
    assert "Operation not permitted" in lines[6], lines
    assert "No such file" in lines[7], lines
    assert "Operation not permitted" in lines[8], "the device controller keeps disks away"


def test_a_read_only_root(client: "docker.DockerClient") -> None:
    lines = run(
        client, "(echo x > /file); echo y > /tmp/file && cat /tmp/file; df -k /dev/shm | tail -1",
        read_only=True, tmpfs={"/tmp": "size=1m"}, shm_size="8m",
    )  # fmt: skip
    assert "Read-only file system" in lines[0]
    assert lines[1] == "y"
    assert lines[2].split()[1] == "8192"
    assert run(client, "df -k /dev/shm | tail -1")[0].split()[1] == "65536"


def test_privileged_and_single_devices(client: "docker.DockerClient") -> None:
    mounting = "mkdir -p /m; mount -t tmpfs x /m && echo 1 > /proc/sys/net/ipv4/ip_forward && echo done"
    assert run(client, f"{mounting}; ls /dev/vda", privileged=True) == ["done", "/dev/vda"]
    lines = run(client, "head -c 4 /dev/disk | wc -c; (echo x > /dev/disk); ls /dev/vdb",
                devices=["/dev/vda:/dev/disk:r"])  # fmt: skip
    assert lines[0] == "4"
    assert "Operation not permitted" in lines[1]
    assert "No such file" in lines[2]


def test_a_container_reaches_a_server_on_the_hosts_loopback(client: "docker.DockerClient") -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = threading.Thread(target=_answer_once, args=(server,))
        answering.start()
        port = server.getsockname()[1]
        lines = run(client, f"grep host.docker /etc/hosts; nc -w 60 host.docker.internal {port} </dev/null")
        answering.join(60)
    assert lines == ["10.0.2.2\thost.docker.internal", "hello from the host"], lines


def _answer_once(server: socket.socket) -> None:
    server.settimeout(60)
    connection, _ = server.accept()
    with connection:
        connection.sendall(b"hello from the host\n")
