"""A further process in a running container: the runtime's `exec` as our child, with pipes or a terminal."""

import array
import asyncio
import fcntl
import json
import os
import re
import signal
import socket
import struct
import sys
import termios
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.errors import SystemFailureError
from backend.runtime.child_process import ChildProcess, spawn
from backend.runtime.monitor import read_pid
from backend.runtime.oci_runtime import OciRuntime

PIPE_SIZE = 1024 * 1024
CHUNK = 256 * 1024
TERMINAL_TIMEOUT_S = 30.0
DRAIN_S = 2.0  # a process left in the background may hold the pipes for ever
LOG_DELAY_S = 0.01
# crun gives this setting to a container's first process only; its child has it from its parent.
WITH_OOM_SCORE = ("sh", "-c", 'echo "$0" > /proc/self/oom_score_adj; exec "$@"')
STDOUT, STDERR = 1, 2
# One short line that ends with a reason of the system's: what the runtime says when it cannot start a
# process.
COMPLAINT = re.compile(
    rb"[^\n]{1,1000}: (No such file or directory|Permission denied|Operation not permitted|Exec format error|"
    rb"Is a directory|Not a directory)(?:\x1b\[0m)?\r?\n"  # in colour on a terminal
)


@dataclass(frozen=True, slots=True)
class ExecFiles:
    """The few files of one exec, in a folder of the run root with a short name."""

    folder: Path
    exec_id: str

    @property
    def process(self) -> Path:
        return self.folder / f"{self.exec_id[:16]}.json"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.exec_id[:16]}.log"

    @property
    def pid(self) -> Path:
        return self.folder / f"{self.exec_id[:16]}.pid"

    @property
    def console(self) -> Path:
        return self.folder / f"{self.exec_id[:16]}.tty"

    def remove(self) -> None:
        """Remove them; nothing happens when they are not there."""
        for path in (self.process, self.log, self.pid, self.console):
            path.unlink(missing_ok=True)


class ExecProcess:
    """One started exec: its streams and its end."""

    def __init__(self, child: ChildProcess, files: ExecFiles, outputs: Mapping[int, int], stdin: int) -> None:
        self._child = child
        self._files = files
        self._stdin = stdin
        self._outputs = dict(outputs)
        self._queue: asyncio.Queue[tuple[int, bytes]] = asyncio.Queue(4)
        self._at_end = False
        self._read_bytes = self._passed_on = 0
        loop = asyncio.get_running_loop()
        self._readers = [
            loop.create_task(self._read(number, descriptor)) for number, descriptor in self._outputs.items()
        ]
        self._end = loop.create_task(self._wait_for_end())
        self.terminal = -1
        self._pid = 0

    async def _read(self, number: int, descriptor: int) -> None:
        while True:
            try:
                data = os.read(descriptor, CHUNK)
            except BlockingIOError:
                await wait_ready(descriptor, writing=False)
                continue
            except OSError:
                return  # a terminal whose last user is gone answers EIO
            if not data:
                return
            self._read_bytes += len(data)
            # The runtime repeats on the process's own streams what its log says.
            if not (COMPLAINT.fullmatch(data) and await self._is_the_runtimes(data)):
                await self._queue.put((number, data))
            self._passed_on += len(data)

    async def _is_the_runtimes(self, data: bytes) -> bool:
        """Return whether a complaint is also in the runtime's log, which may be written later."""
        while True:
            over = not self._child.running or self._is_another_program()  # looked at before the log
            if said := self._runtime_said():
                return said.encode() in data
            if over:
                return False
            await asyncio.sleep(LOG_DELAY_S)

    def _is_another_program(self) -> bool:
        """Return whether the process is the runtime's no more, but what it was to become."""
        with suppress(OSError):  # one of the two has ended
            own, runtime = (Path(f"/proc/{pid}/exe").stat() for pid in (self.pid(), self._child.pid))
            return not os.path.samestat(own, runtime)
        return False

    def _runtime_said(self) -> str:
        with suppress(OSError, ValueError):
            lines = self._files.log.read_text().splitlines()
            return str(json.loads(lines[-1])["msg"]) if lines else ""
        return ""

    async def _wait_for_end(self) -> tuple[int, str]:
        code = await self._child.wait()
        if self._readers:
            own = self._read_bytes + sum(map(_bytes_in, self._outputs.values()))
            _, pending = await asyncio.wait(self._readers, timeout=DRAIN_S)
            while pending and self._passed_on < own:  # who reads, or this engine, is slow
                _, pending = await asyncio.wait(pending, timeout=DRAIN_S)
            for reader in pending:
                reader.cancel()
        await self._queue.put((STDOUT, b""))
        return code, self._runtime_said()

    async def wait(self) -> tuple[int, str]:
        """Return the exit code, and the runtime's words when it could not start the process (else "")."""
        return await asyncio.shield(self._end)

    def pid(self) -> int:
        """Return the process's PID on this kernel, 0 when it has not started."""
        self._pid = self._pid or read_pid(self._files.pid) or 0
        return self._pid

    async def started(self) -> str:
        """Wait until the process runs, or has ended; returns the runtime's words when it could not start."""
        while not self.pid() and self._child.running:
            await asyncio.wait((self._end,), timeout=LOG_DELAY_S)
        return "" if self.pid() else (await self.wait())[1]

    def kill(self) -> None:
        """End the process at once; nothing happens after its end."""
        pid = read_pid(self._files.pid)
        if pid is None:
            self._child.kill()  # the runtime has not come to start it yet
        elif self._child.running:  # the runtime waits for it: the number is still its own
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    async def read(self) -> tuple[int, bytes]:
        """Return the next output: 1 or 2 for its stream, and the bytes; b"" at the end and after."""
        if self._at_end:
            return STDOUT, b""
        stream, data = await self._queue.get()
        self._at_end = not data
        return stream, data

    async def write(self, data: bytes) -> None:
        """Send to standard input. Raises OSError when nobody reads any more."""
        view = memoryview(data)
        while view:
            if self._stdin < 0:
                raise BrokenPipeError("standard input is closed")
            try:
                view = view[os.write(self._stdin, view) :]
            except BlockingIOError:
                await wait_ready(self._stdin, writing=True)

    def write_eof(self) -> None:
        """End standard input; a terminal has no end of its own."""
        if self._stdin >= 0 and self._stdin != self.terminal:
            os.close(self._stdin)
            self._stdin = -1

    def resize(self, rows: int, columns: int) -> None:
        """Tell the terminal its size; nothing happens without one."""
        if self.terminal >= 0:
            fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def close(self) -> None:
        """Let go of the streams and files; call after the end."""
        self.write_eof()
        for descriptor in set(self._outputs.values()) | ({self.terminal} - {-1}):
            os.close(descriptor)
        self._outputs.clear()
        self.terminal = self._stdin = -1
        self.pid()  # known from now on without its file
        self._files.remove()


def _bytes_in(descriptor: int) -> int:
    """Return how much can be read at once."""
    with suppress(OSError):
        answer = fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4))
        return int.from_bytes(answer, sys.byteorder)
    return 0


async def start_exec(
    runtime: OciRuntime, container_id: str, process: Mapping[str, Any], files: ExecFiles, *, stdin: bool
) -> ExecProcess:
    """Start an OCI `process` in a running container. Raises SystemFailureError."""
    files.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files.process.write_text(json.dumps(process))
    command = runtime.command(
        "--log", str(files.log), "--log-format", "json",
        "exec", "--process", str(files.process), "--pid-file", str(files.pid),
    )  # fmt: skip
    if "oomScoreAdj" in process:
        command = [*WITH_OOM_SCORE, str(process["oomScoreAdj"]), *command]
    try:
        if process["terminal"]:
            return await _start_with_terminal(command, container_id, files)
        return _start_with_pipes(command, container_id, files, stdin)
    except BaseException:
        files.remove()
        raise


def _start_with_pipes(command: list[str], container_id: str, files: ExecFiles, stdin: bool) -> ExecProcess:
    theirs: dict[int, int] = {}
    ours: dict[int, int] = {}
    try:
        for number in (0, 1, 2) if stdin else (1, 2):
            reader, writer = os.pipe2(os.O_CLOEXEC)
            theirs[number], ours[number] = (reader, writer) if number == 0 else (writer, reader)
            with suppress(OSError):
                fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
            os.set_blocking(ours[number], False)
        child = spawn([*command, container_id], theirs)
    except BaseException:
        for descriptor in ours.values():
            os.close(descriptor)
        raise
    finally:
        for descriptor in theirs.values():
            os.close(descriptor)
    return ExecProcess(child, files, {1: ours[1], 2: ours[2]}, ours.get(0, -1))


async def _start_with_terminal(command: list[str], container_id: str, files: ExecFiles) -> ExecProcess:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        files.console.unlink(missing_ok=True)
        try:
            listener.bind(str(files.console))
        except OSError as error:
            raise SystemFailureError(f"cannot make a terminal: {error}") from error
        listener.listen(1)
        listener.setblocking(False)
        child = spawn([*command, "--console-socket", str(files.console), container_id], {})
        terminal = await _receive_terminal(listener, child)
    if terminal < 0:  # it ended before it had a terminal; its log says why
        return ExecProcess(child, files, {}, -1)
    os.set_blocking(terminal, False)
    process = ExecProcess(child, files, {STDOUT: terminal}, terminal)
    process.terminal = terminal
    return process


async def _receive_terminal(listener: socket.socket, child: ChildProcess) -> int:
    """Return the terminal's master that the runtime sends, -1 when it ends without."""
    loop = asyncio.get_running_loop()
    ended = loop.create_task(child.wait())
    accepting = loop.create_task(loop.sock_accept(listener))
    try:
        async with asyncio.timeout(TERMINAL_TIMEOUT_S):
            await asyncio.wait((ended, accepting), return_when=asyncio.FIRST_COMPLETED)
            try:
                # What has ended may have handed it over before, and this engine be late.
                connection, _ = accepting.result() if accepting.done() else listener.accept()
            except BlockingIOError:
                return -1
            with connection:
                await wait_ready(connection.fileno(), writing=False)
                _, ancillary, _, _ = connection.recvmsg(256, socket.CMSG_SPACE(4))
    except TimeoutError as error:
        child.kill()
        raise SystemFailureError("the runtime did not hand over a terminal") from error
    finally:
        ended.cancel()
        accepting.cancel()
    descriptors = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
    if not descriptors:
        return -1
    os.set_inheritable(descriptors[0], False)
    return descriptors[0]


async def wait_ready(descriptor: int, *, writing: bool) -> None:
    """Wait until a descriptor can be read, or written."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def fire() -> None:
        if not ready.done():
            ready.set_result(None)

    add, remove = (loop.add_writer, loop.remove_writer) if writing else (loop.add_reader, loop.remove_reader)
    add(descriptor, fire)
    try:
        await ready
    finally:
        remove(descriptor)
