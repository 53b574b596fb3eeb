"""Volumes: folders of the user that outlive containers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from backend.database import Database
from backend.errors import NotSupportedError
from backend.events import EventBus
from backend.state_files import StateFiles


@dataclass(frozen=True)
class Volume:
    """One volume; `mountpoint` is its folder on this kernel."""

    name: str
    mountpoint: Path
    created_at: str
    labels: Mapping[str, str]
    options: Mapping[str, str]
    anonymous: bool = False


class Volumes:
    """All local volumes. `in_use(name)` tells the IDs of containers that mount one; the daemon sets it."""

    def __init__(self, files: StateFiles, database: Database, events: EventBus) -> None:
        self.in_use: Callable[[str], list[str]] = lambda name: []

    async def create(
        self,
        name: str = "",
        *,
        driver: str = "local",
        options: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> Volume:
        """Return the volume of that name, made if missing; no name makes an anonymous one."""
        raise NotSupportedError("volumes are on their way")
