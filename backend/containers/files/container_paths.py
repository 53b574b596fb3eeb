"""Paths inside a container as callers of the API write them: cleaned, looked up, described.

Source: dockerd, `daemon/archive_unix.go`, `daemon/containerfs_linux.go`; Go's `io/fs.FileMode`.
"""

import errno
import json
import os
import posixpath
import stat
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.errors import EngineError, InvalidParameterError, SystemFailureError
from backend.runtime.syscalls import open_in_root

MAX_LINKS = 255
BROKEN = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM})
GO_KINDS = {
    stat.S_IFDIR: 1 << 31,
    stat.S_IFLNK: 1 << 27,
    stat.S_IFBLK: 1 << 26,
    stat.S_IFCHR: 1 << 26 | 1 << 21,
    stat.S_IFIFO: 1 << 25,
    stat.S_IFSOCK: 1 << 24,
}
GO_BITS = {stat.S_ISUID: 1 << 23, stat.S_ISGID: 1 << 22, stat.S_ISVTX: 1 << 20}


@dataclass(frozen=True, slots=True)
class PathStat:
    """What a path leads to; `link_target` is where a link leads in the end, as a path of the container."""

    name: str
    size: int
    mode: int
    mtime_ns: int
    link_target: str

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return stat.S_ISDIR(self.mode)

    def header(self) -> str:
        """Return the value of `X-Docker-Container-Path-Stat`."""
        value = {
            "name": self.name,
            "size": self.size,
            "mode": go_mode(self.mode),
            "mtime": go_time(self.mtime_ns),
            "linkTarget": self.link_target,
        }
        return b64encode(json.dumps(value, separators=(",", ":")).encode(errors="replace")).decode()


def clean(path: str) -> str:
    """Return the absolute path that is meant, without `..`; a slash or a dot at its end keeps its meaning."""
    cleaned = posixpath.normpath(f"/{path.lstrip('/')}")
    last = path.rstrip("/").rpartition("/")[2]
    if last == ".":
        cleaned = posixpath.join(cleaned, ".")
    if path.endswith("/") and not cleaned.endswith("/"):
        cleaned += "/"
    return cleaned


def look_up(root: int, path: str) -> PathStat:
    """Return what a cleaned path leads to. Raises OSError, InvalidParameterError for a ring of links."""
    file = open_in_root(root, path, os.O_PATH | os.O_NOFOLLOW)
    try:
        status = os.fstat(file)
        is_link = stat.S_ISLNK(status.st_mode)
        target = follow(root, path) if is_link else ""
    finally:
        os.close(file)
    name = posixpath.basename(path.rstrip("/")) or "/"
    return PathStat(name, status.st_size, status.st_mode, status.st_mtime_ns, target)


def follow(root: int, path: str) -> str:
    """Return the path without links, as far as it can be followed inside the root.

    Raises InvalidParameterError for a ring of links.
    """
    left, reached, links = [part for part in reversed(path.split("/")) if part], "", 0
    while left:
        part = left.pop()
        if part == ".":
            continue
        if part == "..":
            reached = reached.rpartition("/")[0]
            continue
        link = _read_link(root, f"{reached}/{part}")
        if link is None:
            reached = f"{reached}/{part}"
            continue
        links += 1
        if links > MAX_LINKS:
            raise InvalidParameterError(f"evalSymlinksInScope: too many links in {path}")
        if link.startswith("/"):
            reached = ""
        left += [piece for piece in reversed(link.split("/")) if piece]
    return reached or "/"


def _read_link(root: int, path: str) -> str | None:
    try:
        file = open_in_root(root, path, os.O_PATH | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        return os.readlink("", dir_fd=file) if stat.S_ISLNK(os.fstat(file).st_mode) else None
    finally:
        os.close(file)


def go_mode(mode: int) -> int:
    """Return a mode in the bits of Go's FileMode."""
    special = sum(go for bit, go in GO_BITS.items() if mode & bit)
    return mode & 0o777 | special | GO_KINDS.get(stat.S_IFMT(mode), 0)


def go_time(nanoseconds: int) -> str:
    """Return a time as Go writes it in JSON: RFC 3339, the fraction without zeros at its end."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    fraction = f".{rest:09d}".rstrip("0").rstrip(".")
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}{fraction}Z"


def explained(error: OSError, action: str) -> EngineError:
    """Return what a failed system call is to the caller: a fault of the path, or of the machine."""
    text = f"{action}: {os.strerror(error.errno or 0).lower()}"
    return SystemFailureError(text) if error.errno in BROKEN else InvalidParameterError(text)
