"""The holder: a process that keeps a native engine's namespaces between one engine process and the next.

An engine that is killed leaves its containers running; their mounts live in a mount namespace, which lives
as long as some process is in it. The holder is that process. It ends by itself when the last process of the
state has ended.
"""

import contextlib
import fcntl
import json
import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from vm.errors import UserError
from vm.image.native_cgroup import NativeCgroup
from vm.image.native_namespaces import (
    CLONE_NEWCGROUP,
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWUTS,
    enter_namespace,
    unshare,
)
from vm.image.native_root import NativeRoot

GRACE = 3.0
"""Seconds without any process after which the holder ends: a restart in between finds all as it was."""


@dataclass(frozen=True, slots=True)
class HolderRecord:
    """What STATE/native.json says of the last holder. `started` tells processes of equal number apart."""

    pid: int
    started: str
    netns: str
    made_netns: bool
    image: str
    engine_pid: int = 0
    engine_started: str = ""

    def alive(self) -> bool:
        """Tell if this very holder runs."""
        return process_start(self.pid) == self.started

    def engine_alive(self) -> bool:
        """Tell if the engine that was started last runs."""
        return bool(self.engine_pid) and process_start(self.engine_pid) == self.engine_started


def process_start(pid: int) -> str:
    """Return when a process started, in clock ticks since boot; "" for one that is not there or has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def record_path(state: Path) -> Path:
    """Return where the holder of a state is noted down."""
    return state / "native.json"


def read_record(state: Path) -> HolderRecord | None:
    """Return the record of the last holder, which may have ended; None when there was none."""
    try:
        return HolderRecord(**json.loads(record_path(state).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write_record(state: Path, record: HolderRecord) -> None:
    """Note down the holder in one step."""
    new = record_path(state).with_suffix(".new")
    new.write_text(json.dumps(asdict(record)))
    new.replace(record_path(state))


@contextlib.contextmanager
def state_lock(state: Path) -> Iterator[None]:
    """Hold the state's lock: one process at a time starts or ends a holder."""
    if sys.platform != "linux":
        raise NotImplementedError
    with (state / "native.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def start_holder(root: NativeRoot, netns: Path, cgroup: NativeCgroup) -> int:
    """Start a holder with everything mounted; return its process id. Raises UserError with its reason."""
    if sys.platform != "linux":
        raise NotImplementedError
    for folder in (root.state / ".root", root.state / "run"):
        folder.mkdir(exist_ok=True)
    cgroup.create()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _become_holder(root, netns, cgroup, writer)  # never returns
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as pipe:
        answer = pipe.read()
    if answer != "ready":
        os.waitpid(pid, 0)
        cgroup.remove()
        raise UserError("The guest's root could not be mounted on this machine.", answer or "the holder died")
    return pid


def _become_holder(root: NativeRoot, netns: Path, cgroup: NativeCgroup, report: int) -> None:
    if sys.platform != "linux":
        raise NotImplementedError
    status = 1
    try:
        os.setsid()
        os.closerange(3, report)  # the state's lock above all: it is the starter's
        os.closerange(report + 1, os.sysconf("SC_OPEN_MAX"))
        parent = os.open(cgroup.path.parent, os.O_PATH | os.O_DIRECTORY)
        events = os.open(cgroup.path / "cgroup.events", os.O_RDONLY)
        lock = os.open(root.state / "native.lock", os.O_RDWR)
        with netns.open("rb") as file:
            enter_namespace(file.fileno(), CLONE_NEWNET)
        _enter_cgroup_namespace(cgroup)
        unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS)
        root.mount()
        null = os.open("/dev/null", os.O_RDWR)
        for file_descriptor in (0, 1, 2):  # or whoever reads the engine's output would wait for the holder
            os.dup2(null, file_descriptor)
        os.write(report, b"ready")
        os.close(report)
        _hold(events, lock)
        _remove_cgroup(parent, cgroup.path.name)
        status = 0
    except (OSError, UserError) as error:
        with contextlib.suppress(OSError):
            os.write(report, str(error).encode())
    finally:
        os._exit(status)


def _enter_cgroup_namespace(cgroup: NativeCgroup) -> None:
    """Make a cgroup namespace whose root is the state's cgroup, without being in that cgroup."""
    if sys.platform != "linux":
        raise NotImplementedError
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            (cgroup.path / "cgroup.procs").write_text(str(os.getpid()))
            unshare(CLONE_NEWCGROUP)
            os.write(writer, b".")
            signal.pause()
        finally:
            os._exit(1)
    try:
        os.close(writer)
        if os.read(reader, 1) != b".":
            raise UserError(f"No process could be put into {cgroup.path}.")
        with Path(f"/proc/{child}/ns/cgroup").open("rb") as file:
            enter_namespace(file.fileno(), CLONE_NEWCGROUP)
    finally:
        os.close(reader)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    cgroup.lend_controllers()


def _hold(events: int, lock: int) -> None:
    """Return when the state has had no process for a while, or on SIGTERM."""
    if sys.platform != "linux":
        raise NotImplementedError
    ending: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: ending.append(number))
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    watch = select.poll()
    watch.register(events, select.POLLPRI)
    while not ending:
        if _populated(events):
            watch.poll(1000)  # a signal that came just before is seen a second later
            continue
        end = time.monotonic() + GRACE
        while not ending and not _populated(events) and time.monotonic() < end:
            time.sleep(0.1)
        if ending or _populated(events):
            continue
        with contextlib.suppress(BlockingIOError):  # an engine is being started just now
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not _populated(events):
                break
            fcntl.flock(lock, fcntl.LOCK_UN)


def _populated(events: int) -> bool:
    if sys.platform != "linux":
        raise NotImplementedError
    return b"populated 1" in os.pread(events, 4096, 0)


def _remove_cgroup(parent: int, name: str) -> None:
    if sys.platform != "linux":
        raise NotImplementedError
    for _, _, _, folder in os.fwalk(name, topdown=False, dir_fd=parent):
        for child in os.listdir(folder):  # noqa: PTH208  # by descriptor: the path is out of reach here
            with contextlib.suppress(OSError):
                os.rmdir(child, dir_fd=folder)
    with contextlib.suppress(OSError):
        os.rmdir(name, dir_fd=parent)
