"""Looks into the running machine by a connection of its own, whatever the supervisor's is like."""

import contextlib
from collections.abc import Iterator

import paramiko

from vm.errors import UserError
from vm.machine.link.guest_transport import GuestTransport, TunnelDown, dial_guest
from vm.machine.link.ssh_keys import get_user_key, read_host_key
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu.qemu_process import read_record

LIMIT = 20.0
"""Seconds for a command in the guest."""

MOST_OUTPUT = 100_000


@contextlib.contextmanager
def connected(files: MachineFiles) -> Iterator[GuestTransport]:
    """Hold a connection to the guest. Raises UserError, TunnelDown."""
    record, host_key = read_record(files), read_host_key(files)
    if record is None or not record.ssh_port or host_key is None:
        raise TunnelDown("the machine has not come so far that it could be reached")
    transport = dial_guest(record.ssh_port, get_user_key(files), host_key, timeout=LIMIT)
    try:
        yield transport
    finally:
        transport.close()


def run(transport: GuestTransport, command: str) -> tuple[int, str]:
    """Run a shell command in the guest; return its exit code and what it printed. Raises UserError."""
    try:
        channel = transport.open_session(timeout=LIMIT)
        channel.settimeout(LIMIT)
        channel.set_combine_stderr(True)
        channel.exec_command(command)
        output = b""
        while (data := channel.recv(65536)) and len(output) < MOST_OUTPUT:
            output += data
        return channel.recv_exit_status(), output.decode("utf-8", "replace").strip()
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise UserError("The machine does not carry out a command.", f"{command}: {error}") from error
