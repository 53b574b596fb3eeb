"""What the file server does with the shared folders; each family of systems has its own way of doing it.

Paths are bytes as the guest writes them; open files are descriptors. All raise OSError, ENOENT for what is
not shared.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from vm.machine.sharing.sftp_packets import Attributes, OpenFlag


class Look(NamedTuple):
    """How a file looks to the guest; `owner` is user and group."""

    found: os.stat_result
    owner: tuple[int, int]


class Space(NamedTuple):
    """Room on the disk of a folder, as statvfs tells it: counted in units of `unit` bytes."""

    block: int
    unit: int
    blocks: int
    free: int
    available: int
    files: int = 0
    files_free: int = 0
    files_available: int = 0
    longest_name: int = 255


class Listing(Protocol):
    """The entries of an open folder, one after another."""

    def __iter__(self) -> "Listing":
        """Return the listing itself."""

    def __next__(self) -> tuple[bytes, Look]:
        """Return the next name and how it looks."""

    def close(self) -> None:
        """Let go of the folder."""


class SharedFiles(Protocol):
    """The files of the shared folders. No path, link or race leads out of them."""

    def close(self) -> None:
        """Let go of the folders."""

    def names_above(self, path: bytes) -> list[bytes] | None:
        """Return what a folder holds that only leads to shared ones; None when `path` is no such folder."""

    def open(self, path: bytes, wanted: OpenFlag, mode: int) -> int:
        """Open a file; a new one gets `mode`."""

    def read(self, file: int, length: int, offset: int) -> bytes:
        """Read from an open file; nothing at its end."""

    def write(self, file: int, data: bytes, offset: int) -> None:
        """Write all of `data`."""

    def look(self, path: bytes) -> Look:
        """Return how a file looks; a link is not followed."""

    def look_at(self, file: int) -> Look:
        """Return how an open file looks."""

    def change(self, path: bytes, wanted: Attributes) -> None:
        """Set attributes."""

    def change_open(self, file: int, wanted: Attributes) -> None:
        """Set attributes of an open file."""

    def entries(self, path: bytes) -> Listing:
        """Open a folder."""

    def make_folder(self, path: bytes, mode: int) -> None:
        """Make a folder."""

    def remove(self, path: bytes) -> None:
        """Remove a file or a link."""

    def remove_folder(self, path: bytes) -> None:
        """Remove an empty folder."""

    def rename(self, old: bytes, new: bytes, *, replace: bool) -> None:
        """Give a file another name; one that is there is replaced, or else EEXIST."""

    def link(self, old: bytes, new: bytes) -> None:
        """Give a file a second name."""

    def make_link(self, path: bytes, target: bytes) -> None:
        """Make a symbolic link."""

    def read_link(self, path: bytes) -> bytes:
        """Return where a symbolic link leads."""

    def space(self, path: bytes) -> Space:
        """Return how much room there is."""


def open_shared(folders: Sequence[Path]) -> SharedFiles:
    """Return the files below `folders`, in this system's way."""
    if sys.platform == "win32":
        from vm.machine.sharing.windows_files import WindowsFiles

        return WindowsFiles(folders)
    else:  # noqa: RET505 - the checker of types looks at one of the two
        from vm.machine.sharing.posix_files import PosixFiles

        return PosixFiles(folders)
