"""How everybody else talks to the machine: asks its supervisor, and starts one when needed."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vm.errors import UserError
from vm.machine.machine_files import MachineFiles
from vm.machine.sockets.local_sockets import client_address, dial_socket
from vm.machine.status import MachineState, MachineStatus
from vm.machine.storage.image_folder import find_image_folder, is_installed

SPAWN_LIMIT = 60.0
"""Seconds for a new supervisor to answer."""

STATUS_LIMIT = 30.0
"""Seconds for a supervisor to answer a simple question."""

END_LIMIT = 60.0
"""Seconds for a supervisor that has stopped its machine to be gone."""

LONGEST_LINE = 16 * 2**20

LAST_WORDS = 4096
"""Bytes of the log in which a supervisor that cannot begin says why."""


def supervisor_command(files: MachineFiles) -> list[str]:
    """Return the command of a supervisor for `files`; a frozen program is its own supervisor."""
    state = ["--state", str(files.state)] if files.state is not None else []
    if getattr(sys, "frozen", False):
        return [sys.executable, "--supervisor", *state]
    return [sys.executable, "-m", "vm", *state]


class StatusStream:
    """Statuses as they come. `close` may be called from any thread and ends the iteration."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lines = connection.makefile("rb")
        self._first: bytes | None = None
        self._closed = False
        self.result: Any = None
        """What a piece of work led to, once the iteration has ended."""
        self.has_result = False
        """Whether it came to its end: a supervisor that is killed tells nothing."""

    def __iter__(self) -> Iterator[MachineStatus]:
        """Return the iterator."""
        return self

    def __next__(self) -> MachineStatus:
        """Wait for the next status; ends when the supervisor does. Raises UserError for what is no status,
        TimeoutError when the connection has a limit."""
        line, self._first = self._first or self._read_line(), None
        if not line.endswith(b"\n"):
            self.close()
            raise StopIteration
        answer = _parse_answer(line)
        if isinstance(answer, _Result):
            self.result, self.has_result = answer.value, True
            self.close()
            raise StopIteration
        return answer

    def begins(self) -> bool:
        """Wait for the supervisor's first word; False when it ended without one: it has done nothing then."""
        self._first = self._read_line()
        return self._first.endswith(b"\n")

    def _read_line(self) -> bytes:
        try:
            return self._lines.readline(LONGEST_LINE)
        except TimeoutError:
            self.close()
            raise
        except (OSError, ValueError):
            return b""

    def close(self) -> None:
        """End the iteration, also one that is waiting in another thread."""
        if not self._closed:
            self._closed = True
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
            self._connection.close()
            self._lines.close()  # waits for a reader, whom the shutdown has woken up

    def __enter__(self) -> "StatusStream":
        """Return the stream, closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the stream."""
        self.close()


class MachineClient:
    """Talks to the supervisor of one machine. Its methods block and may be called from any thread."""

    def __init__(self, files: MachineFiles, command: Sequence[str] | None = None) -> None:
        """`command` starts a supervisor; by default the one of this program."""
        self._files = files
        self._command = list(command) if command is not None else supervisor_command(files)

    @property
    def files(self) -> MachineFiles:
        """The machine's names on disk."""
        return self._files

    def status(self) -> MachineStatus:
        """Return the status now. Without a supervisor the machine is stopped, and none is started to ask:
        unless an earlier one was killed and QEMU runs on, which the new one takes over.

        Raises UserError when there is one that does not answer.
        """
        status = self._asked_status()
        if status is None and self._is_left_running():
            self.ensure_supervisor()
            status = self._asked_status()
        return status or self._status_without_supervisor()

    def _asked_status(self) -> MachineStatus | None:
        """Return what the supervisor says, None when there is none. Raises UserError."""
        try:
            with _ask(self._dial(STATUS_LIMIT), "status") as stream:
                return next(stream, None)
        except (ConnectionRefusedError, FileNotFoundError, BrokenPipeError):
            return None
        except OSError as error:
            raise _no_answer(self._files, str(error)) from error

    def _is_left_running(self) -> bool:
        if not self._files.qemu_record.exists():
            return False
        from vm.machine.qemu.qemu_process import find_recorded  # psutil: not for every call

        return find_recorded(self._files) is not None

    def watch(self, *, start_supervisor: bool = True) -> StatusStream:
        """Return a stream with the status now and after each change.

        It ends when the supervisor does, or when it is closed. Raises UserError when there is no supervisor
        and none is to be started.
        """
        return self._stream("watch", start_supervisor)

    def start(self) -> StatusStream:
        """Bring the machine up, if it is not. Read the stream to its end: the last status is final.

        The supervisor is told where the user's SSH agent is: it may be older than the agent.
        """
        agent = os.environ.get("SSH_AUTH_SOCK", "")
        return self._stream("start", arguments={"SSH_AUTH_SOCK": agent} if agent else None)

    def stop(self) -> StatusStream:
        """Shut the machine down. Read the stream to its end: the last status is final."""
        return self._stream("stop")

    def restart(self) -> StatusStream:
        """Stop and start. Read the stream to its end: the last status is final."""
        return self._stream("restart")

    def force_stop(self) -> StatusStream:
        """End the machine at once, whatever it does. Read the stream to its end: the last status is final."""
        return self._stream("force-stop")

    def ask(
        self, command: str, on_status: Callable[[MachineStatus], None] = lambda status: None, **arguments: Any
    ) -> Any:
        """Have the supervisor carry out a piece of work and return its result; `on_status` hears meanwhile.

        Raises UserError with the reason of a failure.
        """
        stream = self._stream(command, arguments=arguments)
        with stream:
            for status in stream:
                on_status(status)
        if not stream.has_result:
            raise UserError(
                "The supervisor ended before the work was done.",
                f"{command}: your data is as it was before, or as it was to be.",
                "Look at the state, then do it again: marina status.",
            )
        return stream.result

    def quit(self) -> None:
        """Stop the machine and end the supervisor; returns when it is gone, at once if there is none."""
        deadline = time.monotonic() + END_LIMIT
        while time.monotonic() < deadline:
            try:
                stream = _ask(self._dial(None), "quit")
            except OSError:
                if not self._runs_without_supervisor():
                    return
                stream = self._stream("quit")  # a new supervisor takes it over, and lets the guest power off
            with stream:
                pids = [status.supervisor_pid for status in stream]
            if pids:
                from vm.machine.processes import has_ended  # psutil: not for every call

                _wait_until(lambda: has_ended(pids[-1]), END_LIMIT)  # noqa: B023 - called here only
                return
            time.sleep(0.05)  # it was just ending by itself

    def _runs_without_supervisor(self) -> bool:
        from vm.machine.qemu.qemu_process import find_running  # psutil: not for every call

        return find_running(self._files) is not None

    def check_parts(self) -> tuple[str, str]:
        """Read the whole image, and find QEMU; return the image's version and QEMU's path.

        Starts nothing. Raises UserError when something is missing or damaged.
        """
        from vm.machine.qemu.accelerator import qemu_architecture
        from vm.machine.qemu.installing import find_program
        from vm.machine.storage.image_folder import read_image

        self._files.create_folders()
        image = read_image(find_image_folder(), self._files)
        find_program("qemu-img")
        return image.version, find_program(f"qemu-system-{qemu_architecture()}")

    def ensure_supervisor(self) -> None:
        """Start a supervisor unless one answers. Raises UserError when it does not come up."""
        if self._answers():
            return
        self._files.create_folders()
        deadline = time.monotonic() + SPAWN_LIMIT
        self._files.supervisor_log.touch(mode=0o600)
        log_start = self._files.supervisor_log.stat().st_size
        process = self._spawn()
        while not self._answers():
            if process.poll() is not None and not self._answers():
                if process.returncode or time.monotonic() > deadline:
                    raise _no_answer(self._files, self._last_words(log_start, process.returncode))
                process = self._spawn()  # it gave way to another one, which has ended since
            if time.monotonic() > deadline:
                process.kill()
                process.wait()
                raise _no_answer(self._files, f"no answer within {SPAWN_LIMIT:g} s")
            time.sleep(0.05)
        # reaped when it ends, should this program still run then
        threading.Thread(target=process.wait, name="supervisor", daemon=True).start()

    def _spawn(self) -> subprocess.Popen[bytes]:
        from vm.machine.processes import background_flags  # psutil: not for every call

        environment = dict(os.environ)
        if not getattr(sys, "frozen", False):
            root = str(Path(__file__).parents[1])
            environment["PYTHONPATH"] = os.pathsep.join(
                part for part in (root, environment.get("PYTHONPATH")) if part
            )
        with self._files.supervisor_log.open("ab") as log:
            return subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._files.data,
                env=environment,
                start_new_session=True,
                creationflags=background_flags(),
            )

    def _last_words(self, log_start: int, code: int) -> str:
        """Return why a supervisor could not begin, as it has logged after the first `log_start` bytes."""
        with self._files.supervisor_log.open("rb") as log:
            log.seek(log_start)
            reason = log.read(LAST_WORDS).decode(errors="replace").partition(" ERROR vm: ")[2].strip()
        return reason or f"it ended with code {code}"

    def _answers(self) -> bool:
        try:
            self._dial(STATUS_LIMIT).close()
        except OSError:
            return False
        return True

    def _stream(
        self, command: str, start_supervisor: bool = True, arguments: dict[str, Any] | None = None
    ) -> StatusStream:
        if not start_supervisor:
            try:
                return _ask(self._dial(None), command, arguments)
            except OSError as error:
                raise _no_answer(self._files, str(error)) from error
        deadline = time.monotonic() + SPAWN_LIMIT
        while True:
            self.ensure_supervisor()
            reason = "it ended"
            try:
                stream = _ask(self._dial(None), command, arguments)
                if stream.begins():
                    return stream
                stream.close()  # one that was just ending: the next one is asked
            except OSError as error:
                reason = str(error)
            if time.monotonic() > deadline:
                raise _no_answer(self._files, reason)
            time.sleep(0.05)

    def _dial(self, timeout: float | None) -> socket.socket:
        connection = dial_socket(self._files.machine_socket, STATUS_LIMIT)
        connection.settimeout(timeout)
        return connection

    def _status_without_supervisor(self) -> MachineStatus:
        installed = is_installed(find_image_folder())
        resting = MachineState.SUSPENDED if self._files.suspension.exists() else MachineState.STOPPED
        return MachineStatus(
            state=resting if installed else MachineState.NOT_INSTALLED,
            docker_socket=client_address(self._files.docker_socket),
        )


def _ask(connection: socket.socket, command: str, arguments: dict[str, Any] | None = None) -> StatusStream:
    request = {"command": command, "arguments": arguments} if arguments else {"command": command}
    try:
        connection.sendall(json.dumps(request).encode() + b"\n")
    except OSError:
        connection.close()  # the supervisor ended after it had taken the call
        raise
    return StatusStream(connection)


@dataclass(frozen=True, slots=True)
class _Result:
    """The last line about a piece of work."""

    value: Any


def _parse_answer(line: bytes) -> MachineStatus | _Result:
    try:
        value: dict[str, Any] = json.loads(line)
        if "what_to_do" in value:
            raise UserError(str(value["error"]), str(value["details"]), str(value["what_to_do"]))
        if "error" in value:
            reason = " ".join(str(value[name]) for name in ("error", "details") if name in value)
            raise UserError("The supervisor refused.", reason, "Update Marina and restart it.")
        return _Result(value["result"]) if "result" in value else MachineStatus.from_json(value)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError("The supervisor's answer cannot be read.", repr(error), "Restart Marina.") from error


def _no_answer(files: MachineFiles, reason: str) -> UserError:
    return UserError("Marina's supervisor does not answer.", reason, f"See its log: {files.supervisor_log}")


def _wait_until(condition: Callable[[], bool], limit: float) -> None:
    deadline = time.monotonic() + limit
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
