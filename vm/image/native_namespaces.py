"""Linux calls that Python 3.11 has no names for: namespaces and mounts."""

import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT = 0x1, 0x2, 0x4, 0x20
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
MNT_DETACH = 2
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Move this process into new namespaces. Raises OSError."""
    _check(_libc.unshare(flags), "unshare")


def enter_namespace(file: int, kind: int) -> None:
    """Move this process into the namespace that a file descriptor refers to. Raises OSError."""
    _check(_libc.setns(file, kind), "setns")


def mount(source: str | Path, target: Path, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount. Raises OSError that names source and target."""
    values = (str(source).encode(), str(target).encode(), kind.encode(), options.encode())
    result = _libc.mount(values[0], values[1], values[2], ctypes.c_ulong(flags), values[3])
    _check(result, f"mount {kind or 'bind'} {source} on {target}")


def bind(source: Path, target: Path, *, read_only: bool = False) -> None:
    """Make `source` appear at `target` as well. Raises OSError."""
    mount(source, target, flags=MS_BIND)
    if read_only:
        mount(source, target, flags=MS_BIND | MS_REMOUNT | MS_RDONLY)


def pivot_root(new_root: Path) -> None:
    """Make `new_root`, a mount, the root of this namespace and let go of the old one. Raises OSError."""
    if sys.platform != "linux":
        raise NotImplementedError
    os.chdir(new_root)
    number = SYS_PIVOT_ROOT[os.uname().machine]
    # pivot_root(2): with both the same, the old root ends up on top of the new one, to be taken off
    _check(_libc.syscall(number, b".", b"."), f"pivot_root {new_root}")
    _check(_libc.umount2(b".", MNT_DETACH), "umount the old root")
    os.chdir("/")
