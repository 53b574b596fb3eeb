"""The host's shared folders as the guest sees them: one tree with the host's own paths, nothing beside them.

The guest may be hostile: no path, link or race leads out of a shared folder, because each part of a path is
opened from the folder above it and links are never followed here (the guest's kernel follows them, and asks
again).
"""

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

assert sys.platform != "win32", "files relative to open folders: Windows has none"

FOLDER_FLAGS = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)
OWNER_ATTRIBUTE = "user.marina.owner"
MOST_OWNERS = 100_000
"""Owners kept in memory, where the host's file system keeps none."""

SETTABLE = 0o1777
"""What the guest may set of a file's mode: a program that runs as its owner is no business of a container."""


@dataclass(frozen=True, slots=True)
class Place:
    """A name in an open folder of the host; `name` is b"." for a shared folder itself."""

    folder: int
    name: bytes

    @property
    def is_shared_folder(self) -> bool:
        """Whether this is the top of what is shared, which may not be removed, renamed or replaced."""
        return self.name == b"."


class SharedTree:
    """Holds the shared folders open; paths are bytes, as the guest writes them."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Open all folders that there are. Raises OSError."""
        self._roots: dict[tuple[bytes, ...], int] = {}
        for folder in folders:
            self._roots[_parts(os.fsencode(folder))] = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)

    def close(self) -> None:
        """Let go of the folders."""
        for descriptor in self._roots.values():
            os.close(descriptor)

    def names_above(self, path: bytes) -> list[bytes] | None:
        """Return what a folder holds that only leads to shared ones; None when `path` is no such folder."""
        parts = _parts(path)
        if any(parts[: len(root)] == root for root in self._roots):
            return None
        below = {root[len(parts)] for root in self._roots if root[: len(parts)] == parts}
        return sorted(below) if below or not parts else None

    @contextlib.contextmanager
    def place(self, path: bytes) -> Iterator[Place]:
        """Hold the folder open that `path` is in. Raises OSError; ENOENT for what is not shared."""
        parts = _parts(path)
        root = max((root for root in self._roots if parts[: len(root)] == root), key=len, default=None)
        if root is None:
            above = self.names_above(path) is not None
            raise OSError(errno.EACCES if above else errno.ENOENT, "not shared")
        folder = self._roots[root]
        inner = parts[len(root) :]
        if not inner:
            yield Place(folder, b".")
            return
        opened = -1
        try:
            for part in inner[:-1]:
                deeper = os.open(part, FOLDER_FLAGS, dir_fd=folder)
                if opened >= 0:
                    os.close(opened)
                folder = opened = deeper
            yield Place(folder, inner[-1])
        finally:
            if opened >= 0:
                os.close(opened)


def _parts(path: bytes) -> tuple[bytes, ...]:
    parts = tuple(part for part in path.split(b"/") if part not in (b"", b"."))
    if b".." in parts or b"\0" in path:
        raise OSError(errno.EACCES, "a path must not lead upwards")
    return parts


class Owners:
    """Who a file belongs to, as containers see it.

    Files are made as the user of the host, who cannot give them away. What a container sets with chown is
    kept beside the file, so that it sees what it has set; any user in a container may read and write what the
    user of the host may.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int], tuple[int, int]] = {}

    def of(self, path: bytes | int, found: os.stat_result) -> tuple[int, int]:
        """Return user and group of a file, given as a path or a descriptor that may be read."""
        kept = self._kept.get((found.st_dev, found.st_ino))
        if kept is not None:
            return kept
        if sys.platform == "linux" and not stat.S_ISLNK(found.st_mode):
            with contextlib.suppress(OSError, ValueError):
                user, group = os.getxattr(path, OWNER_ATTRIBUTE).split(b":")
                return int(user), int(group)
        return found.st_uid, found.st_gid

    def set(self, path: bytes | int, found: os.stat_result, owner: tuple[int, int]) -> None:
        """Remember an owner."""
        identity = (found.st_dev, found.st_ino)
        self._kept.pop(identity, None)
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                os.setxattr(path, OWNER_ATTRIBUTE, b"%d:%d" % owner)
                return
        if len(self._kept) >= MOST_OWNERS:
            del self._kept[next(iter(self._kept))]
        self._kept[identity] = owner

    def forget(self, found: os.stat_result) -> None:
        """Forget a file that is being removed: its number may come again."""
        self._kept.pop((found.st_dev, found.st_ino), None)
