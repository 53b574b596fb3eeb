"""How much of the disk containers take: their own changes, and these with their image."""

import os
from collections.abc import Mapping, Sequence

from backend.containers.container import Container
from backend.containers.manager import Containers
from backend.containers.run_files import RunFiles
from backend.errors import NotFoundError
from backend.tasks import in_thread


async def own_bytes(containers: Containers, container: Container) -> int:
    """Return the length of all files that a container has changed or made; volumes do not count."""
    try:
        return await in_thread(_bytes_below, RunFiles.of(containers.files, container.id).upper)
    except FileNotFoundError:  # the container was removed meanwhile
        return 0


async def sizes_of(containers: Containers, wanted: Sequence[Container]) -> Mapping[str, tuple[int, int]]:
    """Return Docker's SizeRw and SizeRootFs of containers by their id, in bytes."""
    result: dict[str, tuple[int, int]] = {}
    for container in wanted:
        own = await own_bytes(containers, container)
        try:
            image = containers.images.find(container.record.image_id).size
        except NotFoundError:  # the container, and its image with it, was removed meanwhile
            image = 0
        result[container.id] = own, own + image
    return result


def _bytes_below(folder: os.PathLike[str]) -> int:
    total = 0
    seen: set[tuple[int, int]] = set()  # files with several names count once
    for _, _, names, descriptor in os.fwalk(folder):
        for name in names:
            try:
                status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            except FileNotFoundError:
                continue  # the running container has just removed it
            if (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                total += status.st_size
    return total
