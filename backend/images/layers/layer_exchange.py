"""Layers on their way out and in: what caches of builds are made of, at registries and with clients."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from backend.config import EngineConfig
from backend.images.content_store import ContentStore
from backend.images.image import Image, Layer
from backend.images.manifest import Descriptor
from backend.images.pins import Pins
from backend.images.platforms import Platform
from backend.images.reference import Reference
from backend.images.registry.registry_auth import Credentials
from backend.images.transfer.image_import import ImageImport
from backend.images.transfer.image_source import FoundManifest, ImageSource
from backend.images.transfer.pull_progress import PullProgress

if TYPE_CHECKING:
    from backend.images.registry.registry_client import RegistryClient
    from backend.images.registry.registry_upload import RegistryUpload


class LayerExchange:
    """Gives the blobs of layers, and takes others' into the store."""

    def __init__(
        self, config: EngineConfig, content: ContentStore, importer: ImageImport, pins: Pins
    ) -> None:
        self._config = config
        self._content = content
        self._importer = importer
        self._pins = pins

    def fetched(
        self, source: ImageSource, blob: Descriptor, diff_id: str, below: Sequence[Layer]
    ) -> AbstractAsyncContextManager[Layer]:
        """Hold one layer of a source, fetched unless it is here; `below` is what it lies on.

        Raises EngineError, and what the source raises.
        """
        return self._importer.layer(source, blob, diff_id, below)

    async def image(
        self, source: ImageSource, found: FoundManifest, platform: Platform | None, name: str
    ) -> Image:
        """Bring an image of a source into the store, without names; `name` is for messages.

        Raises EngineError, and what the source raises.
        """
        silent = PullProgress(lambda message: None)
        return await self._importer.run(source, found, platform, name, (), silent)

    @contextmanager
    def held(self, images: Iterable[Image]) -> Iterator[None]:
        """Keep the blobs of images until the block ends."""
        with self._pins.hold([layer.blob for image in images for layer in image.store_layers]):
            yield

    def blob_of(self, layer: Layer) -> tuple[Descriptor, Path]:
        """Return a layer's blob and its file. Blocking."""
        path = self._content.path(layer.blob)
        return Descriptor(layer.media_type, layer.blob, path.stat().st_size), path

    @asynccontextmanager
    async def registry(
        self, name: Reference, credentials: Credentials, *, insecure: bool = False
    ) -> AsyncIterator[tuple["RegistryClient", FoundManifest]]:
        """Yield a registry that has `name`, and the manifest or index by that name. Raises EngineError."""
        from backend.images.registry.registry_lookup import asked

        async def ask(client: "RegistryClient") -> FoundManifest:
            return await client.manifest(name.digest or name.tag or "latest")

        async with asked(self._settings(name, insecure), name, credentials, ask) as answered:
            yield answered

    def upload(
        self, name: Reference, credentials: Credentials, *, insecure: bool = False
    ) -> AbstractAsyncContextManager["RegistryUpload"]:
        """Open a repository of a registry for writing. Raises EngineError."""
        from backend.images.registry.registry_upload import opened_upload

        return opened_upload(self._settings(name, insecure), name, credentials)

    def _settings(self, name: Reference, insecure: bool) -> EngineConfig:
        if not insecure:
            return self._config
        return replace(self._config, given_insecure=(*self._config.given_insecure, name.domain))
