"""Brings back a supervisor that was killed while its QEMU runs on; part of the file server's process.

Without it nobody listens at docker.sock until a client of Marina's comes, and `docker` alone is none.
"""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from vm.machine.sockets.local_sockets import dial_socket

log = logging.getLogger(__name__)

DIAL_LIMIT = 30.0
"""Seconds for the supervisor to take a call."""

PATIENCE = 5.0
"""Seconds after the supervisor's end: one that ends on purpose takes QEMU along, and this process with it."""


def keep_supervisor(machine_socket: Path, revive: Callable[[], None]) -> None:
    """Watch the supervisor at a socket, on a thread that goes on until the process ends.

    `revive` makes sure that there is one.
    """

    def keep() -> None:
        while True:
            watch_supervisor(machine_socket, revive)

    threading.Thread(target=keep, name="supervisor watch", daemon=True).start()


def watch_supervisor(machine_socket: Path, revive: Callable[[], None], patience: float = PATIENCE) -> None:
    """Wait until the supervisor is gone, then call `revive`; what that raises is logged."""
    _wait_for_end(machine_socket)
    time.sleep(patience)
    try:
        revive()
    except Exception:  # noqa: BLE001 - the files must be served in any case, and the next try may succeed
        log.exception("the supervisor does not come back")


def _wait_for_end(machine_socket: Path) -> None:
    """Return once nobody answers at the socket, or who answered is gone."""
    with contextlib.suppress(OSError), dial_socket(machine_socket, DIAL_LIMIT) as connection:
        connection.settimeout(None)
        connection.sendall(b'{"command": "watch"}\n')
        _read_to_end(connection)


def _read_to_end(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def revive_supervisor(state: Path | None) -> None:
    """Start a supervisor unless one answers. Raises UserError."""
    from vm.client import MachineClient  # not before it is needed: the file server stays small
    from vm.machine.machine_files import MachineFiles

    client = MachineClient(MachineFiles.find(state))
    log.warning("the supervisor is gone while its machine runs: a new one is started")
    client.ensure_supervisor()
