"""Mounts of layers, whatever they are made of: taken away, and found again after a restart."""

import ctypes
import errno
import os
from pathlib import Path

from backend.errors import SystemFailureError

MNT_DETACH, UMOUNT_NOFOLLOW = 2, 8

_libc = ctypes.CDLL(None, use_errno=True)


def unmount(target: Path) -> None:
    """Unmount `target`; fine when nothing is mounted there. Blocking. Raises SystemFailureError."""
    if _libc.umount2(os.fsencode(target), MNT_DETACH | UMOUNT_NOFOLLOW):
        failure = ctypes.get_errno()
        if failure not in (errno.EINVAL, errno.ENOENT):
            raise SystemFailureError(f"cannot unmount {target}: {os.strerror(failure)}")


def mounted_below(folder: Path) -> set[str]:
    """Return the names in `folder` that are mount points now. Blocking."""
    prefix = f"{folder}/"
    with Path("/proc/self/mountinfo").open() as mounts:
        points = (line.split(" ", 5)[4] for line in mounts)
        return {point.removeprefix(prefix) for point in points if point.startswith(prefix)}
