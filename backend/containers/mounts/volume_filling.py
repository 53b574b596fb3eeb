"""A new volume starts with what the image has at its place, as Docker does it."""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from backend.containers.container import ContainerRecord
from backend.containers.mounts.mount_sources import open_subpath
from backend.errors import EngineError
from backend.processes import run
from backend.runtime.root_files import opened_root
from backend.runtime.syscalls import open_in_root
from backend.tasks import in_thread_to_end


async def fill_new_volumes(record: ContainerRecord, root: Path) -> None:
    """Copy the root's files below each empty volume's target into the volume, owners and modes included.

    Raises SystemFailureError when the copy fails.
    """
    for mount in record.mounts:
        if mount["Type"] != "volume" or not mount["Copy"]:
            continue
        with ExitStack() as opened:
            both = await in_thread_to_end(_open_both, root, mount, opened)
            if both is not None:
                # Through our own descriptors: paths inside the root and the volume cannot change any more.
                source, target = (f"/proc/{os.getpid()}/fd/{descriptor}/." for descriptor in both)
                await run(["cp", "-a", source, target], timeout=3600)


def _open_both(root: Path, mount: Mapping[str, Any], opened: ExitStack) -> tuple[int, int] | None:
    """Return a folder of the root and the empty one to copy it to, None when there is nothing to do."""
    try:
        if subpath := mount.get("Subpath"):
            target = open_subpath(mount["Source"], subpath)
        else:
            target = os.open(mount["Source"], os.O_PATH)
        opened.callback(os.close, target)
        if any(Path(f"/proc/self/fd/{target}").iterdir()):
            return None
        with opened_root(root) as top:
            source = open_in_root(top, mount["Destination"], os.O_RDONLY | os.O_DIRECTORY)
        opened.callback(os.close, source)
    except (OSError, EngineError):
        return None  # no folder to fill or to fill it from; what cannot be mounted is told by the mount
    return source, target
