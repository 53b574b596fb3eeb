"""Imports images of `docker save`'s own form: each plain layer is unpacked and compressed in one pass.

Their manifests are written when they leave the engine (`outgoing.py`).
"""

import asyncio
import secrets
import time
from collections.abc import Sequence
from contextlib import ExitStack

from backend.images import digests
from backend.images.archives.image_archive import ArchivedImage, ImageArchive, Member
from backend.images.content_store import UNFINISHED, ContentStore
from backend.images.image import Image, Layer
from backend.images.layers.layer_sources import NewLayer
from backend.images.layers.layer_store import LayerStore
from backend.images.manifest import DOCKER_LAYER, parse_config
from backend.images.pins import Pins
from backend.images.transfer.image_import import ImageImport
from backend.images.transfer.pull_progress import PullProgress, Step
from backend.tasks import in_thread


class PlainImport:
    """Fills the stores from one archive; `pins` keep what it relies on until the caller lets go."""

    def __init__(
        self, content: ContentStore, layers: LayerStore, importer: ImageImport, held: Pins, pins: ExitStack
    ) -> None:
        self._content = content
        self._layers = layers
        self._importer = importer
        self._held = held
        self._pins = pins

    async def run(
        self,
        archive: ImageArchive,
        image: ArchivedImage,
        known: Sequence[Layer | None],
        names: Sequence[str],
        progress: PullProgress,
    ) -> Image:
        """Record an image whose layers that are not `known` are plain. Raises like ImageImport.run."""
        config, diff_ids = parse_config(image.config, len(image.layers))
        progress.layers(diff_ids, diff_ids)
        layers: list[Layer] = []
        try:
            async with asyncio.TaskGroup() as group:
                for height, member in enumerate(image.layers):
                    layer = known[height]
                    if layer is None:
                        stack = diff_ids[: height + 1]
                        layer = await self._unpack(archive, member, stack, layers, progress)
                        # The disk writes this one while the next one is unpacked.
                        group.create_task(in_thread(self._layers.make_durable, layer.key))
                    layers.append(layer)
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        made = Image(
            id=digests.of_bytes(image.config),
            config=config,
            store_layers=tuple(layers),
            tagged_ns=time.time_ns(),
        )
        return await self._importer.record(made, [image.config], names)

    async def _unpack(
        self,
        archive: ImageArchive,
        member: Member,
        stack: Sequence[str],
        below: Sequence[Layer],
        progress: PullProgress,
    ) -> Layer:
        loop = asyncio.get_running_loop()
        diff_id = stack[-1]

        def report(done: int) -> None:
            loop.call_soon_threadsafe(progress.layer, diff_id, Step("Extracting", done, member.size))

        unfinished = self._content.download_path(secrets.token_hex(16)).with_suffix(UNFINISHED)
        source = NewLayer(archive.contents(member), unfinished, digests.hex_of(diff_id)[:12])
        try:
            stored = await self._layers.unpack(source, stack, [layer.key for layer in below], report)
            self._pins.enter_context(self._held.hold([source.blob_digest]))
            await in_thread(self._content.adopt, unfinished, source.blob_digest)
        finally:
            unfinished.unlink(missing_ok=True)
        return Layer(diff_id, stored.key, source.blob_digest, f"{DOCKER_LAYER}.gzip", stored.size)
