"""Volumes that nobody named: they come with a container and may go with it."""

import logging
from collections.abc import Iterable

from backend.containers.container import ContainerRecord
from backend.errors import ConflictError, EngineError, NotFoundError
from backend.volumes.manager import Volumes

log = logging.getLogger(__name__)


def names_of(record: ContainerRecord) -> list[str]:
    """Return the names of a container's anonymous volumes."""
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
