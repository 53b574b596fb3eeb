"""Images as the rest of the engine sees them: find, list, mount, pull, load, tag, remove."""

from collections.abc import Callable
from pathlib import Path

from backend.config import EngineConfig
from backend.database import Database
from backend.errors import NotFoundError
from backend.events import EventBus
from backend.images.image import Image, ImageUse
from backend.state_files import StateFiles
from backend.tasks import Tasks


class Images:
    """All images of one engine."""

    in_use: Callable[[str], list[ImageUse]]

    def __init__(
        self, config: EngineConfig, files: StateFiles, database: Database, events: EventBus, tasks: Tasks
    ) -> None:
        self._files = files

        def nobody(image_id: str) -> list[ImageUse]:
            return []

        self.in_use = nobody

    async def start(self) -> None:
        """Finish what was interrupted."""

    def find(self, reference_or_id: str) -> Image:
        """Return an image by name, name@digest or id. Raises NotFoundError."""
        raise NotFoundError(f"No such image: {reference_or_id}")

    def familiar_name(self, image: Image) -> str:
        """Return the name that people know an image by, or its id when it has none."""
        return image.id

    async def mount(self, image: Image, holder: str) -> list[Path]:
        """Mount an image's layers for `holder`; returns read-only folders, topmost first."""
        return []

    async def restore_mount(self, image: Image, holder: str) -> list[Path]:
        """Take hold again of mounts that are there since before the engine started."""
        return []

    async def unmount(self, holder: str) -> None:
        """Let go of what `holder` held."""
