"""Archives of what is in a container: of a path (`docker cp`), and of its whole root (`docker export`).

Source: dockerd, `daemon/archive_unix.go`, `daemon/export.go`.
"""

import os
import posixpath
import stat
from collections.abc import Generator

from backend.images.tar.tree_tar import FOLDER_FLAGS, TreeTar
from backend.runtime.syscalls import open_in_root


def archive(root: int, path: str) -> Generator[bytes, None, None]:
    """Give the tar of what a cleaned path leads to, named by the path's last part. Blocking.

    A link at the path's end is told as a link, unless a slash or a dot stands behind it. Raises OSError.
    """
    name = posixpath.basename(path.rstrip("/"))
    file = open_in_root(root, path, os.O_PATH | os.O_NOFOLLOW)
    try:
        is_folder = stat.S_ISDIR(os.fstat(file).st_mode)
    finally:
        os.close(file)
    if not is_folder:
        yield from _of_file(root, path)
        return
    folder = open_in_root(root, path, FOLDER_FLAGS)
    try:
        yield from TreeTar(folder, os.fsencode(f"{name}/")).chunks(with_root=True)
    finally:
        os.close(folder)


def _of_file(root: int, path: str) -> Generator[bytes, None, None]:
    above, _, name = path.rpartition("/")
    folder = open_in_root(root, above or "/", FOLDER_FLAGS & ~os.O_NOFOLLOW)
    try:
        yield from TreeTar(folder).one(os.fsencode(name))
    finally:
        os.close(folder)


def export(root: int, *, with_root: bool = False) -> Generator[bytes, None, None]:
    """Give the tar of a whole root; `with_root` begins with an entry for the root itself. Blocking."""
    folder = os.open(".", FOLDER_FLAGS, dir_fd=root)
    try:
        yield from TreeTar(folder, b"./" if with_root else b"").chunks(with_root=with_root)
    finally:
        os.close(folder)
