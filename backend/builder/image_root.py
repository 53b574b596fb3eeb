"""An image's files, mounted for a moment: to look destinations up in, and to copy from.

The mount lies where containers have theirs, under an id of its own: what a crash leaves of it is swept away
like any container without a record.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from backend.builder.archive_tree import ArchiveTree
from backend.builder.mounted_tree import MountedTree
from backend.builder.source_tree import SourceTree
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
    paths = RunFiles.of(containers.files, new_id())
    try:
        lowers = await containers.images.mount(image, paths.container_id)
        if len(lowers) == 1:
            root = lowers[0]
        else:
            root = paths.root
            await in_thread_to_end(_mount, paths, lowers)
        with opened_root(root) as descriptor:
            yield MountedTree(descriptor)
    finally:
        await in_thread_to_end(_unmount, paths)
        await containers.images.unmount(paths.container_id)


def _mount(paths: RunFiles, lowers: list[Path]) -> None:
    paths.make_data()
    paths.root.mkdir(parents=True, mode=0o755)
    overlay.mount_overlay(lowers, paths.upper, paths.work, paths.root)


def _unmount(paths: RunFiles) -> None:
    if paths.run.exists():
        paths.remove_run()
    paths.remove_data()
