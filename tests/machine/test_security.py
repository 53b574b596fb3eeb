"""Who reaches what: other users of this computer nothing, containers no more of the host than its name."""

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import docker
import paramiko
import psutil
import pytest

from tests.machine.machine_under_test import MachineUnderTest, wait_until
from tests.support.test_images import busybox_image, save_docker_archive
from vm.machine.json_files import read_json
from vm.machine.link.guest_transport import TunnelDown, dial_guest
from vm.machine.link.ssh_keys import read_host_key
from vm.machine.qemu.qemu_process import read_record

IMAGE = "busybox:security"
ANOTHER_USER = 54321

TRY_ALL = """
import json, os, socket, sys
os.setgroups([])
os.setgid({user}); os.setuid({user})
reached = []
for path in json.load(sys.stdin):
    try:
        if os.path.isdir(path):
            os.listdir(path)
        elif path.endswith(".sock"):
            socket.socket(socket.AF_UNIX).connect(path)
        else:
            open(path, "rb").close()
    except (PermissionError, FileNotFoundError):  # the second one has gone meanwhile
        continue
    except OSError as error:
        reached.append(f"{{path}}: {{error}}")
    else:
        reached.append(path)
print(json.dumps(reached))
"""


@pytest.fixture
def client(machine: MachineUnderTest) -> Iterator["docker.DockerClient"]:
    client = docker.DockerClient(base_url=f"unix://{machine.docker_socket}", timeout=120)
    client.images.load(save_docker_archive(busybox_image(), [IMAGE]))
    yield client
    client.close()


def files_of(machine: MachineUnderTest) -> list[Path]:
    """Return all that the machine keeps, but what is in the shared folder and what the tests have written."""
    top, written_by_tests = machine.files.data, machine.files.settings
    found = [path for path in top.rglob("*") if not path.is_relative_to(machine.shared)]
    return [path for path in found if path != written_by_tests and path.exists()]


def processes_of(machine: MachineUnderTest) -> list[psutil.Process]:
    """Return supervisor, QEMU and file server."""
    status = machine.client.status()
    pids = (status.supervisor_pid, status.qemu_pid, read_json(machine.files.file_server_record)["pid"])
    return [psutil.Process(pid) for pid in pids]


def test_files_and_sockets_are_for_their_user_alone(machine: MachineUnderTest) -> None:
    found = files_of(machine)
    assert {"docker.sock", "machine.sock", "qmp.sock", "data.qcow2", "ssh_key"} <= {
        path.name for path in found
    }
    assert stat.S_IMODE(machine.files.data.stat().st_mode) & 0o077 == 0
    open_to_others = {
        str(path): oct(stat.S_IMODE(path.stat().st_mode))
        for path in found
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    }
    assert not open_to_others


@pytest.mark.skipif(os.geteuid() != 0, reason="another user's process needs root")
def test_another_user_reaches_no_file_and_no_socket(machine: MachineUnderTest) -> None:
    found = [str(path) for path in files_of(machine)]
    before = machine.files.data.stat().st_mode
    machine.files.data.chmod(0o711)  # each file must hold by itself, not only by its folder
    try:
        result = subprocess.run(
            [sys.executable, "-S", "-c", TRY_ALL.format(user=ANOTHER_USER)],
            input=json.dumps(found), capture_output=True, text=True, timeout=60, check=True, cwd="/",
        )  # fmt: skip
    finally:
        machine.files.data.chmod(before)
    assert json.loads(result.stdout) == []


def test_nothing_listens_beyond_loopback_and_the_guest_asks_for_the_key(machine: MachineUnderTest) -> None:
    qemu = machine.client.status().qemu_pid

    def listening() -> set[str]:
        return {
            connection.laddr.ip
            for process in processes_of(machine)
            for connection in process.net_connections(kind="inet")
            # QEMU's datagram sockets are ways out of the guest's own questions, as for names: for minutes
            if connection.status == psutil.CONN_LISTEN
            or (connection.type == socket.SOCK_DGRAM and process.pid != qemu)
        }

    # the supervisor's last question for a name may still go on
    wait_until(lambda: listening() == {"127.0.0.1"}, "nothing but loopback")
    record, host_key = read_record(machine.files), read_host_key(machine.files)
    assert record is not None
    assert host_key is not None
    with pytest.raises(TunnelDown, match="Authentication failed"):
        dial_guest(record.ssh_port, paramiko.ECDSAKey.generate(), host_key)


def test_a_container_reaches_loopback_of_the_host_by_its_name_only(
    machine: MachineUnderTest, client: "docker.DockerClient"
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        answering = threading.Thread(target=_answer, args=(server,))
        answering.start()
        script = f"""
            for host in 10.0.2.1 10.0.2.4 10.0.2.99 10.0.2.254; do
                nc -w 5 $host {port} </dev/null && echo "reached $host"
            done
            nc -w 30 host.docker.internal {port} </dev/null
            ls /dev/virtio-ports /dev/vport* /run/marina /sys/firmware/qemu_fw_cfg 2>/dev/null
            true"""
        output: bytes = client.containers.run(IMAGE, ["sh", "-c", script], remove=True)
        again: bytes = client.containers.run(
            IMAGE, ["sh", "-c", f"nc -w 5 10.0.2.99 {port} </dev/null || echo refused"],
            remove=True, network_mode="host",
        )  # fmt: skip
        answering.join(60)
    assert output == b"hello\n"
    assert again == b"refused\n"


def _answer(server: socket.socket) -> None:
    server.settimeout(60)
    connection, _ = server.accept()
    with connection:
        connection.sendall(b"hello\n")
