"""The empty files and folders that are made in a root to mount on, and that no layer is to hold.

Source: BuildKit's `executor/stubs.go`.
"""

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from backend.builder.copy.source_tree import SourceTree, resolve
from backend.runtime.root_files import opened_root
from backend.runtime.syscalls import open_in_root


def missing_places(root: SourceTree, targets: Sequence[str]) -> list[str]:
    """Return the paths that must be made to mount on `targets`, the deepest first."""
    found: set[str] = set()
    for target in targets:
        parts = resolve(root, target).split("/")
        paths = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
        found |= {path for path in paths if root.look(path) is None}
    return sorted(found, key=lambda path: path.count("/"), reverse=True)


def _remove_if_empty(root: int, path: str) -> None:
    above, _, name = path.rpartition("/")
    try:
        folder = open_in_root(root, above or ".", os.O_RDONLY | os.O_DIRECTORY, links=False)
    except OSError:
        return  # the command has put something else there
    try:
        with suppress(OSError):
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                os.rmdir(name, dir_fd=folder)
            elif stat.S_ISREG(status.st_mode) and not status.st_size:
                os.unlink(name, dir_fd=folder)
    finally:
        os.close(folder)


def remove_places(upper: Path, places: Sequence[str]) -> None:
    """Take what is still empty of `places` out of a container's own folder. Blocking."""
    with opened_root(upper) as root:
        for path in places:
            _remove_if_empty(root, path)
