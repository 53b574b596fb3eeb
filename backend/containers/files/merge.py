"""Moves a tree into another on the same disk: all of it, or, where something of it cannot go, nothing.

Only names change here, so a full disk or a broken archive was met before, beside what it was meant for. What
stood in the way of an entry takes its place in the tree that it came from. The target may belong to a running
container and change meanwhile: every path is looked up inside its root, and no link leads out of it.
"""

import errno
import os
import posixpath
import stat
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress

from backend.containers.files.copy_in import FOLDER, KEPT_ATTRIBUTES
from backend.runtime.syscalls import exchange, open_in_root

FOLLOWED = FOLDER & ~os.O_NOFOLLOW


def merge(source: int, root: int, place: str, named: Set[str]) -> None:
    """Move what is in the open folder `source` into the folder `place` of the open folder `root`. Blocking.

    `named`: paths in `source` of folders that replace whatever else has their name, and whose owner, mode
    and times a folder gets that is there already; other folders only lead to what is in them.
    Raises OSError; all is as it was then.
    """
    work = _Merge(source, root, place, named)
    try:
        work.move_all()
    except BaseException:
        work.undo()
        raise
    work.dress()


class _Merge:
    def __init__(self, source: int, root: int, place: str, named: Set[str]) -> None:
        self._source, self._root, self._place = source, root, place
        self._named = named
        self._common = ["/"]  # folders that are on both sides
        self._looks: dict[str, os.stat_result] = {}  # of these in the source, before anything leaves them
        self._moved: list[tuple[str, str, bool]] = []

    def move_all(self) -> None:
        for folder in self._common:  # grows meanwhile
            with self._opened(folder) as (ours, theirs):
                self._looks[folder] = os.fstat(ours)
                for name in os.listdir(ours):  # noqa: PTH208 - an open folder
                    path = posixpath.join(folder, name)
                    if self._is_common(path, ours, theirs):
                        self._common.append(path)
                    else:
                        swapped = _is_there(name, theirs)
                        _move(name, ours, theirs, swapped)
                        self._moved.append((folder, name, swapped))

    def undo(self) -> None:
        for folder, name, swapped in reversed(self._moved):
            with suppress(OSError), self._opened(folder) as (ours, theirs):
                _move(name, theirs, ours, swapped)

    def dress(self) -> None:
        """Give the folders on both sides what the source's have; the deepest first, as that changes times."""
        for folder in reversed(self._common):
            if folder in self._named:
                with suppress(OSError), self._opened(folder) as (ours, theirs):
                    _copy_looks(self._looks[folder], ours, theirs)

    def _is_common(self, path: str, ours: int, theirs: int) -> bool:
        name = posixpath.basename(path)
        if not stat.S_ISDIR(os.stat(name, dir_fd=ours, follow_symlinks=False).st_mode):
            return False
        if path in self._named:
            return _is_there(name, theirs) and stat.S_ISDIR(
                os.stat(name, dir_fd=theirs, follow_symlinks=False).st_mode
            )
        try:
            os.close(open_in_root(self._root, self._target(path), FOLLOWED))
        except FileNotFoundError:
            return False
        return True

    def _target(self, path: str) -> str:
        return posixpath.join(self._place, path.lstrip("/"))

    @contextmanager
    def _opened(self, path: str) -> Iterator[tuple[int, int]]:
        ours = open_in_root(self._source, path, FOLDER)
        try:
            theirs = open_in_root(self._root, self._target(path), FOLLOWED)
            try:
                yield ours, theirs
            finally:
                os.close(theirs)
        finally:
            os.close(ours)


def _move(name: str, source: int, target: int, swapped: bool) -> None:
    if swapped:
        exchange(name, source, target)
    else:
        os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)


def _is_there(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
        return False
    return True


def _copy_looks(status: os.stat_result, source: int, target: int) -> None:
    os.fchown(target, status.st_uid, status.st_gid)
    for name in os.listxattr(source):
        if name.startswith(KEPT_ATTRIBUTES):
            with suppress(OSError):  # a file system that has none
                os.setxattr(target, name, os.getxattr(source, name))
    os.fchmod(target, stat.S_IMODE(status.st_mode))
    os.utime(target, ns=(status.st_mtime_ns, status.st_mtime_ns))
