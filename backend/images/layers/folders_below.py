"""Looks up what a folder is like in the layers below one that is being unpacked."""

import os
import stat
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from backend.errors import EngineError
from backend.images.layers import read_only_mounts
from backend.images.tar.tar_headers import FolderAttributes


class FoldersBelowUnknownError(EngineError):
    """What lies below is needed and not there yet; its message is for nobody, the caller waits for it."""


class FoldersBelow:
    """Layers by their keys, topmost first: each mounted when first asked, all unmounted at the end. Blocking.

    `mount` mounts one on a folder. The mounts are this object's own: they never meet those of containers.
    Without keys every question raises FoldersBelowUnknownError.
    """

    def __init__(self, keys: Sequence[str] | None, mount: Callable[[str, Path], None], scratch: Path) -> None:
        self._keys = keys
        self._mount = mount
        self._scratch = scratch
        self._roots: list[int] = []
        self._stack = ExitStack()

    def __enter__(self) -> "FoldersBelow":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def attributes(self, path: bytes) -> FolderAttributes:
        """Return the attributes of the folder `path`; the usual ones when no layer below has it."""
        if self._keys is None:
            raise FoldersBelowUnknownError("the layers below are not there yet")
        for number in range(len(self._keys)):
            found = _look_up(self._root(self._keys, number), path)
            if isinstance(found, FolderAttributes):
                return found
            if found:
                break
        return FolderAttributes()

    def _root(self, keys: Sequence[str], number: int) -> int:
        if number == len(self._roots):
            folder = Path(tempfile.mkdtemp(prefix="below-", dir=self._scratch))
            self._stack.callback(folder.rmdir)
            self._mount(keys[number], folder)
            self._stack.callback(read_only_mounts.unmount, folder)
            root = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            self._stack.callback(os.close, root)
            self._roots.append(root)
        return self._roots[number]


def _look_up(root: int, path: bytes) -> FolderAttributes | bool:
    """Return a folder's attributes, or whether something else (a file, a whiteout) hides what lies deeper.

    Goes from name to name without following links: what a layer calls a link must not lead out of it.
    """
    current = os.dup(root)
    try:
        for name in path.split(b"/"):
            try:
                deeper = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=current)
            except FileNotFoundError:
                return False
            os.close(current)
            current = deeper
            if not stat.S_ISDIR(os.fstat(current).st_mode):
                return True
        status = os.fstat(current)
        return FolderAttributes(
            stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, int(status.st_mtime)
        )
    finally:
        os.close(current)
