"""Pulls images: from what ships with Marina, from mirrors, from registries.

Source: Docker Engine API, `POST /images/create`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from backend.config import EngineConfig
from backend.errors import SystemFailureError
from backend.events import EventBus
from backend.images.archives.bundled_images import BundledImages
from backend.images.image import Image
from backend.images.image_events import publish_transfer_event
from backend.images.image_records import ImageRecords
from backend.images.platforms import Platform
from backend.images.reference import Reference
from backend.images.registry.registry_auth import Credentials
from backend.images.registry.registry_errors import BrokenTransferError, RefusedError, for_user
from backend.images.transfer.image_import import ImageImport
from backend.images.transfer.image_source import FoundManifest, ImageSource
from backend.images.transfer.pull_progress import PullProgress

if TYPE_CHECKING:
    from backend.images.registry.registry_client import RegistryClient


class Puller:
    """Finds where a name leads and imports what is there."""

    def __init__(
        self, config: EngineConfig, importer: ImageImport, records: ImageRecords, events: EventBus
    ) -> None:
        self._config = config
        self._importer = importer
        self._records = records
        self._events = events
        self._bundled = BundledImages(config.bundled_images)

    async def pull(
        self,
        reference: Reference,
        platform: Platform | None,
        credentials: Credentials,
        progress: PullProgress,
    ) -> None:
        """Pull one image, or all tags of a repository when `reference` has neither tag nor digest.

        Nothing is reported before the first manifest is known. Raises NotFoundError, UnauthorizedError,
        InvalidParameterError, SystemFailureError in dockerd's words.
        """
        wanted = [reference.favouring_digest()]
        if reference.tag is None and reference.digest is None:
            from backend.images.registry.registry_client import RegistryClient
            from backend.images.registry.registry_lookup import asked

            async with asked(self._config, reference, credentials, RegistryClient.tags) as (_, tags):
                wanted = [reference.with_tag(tag) for tag in tags]
        before = [self._known(one) for one in wanted]
        images = [await self._pull_one(one, platform, credentials, progress) for one in wanted]
        if all(image.id in known for image, known in zip(images, before, strict=True)):
            progress.message(f"Status: Image is up to date for {reference.familiar}")
        else:
            progress.message(f"Status: Downloaded newer image for {reference.familiar}")
        if images:
            publish_transfer_event(self._events, "pull", reference, images[0].labels)

    async def look_up(
        self, reference: Reference, platform: Platform | None, credentials: Credentials
    ) -> Image:
        """Return the image that a pull would bring, without its layers; raises like `pull`."""
        async with self._source(reference, credentials) as (source, found):
            try:
                return await self._importer.look_up(source, found, platform, str(reference))
            except RefusedError as error:
                raise for_user(error, reference) from error
            except BrokenTransferError as error:
                raise SystemFailureError(str(error)) from error

    def _known(self, name: Reference) -> set[str]:
        """Return the ids of the images that a name leads to, on all platforms."""
        image = self._records.by_reference(str(name))
        return {one.id for one in (image, *self._records.further_platforms(image))} if image else set()

    async def _pull_one(
        self,
        reference: Reference,
        platform: Platform | None,
        credentials: Credentials,
        progress: PullProgress,
    ) -> Image:
        async with self._source(reference, credentials) as (source, found):
            progress.message(f"Pulling from {reference.path}", reference.tag or reference.digest)
            names = {str(reference), str(reference.with_digest(found.digest))}
            try:
                image = await self._importer.run(
                    source, found, platform, str(reference), sorted(names), progress
                )
            except RefusedError as error:
                raise for_user(error, reference) from error
        progress.message(f"Digest: {found.digest}")
        return image

    @asynccontextmanager
    async def _source(
        self, reference: Reference, credentials: Credentials
    ) -> AsyncIterator[tuple[ImageSource, FoundManifest]]:
        bundled = await self._bundled.find(reference)
        if bundled is not None:
            yield bundled
            return
        from backend.images.registry.registry_lookup import asked

        async def ask(client: "RegistryClient") -> FoundManifest:
            return await client.manifest(reference.digest or reference.tag or "")

        async with asked(self._config, reference, credentials, ask) as answered:
            yield answered
