"""The desktop's wish for the machine, running or stopped, and what the supervisor tells of it.

The only module of the app that talks to `vm`. State comes from the supervisor's probes.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from app.services.computer.docker_command import DockerCommand
from app.services.engine.engine_client import EngineClient
from app.services.errors import CancelledError, ErrorCode, UserError
from app.services.machine.diagnosis import Report, run_diagnosis
from app.services.machine.log_tail import LogTail, read_tail
from app.services.machine.machine_data import MachineData
from app.services.machine.machine_settings import MachineSettings, load_settings, save_settings
from vm.client import MachineClient, StatusStream
from vm.errors import UserError as MachineError
from vm.machine.machine_files import MachineFiles
from vm.machine.sockets.local_sockets import client_address
from vm.machine.status import (
    MachineState,
    MachineStatus,
    Problem,
    PublishedPort,
    Step,
    StepState,
)

__all__ = [
    "LogTail",
    "MachineData",
    "MachineSettings",
    "MachineState",
    "MachineStatus",
    "MachineWatch",
    "Problem",
    "PublishedPort",
    "StatusCallback",
    "Step",
    "StepState",
    "VirtualMachine",
]

log = logging.getLogger(__name__)

StatusCallback = Callable[[MachineStatus], None]
USABLE = (MachineState.RUNNING, MachineState.DEGRADED)
ENDED = (MachineState.STOPPED, MachineState.NOT_INSTALLED)
WATCH_PAUSE = 1.0
CANCEL_PAUSE = 0.1


class VirtualMachine:
    """The user's machine, or the one whose state lies in `state`. Every method blocks: call it in a worker.

    Raises UserError when the folders cannot be used.
    """

    def __init__(self, state: Path | None = None, supervisor: Sequence[str] | None = None) -> None:
        """`supervisor` is the command that starts one; by default this program's own."""
        with _told_to_users():
            self._machine = MachineClient(MachineFiles.find(state), supervisor)

    @property
    def docker_socket(self) -> str:
        """Where the engine answers while the machine runs."""
        return client_address(self._machine.files.docker_socket)

    @property
    def data(self) -> MachineData:
        """What may be done with all that the machine holds."""
        return MachineData(self._machine)

    @property
    def console_log(self) -> str:
        """The file with what the guest wrote since the machine's last start."""
        return str(self._machine.files.console_log)

    def settings(self) -> MachineSettings:
        """Return the machine's size and what its engine is told, as they are in use."""
        return load_settings(self._machine.files)[0]

    def settings_warnings(self) -> Sequence[str]:
        """Return why the settings in use are not all that the files ask for, and what of it is missing."""
        settings, warnings = load_settings(self._machine.files)
        return (*warnings, *settings.with_usable_folders()[1])

    def save_settings(self, settings: MachineSettings) -> None:
        """Keep settings for the machine's next start. Raises UserError for what cannot be."""
        save_settings(self._machine.files, settings)

    def read_log(self, name: str) -> LogTail:
        """Return the end of the log "console", "supervisor" or "qemu"; an empty one when there is none."""
        files = self._machine.files
        path = {"console": files.console_log, "supervisor": files.supervisor_log, "qemu": files.qemu_log}[
            name
        ]
        return read_tail(path)

    def diagnose(self, *, network: bool = False, bundle: Path | None = None) -> tuple[Report, list[str]]:
        """Look at each hop to the engine; with `bundle` write the evidence there. See `run_diagnosis`."""
        return run_diagnosis(self._machine, network=network, bundle=bundle)

    def client(self) -> EngineClient:
        """Return a client of the machine's engine; it starts nothing."""
        return EngineClient(self.docker_socket)

    def status(self) -> MachineStatus:
        """Return the machine's state; a machine without a supervisor is stopped. Starts nothing."""
        with _told_to_users():
            return self._machine.status()

    def check_parts(self) -> tuple[str, str]:
        """Return the image's version and QEMU's path, once both are found whole; see `MachineClient`."""
        with _told_to_users():
            return self._machine.check_parts()

    def start(
        self, on_status: StatusCallback = lambda status: None, cancelled: threading.Event | None = None
    ) -> MachineStatus:
        """Start the machine and return once its engine answers; on one that runs this does nothing.

        Raises UserError when it cannot run, CancelledError when `cancelled` is set: the start then goes on
        without us.
        """
        status = _require(_follow(self._machine.start, on_status, cancelled), USABLE)
        if self._machine.files.state is None:  # the user's own one: docker's context is for that
            DockerCommand(self.docker_socket).keep()
        return status

    def restart(self, on_status: StatusCallback = lambda status: None) -> MachineStatus:
        """Stop and start the machine. Raises UserError when it does not come up again."""
        return _require(_follow(self._machine.restart, on_status), USABLE)

    def stop(self, on_status: StatusCallback = lambda status: None) -> MachineStatus:
        """Stop the containers and the machine. Raises UserError when it goes on."""
        return self._end(self._machine.stop, on_status)

    def force_stop(self, on_status: StatusCallback = lambda status: None) -> MachineStatus:
        """End the machine at once, from any state. Raises UserError when it goes on."""
        return self._end(self._machine.force_stop, on_status)

    def pause(self) -> None:
        """Hold all containers where they are, in memory; `start` lets them go on. Raises UserError."""
        with _told_to_users():
            self._machine.ask("pause")

    def suspend(self) -> None:
        """Put the machine on disk; the next call goes on with it. Raises UserError, when containers run."""
        with _told_to_users():
            self._machine.ask("suspend")

    def quit(self) -> None:
        """Stop the machine and end its supervisor; returns when both are gone."""
        with _told_to_users():
            self._machine.quit()

    def start_engine(self, on_status: StatusCallback, cancelled: threading.Event) -> EngineClient:
        """Return a client of an engine that answers, starting the machine when needed."""
        if self.status().state not in USABLE:
            self.start(on_status, cancelled)
        return self.client()

    def watch(self, on_status: StatusCallback) -> "MachineWatch":
        """Begin to report every change of the machine, from a thread of its own."""
        return MachineWatch(self._machine, on_status)

    def _end(self, command: Callable[[], StatusStream], on_status: StatusCallback) -> MachineStatus:
        current = self.status()
        if not current.supervisor_pid and current.state is not MachineState.SUSPENDED:
            return current  # no supervisor, so no machine: none is started to stop it
        return _require(_follow(command, on_status), ENDED)


class MachineWatch:
    """Reports every change until `close`, from a thread of its own; it starts no supervisor."""

    name = ""  # of an engine of another computer

    def __init__(self, machine: MachineClient, on_status: StatusCallback) -> None:
        self._machine = machine
        self._on_status = on_status
        self._last: MachineStatus | None = None
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._stream: StatusStream | None = None
        self._thread = threading.Thread(target=self._run, name="machine-watch", daemon=True)
        self._thread.start()

    def close(self, timeout: float = 5.0) -> None:
        """Stop reporting; wait up to `timeout` seconds for the thread."""
        self._closed.set()
        with self._lock:
            if self._stream is not None:
                self._stream.close()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                status = self._machine.status()
                self._report(status)
                if status.supervisor_pid:
                    self._follow_supervisor()
            except MachineError as error:
                log.info("machine cannot be watched: %s", error)
            self._closed.wait(WATCH_PAUSE)

    def _follow_supervisor(self) -> None:
        """Report until the supervisor ends or the watch is closed."""
        with self._machine.watch(start_supervisor=False) as stream:
            with self._lock:
                self._stream = stream
                if self._closed.is_set():
                    return
            try:
                for status in stream:
                    self._report(status)
            finally:
                with self._lock:
                    self._stream = None

    def _report(self, status: MachineStatus) -> None:
        if status != self._last and not self._closed.is_set():
            self._last = status
            self._on_status(status)


def _follow(
    command: Callable[[], StatusStream],
    on_status: StatusCallback,
    cancelled: threading.Event | None = None,
) -> MachineStatus:
    """Send a command and return its last status. Raises UserError, CancelledError."""
    final: MachineStatus | None = None
    with _told_to_users(), command() as stream, _closing_when(stream, cancelled):
        for final in stream:
            on_status(final)
    if cancelled is not None and cancelled.is_set():
        raise CancelledError
    if final is None:
        raise UserError(
            "The machine's supervisor ended without an answer",
            "",
            "Try again; its log is supervisor.log in Marina's data folder.",
            ErrorCode.MACHINE_FAILED,
        )
    return final


@contextlib.contextmanager
def _closing_when(stream: StatusStream, event: threading.Event | None) -> Iterator[None]:
    """Close the stream as soon as the event is set, for as long as the block lasts."""
    if event is None:
        yield
        return
    over = threading.Event()

    def wait() -> None:
        while not over.is_set():
            if event.wait(CANCEL_PAUSE):
                stream.close()
                return

    thread = threading.Thread(target=wait, name="machine-cancel", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _require(status: MachineStatus, states: tuple[MachineState, ...]) -> MachineStatus:
    """Return the status when the machine is where it was wished to be. Raises UserError with the reason."""
    if status.state in states:
        return status
    problem = status.problem or Problem(f"The machine is {status.state.value}")
    raise UserError(problem.summary, problem.details, problem.what_to_do, ErrorCode.MACHINE_FAILED)


@contextlib.contextmanager
def _told_to_users() -> Iterator[None]:
    """Turn the machine's errors into the desktop's."""
    try:
        yield
    except MachineError as error:
        raise UserError(error.summary, error.details, error.what_to_do, ErrorCode.MACHINE_FAILED) from error
