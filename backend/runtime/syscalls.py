"""Linux calls that Python does not offer: mounts, and paths resolved inside a root that may be hostile."""

import ctypes
import os
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_SYNCHRONOUS = 0x10
MS_REMOUNT = 0x20
MS_DIRSYNC = 0x80
MS_NOATIME = 0x400
MS_NODIRATIME = 0x800
MS_BIND = 0x1000
MS_REC = 0x4000
MS_UNBINDABLE = 1 << 17
MS_PRIVATE = 1 << 18
MS_SLAVE = 1 << 19
MS_SHARED = 1 << 20
MS_RELATIME = 1 << 21
MS_STRICTATIME = 1 << 24
MNT_DETACH = 2
CLONE_NEWNS = 0x00020000

AT_FDCWD = -100
RENAME_EXCHANGE = 2
UTIME_OMIT = (1 << 30) - 2
FSCONFIG_SET_STRING = 1
FSCONFIG_CMD_CREATE = 6
MOVE_MOUNT_F_EMPTY_PATH = 4
FSOPEN_CLOEXEC = 1

# The same numbers on every architecture that Linux got since 2019, amd64 and arm64 among them.
SYS_MOVE_MOUNT = 429
SYS_FSOPEN = 430
SYS_FSCONFIG = 431
SYS_FSMOUNT = 432
SYS_OPENAT2 = 437

RESOLVE_NO_MAGICLINKS = 0x02
RESOLVE_NO_SYMLINKS = 0x04
RESOLVE_BENEATH = 0x08
RESOLVE_IN_ROOT = 0x10


class _OpenHow(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


def _check(result: int, path: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), path)
    return result


def mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    """mount(2). Raises OSError."""
    _check(
        _libc.mount(
            os.fsencode(source),
            os.fsencode(target),
            kind.encode() if kind else None,
            ctypes.c_ulong(flags),
            os.fsencode(options) if options else None,
        ),
        target,
    )


def unmount(target: Path, flags: int = 0) -> None:
    """umount2(2). Raises OSError."""
    _check(_libc.umount2(os.fsencode(target), flags), str(target))


def sync_file_system(file: int) -> None:
    """syncfs(2): write all that waits for the file system of an open file. Raises OSError."""
    _check(_libc.syncfs(file), "syncfs")


def exchange(name: str, folder: int, other: int) -> None:
    """renameat2(2): let `name` in one open folder and `name` in another change places. Raises OSError."""
    path = os.fsencode(name)
    _check(_libc.renameat2(folder, path, other, path, RENAME_EXCHANGE), name)


def unshare(flags: int) -> None:
    """unshare(2) for the calling thread. Raises OSError."""
    _check(_libc.unshare(flags), "unshare")


def mount_by_parts(kind: str, source: str, options: list[tuple[str, str]], target: str) -> None:
    """Mount with one call for each option (fsopen(2)): no limit of a page, no characters to escape. Raises
    OSError."""
    context = _check(_libc.syscall(SYS_FSOPEN, kind.encode(), FSOPEN_CLOEXEC), kind)
    try:
        for name, value in [("source", source), *options]:
            _check(
                _libc.syscall(
                    SYS_FSCONFIG, context, FSCONFIG_SET_STRING, name.encode(), os.fsencode(value), 0
                ),
                value,
            )
        _check(_libc.syscall(SYS_FSCONFIG, context, FSCONFIG_CMD_CREATE, None, None, 0), target)
        mounted = _check(_libc.syscall(SYS_FSMOUNT, context, 1, 0), target)
    finally:
        os.close(context)
    try:
        _check(
            _libc.syscall(
                SYS_MOVE_MOUNT, mounted, b"", AT_FDCWD, os.fsencode(target), MOVE_MOUNT_F_EMPTY_PATH
            ),
            target,
        )
    finally:
        os.close(mounted)


class _TimeSpec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_int64), ("nanoseconds", ctypes.c_long))


def set_change_time(file: int, seconds: int) -> None:
    """utimensat(2) of an open file, also one opened with O_PATH: its time of change only, which inotify tells
    as IN_MODIFY; `os.utime` sets both times, and is IN_ATTRIB. Raises OSError."""
    times = (_TimeSpec * 2)(_TimeSpec(0, UTIME_OMIT), _TimeSpec(seconds, 0))
    path = f"/proc/self/fd/{file}"
    _check(_libc.utimensat(AT_FDCWD, path.encode(), times, 0), path)


def open_in_root(
    root: int, path: str, flags: int, mode: int = 0, *, links: bool = True, beneath: bool = False
) -> int:
    """Open `path` as a process whose root is the folder `root` would see it: no link leads out of it.

    Without `links` it is an error (ELOOP) when any part of the path is a symbolic link; with `beneath` when
    a link would lead out, were it not for that (EXDEV).
    Returns a descriptor that is closed on exec. Raises OSError.
    """
    resolve = RESOLVE_NO_MAGICLINKS | (RESOLVE_BENEATH if beneath else RESOLVE_IN_ROOT)
    how = _OpenHow(flags | os.O_CLOEXEC, mode, resolve | (0 if links else RESOLVE_NO_SYMLINKS))
    return _check(
        _libc.syscall(
            SYS_OPENAT2, root, os.fsencode(path), ctypes.byref(how), ctypes.c_size_t(ctypes.sizeof(how))
        ),
        path,
    )
