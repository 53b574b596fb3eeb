"""Images that are put on record while others go: on real files, records and a real database."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from backend.images.content_store import ContentStore
from backend.images.image_creation import ImageDraft
from backend.images.manager import Images

DRAFT = ImageDraft(None, {}, "a step", created="2023-11-14T22:13:20Z")


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
