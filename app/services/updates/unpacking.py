"""Unpacks a checked archive with one program folder in it."""

import os
import shutil
import tarfile
from pathlib import Path

import zstandard

from app.services.errors import ErrorCode, UserError

PROGRAM = "program"
"""The portable archive's folder with the program."""

ROOM = 4
"""An unpacked program takes less than so many times its archive."""


def unpack_program(archive: Path, target: Path) -> None:
    """Make `target` the program's folder out of the archive; it is not there when this fails.

    Raises UserError when the archive is not one of Marina's, or the disk too small.
    """
    work = target.with_name(target.name + ".archive")
    for folder in (work, target):
        shutil.rmtree(folder, ignore_errors=True)
    try:
        if shutil.disk_usage(target.parent).free < ROOM * archive.stat().st_size:
            raise OSError(f"{ROOM * archive.stat().st_size / 1e6:.0f} MB are needed in {target.parent}")
        with (
            archive.open("rb") as packed,
            zstandard.ZstdDecompressor().stream_reader(packed) as stream,
            tarfile.open(fileobj=stream, mode="r|") as tar,
        ):
            tar.extractall(work, filter="data")
        (top,) = work.iterdir()
        program = top / PROGRAM if (top / PROGRAM).is_dir() else top
        _settle(program)
        program.rename(target)
    except (OSError, ValueError, tarfile.TarError, zstandard.ZstdError) as error:
        raise UserError("The update cannot be unpacked", str(error), code=ErrorCode.DISK_FULL) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _settle(folder: Path) -> None:
    """Have the files on disk before a name says that they are whole."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("r+b") as file:
                os.fsync(file.fileno())
