"""A new volume starts with what the image has at its place, as Docker does it."""

import os
from pathlib import Path

from backend.containers.container import ContainerRecord
from backend.processes import run
from backend.runtime.root_files import opened_root
from backend.runtime.syscalls import open_in_root
from backend.tasks import in_thread


async def fill_new_volumes(record: ContainerRecord, root: Path) -> None:
    """Copy the root's files below each empty volume's target into the volume, owners and modes included.

    Raises SystemFailureError when the copy fails.
    """
    for mount in record.mounts:
        if mount["Type"] != "volume" or not mount["Copy"] or mount.get("Subpath"):
            continue
        source = await in_thread(_open_source, root, mount["Destination"], Path(mount["Source"]))
        if source < 0:
            continue
        try:
            # Through our own descriptor: the path was resolved inside the root and cannot change any more.
            await run(["cp", "-a", f"/proc/{os.getpid()}/fd/{source}/.", mount["Source"]], timeout=3600)
        finally:
            os.close(source)


def _open_source(root: Path, target: str, volume: Path) -> int:
    """Return an open folder of the root to copy from, -1 when there is nothing to do."""
    if any(volume.iterdir()):
        return -1
    with opened_root(root) as top:
        try:
            return open_in_root(top, target, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return -1
