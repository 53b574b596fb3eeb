"""The whole data disk in one file: written out, taken in, or put into another folder.

Everything here blocks. At every moment there is a whole disk where the machine looks for it.
"""

import contextlib
import errno
import json
import os
import shutil
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from vm.errors import UserError
from vm.machine.json_files import sync_folder, write_json
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu.installing import find_program
from vm.machine.qemu.qemu_img import Progress, convert, run_qemu_img
from vm.machine.storage.disks import (
    LEAST_FREE_BYTES,
    SCHEMA_VERSION,
    DataDisk,
    allocated_bytes,
    check_disk,
    read_disk_record,
    real_disk,
)

MOVED_NAME = "marina-data.qcow2"
PIECE = 16 * 2**20


def export_data(files: MachineFiles, target: Path, progress: Progress) -> None:
    """Write the disk, without its snapshots, to a new, compressed qcow2 file. Raises UserError, CalledOff."""
    check_export(files, target)
    with _new_file(target) as temporary:
        options = ("-f", "qcow2", "-O", "qcow2", "-c", "-o", "compression_type=zstd")
        convert(find_program("qemu-img"), (*options, str(real_disk(files)), str(temporary)), progress)
        _sync(temporary)
        temporary.rename(target)
        sync_folder(target.parent)


def check_export(files: MachineFiles, target: Path) -> None:
    """Raise UserError for what can be told before the machine is stopped."""
    _require_disk(files)
    if target.exists():
        raise UserError("The file exists already.", str(target), "Choose another name, or remove it.")
    if not target.parent.is_dir():
        raise UserError("There is no such folder.", str(target.parent), "Make it first.")


def import_data(files: MachineFiles, source: Path, progress: Progress) -> None:
    """Put what was exported in the place of the disk: all that it held is gone, snapshots too.

    Raises UserError, CalledOff.
    """
    check_import(files, source)
    check_disk(source, find_program("qemu-img"))
    target = real_disk(files)
    with _new_file(target) as temporary:
        convert(
            find_program("qemu-img"), ("-f", "qcow2", "-O", "qcow2", str(source), str(temporary)), progress
        )
        temporary.chmod(0o600)
        _sync(temporary)
        # Killed between any two of these steps, what is there starts: a disk that was never called formatted
        # is formatted when it is blank only.
        record = read_disk_record(files)
        if record is None:
            record = DataDisk(str(uuid.uuid4()), SCHEMA_VERSION, formatted=False, created=time.time())
            write_json(files.data_disk_record, asdict(record))
        files.host_key.unlink(missing_ok=True)  # the disk's own is told anew
        files.data_disk_reset.unlink(missing_ok=True)
        temporary.rename(target)
        write_json(files.data_disk_record, asdict(replace(record, id=str(uuid.uuid4()), formatted=True)))
        sync_folder(target.parent)


def check_import(files: MachineFiles, source: Path) -> None:
    """Raise UserError for what can be told before the machine is stopped."""
    if not source.is_file():
        raise UserError("There is no such file.", str(source), "Name a file that `marina data export` wrote.")
    _require_space(real_disk(files).parent, source.stat().st_size)
    size = _described_size(source, find_program("qemu-img"))
    if size < 2**30:
        raise UserError("The file is no data disk of Marina.", f"It holds {size} bytes only.", "")


def move_data(files: MachineFiles, folder: Path, progress: Progress) -> Path:
    """Keep the disk, with its snapshots, in another folder from now on; return its file.

    `data.qcow2` becomes a link. Until that is in place, in one step, the old disk is the disk.
    Raises UserError, CalledOff.
    """
    check_move(files, folder)
    source = real_disk(files)
    home = _is_home(files, folder)
    target = files.data / ".data.qcow2.moved" if home else Path(os.path.realpath(folder)) / MOVED_NAME
    if home:
        target.unlink(missing_ok=True)  # of a move that was killed
    with _new_file(target) as temporary:
        _copy_sparse(source, temporary, progress)
        temporary.rename(target)
    sync_folder(target.parent)
    if home:
        target.replace(files.data_disk)
        target = files.data_disk
    else:
        link = files.data / ".data.qcow2.link"
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        link.replace(files.data_disk)
    sync_folder(files.data)
    if source != files.data_disk:  # the link took the place of that one
        source.unlink(missing_ok=True)
    return target


def check_move(files: MachineFiles, folder: Path) -> None:
    """Raise UserError for what can be told before the machine is stopped."""
    _require_disk(files)
    source, target = real_disk(files), Path(os.path.realpath(folder))
    if source.parent == target:
        raise UserError("The data is in this folder already.", str(source), "")
    if not folder.is_dir():
        raise UserError("There is no such folder.", str(folder), "Make it first.")
    if not _is_home(files, folder) and (target / MOVED_NAME).exists():
        raise UserError(
            "Another disk is in this folder already.", str(target / MOVED_NAME), "Choose another folder."
        )
    _require_space(target, allocated_bytes(source))


def _is_home(files: MachineFiles, folder: Path) -> bool:
    return folder.exists() and folder.samefile(files.data)


def _require_disk(files: MachineFiles) -> None:
    if not files.data_disk.exists():
        raise UserError(
            "There is no data disk yet." if read_disk_record(files) is None else "The data disk is missing.",
            str(real_disk(files)),
            "Start the machine once." if read_disk_record(files) is None else "Put it back.",
        )


def _described_size(source: Path, qemu_img: str) -> int:
    """Return the size of a disk that may be taken in.

    A file that refers to others may not: they could be anybody's.
    """
    try:
        info = json.loads(run_qemu_img(qemu_img, "info", "--output=json", "-f", "qcow2", str(source)))
    except UserError as error:
        raise UserError("The file is no data disk of Marina.", error.details, "") from error
    special = info.get("format-specific", {}).get("data", {})
    if info.get("backing-filename") or special.get("data-file") or info.get("encrypted"):
        raise UserError(
            "The file is no data disk of Marina.", "It refers to other files, or is encrypted.", ""
        )
    size: int = info["virtual-size"]
    return size


def _require_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + LEAST_FREE_BYTES:
        raise UserError(
            "There is not enough space.",
            f"{folder}: {free // 2**20} MB are free, {(needed + LEAST_FREE_BYTES) // 2**20} MB are needed.",
            "Free some space, or choose another folder.",
        )


@contextlib.contextmanager
def _new_file(target: Path) -> Iterator[Path]:
    """Give a name beside `target`; what is still there at the end is removed. Errors become UserErrors."""
    temporary = target.with_name(f".{target.name}.new")
    try:
        temporary.unlink(missing_ok=True)
        yield temporary
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise UserError(
            "There is not enough space." if full else "The file cannot be written.",
            f"{target}: {error.strerror}",
            "Free some space, or choose another folder." if full else "Check the folder's permissions.",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _copy_sparse(source: Path, target: Path, progress: Progress) -> None:
    """Copy a file, leaving its holes, and see it safely on the disk; blocks."""
    with source.open("rb") as reader, target.open("xb") as writer:
        target.chmod(0o600)
        size = os.fstat(reader.fileno()).st_size
        writer.truncate(size)
        for begin, end in _data_parts(reader.fileno(), size):
            reader.seek(begin)
            writer.seek(begin)
            left = end - begin
            while left and (data := reader.read(min(left, PIECE))):
                writer.write(data)
                left -= len(data)
                progress(reader.tell() / size)
        writer.flush()
        os.fsync(writer.fileno())


def _data_parts(descriptor: int, size: int) -> Iterator[tuple[int, int]]:
    """Give begin and end of each part of a file that is no hole; all of it where the system cannot tell."""
    if sys.platform == "win32":
        yield 0, size
        return
    end = 0
    while end < size:
        try:
            begin = os.lseek(descriptor, end, os.SEEK_DATA)
            end = os.lseek(descriptor, begin, os.SEEK_HOLE)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return  # holes only from here on
            begin, end = end, size
        yield begin, end


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
