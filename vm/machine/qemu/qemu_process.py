"""QEMU's process: started, recorded for later supervisors, and ended by pid and start time."""

import contextlib
import dataclasses
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from vm.machine.json_files import read_json, write_json
from vm.machine.machine_files import MachineFiles
from vm.machine.processes import background_flags, runs
from vm.machine.qemu.installing import qemu_missing
from vm.machine.qemu.qemu_endpoints import forget_endpoints

START_TIME_TOLERANCE = 2.0
"""Seconds: the system computes start times from a boot time that clock changes move."""


@dataclass(frozen=True, slots=True)
class QemuRecord:
    """What a supervisor must know to take over a running QEMU. Times in seconds since the epoch."""

    pid: int
    start_time: float
    accelerator: str
    accelerator_reason: str
    cpus: int
    memory_mib: int
    image_version: str
    engine_args: tuple[str, ...] = ()
    ssh_port: int = 0
    """Where sshd is reached on 127.0.0.1; 0 until the guest has booted."""

    boot_seconds: float = 0.0
    command: tuple[str, ...] = ()
    """How it was started, and below: by which QEMU, with which image and settings."""

    qemu_identity: str = ""
    image_identity: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def shared_folders(self) -> tuple[str, ...]:
        """The folders of the host that the guest was started with."""
        return tuple(self.settings.get("shared_folders", ()))

    def has_args(self, wanted: tuple[str, ...]) -> bool:
        """Return whether the engine's last arguments are these, as a supervisor adds them."""
        return not wanted or self.engine_args[-len(wanted) :] == wanted

    def with_changes(self, *, ssh_port: int | None = None, boot_seconds: float | None = None) -> "QemuRecord":
        """Return the record with the values that are known only after the start."""
        return dataclasses.replace(
            self,
            ssh_port=self.ssh_port if ssh_port is None else ssh_port,
            boot_seconds=self.boot_seconds if boot_seconds is None else boot_seconds,
        )


def write_record(files: MachineFiles, record: QemuRecord) -> None:
    """Keep the record for later supervisors."""
    write_json(files.qemu_record, asdict(record))


def read_record(files: MachineFiles) -> QemuRecord | None:
    """Return the record of the last QEMU; it may be gone."""
    value = read_json(files.qemu_record)
    try:
        return record_from_json(value)
    except (TypeError, KeyError):
        return None


def record_from_json(value: Any) -> QemuRecord:
    """Return a record from its JSON form. Raises TypeError."""
    if not isinstance(value, dict):
        raise TypeError("no record")
    lists = {name: tuple(value.get(name, ())) for name in ("engine_args", "command")}
    return QemuRecord(**(value | lists))


def file_identity(path: str) -> str:
    """Return what changes when a file is replaced by another one."""
    real = os.path.realpath(path)
    found = os.stat(real)  # noqa: PTH116 - real is a text
    return f"{real} {found.st_size} {found.st_mtime_ns}"


def start_qemu(command: Sequence[str], log_file: Path) -> subprocess.Popen[bytes]:
    """Start QEMU in a session of its own: it outlives the supervisor, its containers with it.

    Raises UserError when the program is not there.
    """
    with log_file.open("wb") as log:
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                creationflags=background_flags(),
            )
        except OSError as error:
            raise qemu_missing(command[0], str(error)) from error


def start_time(pid: int) -> float:
    """Return when a process started; 0 when it is gone."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return 0.0


def find_running(files: MachineFiles) -> psutil.Process | None:
    """Return this machine's QEMU: recorded by pid and start time, and holding this machine's QMP socket.

    A QEMU without a record, as when the run folder was emptied, is found by its command line.
    """
    return find_recorded(files) or next(
        (process for process in psutil.process_iter() if _is_ours(files, process)), None
    )


def find_recorded(files: MachineFiles) -> psutil.Process | None:
    """Return this machine's QEMU if it is on record: a quick look."""
    record = read_record(files)
    if record is None:
        return None
    try:
        process = psutil.Process(record.pid)
        in_time = abs(process.create_time() - record.start_time) <= START_TIME_TOLERANCE
    except psutil.Error:
        return None
    return process if in_time and _is_ours(files, process) else None


def _is_ours(files: MachineFiles, process: psutil.Process) -> bool:
    try:
        words = process.cmdline() if runs(process) else []
    except psutil.Error:
        return False
    ours = (f"path={files.qmp_socket},", f"dir={files.qemu_keys},")
    return (
        bool(words)
        and "qemu-system" in words[0]
        and any(mark in word.replace(",,", ",") for word in words for mark in ours)
    )


def kill_process(process: psutil.Process, grace: float = 3) -> None:
    """End a process, first politely; psutil compares its start time, so a reused pid is never hit."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.terminate()
        if grace and _gone_within(process, grace):
            return
        process.kill()
        _gone_within(process, 5)


def _gone_within(process: psutil.Process, seconds: float) -> bool:
    try:
        process.wait(seconds)
    except psutil.TimeoutExpired:
        return not runs(process)
    return True


def forget(files: MachineFiles) -> None:
    """Remove what a QEMU that is gone left in the run folder."""
    for path in (files.qemu_record, files.file_server_record, files.claims, files.suspend_socket):
        path.unlink(missing_ok=True)
    forget_endpoints(files)


def wait_for_sockets(paths: Sequence[Path], process: subprocess.Popen[bytes], limit: float) -> bool:
    """Return True once QEMU made all its sockets; False when it ended or `limit` seconds went by."""
    deadline = time.monotonic() + limit
    while not all(path.exists() for path in paths):
        if process.poll() is not None or time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def wait_for_end(process: psutil.Process, limit: float = 10) -> None:
    """Wait until a process that was told to end is gone; kills it after `limit` seconds."""
    if not _gone_within(process, limit):
        kill_process(process, grace=0)
