"""Images that are put on record while others go: on real files, records and a real database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from backend.config import EngineConfig
from backend.database import Database
from backend.events import EventBus
from backend.images.content_store import ContentStore
from backend.images.image_creation import ImageDraft
from backend.images.manager import Images
from backend.state_files import StateFiles
from backend.tasks import Tasks

DRAFT = ImageDraft(None, {}, "a step", created="2023-11-14T22:13:20Z")


@pytest.fixture
async def images(tmp_path: Path) -> AsyncIterator[Images]:
    config = EngineConfig(tmp_path / "socket", tmp_path / "data", tmp_path / "run")
    files = StateFiles(config.data_root, config.run_root)
    files.data_root.mkdir()
    database, tasks = Database(files.database), Tasks()
    images = Images(config, files, database, EventBus(), tasks)
    await images.start()
    yield images
    await tasks.cancel_all()
    database.close()


def afterwards(monkeypatch: pytest.MonkeyPatch, method: str, meanwhile: Callable[[], Awaitable[Any]]) -> None:
    """Have something else happen once the store's method, which runs on a thread, has done its work."""
    loop = asyncio.get_running_loop()
    original = getattr(ContentStore, method)

    async def happens() -> None:
        await meanwhile()

    def then(*arguments: Any) -> None:
        original(*arguments)
        monkeypatch.setattr(ContentStore, method, original)
        asyncio.run_coroutine_threadsafe(happens(), loop).result(60)

    monkeypatch.setattr(ContentStore, method, then)


async def assert_whole(images: Images, image: str) -> None:
    async with images.saved([image]) as chunks:
        assert [chunk async for chunk in chunks]


async def test_a_removal_elsewhere_leaves_the_config_of_a_new_image(
    images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    afterwards(monkeypatch, "keep", images.sweep)
    made = await images.create(DRAFT)
    await assert_whole(images, made.id)


async def test_an_image_that_goes_while_it_is_made_again_is_there(
    images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await images.create(DRAFT)
    afterwards(monkeypatch, "add", lambda: images.remove(first.id, force=True))
    again = await images.create(DRAFT)
    assert again.id == first.id
    await assert_whole(images, again.id)
