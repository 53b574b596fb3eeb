"""Turns a folder tree into a tar as it lies there: in one order, with its owners, links and capabilities.

Source: the form in which dockerd writes archives (`pkg/archive`): PAX, times in seconds, no names of users.
The tree may belong to somebody who changes it meanwhile: nothing is reached through a symbolic link.
"""

import errno
import os
import stat
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress

from backend.errors import SystemFailureError
from backend.images.tar import tar_headers
from backend.images.tar.tar_headers import BLOCK, FolderAttributes
from backend.runtime.syscalls import open_in_root

CHUNK = 1 << 20  # bytes read at once, and handed out at least, but for the last
END = bytes(2 * BLOCK)
MAX_PATH = 4096
KINDS = {
    stat.S_IFIFO: tar_headers.FIFO,
    stat.S_IFCHR: tar_headers.CHARACTER_DEVICE,
    stat.S_IFBLK: tar_headers.BLOCK_DEVICE,
    stat.S_IFLNK: tar_headers.SYMLINK,
}
FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | os.O_NOATIME
KEPT_ATTRIBUTES = ("security.capability", "user.")
DROPPED_ATTRIBUTES = "user.overlay."

Records = list[tuple[bytes, bytes]]


class TreeTar:
    """One pass over what is below the open folder `root`; entries are named below `prefix`."""

    def __init__(self, root: int, prefix: bytes = b"") -> None:
        self._root = root
        self._prefix = prefix
        self._first_names: dict[tuple[int, int], bytes] = {}
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0

    def chunks(self, *, with_root: bool = False) -> Generator[bytes, None, None]:
        """Give the archive piece by piece. Blocking. Raises SystemFailureError when a file cannot be read.

        `with_root` begins with an entry for the root itself, named by the prefix.
        """
        if with_root:
            self._put_folder(self._prefix, os.fstat(self._root), self._root)
        yield from self._walk()
        self._put(END)
        yield from self._given(0)

    def one(self, name: bytes) -> Generator[bytes, None, None]:
        """Give the archive of one entry of the folder that is no folder itself. Blocking. Raises OSError."""
        status = os.stat(name, dir_fd=self._root, follow_symlinks=False)
        yield from self._other(self._root, name, self._prefix + name, status)
        self._put(END)
        yield from self._given(0)

    def _walk(self) -> Iterator[bytes]:
        """Go through the tree in the order of its names, holding one folder open at a time."""
        here = os.open(".", FOLDER_FLAGS, dir_fd=self._root)
        path = b""
        try:
            levels = [(b"", iter(_names(here)))]
            while levels:
                above, names = levels[-1]
                name = next(names, None)
                if name is None:
                    levels.pop()
                    continue
                if above != path:  # back from a folder below
                    os.close(here)
                    here = -1
                    reopened = self._reopened(above)
                    if reopened is None:
                        levels.pop()
                        continue
                    here, path = reopened, above
                child = above + name
                if len(child) > MAX_PATH:
                    raise SystemFailureError(f"file name too long: {os.fsdecode(child)[:200]}…")
                try:
                    status = os.stat(name, dir_fd=here, follow_symlinks=False)
                    if stat.S_ISDIR(status.st_mode):
                        deeper = os.open(name, FOLDER_FLAGS, dir_fd=here)
                        os.close(here)
                        here, path = deeper, child + b"/"
                        self._put_folder(self._prefix + path, os.fstat(here), here)
                        levels.append((path, iter(_names(here))))
                    else:
                        yield from self._other(here, name, self._prefix + child, status)
                except (FileNotFoundError, NotADirectoryError):
                    continue  # gone, or something else by now
                except OSError as error:
                    if error.errno == errno.ELOOP:
                        continue  # a symbolic link by now
                    raise SystemFailureError(f"cannot read {os.fsdecode(child)}: {error.strerror}") from error
                yield from self._given(CHUNK)
        finally:
            if here >= 0:
                os.close(here)

    def _reopened(self, path: bytes) -> int | None:
        try:
            return open_in_root(self._root, os.fsdecode(path) or ".", FOLDER_FLAGS, links=False)
        except OSError:
            return None  # it was moved away meanwhile

    def _other(self, folder: int, name: bytes, shown: bytes, status: os.stat_result) -> Iterator[bytes]:
        if stat.S_ISSOCK(status.st_mode):
            return
        if not stat.S_ISREG(status.st_mode):
            if self._put_special(folder, name, shown, status):
                return
        elif self._put_link(shown, status):
            return
        else:
            file = _open_file(folder, name)
            try:
                status = os.fstat(file)
                if not stat.S_ISREG(status.st_mode):
                    return
                self._put(self._header(shown, tar_headers.REGULAR_FILE, status, _attributes(file)))
                yield from self._contents(file, status.st_size)
            finally:
                os.close(file)
        self._remember(shown, status)

    def _put_special(self, folder: int, name: bytes, shown: bytes, status: os.stat_result) -> bool:
        """Write a link, a pipe or a device; returns whether it is of a kind that has no hard links."""
        if self._put_link(shown, status):
            return True
        kind = KINDS[stat.S_IFMT(status.st_mode)]
        link = os.readlink(name, dir_fd=folder) if kind == tar_headers.SYMLINK else b""
        self._put(self._header(shown, kind, status, (), link))
        return False

    def _put_link(self, shown: bytes, status: os.stat_result) -> bool:
        """Write a further name of a file that went by before; returns whether it was one."""
        if status.st_nlink < 2 or (first := self._first_names.get((status.st_dev, status.st_ino))) is None:
            return False
        self._put(self._header(shown, tar_headers.HARD_LINK, status, (), first))
        return True

    def _remember(self, shown: bytes, status: os.stat_result) -> None:
        if status.st_nlink > 1:
            self._first_names[status.st_dev, status.st_ino] = shown

    def _put_folder(self, shown: bytes, status: os.stat_result, descriptor: int) -> None:
        records = _attributes(descriptor)
        self._put(self._header(shown, tar_headers.DIRECTORY, status, records))

    def _contents(self, file: int, size: int) -> Iterator[bytes]:
        """Give exactly `size` bytes, whatever becomes of the file meanwhile."""
        left = size
        while left > 0:
            data = os.read(file, min(left, CHUNK))
            if not data:
                data = bytes(min(left, CHUNK))
            left -= len(data)
            self._put(data)
            yield from self._given(CHUNK)
        self._put(bytes(tar_headers.padded(size) - size))

    def _header(
        self,
        shown: bytes,
        kind: int,
        status: os.stat_result,
        records: Sequence[tuple[bytes, bytes]],
        link: bytes = b"",
    ) -> bytes:
        return tar_headers.entry(
            shown,
            kind,
            FolderAttributes(
                stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, int(status.st_mtime)
            ),
            size=status.st_size if kind == tar_headers.REGULAR_FILE else 0,
            link=link,
            device=(os.major(status.st_rdev), os.minor(status.st_rdev)) if status.st_rdev else (0, 0),
            records=records,
        )

    def _put(self, data: bytes) -> None:
        self._waiting.append(data)
        self._waiting_bytes += len(data)

    def _given(self, at_least: int) -> Iterator[bytes]:
        if self._waiting_bytes > at_least:
            yield b"".join(self._waiting)
            self._waiting.clear()
            self._waiting_bytes = 0


def _names(folder: int) -> list[bytes]:
    return sorted(os.fsencode(name) for name in os.listdir(folder))  # noqa: PTH208 - an open folder


def _open_file(folder: int, name: bytes) -> int:
    try:
        return os.open(name, FILE_FLAGS, dir_fd=folder)
    except PermissionError:  # O_NOATIME is for owners; some file systems refuse it to root too
        return os.open(name, FILE_FLAGS & ~os.O_NOATIME, dir_fd=folder)


def _attributes(descriptor: int) -> Records:
    """Return the extended attributes that archives carry, as PAX records."""
    records: Records = []
    with suppress(OSError):  # a file system without them
        for name in os.listxattr(descriptor):
            if name.startswith(KEPT_ATTRIBUTES) and not name.startswith(DROPPED_ATTRIBUTES):
                key = b"SCHILY.xattr." + os.fsencode(name)
                records.append((key, os.getxattr(descriptor, name)))
    return sorted(records)
