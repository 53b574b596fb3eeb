"""The data disk: made once, known by an id, and never replaced by an empty one in silence."""

import enum
import json
import os
import shutil
import tempfile
import time
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from vm.errors import UserError
from vm.machine.json_files import read_json, sync_folder, write_json
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu.qemu_img import run_qemu_img, try_qemu_img

SCHEMA_VERSION = 1
"""The layout of the data disk. A newer Marina's disk is not touched by an older one."""

LEAST_FREE_BYTES = 512 * 2**20
"""A machine is not started with less free on the host: a full host disk corrupts the guest's file system."""


REST_BYTES = 2**20
"""What is left of a disk that is being emptied."""


class DataDiskState(enum.StrEnum):
    """What the guest is told: it may format a `new` disk only."""

    NEW = "new"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class DataDisk:
    """The record beside the disk: which disk it is, and whether the guest has formatted it."""

    id: str
    schema_version: int
    formatted: bool
    created: float

    @property
    def state(self) -> DataDiskState:
        """What to tell the guest."""
        return DataDiskState.KNOWN if self.formatted else DataDiskState.NEW


def prepare_data_disk(files: MachineFiles, size_gib: int, qemu_img: str) -> DataDisk:
    """Return the data disk's record, with disk and record made the first time; blocks.

    Raises UserError when a known disk is missing, of a newer Marina, damaged or in use, or the host is full.
    """
    check_host_space(disk_folder(files))
    record = read_disk_record(files)
    if record is None and files.data_disk.exists():
        raise UserError(
            "The data disk has no record.",
            f"{files.data_disk} is there, but {files.data_disk_record.name} is not, or cannot be read.",
            f"Put the record back, or, if the disk holds nothing of worth, move {files.data_disk} away.",
        )
    if record is None:
        return _create(files, size_gib, qemu_img)
    if record.schema_version > SCHEMA_VERSION:
        raise UserError(
            "The data disk was made by a newer Marina.",
            f"Its layout is version {record.schema_version}, this Marina knows up to {SCHEMA_VERSION}.",
            "Update Marina.",
        )
    if not files.data_disk.exists():
        if not record.formatted:  # killed between record and disk: no data was ever on it
            return _create(files, size_gib, qemu_img)
        raise UserError(
            "The data disk is missing.",
            f"{real_disk(files)} held your images, containers and volumes when the machine last ran.",
            f"Put it back. To start with an empty disk instead, remove {files.data_disk_record} first.",
        )
    check_disk(files.data_disk, qemu_img)
    if files.data_disk_reset.exists():
        record = empty_disk(files, qemu_img)
    _grow(files.data_disk, size_gib, qemu_img)
    return record


def _grow(disk: Path, size_gib: int, qemu_img: str) -> None:
    """Raise the disk's upper limit to the setting; the guest's file system follows. It never shrinks."""
    if virtual_bytes(disk) < size_gib * 2**30:
        run_qemu_img(qemu_img, "resize", "-q", "-f", "qcow2", str(disk), f"{size_gib}G")


def empty_disk(files: MachineFiles, qemu_img: str) -> DataDisk:
    """Make the disk blank, to be formatted by the guest; its snapshots stay. Raises UserError.

    The mark is written first and removed last: the next start carries on what was killed between.
    """
    write_json(files.data_disk_reset, {"since": time.time()})
    sync_folder(files.data_disk_reset.parent)
    disk, size = str(files.data_disk), virtual_bytes(files.data_disk)
    # What is cut off is given back to the host, and reads as zeros once the disk is as long again.
    # The rest is overwritten: there is the mark of a file system.
    run_qemu_img(qemu_img, "resize", "-q", "--shrink", "-f", "qcow2", disk, str(REST_BYTES))
    with tempfile.NamedTemporaryFile(dir=files.data, prefix=".zeros.") as zeros:
        zeros.truncate(REST_BYTES)
        run_qemu_img(qemu_img, "convert", "-n", "-f", "raw", "-O", "qcow2", zeros.name, disk)
    run_qemu_img(qemu_img, "resize", "-q", "-f", "qcow2", disk, str(size))
    record = DataDisk(str(uuid.uuid4()), SCHEMA_VERSION, formatted=False, created=time.time())
    write_json(files.data_disk_record, asdict(record))
    files.host_key.unlink(missing_ok=True)  # the guest makes itself a new one
    files.data_disk_reset.unlink()
    return record


def real_disk(files: MachineFiles) -> Path:
    """Return the file of the data disk itself: a disk that was moved is found by a link."""
    return Path(os.path.realpath(files.data_disk))


def disk_folder(files: MachineFiles) -> Path:
    """Return the folder whose free space the data disk takes; the machine's own while there is no disk."""
    folder = real_disk(files).parent
    return folder if folder.exists() else files.data


def read_disk_record(files: MachineFiles) -> DataDisk | None:
    """Return the record, None when there is none or it cannot be understood."""
    try:
        return DataDisk(**read_json(files.data_disk_record))
    except TypeError:
        return None


def mark_formatted(files: MachineFiles) -> None:
    """Remember that the guest has put a file system on the disk."""
    record = read_disk_record(files)
    if record is not None and not record.formatted:
        write_json(files.data_disk_record, asdict(replace(record, formatted=True)))


def _create(files: MachineFiles, size_gib: int, qemu_img: str) -> DataDisk:
    record = DataDisk(str(uuid.uuid4()), SCHEMA_VERSION, formatted=False, created=time.time())
    temporary = files.data_disk.with_name(".data.qcow2.new")
    temporary.unlink(missing_ok=True)
    # no lazy refcounts: a kill would leave tables that look damaged
    run_qemu_img(qemu_img, "create", "-q", "-f", "qcow2", str(temporary), f"{size_gib}G")
    temporary.chmod(0o600)
    write_json(files.data_disk_record, asdict(record))
    temporary.rename(files.data_disk)
    return record


def check_disk(disk: Path, qemu_img: str) -> None:
    """Check the disk's own tables, mending what a kill left. Raises UserError when damaged or in use."""
    result = try_qemu_img(qemu_img, "check", "-q", "--output=json", "-f", "qcow2", str(disk))
    if result.returncode in (0, 3):  # 3: leaked clusters only, harmless
        return
    if "lock" in result.stderr:
        raise UserError(
            "The data disk is in use by another program.",
            result.stderr.strip(),
            "Stop the other virtual machine that uses it.",
        )
    if result.returncode == 2:
        repaired = try_qemu_img(qemu_img, "check", "-q", "-r", "leaks", "-f", "qcow2", str(disk))
        if repaired.returncode in (0, 3):
            return
    raise UserError(
        "The data disk is damaged.",
        f"{disk}: {_check_summary(result.stdout)} {result.stderr.strip()}",
        f"Copy the file to a safe place, then try: qemu-img check -r all {disk}",
    )


def check_host_space(folder: Path) -> None:
    """Raise UserError when the host's disk is nearly full."""
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise UserError(
            "The disk of this computer is full.",
            f"{free // 2**20} MB are free in {folder}, {LEAST_FREE_BYTES // 2**20} MB are needed.",
            "Free some space, then start again.",
        )


def allocated_bytes(disk: Path) -> int:
    """Return what a sparse file takes on the host's disk; 0 when it is missing."""
    try:
        found = disk.stat()
    except FileNotFoundError:
        return 0
    blocks: int | None = getattr(found, "st_blocks", None)  # Windows has none
    return found.st_size if blocks is None else blocks * 512


def virtual_bytes(disk: Path) -> int:
    """Return the size that the guest sees, from the header (QEMU's docs/interop/qcow2); 0 when missing."""
    try:
        with disk.open("rb") as file:
            header = file.read(32)
    except FileNotFoundError:
        return 0
    return int.from_bytes(header[24:32], "big") if header[:4] == b"QFI\xfb" else 0


def _check_summary(output: str) -> str:
    try:
        report = json.loads(output)
    except ValueError:
        return output.strip()
    return f"{report.get('corruptions', 0)} corruptions, {report.get('check-errors', 0)} errors."
