"""A machine as tests see it."""

import contextlib
import http.client
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import paramiko

from vm.client import MachineClient
from vm.machine.link.guest_transport import GuestTransport, dial_guest
from vm.machine.link.ssh_keys import get_user_key, read_host_key
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu.qemu_process import read_record
from vm.machine.status import MachineState, MachineStatus


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket, without anything between the test and the tunnel."""

    def __init__(self, path: Path, limit: float) -> None:
        super().__init__("localhost", timeout=limit)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def wait_until(condition: Callable[[], bool], what: str, limit: float = 180) -> None:
    """Wait until the condition holds; fails with `what` after `limit` seconds."""
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, f"not within {limit:g} s: {what}"
        time.sleep(0.1)


@dataclass(frozen=True)
class MachineUnderTest:
    """A machine with all its state in a folder of its own."""

    client: MachineClient

    @property
    def files(self) -> MachineFiles:
        """The machine's names on disk."""
        return self.client.files

    @property
    def shared(self) -> Path:
        """The one folder that is shared with the machine."""
        return self.files.data / "shared files"

    @property
    def docker_socket(self) -> Path:
        """Where Docker clients connect."""
        return self.files.docker_socket

    def start(self) -> MachineStatus:
        """Start the machine if it does not run, and return the final status, which must be running."""
        *_, last = self.client.start()
        if last.state in (MachineState.DEGRADED, MachineState.RECONNECTING):
            # it runs, and comes round from what an earlier test did to it
            last = self.wait_for(lambda status: status.state is MachineState.RUNNING)
        assert last.state is MachineState.RUNNING, f"{last.state}: {last.problem}"
        return last

    def stop(self) -> MachineStatus:
        """Stop the machine and return the final status."""
        *_, last = self.client.stop()
        return last

    def get(self, path: str, limit: float = 120) -> tuple[int, bytes]:
        """Get `path` of the Docker Engine API through docker.sock; return status code and body."""
        connection = UnixConnection(self.docker_socket, limit)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def dial(self) -> GuestTransport:
        """Open an SSH connection of the test's own to the guest."""
        record, host_key = read_record(self.files), read_host_key(self.files)
        assert record is not None
        assert host_key is not None
        return dial_guest(record.ssh_port, get_user_key(self.files), host_key, timeout=60)

    def cut_with(self, command: str) -> None:
        """Run a command that ends connections, ours too; returns when ours has ended."""
        transport = self.dial()
        with contextlib.suppress(paramiko.SSHException, EOFError, OSError):  # before it was told of its begin
            transport.open_session().exec_command(command)
        transport.join()

    def run(self, command: str, limit: float = 60) -> str:
        """Run a shell command as the guest's root and return what it prints; it must succeed."""
        transport = self.dial()
        try:
            channel = transport.open_session(timeout=limit)
            channel.settimeout(limit)
            channel.set_combine_stderr(True)
            channel.exec_command(command)
            output = b"".join(iter(lambda: channel.recv(65536), b"")).decode()
            assert channel.recv_exit_status() == 0, output
            return output
        finally:
            transport.close()
            transport.join()

    def has_the_hosts_time(self) -> bool:
        """Return whether the guest's clock is that of this computer, within three seconds."""
        earliest = time.time() - 3
        return earliest < float(self.run("date +%s")) < time.time() + 3

    def wait_for(self, condition: Callable[[MachineStatus], bool], limit: float = 180) -> MachineStatus:
        """Return the first status for which `condition` holds, within `limit` seconds."""
        deadline = time.monotonic() + limit
        while True:
            status = self.client.status()
            if condition(status):
                return status
            assert time.monotonic() < deadline, status
            time.sleep(0.1)

    def answers(self) -> bool:
        """Tell if the engine answers a call of a client."""
        try:
            return self.get("/_ping") == (200, b"OK")
        except (OSError, http.client.HTTPException):  # the second when it is cut within the answer
            return False


@contextlib.contextmanager
def connected(machine: MachineUnderTest, limit: float = 120) -> Iterator["docker.DockerClient"]:
    """Hold docker-py on the machine; a call may take `limit` seconds."""
    with contextlib.closing(
        docker.DockerClient(base_url=f"unix://{machine.docker_socket}", timeout=limit)
    ) as client:
        yield client
