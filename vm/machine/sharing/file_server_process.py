"""Keeps the process that serves the shared folders: found by a new supervisor, started again at its end."""

import asyncio
import contextlib
import logging
import os
import subprocess
import sys
from pathlib import Path

import psutil

from vm.machine.json_files import read_json, write_json
from vm.machine.machine_files import MachineFiles
from vm.machine.processes import background_flags
from vm.machine.qemu.qemu_endpoints import find_endpoints
from vm.machine.qemu.qemu_process import START_TIME_TOLERANCE
from vm.machine.sockets.endpoints import UnixEndpoint

log = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds before a server that ended is started again."""


def file_server_command(files: MachineFiles, folders: tuple[str, ...]) -> list[str]:
    """Return the command of the server; a frozen program is its own."""
    program = (
        [sys.executable, "--supervisor"] if getattr(sys, "frozen", False) else [sys.executable, "-m", "vm"]
    )
    port = find_endpoints(files).files_port
    if isinstance(port, UnixEndpoint):
        served = ["--serve-folders", str(port.path)]
    else:
        served = ["--serve-folders", str(port.port), "--keys", str(port.keys)]
    state = ["--state", str(files.state)] if files.state is not None else []
    watched = ["--supervisor-socket", str(files.machine_socket), *state]
    return [*program, *served, "--events-socket", str(files.events_socket), *watched, "--", *folders]


class FileServerKeeper:
    """Runs one server as long as QEMU does; leaving the server alone is how a supervisor ends."""

    def __init__(self, files: MachineFiles, folders: tuple[str, ...], qemu_gone: asyncio.Event) -> None:
        self._files = files
        self._folders = folders
        self._qemu_gone = qemu_gone
        self._child: subprocess.Popen[bytes] | None = None

    def end(self) -> None:
        """End the server at once: the guest closes its folders then. Blocks."""
        server = self._find()
        if server is not None:
            with contextlib.suppress(psutil.Error):
                server.kill()
                server.wait(5)

    async def keep_running(self) -> None:
        """Start the server, or find the one of an earlier supervisor, and again whenever it ends."""
        while not self._qemu_gone.is_set():
            await self._watch(await asyncio.to_thread(self._find_or_start))

    async def _watch(self, server: psutil.Process) -> None:
        while not self._qemu_gone.is_set():
            if not _lives(server):
                log.warning("the server of the shared folders has ended; it is started again")
                return
            if not self._files.file_server_record.exists():  # removed with other temporary files
                self._record(server)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PAUSE):
                    await self._qemu_gone.wait()

    def _find_or_start(self) -> psutil.Process:
        return self._find() or self._start()

    def _find(self) -> psutil.Process | None:
        record = read_json(self._files.file_server_record)
        try:
            server = psutil.Process(record["pid"])
            if abs(server.create_time() - record["start_time"]) <= START_TIME_TOLERANCE and _lives(server):
                return server
        except (psutil.Error, TypeError, KeyError, ValueError):
            pass
        return None

    def _start(self) -> psutil.Process:
        environment = dict(os.environ)
        if not getattr(sys, "frozen", False):
            environment["PYTHONPATH"] = str(Path(__file__).parents[3])
        with self._files.supervisor_log.open("ab") as output:
            self._child = subprocess.Popen(
                file_server_command(self._files, self._folders),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=Path(sys.executable).anchor,  # it must not hold on to a folder
                env=environment,
                start_new_session=True,
                creationflags=background_flags(),
            )
        server = psutil.Process(self._child.pid)
        self._record(server)
        return server

    def _record(self, server: psutil.Process) -> None:
        with contextlib.suppress(psutil.Error):  # it has just ended, and nobody need find it
            record = {"pid": server.pid, "start_time": server.create_time()}
            write_json(self._files.file_server_record, record)


def _lives(server: psutil.Process) -> bool:
    """Return whether the server runs; one of our own that has ended is reaped."""
    try:
        server.wait(0)
    except psutil.TimeoutExpired:
        return True
    except psutil.Error:
        return False
    return False
