"""Files that are there and whole after any cut of power."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Write a file's or folder's contents to the disk. Blocking."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
