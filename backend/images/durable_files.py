"""Files that are there and whole after any cut of power."""

import os
import secrets
from pathlib import Path


def sync(path: Path) -> None:
    """Write a file's or folder's contents to the disk. Blocking."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(path: Path, data: bytes) -> None:
    """Put a file in place, whole or not at all; of two writers the last one wins. Blocking."""
    unfinished = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        with unfinished.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)
