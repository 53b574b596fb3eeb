"""A disk of its own for an engine's data, which can lose its power while the engine works.

Source: Linux, `EXT4_IOC_SHUTDOWN` (xfstests' `godown`): from one instant on nothing reaches the disk,
what was only in memory is lost, and the next mount finds the journal as a cut of power leaves it.
"""

import fcntl
import os
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHUTDOWN = 0x8004587D
WITHOUT_FLUSH = 2


class DataDisk:
    """An ext4 file system in the file `image`, mounted at `place`."""

    def __init__(self, image: Path, place: Path) -> None:
        self._image = image
        self._place = place

    def mount(self) -> None:
        """Mount it; what a cut of power left is repaired by its journal."""
        subprocess.run(["mount", "-o", "loop", self._image, self._place], check=True)

    def unmount(self) -> None:
        """Unmount it here; a namespace that was copied from this one meanwhile may have it for longer."""
        subprocess.run(["umount", "--lazy", self._place], check=True)

    def lose_power(self) -> None:
        """Let nothing reach the disk from now on."""
        descriptor = os.open(self._place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", WITHOUT_FLUSH))
        finally:
            os.close(descriptor)

    def start_again(self) -> None:
        """Mount what the disk held when it lost its power: a copy, whoever still has the dead one mounted."""
        self.unmount()
        copy = self._image.with_suffix(".copy")
        subprocess.run(["cp", "--sparse=always", self._image, copy], check=True)
        copy.replace(self._image)
        self.mount()


@contextmanager
def made_data_disk(image: Path, place: Path, size: int) -> Iterator[DataDisk]:
    """Make a disk of `size` bytes, mounted until the block ends."""
    place.mkdir(parents=True)
    with image.open("wb") as file:
        file.truncate(size)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    disk = DataDisk(image, place)
    disk.mount()
    try:
        yield disk
    finally:
        disk.unmount()
        image.unlink()
