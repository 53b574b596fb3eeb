"""A machine on disk: its memory in a file, to go on from where it was. Used once, and with its own disk only.

The memory is QEMU's migration stream, which the supervisor writes down and later hands to a new QEMU. On
Windows QEMU writes and reads the file itself.
"""

import asyncio
import contextlib
import os
import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vm.machine.json_files import read_json, sync_folder, write_json
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu.qemu_endpoints import BY_PORTS
from vm.machine.qemu.qemu_process import QemuRecord
from vm.machine.qemu.qmp import QmpClient, QmpError
from vm.machine.sockets.endpoints import UnixEndpoint, connect_endpoint, serve_commands
from vm.machine.storage.disks import real_disk

PIECE = 2**20
BANDWIDTH = 2**40
"""Bytes a second: QEMU holds back a migration by itself otherwise."""

PORT = re.compile(r"(?<=host=127\.0\.0\.1,)port=\d+,(?=server=on,)")
LIMIT = 120.0
"""Seconds for the memory to be written, or read."""


class NotSuspended(Exception):
    """The memory could not be written down; the machine is as it was."""


class CannotGoOn(Exception):
    """What was suspended cannot be gone on with: it is booted instead."""


@dataclass(frozen=True, slots=True)
class Suspension:
    """A suspended machine: the record of its QEMU, and the data disk as it was left."""

    since: float
    by_user: bool
    disk_size: int
    disk_changed_ns: int
    qemu_record: dict[str, Any]


def read_suspension(files: MachineFiles) -> Suspension | None:
    """Return what is on disk; None when the machine is not suspended."""
    value = read_json(files.suspension)
    try:
        found = Suspension(**value)
    except TypeError:
        return None
    return found if files.suspended_memory.exists() else None


def disk_stamp(files: MachineFiles) -> tuple[int, int]:
    """Return size and time of change of the data disk: with another disk the memory would destroy it."""
    found = real_disk(files).stat()
    return found.st_size, found.st_mtime_ns


def write_suspension(files: MachineFiles, qemu_record: QemuRecord, *, by_user: bool) -> None:
    """Make the machine a suspended one, in one step; its memory is on disk already, and QEMU has ended."""
    size, changed = disk_stamp(files)
    write_json(files.suspension, asdict(Suspension(time.time(), by_user, size, changed, asdict(qemu_record))))


def forget_suspension(files: MachineFiles) -> None:
    """Give the memory up: the next start boots. The record goes first."""
    files.suspension.unlink(missing_ok=True)
    sync_folder(files.data)
    with contextlib.suppress(
        PermissionError
    ):  # Windows: QEMU has just read it; without a record it is nothing
        files.suspended_memory.unlink(missing_ok=True)
        files.suspended_memory_new.unlink(missing_ok=True)


def check(
    found: Suspension,
    files: MachineFiles,
    *,
    command: Sequence[str],
    qemu_identity: str,
    image_identity: str,
    settings: dict[str, Any],
) -> None:
    """Compare with what would be started now. Raises CannotGoOn with the difference, OSError."""
    record = found.qemu_record
    differences = (
        ("the data disk was changed", (found.disk_size, found.disk_changed_ns) != disk_stamp(files)),
        ("the settings were changed", record.get("settings") != settings),
        ("the machine's image is another one", record.get("image_identity") != image_identity),
        ("QEMU is another one", record.get("qemu_identity") != qemu_identity),
        (
            "the machine would be started in another way",
            _lasting(record.get("command", ())) != _lasting(command),
        ),
    )
    for text, differs in differences:
        if differs:
            raise CannotGoOn(text)


def _lasting(command: Sequence[str]) -> list[str]:
    """Return a command line without the ports, which are others at each start (Windows)."""
    return [PORT.sub("", word) for word in command]


async def save_memory(files: MachineFiles, qmp: QmpClient) -> None:
    """Write the memory of a machine whose processors stand still. Raises NotSuspended."""
    target = files.suspended_memory_new
    try:
        target.unlink(missing_ok=True)
        try:
            async with asyncio.timeout(LIMIT):
                await qmp.execute("migrate-set-parameters", **{"max-bandwidth": BANDWIDTH})
                await (_save_by_qemu(target, qmp) if BY_PORTS else _save_by_socket(files, target, qmp))
        except BaseException:
            with contextlib.suppress(QmpError):
                await asyncio.shield(qmp.execute("migrate_cancel"))
            raise
        await asyncio.to_thread(target.replace, files.suspended_memory)
    except (QmpError, OSError, TimeoutError) as error:
        with contextlib.suppress(OSError):
            target.unlink(missing_ok=True)
        raise NotSuspended(str(error) or type(error).__name__) from error


async def _save_by_qemu(target: Path, qmp: QmpClient) -> None:
    """Have QEMU, 8.2 or newer, write the file itself: where Python has no Unix sockets."""
    await qmp.execute("migrate", uri=f"file:{target}")
    await _migrated(qmp)
    await asyncio.to_thread(_sync_file, target)


async def _save_by_socket(files: MachineFiles, target: Path, qmp: QmpClient) -> None:
    writing: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            size = 0
            with await asyncio.to_thread(_create, target) as file:
                while data := await reader.read(PIECE):
                    size += len(data)
                    await asyncio.to_thread(file.write, data)
                await asyncio.to_thread(_sync, file)
        except OSError as error:
            if not writing.done():
                writing.set_exception(error)
        else:
            if not writing.done():
                writing.set_result(size)
        finally:
            writer.close()

    server = await serve_commands(files.suspend_socket, take)
    try:
        await qmp.execute("migrate", uri=f"unix:{files.suspend_socket}")
        await _migrated(qmp, writing)
        await writing
    finally:
        server.close()
        files.suspend_socket.unlink(missing_ok=True)


async def load_memory(files: MachineFiles, qmp: QmpClient) -> None:
    """Hand the memory to a QEMU that waits for it and stands still afterwards. Raises CannotGoOn."""
    try:
        async with asyncio.timeout(LIMIT):
            if BY_PORTS:
                await qmp.execute("migrate-incoming", uri=f"file:{files.suspended_memory}")
            else:
                await _load_by_socket(files, qmp)
            await _migrated(qmp)
    except (QmpError, OSError, TimeoutError) as error:
        raise CannotGoOn(f"its memory cannot be read: {error or type(error).__name__}") from error
    finally:
        files.suspend_socket.unlink(missing_ok=True)


async def _load_by_socket(files: MachineFiles, qmp: QmpClient) -> None:
    files.suspend_socket.unlink(missing_ok=True)
    await qmp.execute("migrate-incoming", uri=f"unix:{files.suspend_socket}")
    _, writer = await connect_endpoint(UnixEndpoint(files.suspend_socket))
    try:
        with await asyncio.to_thread(files.suspended_memory.open, "rb") as file:
            while data := await asyncio.to_thread(file.read, PIECE):
                writer.write(data)
                await writer.drain()
    finally:
        writer.close()  # half a memory is an end that QEMU does not expect, and not a wait


async def why_not_saved(qmp: QmpClient) -> str:
    """Return why QEMU cannot write this machine's memory down, as on Windows with WHPX; else nothing."""
    return " ".join((await qmp.execute("query-migrate")).get("blocked-reasons", ()))


async def _migrated(qmp: QmpClient, writing: "asyncio.Future[int] | None" = None) -> None:
    while True:
        answer = await qmp.execute("query-migrate")
        status = answer.get("status")
        if status == "completed":
            return
        if status in ("failed", "cancelled"):
            raise QmpError(answer.get("error-desc", f"QEMU says {status}"))
        if writing is not None and writing.done():
            writing.result()  # its failure is the reason
        await asyncio.sleep(0.02)


def _create(path: Path) -> Any:
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _sync(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_file(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
