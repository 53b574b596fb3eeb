"""The monitor of one container: conmon, which keeps its output and its exit code when the engine is gone.

conmon creates the container through the runtime, copies its output to the log file and to whoever attached,
and when the container ends writes the exit code to a file named after it. Its files, all in the container's
run folder:
`attach` (a SOCK_SEQPACKET socket; the first byte of a packet from it tells the stream), `ctl` (a pipe that
takes window sizes and orders to reopen the log), `monitor.pid`, `init.pid`, `exit/<id>`.
"""

import asyncio
import json
import logging
import os
import select
import signal
import socket
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backend.errors import SystemFailureError
from backend.runtime.child_process import command_line_holds, spawn
from backend.runtime.oci_runtime import OciRuntime

log = logging.getLogger(__name__)

CREATE_TIMEOUT_S = 120.0
ACCEPT_CHECK_S = 0.001
ACCEPT_CHECKS = 5000
KILL_TRIES = 5
SYNC_FD = 3
START_FD = 4


@dataclass(frozen=True, slots=True)
class MonitorFiles:
    """The paths of one container's monitor."""

    container_id: str
    folder: Path

    @property
    def attach(self) -> Path:
        return self.folder / "attach"

    @property
    def control(self) -> Path:
        return self.folder / "ctl"

    @property
    def monitor_pid(self) -> Path:
        return self.folder / "monitor.pid"

    @property
    def init_pid(self) -> Path:
        return self.folder / "init.pid"

    @property
    def exit_folder(self) -> Path:
        return self.folder / "exit"

    @property
    def exit_code(self) -> Path:
        return self.exit_folder / self.container_id


@dataclass(frozen=True, slots=True)
class MonitorOptions:
    """How a container's streams are kept."""

    terminal: bool
    stdin: bool
    leave_stdin_open: bool


async def create_container(
    runtime: OciRuntime, files: MonitorFiles, log_path: Path | None, options: MonitorOptions
) -> int:
    """Start a monitor, which creates the container; returns the PID of the container's first process.

    Without a `log_path` no output is kept. The container waits for `OciRuntime.start`. Raises
    SystemFailureError with the runtime's own words.
    """
    files.exit_folder.mkdir()
    command = [
        "conmon", "--api-version", "1", "-c", files.container_id, "-u", files.container_id,
        "-n", files.container_id[:12], "-r", runtime.program, "-b", str(files.folder),
        "-p", str(files.init_pid), "-P", str(files.monitor_pid), "--exit-dir", str(files.exit_folder),
        "--full-attach", "--no-sync-log", "--log-level", "error",
        "-l", f"k8s-file:{log_path}" if log_path else "none",
    ]  # fmt: skip
    for argument in runtime.global_arguments:
        command += ["--runtime-arg", argument]
    if options.terminal:
        command.append("-t")
    if options.stdin:
        command.append("-i")
    if options.leave_stdin_open:
        command.append("--leave-stdin-open")
    sync_reader, sync_writer = os.pipe2(os.O_CLOEXEC)
    start_reader, start_writer = os.pipe2(os.O_CLOEXEC)
    try:
        try:
            monitor = spawn(
                command,
                {SYNC_FD: sync_writer, START_FD: start_reader},
                environment={"_OCI_SYNCPIPE": str(SYNC_FD), "_OCI_STARTPIPE": str(START_FD), "TZ": "UTC"},
                new_session=True,
            )
        finally:
            os.close(sync_writer)
            os.close(start_reader)
        os.write(start_writer, b"\0")  # we do not move it anywhere first: go
        os.set_blocking(sync_reader, False)
        try:
            async with asyncio.timeout(CREATE_TIMEOUT_S):
                answer = await _read_line(sync_reader)
        except TimeoutError as error:
            raise SystemFailureError("the container's monitor did not answer within 2 minutes") from error
        finally:
            # conmon's first process has forked the monitor and ends; the monitor itself is not our child.
            if monitor.running:
                await monitor.wait()
    finally:
        os.close(sync_reader)
        os.close(start_writer)
    return _parse_answer(answer)


async def _read_line(descriptor: int) -> bytes:
    loop = asyncio.get_running_loop()
    received = bytearray()
    done: asyncio.Future[None] = loop.create_future()

    def readable() -> None:
        with suppress(BlockingIOError):
            chunk = os.read(descriptor, 65536)
            received.extend(chunk)
            if (not chunk or b"\n" in chunk) and not done.done():
                done.set_result(None)

    loop.add_reader(descriptor, readable)
    try:
        await done
    finally:
        loop.remove_reader(descriptor)
    return bytes(received)


def _parse_answer(answer: bytes) -> int:
    try:
        value = json.loads(answer)
        pid, message = int(value["data"]), str(value.get("message") or "")
    except (ValueError, KeyError, TypeError) as error:
        raise SystemFailureError("the container's monitor ended before it created the container") from error
    if pid <= 0:
        raise SystemFailureError(message.strip() or "the runtime gave no reason")
    return pid


def read_pid(path: Path) -> int | None:
    """Return the number in a PID file, None when there is none."""
    try:
        return int(path.read_text())
    except (FileNotFoundError, ValueError):
        return None


def find_monitor(files: MonitorFiles) -> int | None:
    """Return the PID of a container's living monitor, None when it has ended."""
    pid = read_pid(files.monitor_pid)
    return pid if pid is not None and command_line_holds(pid, files.container_id) else None


def read_exit_code(files: MonitorFiles) -> int | None:
    """Return the exit code that the monitor left, None when it left none."""
    return read_pid(files.exit_code)


class MonitorWatch:
    """Calls `ended` once a living monitor has ended: by then the log and the exit code are written."""

    def __init__(self, files: MonitorFiles, ended: Callable[[], None]) -> None:
        pid = find_monitor(files)
        try:
            self._pidfd = -1 if pid is None else os.pidfd_open(pid)
        except ProcessLookupError:
            self._pidfd = -1
        loop = asyncio.get_running_loop()
        self._ended = ended
        if self._pidfd < 0:
            loop.call_soon(ended)
        else:
            loop.add_reader(self._pidfd, self._fire)

    def _fire(self) -> None:
        self.close()
        self._ended()

    def close(self) -> None:
        """Stop watching."""
        if self._pidfd >= 0:
            asyncio.get_running_loop().remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1


def connect(files: MonitorFiles) -> socket.socket:
    """Return a non-blocking connection to a container's streams. Raises OSError when the monitor is gone."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
    # By way of an open folder: a socket's path has at most 107 bytes.
    folder = os.open(files.folder, os.O_PATH | os.O_CLOEXEC)
    try:
        connection.connect(f"/proc/self/fd/{folder}/attach")
    except BaseException:
        connection.close()
        raise
    finally:
        os.close(folder)
    return connection


async def let_connect(files: MonitorFiles, connects: Collection[Callable[[], None]]) -> None:
    """Call each of `connects` and wait until the monitor has taken all the connections that they make.

    A connection is made as soon as it is queued; what the container says before the monitor takes it from
    there does not reach it.
    """
    if not connects or (pid := read_pid(files.monitor_pid)) is None:
        return
    before = _sockets_of(pid)
    for connect in connects:
        connect()
    for _ in range(ACCEPT_CHECKS):
        now = _sockets_of(pid)
        if not now or len(now - before) >= len(connects):  # one that has ended has no sockets any more
            return
        await asyncio.sleep(ACCEPT_CHECK_S)
    log.error("the monitor of container %s takes no connections", files.container_id[:12])


def _sockets_of(pid: int) -> set[str]:
    """Return the sockets that a process has open, by name; none when it has ended."""
    found = set()
    with suppress(OSError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):  # closed meanwhile
                found.add(str(descriptor.readlink()))
    return {name for name in found if name.startswith("socket:")}


def resize(files: MonitorFiles, rows: int, columns: int) -> None:
    """Tell a container's terminal its size. Raises SystemFailureError when the monitor does not listen."""
    try:
        _control(files, f"1 {rows} {columns}\n")
    except OSError as error:
        raise SystemFailureError(f"cannot resize the container's terminal: {error.strerror}") from error


def reopen_log(files: MonitorFiles) -> None:
    """Let a monitor go on in a new, empty log file of the same name: an old one there is replaced.

    Raises SystemFailureError when the monitor does not listen.
    """
    try:
        _control(files, "2 0 0\n")
    except OSError as error:
        raise SystemFailureError(f"cannot begin a new log file: {error.strerror}") from error


def _control(files: MonitorFiles, line: str) -> None:
    descriptor = os.open(files.control, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def kill_monitor(files: MonitorFiles) -> None:
    """End a monitor that nobody needs any more and wait until it is gone; nothing happens when there is
    none."""
    if (pid := find_monitor(files)) is not None:
        _kill(pid)


def end_creation(container_id: str, runtime: OciRuntime) -> None:
    """End whatever makes a container that nobody waits for any more, and wait until it is gone.

    An engine that died, or a caller that went away, may leave a monitor that has not noted its PID yet, or a
    runtime whose monitor is gone: both would go on and leave a container behind that is on no record.
    """
    for _ in range(KILL_TRIES):  # a monitor may start its runtime meanwhile
        pids = _creators(container_id, {"conmon", runtime.name})
        if not pids:
            return
        for pid in pids:
            _kill(pid)
    log.error("what makes container %s does not end", container_id[:12])


def _creators(container_id: str, programs: Collection[str]) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                if container_id.encode() in words and Path(os.fsdecode(words[0])).name in programs:
                    found.append(int(folder.name))
    return found


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        pidfd = os.pidfd_open(pid)
        try:
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            select.select([pidfd], [], [], 5.0)
        finally:
            os.close(pidfd)
