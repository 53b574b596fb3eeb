"""Pulls images: from what ships with Marina, from mirrors, from registries.

Source: Docker Engine API, `POST /images/create`.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from backend.config import EngineConfig
from backend.errors import EngineError, SystemFailureError, UnauthorizedError
from backend.events import EventBus
from backend.images.bundled_images import BundledImages
from backend.images.image import Image
from backend.images.image_events import publish_image_event
from backend.images.image_import import ImageImport
from backend.images.image_records import ImageRecords
from backend.images.image_source import FoundManifest, ImageSource
from backend.images.platforms import Platform
from backend.images.pull_progress import PullProgress
from backend.images.reference import DEFAULT_DOMAIN, LEGACY_DOMAIN, Reference
from backend.images.registry_auth import Credentials
from backend.images.registry_client import RegistryClient
from backend.images.registry_endpoints import endpoints
from backend.images.registry_errors import BrokenTransferError, RefusedError, UnreachableError, for_user

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


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
    ) -> Image:
        """Pull one image. Nothing is reported before its manifest is known.

        Raises NotFoundError, UnauthorizedError, InvalidParameterError, SystemFailureError in dockerd's words.
        """
        reference = reference.favouring_digest().with_default_tag()
        async with self._source(reference, credentials) as (source, found):
            progress.message(f"Pulling from {reference.path}", reference.tag or reference.digest)
            names = {str(reference), str(reference.with_digest(found.digest))}
            before = self._records.by_reference(str(reference))
            try:
                image = await self._importer.run(
                    source, found, platform, reference.familiar, sorted(names), progress
                )
            except RefusedError as error:
                raise for_user(error, reference) from error
        progress.message(f"Digest: {found.digest}")
        if before is not None and before.id == image.id:
            progress.message(f"Status: Image is up to date for {reference.familiar}")
        else:
            progress.message(f"Status: Downloaded newer image for {reference.familiar}")
        publish_image_event(self._events, "pull", image, reference.familiar, reference.familiar_name)
        return image

    async def tags(self, reference: Reference, credentials: Credentials) -> list[str]:
        """Return all tags that the registry has for a repository. Raises like `pull`."""
        async with self._asked(reference, credentials, RegistryClient.tags) as (_, tags):
            return tags

    async def manifest(self, reference: Reference, credentials: Credentials) -> FoundManifest:
        """Return what the registry has under a name, without pulling it. Raises like `pull`."""
        async with self._source(reference.with_default_tag(), credentials) as (_, found):
            return found

    async def log_in(self, server: str, credentials: Credentials) -> None:
        """Find out whether a registry accepts credentials. Raises UnauthorizedError, SystemFailureError."""
        domain = server.removeprefix("https://").removeprefix("http://").split("/", 1)[0]
        if domain in ("", LEGACY_DOMAIN):
            domain = DEFAULT_DOMAIN
        failure: EngineError = SystemFailureError(f"there is no registry to ask at {server}")
        for endpoint in endpoints(domain, (), self._config.insecure_registries):
            async with RegistryClient(endpoint, "", credentials) as client:
                try:
                    await client.check_login()
                except RefusedError as error:
                    raise UnauthorizedError(f'Get "{endpoint.url}/v2/": {error}') from error
                except UnreachableError as error:
                    failure = error
                else:
                    return
        raise failure

    @asynccontextmanager
    async def _source(
        self, reference: Reference, credentials: Credentials
    ) -> AsyncIterator[tuple[ImageSource, FoundManifest]]:
        bundled = await self._bundled.find(reference)
        if bundled is not None:
            yield bundled
            return

        async def ask(client: RegistryClient) -> FoundManifest:
            return await client.manifest(reference.digest or reference.tag or "")

        async with self._asked(reference, credentials, ask) as answered:
            yield answered

    @asynccontextmanager
    async def _asked(
        self,
        reference: Reference,
        credentials: Credentials,
        ask: Callable[[RegistryClient], Awaitable[Answer]],
    ) -> AsyncIterator[tuple[RegistryClient, Answer]]:
        """Ask one endpoint after the other; yields the first that answers, with its answer."""
        failure: EngineError = SystemFailureError(f"there is no registry to ask for {reference.familiar}")
        for endpoint in endpoints(
            reference.domain, self._config.registry_mirrors, self._config.insecure_registries
        ):
            # A mirror is somebody else's computer: the user's password for the registry is not for it.
            shown = Credentials() if endpoint.is_mirror else credentials
            async with RegistryClient(endpoint, reference.path, shown) as client:
                try:
                    await client.ping()
                    answer = await ask(client)
                except (RefusedError, EngineError, BrokenTransferError) as error:
                    failure = _as_engine_error(error, reference)
                    if not endpoint.is_mirror and not isinstance(failure, UnreachableError):
                        raise failure from error
                    log.info("%s did not help: %s", endpoint.url, failure.message)
                else:
                    yield client, answer
                    return
        raise failure


def _as_engine_error(error: Exception, reference: Reference) -> EngineError:
    if isinstance(error, RefusedError):
        return for_user(error, reference)
    return error if isinstance(error, EngineError) else SystemFailureError(str(error))
