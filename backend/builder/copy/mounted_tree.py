"""The files of an image, mounted read-only, as a tree to copy from and to look destinations up in."""

import errno
import os
import stat
from collections.abc import Iterator

from backend.builder.cache import tar_sums
from backend.builder.copy.source_tree import FILE, FOLDER, SYMLINK, Node
from backend.errors import SystemFailureError
from backend.images.tar import tar_headers
from backend.runtime.syscalls import open_in_root

READ_SIZE = 1 << 20
CAPABILITY = "security.capability"
KINDS = {
    stat.S_IFREG: FILE,
    stat.S_IFDIR: FOLDER,
    stat.S_IFLNK: SYMLINK,
    stat.S_IFIFO: tar_headers.FIFO,
    stat.S_IFCHR: tar_headers.CHARACTER_DEVICE,
    stat.S_IFBLK: tar_headers.BLOCK_DEVICE,
}


class MountedTree:
    """A source tree below the open folder `root`, which its user closes."""

    def __init__(self, root: int) -> None:
        self._root = root

    def look(self, path: str) -> Node | None:
        """Return what is at `path`. Blocking."""
        descriptor = self._open(path, os.O_PATH | os.O_NOFOLLOW)
        if descriptor is None:
            return None
        try:
            status = os.fstat(descriptor)
            kind = KINDS.get(stat.S_IFMT(status.st_mode))
            if kind is None:
                return None  # a socket: archives know none
            return Node(
                kind,
                mode=stat.S_IMODE(status.st_mode),
                uid=status.st_uid,
                gid=status.st_gid,
                mtime=int(status.st_mtime),
                size=status.st_size if kind == FILE else 0,
                link=os.readlink("", dir_fd=descriptor) if kind == SYMLINK else "",
                device=(os.major(status.st_rdev), os.minor(status.st_rdev)),
                records=self._records(path) if kind == FILE and status.st_mode & 0o111 else (),
                number=status.st_ino if kind == FILE and status.st_nlink > 1 else 0,
            )
        finally:
            os.close(descriptor)

    def names(self, path: str) -> list[str]:
        """Return the names in a folder, sorted. Blocking."""
        descriptor = self._open(path, os.O_RDONLY | os.O_DIRECTORY)
        if descriptor is None:
            return []
        try:
            return sorted(os.listdir(descriptor))  # noqa: PTH208 - an open folder
        finally:
            os.close(descriptor)

    def digest(self, path: str, node: Node) -> str:
        """Return what the build cache knows a file by. Blocking."""
        contents = self.contents(path, node) if node.kind == FILE else ()
        return tar_sums.digest(tar_sums.file_header(path, node), contents)

    def contents(self, path: str, node: Node) -> Iterator[bytes]:
        """Give the bytes of a file. Blocking. Raises SystemFailureError."""
        descriptor = self._open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        if descriptor is None:
            raise SystemFailureError(f"cannot read {path}: it is gone")
        try:
            left = node.size
            while left > 0:
                data = os.read(descriptor, min(READ_SIZE, left))
                if not data:
                    raise SystemFailureError(f"cannot read {path}: it ends early")
                left -= len(data)
                yield data
        finally:
            os.close(descriptor)

    def _open(self, path: str, flags: int) -> int | None:
        try:
            return open_in_root(self._root, path or ".", flags, links=False)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG):
                return None
            raise SystemFailureError(f"cannot read {path}: {error.strerror}") from error

    def _records(self, path: str) -> tuple[tuple[bytes, bytes], ...]:
        descriptor = self._open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        if descriptor is None:
            return ()
        try:
            return ((b"SCHILY.xattr.security.capability", os.getxattr(descriptor, CAPABILITY)),)
        except OSError:
            return ()
        finally:
            os.close(descriptor)
