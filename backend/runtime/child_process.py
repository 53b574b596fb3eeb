"""Child processes with descriptors of our choice, waited for without polling.

`posix_spawn` costs a third of what the general subprocess machinery does, and containers start two of them.
"""

import asyncio
import fcntl
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backend.errors import SystemFailureError

# Python ignores these; an ignored signal would stay ignored in every container.
RESTORED_SIGNALS = (signal.SIGPIPE, signal.SIGXFSZ)
RUN_TIMEOUT_S = 60.0
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class ChildProcess:
    """One running child; `wait` may be called by many."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._pidfd = os.pidfd_open(pid)
        loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[int] = loop.create_future()
        loop.add_reader(self._pidfd, self._reap)

    def _reap(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pidfd)
        os.close(self._pidfd)
        _, status = os.waitpid(self.pid, 0)
        if not self._ended.done():
            self._ended.set_result(os.waitstatus_to_exitcode(status))

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return not self._ended.done()

    async def wait(self) -> int:
        """Return its exit code; minus the signal's number when a signal ended it."""
        return await asyncio.shield(self._ended)

    def kill(self, signal_number: int = signal.SIGKILL) -> None:
        """Send a signal; nothing happens after its end (the PID is ours until it is reaped)."""
        if self.running:
            os.kill(self.pid, signal_number)


def spawn(
    command: Sequence[str],
    descriptors: Mapping[int, int],
    *,
    environment: Mapping[str, str] | None = None,
    new_session: bool = False,
) -> ChildProcess:
    """Start `command` with `descriptors` (number in the child to ours) and /dev/null for what is missing of 0
    to 2.

    Nothing else is inherited. The numbers wanted must not collide with ours: the caller's descriptors are
    moved out of the way first. Raises SystemFailureError when the program is missing.
    """
    actions: list[tuple[Any, ...]] = []
    highest = max([2, *descriptors])
    moved: list[int] = []
    try:
        for wanted, ours in descriptors.items():
            if ours <= highest and ours != wanted:
                ours = fcntl.fcntl(ours, fcntl.F_DUPFD_CLOEXEC, highest + 1)
                moved.append(ours)
            actions.append((os.POSIX_SPAWN_DUP2, ours, wanted))
        for wanted in range(3):
            if wanted not in descriptors:
                actions.append(
                    (os.POSIX_SPAWN_OPEN, wanted, "/dev/null", os.O_RDONLY if wanted == 0 else os.O_WRONLY, 0)
                )
        pid = os.posix_spawnp(
            command[0],
            list(command),
            {"PATH": SEARCH_PATH, **(environment or {})},
            file_actions=actions,
            setsid=new_session,
            setsigmask=(),
            setsigdef=RESTORED_SIGNALS,
        )
    except OSError as error:
        raise SystemFailureError(f"cannot run {command[0]}: {error.strerror}") from error
    finally:
        for descriptor in moved:
            os.close(descriptor)
    return ChildProcess(pid)


async def run(
    command: Sequence[str],
    *,
    stdin: int | None = None,
    environment: Mapping[str, str] | None = None,
    limit_s: float = RUN_TIMEOUT_S,
    ends_with_caller: bool = False,
) -> tuple[int, str]:
    """Run a command that says little; returns its exit code and what it said on standard error (64 KiB).

    It has ended on return, also at a cancelled call that `ends_with_caller`; else it may go on then.
    Raises SystemFailureError when it is missing or takes longer than `limit_s` seconds.
    """
    # What is more than the pipe holds is lost: nobody reads before the end, and nobody may wait for that.
    reader, writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        try:
            descriptors = {2: writer} if stdin is None else {0: stdin, 2: writer}
            child = spawn(command, descriptors, environment=environment)
        finally:
            os.close(writer)
        try:
            async with asyncio.timeout(limit_s):
                code = await child.wait()
        except TimeoutError as error:
            child.kill()
            await child.wait()
            raise SystemFailureError(f"{command[0]} did not finish within {limit_s:.0f} s") from error
        except asyncio.CancelledError:
            if ends_with_caller:
                child.kill()
                await child.wait()
            raise
        try:
            said = os.read(reader, 65536)
        except BlockingIOError:
            said = b""
        return code, said.decode(errors="replace").strip()
    finally:
        os.close(reader)


def command_line_holds(pid: int, needle: str) -> bool:
    """Return whether process `pid` lives and its command line holds `needle`: a PID alone may be another's by
    now."""
    try:
        return needle.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
