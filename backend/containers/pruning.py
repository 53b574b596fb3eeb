"""Removing every container that does not run, and is nobody's work: a build's would fail it.

Source: Docker Engine API, `POST /containers/prune`.
"""

from collections.abc import Callable

from backend.containers.container import Container
from backend.containers.manager import Containers
from backend.containers.sizes import own_bytes
from backend.errors import ConflictError, NotFoundError

STOPPED = frozenset({"created", "exited", "dead"})


async def prune(containers: Containers, unwanted: Callable[[Container], bool]) -> tuple[list[str], int]:
    """Remove the `unwanted` ones among those that do not run; returns their ids and the bytes freed."""
    removed: list[str] = []
    freed = 0
    for container in containers.store:
        if container.state.status not in STOPPED or container.removing or container.record.for_build:
            continue
        if not unwanted(container):
            continue
        size = await own_bytes(containers, container)
        try:
            await containers.remove(container.id)
        except (ConflictError, NotFoundError):
            continue  # somebody started or removed it meanwhile
        removed.append(container.id)
        freed += size
    containers.events.publish("container", "prune", "", reclaimed=str(freed))
    return removed, freed
