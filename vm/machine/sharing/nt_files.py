"""Files beside an open folder on Windows, where only NT's own calls know such a thing.

Source: Microsoft's documentation of NtCreateFile and NtSetInformationFile; [MS-FSCC] 2.1.2 and 2.4.
"""

import _winapi
import ctypes
import struct
import sys
from collections.abc import Iterator
from ctypes import wintypes
from dataclasses import dataclass

assert sys.platform == "win32", "files of Windows"

READ_DATA, WRITE_DATA, TRAVERSE = 0x1, 0x2, 0x20
READ_ATTRIBUTES, WRITE_ATTRIBUTES, DELETE, SYNCHRONIZE = 0x80, 0x100, 0x10000, 0x100000
READS, WRITES = 0x120089, 0x120116
"""FILE_GENERIC_READ and FILE_GENERIC_WRITE."""

OPEN, CREATE, OPEN_OR_CREATE = 1, 2, 3
FOLDER, SYNCHRONOUS, NO_FOLDER, LINK_ITSELF = 0x1, 0x20, 0x40, 0x200000
SHARE_ALL = 7
CASE_INSENSITIVE = 0x40

RENAME, HARD_LINK, DISPOSITION, DISPOSITION_EX, RENAME_EX = 10, 11, 13, 64, 65
FULL_SIZE = 7
DELETE_AS_POSIX = 0x1 | 0x2 | 0x10
"""At once, also while others have it open, and also what may not be written."""

REPLACE, AS_POSIX, ALSO_READ_ONLY = 0x1, 0x2, 0x40
UNKNOWN_TO_THE_FILE_SYSTEM = {0xC000000D, 0xC0000003, 0xC0000002, 0xC00000BB, 0xC0000010}
"""INVALID_PARAMETER, INVALID_INFO_CLASS, NOT_IMPLEMENTED, NOT_SUPPORTED, INVALID_DEVICE_REQUEST."""

TAG_INFO, LISTING, LISTING_FROM_START = 9, 10, 11
NO_MORE_FILES = 18
GET_REPARSE_POINT, SET_REPARSE_POINT = 0x900A8, 0x900A4
LISTING_BYTES, REPARSE_BYTES = 2**16, 2**14
EPOCH = 116_444_736_000_000_000
"""1970 in the times of Windows, which are tenths of microseconds from 1601 on."""

_nt = ctypes.WinDLL("ntdll")
_kernel = ctypes.WinDLL("kernel32", use_last_error=True)
_nt.NtCreateFile.restype = _nt.NtSetInformationFile.restype = ctypes.c_uint32
_nt.NtQueryVolumeInformationFile.restype = _nt.RtlNtStatusToDosError.restype = ctypes.c_uint32
_nt.RtlNtStatusToDosError.argtypes = [ctypes.c_uint32]
_nt.NtSetInformationFile.argtypes = _nt.NtQueryVolumeInformationFile.argtypes = [
    wintypes.HANDLE, ctypes.c_void_p, ctypes.c_void_p, wintypes.ULONG, ctypes.c_int,
]  # fmt: skip
_kernel.GetFileInformationByHandle.argtypes = [wintypes.HANDLE, ctypes.c_void_p]
_kernel.GetFileInformationByHandleEx.argtypes = [
    wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD,
]  # fmt: skip
_kernel.SetFileTime.argtypes = [wintypes.HANDLE, *(ctypes.c_void_p,) * 3]
_kernel.DeviceIoControl.argtypes = [
    wintypes.HANDLE, wintypes.DWORD, ctypes.c_void_p, wintypes.DWORD, ctypes.c_void_p, wintypes.DWORD,
    ctypes.c_void_p, ctypes.c_void_p,
]  # fmt: skip


class _Text(ctypes.Structure):
    _fields_ = (
        ("length", wintypes.USHORT),
        ("room", wintypes.USHORT),
        ("letters", ctypes.c_void_p),
    )


class _ObjectAttributes(ctypes.Structure):
    _fields_ = (
        ("size", wintypes.ULONG),
        ("folder", wintypes.HANDLE),
        ("name", ctypes.POINTER(_Text)),
        ("attributes", wintypes.ULONG),
        ("security", ctypes.c_void_p),
        ("quality", ctypes.c_void_p),
    )


class _Outcome(ctypes.Structure):
    _fields_ = (("status", ctypes.c_void_p), ("information", ctypes.c_void_p))


@dataclass(frozen=True, slots=True)
class Facts:
    """What Windows knows of a file. Times in seconds since 1970; `tag` is what kind of link it is, or 0."""

    attributes: int
    tag: int
    volume: int
    number: int
    links: int
    size: int
    accessed: int
    changed: int


def open_beside(folder: int, name: str, access: int, options: int, disposition: int = OPEN) -> int:
    """Return a handle of what an open folder has by this name; of itself for no name. Raises OSError."""
    raw = name.encode("utf-16-le", "surrogatepass")
    letters = ctypes.create_string_buffer(raw, len(raw) + 2)
    text = _Text(len(raw), len(raw), ctypes.addressof(letters))
    attributes = _ObjectAttributes(
        ctypes.sizeof(_ObjectAttributes), folder, ctypes.pointer(text), CASE_INSENSITIVE, None, None
    )
    handle, outcome = wintypes.HANDLE(), _Outcome()
    status = _nt.NtCreateFile(
        ctypes.byref(handle),
        wintypes.DWORD(access | READ_ATTRIBUTES | SYNCHRONIZE),
        ctypes.byref(attributes),
        ctypes.byref(outcome),
        None,
        wintypes.ULONG(0x80),  # an ordinary file
        wintypes.ULONG(SHARE_ALL),
        wintypes.ULONG(disposition),
        wintypes.ULONG(options | SYNCHRONOUS),
        None,
        wintypes.ULONG(0),
    )
    _check(status)
    return handle.value or 0


def open_top(path: str) -> int:
    """Return a handle of a folder by its whole path; links in it lead where they lead. Raises OSError."""
    backup = 0x02000000
    return _winapi.CreateFile(path, READ_DATA | TRAVERSE | READ_ATTRIBUTES, SHARE_ALL, 0, 3, backup, 0)


def close(handle: int) -> None:
    """Let go of a handle."""
    _winapi.CloseHandle(handle)


def facts(handle: int) -> Facts:
    """Return what is known of an open file. Raises OSError."""
    raw, tag = ctypes.create_string_buffer(52), ctypes.create_string_buffer(8)
    _check_last(_kernel.GetFileInformationByHandle(handle, raw))
    (attributes, _, _, *times, volume, high, low, links, number_high, number_low) = struct.unpack("<13I", raw)
    if attributes & 0x400:
        _check_last(_kernel.GetFileInformationByHandleEx(handle, TAG_INFO, tag, len(tag)))
    return Facts(
        attributes=attributes,
        tag=struct.unpack("<II", tag)[1],
        volume=volume,
        number=number_high << 32 | number_low,
        links=links,
        size=high << 32 | low,
        accessed=_seconds(times[1] << 32 | times[0]),
        changed=_seconds(times[3] << 32 | times[2]),
    )


def listing(handle: int, volume: int) -> Iterator[tuple[str, Facts]]:
    """Give names and facts of an open folder, as many as Windows has at a time. Raises OSError."""
    kind = LISTING_FROM_START
    raw = ctypes.create_string_buffer(LISTING_BYTES)
    while _kernel.GetFileInformationByHandleEx(handle, kind, raw, len(raw)):
        kind = LISTING
        yield from _parse_listing(raw.raw, volume)
    if (code := ctypes.get_last_error()) != NO_MORE_FILES:
        raise ctypes.WinError(code)


def _parse_listing(raw: bytes, volume: int) -> Iterator[tuple[str, Facts]]:
    at, step = 0, -1
    while step:
        step, _, _, accessed, changed, _, size, _, attributes, length, tag = struct.unpack_from(
            "<IIqqqqqqIII", raw, at
        )
        (number,) = struct.unpack_from("<Q", raw, at + 96)
        name = raw[at + 104 : at + 104 + length].decode("utf-16-le", "surrogatepass")
        if name not in (".", ".."):
            # the number of links is not in a listing
            is_link = tag if attributes & 0x400 else 0
            yield (
                name,
                Facts(attributes, is_link, volume, number, 1, size, _seconds(accessed), _seconds(changed)),
            )
        at += step


def rename(handle: int, folder: int, name: str, *, replace: bool) -> None:
    """Give an open file a name in another open folder. Raises OSError."""
    flags = AS_POSIX | ALSO_READ_ONLY | (REPLACE if replace else 0)
    status = _set(handle, RENAME_EX, _new_name(flags, folder, name))
    if status in UNKNOWN_TO_THE_FILE_SYSTEM:
        status = _set(handle, RENAME, _new_name(int(replace), folder, name))
    _check(status)


def hard_link(handle: int, folder: int, name: str) -> None:
    """Give an open file a second name. Raises OSError."""
    _check(_set(handle, HARD_LINK, _new_name(0, folder, name)))


def delete(handle: int) -> None:
    """Remove an open file's name; it goes at the latest when it is closed. Raises OSError."""
    status = _set(handle, DISPOSITION_EX, struct.pack("<I", DELETE_AS_POSIX))
    if status in UNKNOWN_TO_THE_FILE_SYSTEM:
        status = _set(handle, DISPOSITION, b"\1")
    _check(status)


def set_times(handle: int, accessed: int, changed: int) -> None:
    """Set times, in seconds since 1970. Raises OSError."""
    first, second = (struct.pack("<q", EPOCH + seconds * 10_000_000) for seconds in (accessed, changed))
    _check_last(_kernel.SetFileTime(handle, None, first, second))


def read_reparse_point(handle: int) -> bytes:
    """Return what is written in a link. Raises OSError."""
    raw, count = ctypes.create_string_buffer(REPARSE_BYTES), wintypes.DWORD()
    _check_last(
        _kernel.DeviceIoControl(handle, GET_REPARSE_POINT, None, 0, raw, len(raw), ctypes.byref(count), None)
    )
    return raw.raw[: count.value]


def write_reparse_point(handle: int, data: bytes) -> None:
    """Make a link of an empty file. Raises OSError."""
    count = wintypes.DWORD()
    _check_last(
        _kernel.DeviceIoControl(
            handle, SET_REPARSE_POINT, data, len(data), None, 0, ctypes.byref(count), None
        )
    )


def disk_space(handle: int) -> tuple[int, int, int, int]:
    """Return bytes in a unit, and units: all, free, and free for the user. Raises OSError."""
    raw, outcome = ctypes.create_string_buffer(32), _Outcome()
    status = _nt.NtQueryVolumeInformationFile(handle, ctypes.byref(outcome), raw, len(raw), FULL_SIZE)
    _check(status)
    total, available, free, sectors, sector = struct.unpack("<qqqII", raw)
    return sectors * sector, total, free, available


def _new_name(flags: int, folder: int, name: str) -> bytes:
    raw = name.encode("utf-16-le", "surrogatepass")
    return struct.pack("<IxxxxQI", flags, folder, len(raw)) + raw + b"\0\0\0\0"


def _set(handle: int, kind: int, value: bytes) -> int:
    outcome = _Outcome()
    status: int = _nt.NtSetInformationFile(handle, ctypes.byref(outcome), value, len(value), kind)
    return status


def _seconds(time: int) -> int:
    return (time - EPOCH) // 10_000_000


def _check(status: int) -> None:
    if status >= 0x80000000:
        raise ctypes.WinError(_nt.RtlNtStatusToDosError(status))


def _check_last(succeeded: int) -> None:
    if not succeeded:
        raise ctypes.WinError(ctypes.get_last_error())
