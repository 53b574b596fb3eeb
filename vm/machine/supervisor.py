"""The supervisor: one process a user, which owns the machine and answers on machine.sock while needed."""

import asyncio
import contextlib
import errno
import logging
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from vm.errors import UserError
from vm.machine.control_server import ControlServer
from vm.machine.machine import Machine
from vm.machine.machine_files import MachineFiles
from vm.machine.status import MachineState, MachineStatus

log = logging.getLogger(__name__)

IDLE_LIMIT = 30.0
"""Seconds after which a supervisor without machine and clients ends."""

LOCK_PATIENCE = 10.0
"""Seconds to wait for a supervisor that is just ending."""

_HELD = (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)
"""What a lock that another process holds gives: Unix, Windows at once, and Windows after its own patience."""

Show = Callable[[MachineStatus], None]


class AlreadyRunning(Exception):
    """Another supervisor owns this machine."""


@contextlib.contextmanager
def only_supervisor(files: MachineFiles) -> Iterator[None]:
    """Hold the lock that makes this process the only supervisor.

    Raises AlreadyRunning, UserError where the folder's file system keeps no locks, OSError.
    """
    with files.lock.open("a+b") as file:
        deadline = time.monotonic() + LOCK_PATIENCE
        while not _lock(file):
            if time.monotonic() > deadline:
                raise AlreadyRunning
            time.sleep(0.1)
        yield  # the lock ends with the file, also when the process is killed


def _lock(file: IO[bytes]) -> bool:
    """Return False when another process has it locked. Raises UserError when it cannot be locked at all."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise UserError(  # some network file systems
            "The machine's folder cannot be locked, and two machines at once would destroy its disk.",
            f"{file.name}: {error.strerror}",
            "Set MARINA_HOME to a folder on a disk of this computer.",
        ) from error
    return True


class Supervisor:
    """Runs until it is told to quit, is signalled, or was idle for IDLE_LIMIT."""

    def __init__(self, files: MachineFiles, image_folder: Path, engine_args: tuple[str, ...]) -> None:
        self._files = files
        self._machine = Machine(files, image_folder, engine_args)
        self._end = asyncio.Event()
        self._server = ControlServer(self._machine, self._end.set)

    async def serve(self) -> None:
        """Serve clients; a machine that runs already is taken over. Raises UserError, OSError."""
        await self._open()
        last_client = time.monotonic()
        while not self._end.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE_LIMIT / 6):
                    await self._end.wait()
            await self._ensure_files()
            now = time.monotonic()
            if self._server.clients or not self._machine.is_at_rest:
                last_client = now
            if now - max(last_client, self._machine.idle_since) > IDLE_LIMIT:
                log.info("idle: the supervisor ends")
                break
        await self._close()

    async def run_machine(self, show: Show) -> bool:
        """Start the machine at once and serve until signalled; return whether it came up."""
        await self._open()
        starting = self._machine.start()
        async for status in self._machine.watch(until=starting):
            show(status)
            if self._end.is_set():
                break
        up = self._machine.status().state is not MachineState.FAILED
        while up and not self._end.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE_LIMIT / 6):
                    await self._end.wait()
            await self._ensure_files()
        await self._close()
        return up

    async def _ensure_files(self) -> None:
        """Make again what was removed from the run folder."""
        try:
            await asyncio.to_thread(self._files.create_folders)
        except UserError as error:
            log.warning("%s", error)
            return
        await self._server.ensure()
        await self._machine.ensure_files()

    async def _open(self) -> None:
        path = self._files.machine_socket
        try:
            await self._server.listen(path)
        except OSError as error:  # some network file systems keep no sockets
            raise UserError(
                "The supervisor's socket cannot be made.",
                f"{path}: {error.strerror}",
                "Make room on the disk, or set MARINA_HOME to a folder on another disk of this computer.",
            ) from error
        self._handle_signals()
        self._machine.adopt()

    async def _close(self) -> None:
        self._server.refuse()
        await self._machine.quit()
        await self._server.close()
        await self._machine.close()
        self._files.machine_socket.unlink(missing_ok=True)

    def _handle_signals(self) -> None:
        def end() -> None:
            self._end.set()
            self._machine.changed()

        if sys.platform == "win32":
            return  # asyncio has no signal handlers there; `quit` ends the supervisor
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, end)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def run_supervisor(
    files: MachineFiles, image_folder: Path, engine_args: tuple[str, ...], show: Show | None = None
) -> bool:
    """Run the one supervisor of these files; with `show`, start its machine at once and report to it.

    Returns False when the machine did not come up. Raises UserError, AlreadyRunning, OSError.
    """
    files.create_folders()
    with only_supervisor(files):

        async def run() -> bool:
            supervisor = Supervisor(files, image_folder, engine_args)
            if show is not None:
                return await supervisor.run_machine(show)
            await supervisor.serve()
            return True

        # the sockets for Docker clients are waited for by their descriptors: not what Windows' own loop does
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            return runner.run(run())
