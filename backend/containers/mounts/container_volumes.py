"""The volumes of one container: held while it runs, and those that go with it."""

import logging
from collections.abc import Iterable, Iterator

from backend.containers.container import ContainerRecord
from backend.errors import ConflictError, EngineError, NotFoundError
from backend.volumes.manager import Volumes
from backend.volumes.volume import Volume

log = logging.getLogger(__name__)


def anonymous_names(record: ContainerRecord) -> list[str]:
    """Return the names of a container's anonymous volumes: nobody named them, they may go with it."""
    return [mount["Name"] for mount in record.mounts if mount["Type"] == "volume" and mount.get("Anonymous")]


async def drop_volumes(volumes: Volumes, names: Iterable[str]) -> None:
    """Remove volumes that nobody else uses. Never raises EngineError."""
    for name in names:
        try:
            await volumes.remove(name)
        except (NotFoundError, ConflictError):
            continue  # it was not made yet, somebody else took it, or uses it by now
        except EngineError as error:
            log.error("%s", error.message)


async def hold(volumes: Volumes, record: ContainerRecord) -> None:
    """Have the container's volumes mounted. Raises SystemFailureError; `release` gives back what it got."""
    for volume in _volumes_of(volumes, record):
        await volumes.mounts.hold(volume, record.id)


def note(volumes: Volumes, record: ContainerRecord) -> None:
    """Remember that the container has its volumes mounted from an earlier engine's time."""
    for volume in _volumes_of(volumes, record):
        volumes.mounts.note(volume.name, record.id)


async def release(volumes: Volumes, record: ContainerRecord) -> None:
    """Let go of the container's volumes."""
    for volume in _volumes_of(volumes, record):
        await volumes.mounts.release(volume, record.id)


def _volumes_of(volumes: Volumes, record: ContainerRecord) -> Iterator[Volume]:
    for mount in record.mounts:
        if mount["Type"] == "volume":
            try:
                yield volumes.get(mount["Name"])
            except NotFoundError as error:
                log.error("container %s: %s", record.id[:12], error.message)
