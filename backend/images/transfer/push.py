"""Pushes images: what the registry lacks of their blobs, then their manifests.

Source: Docker Engine API, `POST /images/{name}/push`; dockerd, `distribution/push_v2.go`.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from backend.config import EngineConfig
from backend.errors import NotFoundError, SystemFailureError
from backend.events import EventBus
from backend.images import digests
from backend.images.content_store import ContentStore
from backend.images.image import Image
from backend.images.image_events import publish_transfer_event
from backend.images.image_records import ImageRecords
from backend.images.manifest import Descriptor
from backend.images.pins import Pins
from backend.images.platforms import Platform
from backend.images.reference import Reference, parse
from backend.images.registry.registry_auth import Credentials
from backend.images.registry.registry_errors import BrokenTransferError, RefusedError
from backend.images.registry.registry_upload import RegistryUpload, opened_upload, patiently
from backend.images.transfer.outgoing import OutgoingImage, blobs_of, outgoing
from backend.images.transfer.outgoing_index import OutgoingIndex, for_platform, outgoing_index
from backend.images.transfer.pull_progress import PullProgress, Send, Step
from backend.tasks import in_thread

PARALLEL_UPLOADS = 5  # as dockerd
MAX_SOURCES = 3  # repositories to try to mount one blob from


@dataclass(frozen=True, slots=True)
class Push:
    """One call to push: where to, and who is told."""

    name: Reference
    upload: RegistryUpload
    progress: PullProgress
    slots: asyncio.Semaphore
    platform: Platform | None = None


class Pusher:
    """Sends images to registries."""

    def __init__(
        self,
        config: EngineConfig,
        records: ImageRecords,
        content: ContentStore,
        pins: Pins,
        events: EventBus,
    ) -> None:
        self._config = config
        self._records = records
        self._content = content
        self._pins = pins
        self._events = events

    async def push(
        self, name: Reference, credentials: Credentials, send: Send, platform: Platform | None = None
    ) -> None:
        """Push one tag, or all tags of a repository when `name` has none.

        A tag that leads to several platforms is pushed with all of them when all are here; otherwise, or
        when one `platform` is asked for, one image of them is. Raises NotFoundError, ConflictError,
        SystemFailureError in dockerd's words.
        """
        progress = PullProgress(send)
        progress.message(f"The push refers to repository [{name.name}]")
        tagged = self._tagged(name)
        sources = {
            source
            for tag, image in tagged
            for one in self._members(tag, image)
            for source in self._sources(name, blobs_of(one))
        }
        try:
            async with opened_upload(self._config, name, credentials, sorted(sources)) as upload:
                slots = asyncio.Semaphore(PARALLEL_UPLOADS)
                push = Push(name, upload, progress, slots, platform)
                for tag, image in tagged:
                    size, digest = await self._push_tag(push, tag, image, send)
                    progress.message(f"{tag.tag}: digest: {digest} size: {size}")
                    send({"progressDetail": {}, "aux": {"Tag": tag.tag, "Digest": digest, "Size": size}})
        except (RefusedError, BrokenTransferError) as error:
            raise SystemFailureError(str(error)) from error
        publish_transfer_event(self._events, "push", name, tagged[0][1].labels)

    def _tagged(self, name: Reference) -> list[tuple[Reference, Image]]:
        here = [
            (known, image)
            for image in self._records
            for known in map(parse, image.references)
            if known.name == name.name
        ]
        if not here:
            raise NotFoundError(f"An image does not exist locally with the tag: {name.familiar_name}")
        if name.digest is not None:
            raise NotFoundError("cannot push a digest reference")
        tagged = [(known, image) for known, image in here if known.tag and name.tag in (None, known.tag)]
        if not tagged:
            missing = "tag does not exist:" if name.tag else "no tags to push for"
            raise NotFoundError(f"{missing} {name.familiar}")
        return sorted(tagged, key=lambda pair: str(pair[0]))

    def _sources(self, name: Reference, wanted: Iterable[str]) -> list[str]:
        """Return the repositories of the same registry that must have had one of these blobs."""
        blobs = set(wanted)
        found: dict[str, None] = {}
        for image in self._records:
            if blobs.isdisjoint(layer.blob for layer in image.store_layers):
                continue
            for known in map(parse, image.references):
                if known.digest and known.domain == name.domain and known.path != name.path:
                    found[known.path] = None
        return list(found)[:MAX_SOURCES]

    def _members(self, tag: Reference, image: Image) -> list[Image]:
        """Return the images that a tag leads to, on all platforms that are here."""
        index = image.indexes.get(str(tag))
        others = self._records.indexed(index) if index else []
        return [image, *(other for other in others if other.id != image.id)]

    async def _push_tag(self, push: Push, tag: Reference, image: Image, send: Send) -> tuple[int, str]:
        """Push what one tag leads to; returns the size and digest of its manifest or index."""
        members, kept = self._members(tag, image), image.indexes.get(str(tag))
        index_blob = [kept.digest] if kept else []
        with self._pins.hold([*index_blob, *(blob for member in members for blob in blobs_of(member))]):
            if kept is None:
                sent = await in_thread(outgoing, image, self._content)
                return await self._push_single(push, tag, for_platform([sent], push.platform, tag.familiar))
            index = await in_thread(outgoing_index, kept, members, self._content)
            if push.platform is None and index.complete:
                return await self._push_index(push, tag, image, index)
            # What differs from its manifest in the index still goes alone, as an image of its own.
            here = index.images or (await in_thread(outgoing, image, self._content),)
            single = for_platform(here, push.platform, tag.familiar)
            size, digest = await self._push_single(push, tag, single)
            if push.platform is None:
                send(_instead_of(index, single))
            return size, digest

    async def _push_index(
        self, push: Push, tag: Reference, image: Image, index: OutgoingIndex
    ) -> tuple[int, str]:
        for sent in index.images:
            await self._push_image(push, sent, digests.of_bytes(sent.manifest))
        await patiently(lambda: push.upload.put_manifest(str(tag.tag), index.data, index.media_type))
        self._add_digest(image, tag, index.digest)
        return len(index.data), index.digest

    async def _push_single(self, push: Push, tag: Reference, sent: OutgoingImage) -> tuple[int, str]:
        await self._push_image(push, sent, str(tag.tag))
        digest = digests.of_bytes(sent.manifest)
        self._add_digest(sent.image, tag, digest)
        return len(sent.manifest), digest

    async def _push_image(self, push: Push, sent: OutgoingImage, name: str) -> None:
        """Push one image; its manifest goes under a tag or its digest."""
        await self._push_layers(push, sent)
        await patiently(lambda: self._push_config(push, sent.config))
        await patiently(lambda: push.upload.put_manifest(name, sent.manifest, sent.media_type))

    def _add_digest(self, image: Image, tag: Reference, digest: str) -> None:
        """Record that an image has this digest in a repository now."""
        recorded = self._records.get(image.id)
        if recorded is not None and not recorded.removed:
            kept = recorded.indexes.get(str(tag))
            index = kept if kept and kept.digest == digest else None
            self._records.add(recorded, [str(tag.with_digest(digest))], index)

    async def _push_layers(self, push: Push, sent: OutgoingImage) -> None:
        layers = {
            layer.digest: (diff_id, layer)
            for diff_id, layer in zip(sent.image.layers, sent.layers, strict=True)
        }
        topmost_first = list(reversed(layers.values()))
        for diff_id, _ in topmost_first:
            push.progress.layer(diff_id, Step("Preparing"))
        for diff_id, _ in topmost_first[PARALLEL_UPLOADS:]:
            push.progress.layer(diff_id, Step("Waiting"))
        try:
            async with asyncio.TaskGroup() as group:
                for diff_id, layer in topmost_first:
                    group.create_task(self._push_layer(push, diff_id, layer))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures  # the first one stopped the others

    async def _push_layer(self, push: Push, diff_id: str, layer: Descriptor) -> None:
        def tell(step: Step) -> None:
            push.progress.layer(diff_id, step)

        async def work() -> None:
            if await push.upload.has_blob(layer.digest):
                tell(Step("Layer already exists"))
                return
            for source in self._sources(push.name, [layer.digest]):
                if await push.upload.mount(layer.digest, source):
                    tell(Step(f"Mounted from {source}"))
                    return
            path = self._content.path(layer.digest)
            await push.upload.send(layer, path, lambda done: tell(Step("Pushing", done, layer.size)))
            tell(Step("Pushed"))

        async with push.slots:
            await patiently(work, tell)

    async def _push_config(self, push: Push, config: Descriptor) -> None:
        if not await push.upload.has_blob(config.digest):
            await push.upload.send(config, self._content.path(config.digest), lambda done: None)


def _instead_of(index: OutgoingIndex, sent: OutgoingImage) -> dict[str, Any]:
    """Return the word to clients that one image was pushed where the tag leads to several, as dockerd's."""
    return {
        "progressDetail": {},
        "aux": {
            "manifestPushedInsteadOfIndex": True,
            "originalIndex": {
                "mediaType": index.media_type,
                "digest": index.digest,
                "size": len(index.data),
            },
            "selectedManifest": {
                "mediaType": sent.media_type,
                "digest": digests.of_bytes(sent.manifest),
                "size": len(sent.manifest),
            },
        },
    }
