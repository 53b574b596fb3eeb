"""An image's files, mounted for a moment: to look destinations up in, and to copy from.

The mount lies where containers have theirs, under an id of its own: what a crash leaves of it is swept away
like any container without a record.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from backend.builder.copy.archive_tree import ArchiveTree
from backend.builder.copy.mounted_tree import MountedTree
from backend.builder.copy.source_tree import SourceTree
from backend.containers.manager import Containers
from backend.containers.names import new_id
from backend.containers.run_files import RunFiles
from backend.images.image import Image
from backend.runtime import overlay
from backend.runtime.root_files import opened_root
from backend.tasks import in_thread_to_end


@asynccontextmanager
async def image_root(containers: Containers, image: Image | None) -> AsyncIterator[SourceTree]:
    """Hold an image's files; without an image there are none. Raises SystemFailureError."""
    if image is None or not image.store_layers:
        yield ArchiveTree()
        return
    async with mounted_image(containers, image) as root:
        with opened_root(root) as descriptor:
            yield MountedTree(descriptor)


@asynccontextmanager
async def mounted_image(
    containers: Containers, image: Image | None, *, writable: bool = False
) -> AsyncIterator[Path]:
    """Hold the folder where an image's files are mounted; what is written to it is lost with it.

    Raises SystemFailureError.
    """
    paths = RunFiles.of(containers.files, new_id())
    try:
        lowers = await containers.images.mount(image, paths.container_id) if image is not None else []
        if len(lowers) == 1 and not writable:
            yield lowers[0]
        else:
            await in_thread_to_end(_mount, paths, lowers)
            yield paths.root
    finally:
        await in_thread_to_end(_unmount, paths)
        await containers.images.unmount(paths.container_id)


def _mount(paths: RunFiles, lowers: list[Path]) -> None:
    paths.root.mkdir(parents=True, mode=0o755)
    if lowers:
        paths.make_data()
        overlay.mount_overlay(lowers, paths.upper, paths.work, paths.root)


def _unmount(paths: RunFiles) -> None:
    if paths.run.exists():
        paths.remove_run()
    paths.remove_data()
