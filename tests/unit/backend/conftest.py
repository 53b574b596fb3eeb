"""What several of the engine's unit tests begin with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.config import EngineConfig
from backend.database import Database
from backend.events import EventBus
from backend.images.manager import Images
from backend.state_files import StateFiles
from backend.tasks import Tasks


@pytest.fixture
async def images(tmp_path: Path) -> AsyncIterator[Images]:
    """An engine's images, none yet, on real files and a real database."""
    config = EngineConfig(tmp_path / "socket", tmp_path / "data", tmp_path / "run")
    files = StateFiles(config.data_root, config.run_root)
    files.data_root.mkdir()
    database, tasks = Database(files.database), Tasks()
    images = Images(config, files, database, EventBus(), tasks)
    await images.start()
    yield images
    await tasks.cancel_all()
    database.close()
