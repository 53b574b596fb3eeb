"""Layers as folders, for machines without EROFS: unpacked trees, bound read-only for overlays to find."""

import asyncio
import os
import threading
from pathlib import Path

from backend.errors import SystemFailureError
from backend.images.layers.layer_unpacking import FeedStoppedError
from backend.runtime import syscalls
from backend.tasks import in_thread

FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class FolderFormat:
    """Each layer is a tree of plain files; needs nothing but overlayfs."""

    name = "folders"
    suffix = ".folder"

    async def write(self, pipe: int, layer: Path) -> None:
        """Unpack the tar that comes down `pipe`. Raises DamagedArchiveError, SystemFailureError."""
        stopped = threading.Event()
        work = asyncio.ensure_future(in_thread(_unpack, pipe, layer, stopped))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            stopped.set()
            await asyncio.gather(work, return_exceptions=True)
            raise

    def mount(self, layer: Path, target: Path) -> None:
        """Bind a layer read-only. Blocking. Raises SystemFailureError."""
        try:
            syscalls.mount(str(layer), str(target), "", syscalls.MS_BIND)
            try:
                flags = syscalls.MS_BIND | syscalls.MS_REMOUNT | syscalls.MS_RDONLY
                syscalls.mount("", str(target), "", flags)
            except OSError:
                syscalls.unmount(target, syscalls.MNT_DETACH)
                raise
        except OSError as error:
            raise SystemFailureError(f"cannot mount the layer {layer}: {error.strerror}") from error

    def sync(self, layer: Path) -> None:
        """Write a layer to the disk: with all that waits for its file system. Blocking."""
        descriptor = os.open(layer, FLAGS)
        try:
            syscalls.sync_file_system(descriptor)
        finally:
            os.close(descriptor)


def _unpack(pipe: int, layer: Path, stopped: threading.Event) -> None:
    # Imported late: most engines never unpack a layer so.
    from backend.images.layers.folder_unpacking import FolderUnpacking
    from backend.images.tar.tar_reader import TarReader

    def read(size: int) -> bytes:
        if stopped.is_set():
            raise FeedStoppedError
        return os.read(pipe, size)

    layer.mkdir(0o700)
    root = os.open(layer, FLAGS)
    try:
        FolderUnpacking(root).run(TarReader(read))
        while read(1 << 16):
            pass  # what follows the archive belongs to it too
    finally:
        os.close(root)
