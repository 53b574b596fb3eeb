"""Brings one image from a source into the stores: config, layers, record; all of it or nothing."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace

from backend.errors import InvalidParameterError, NotFoundError, SystemFailureError
from backend.images import digests, platforms
from backend.images.content_store import ContentStore
from backend.images.image import Image, KeptIndex, Layer
from backend.images.image_records import ImageRecords
from backend.images.layers.folders_below import FoldersBelowUnknownError
from backend.images.layers.layer_sources import BlobSource
from backend.images.layers.layer_store import LayerStore, StoredLayer
from backend.images.manifest import (
    MAX_CONFIG_BYTES,
    MAX_INDEX_DEPTH,
    Descriptor,
    Index,
    Manifest,
    parse,
    parse_config,
)
from backend.images.pins import Pins
from backend.images.platforms import Platform
from backend.images.shared_jobs import SharedJobs
from backend.images.transfer.blob_download import BlobDownload
from backend.images.transfer.image_source import FoundManifest, ImageSource, read_small_blob
from backend.images.transfer.outgoing import blobs_of
from backend.images.transfer.pull_progress import PullProgress, Step, retrying
from backend.images.transfer.shared_sources import SharedSources
from backend.tasks import Tasks, in_thread, in_thread_to_end

PARALLEL_DOWNLOADS = 3  # as dockerd
PARALLEL_UNPACKING = 2  # each keeps one core busy, and a second one for half of its time

Report = Callable[[Step], None]
log = logging.getLogger(__name__)


class ImageImport:
    """Shared by all pulls and loads of an engine, so that what two of them need is fetched once."""

    def __init__(
        self, content: ContentStore, layers: LayerStore, records: ImageRecords, pins: Pins, tasks: Tasks
    ) -> None:
        self._content = content
        self._layers = layers
        self._records = records
        self._downloads = SharedJobs[None, Step](tasks, "download")
        self._unpacking = SharedJobs[StoredLayer, Step](tasks, "unpack")
        self._sources = SharedSources()
        self._slots = asyncio.Semaphore(PARALLEL_DOWNLOADS)
        self._unpacking_slots = asyncio.Semaphore(PARALLEL_UNPACKING)
        self._recording = asyncio.Lock()
        self._pins = pins

    async def run(
        self,
        source: ImageSource,
        found: FoundManifest,
        wanted: Platform | None,
        name: str,
        references: Iterable[str],
        progress: PullProgress,
        index: FoundManifest | None = None,
    ) -> Image:
        """Import the image that `found` describes and record it under `references`.

        `index` is the list of manifests that these names lead to; by itself it is `found` when that is one.
        `wanted` is the platform that the caller insists on; None means this engine's, or whatever there is.
        `name` is for messages. Raises NotFoundError when there is no image for the platform,
        InvalidParameterError for damaged ones, and what the source raises.
        """
        chosen, manifest = await self._manifest_for(source, found, wanted or platforms.own(), name)
        index = index or found
        kept = kept_index(index, chosen.digest)
        blobs = [layer.digest for layer in manifest.layers]
        with ExitStack() as pins:
            pins.enter_context(self._pins.hold([*blobs, manifest.config.digest, chosen.digest, index.digest]))
            config_data = await self._config(source, manifest.config)
            config, diff_ids = parse_config(config_data, len(manifest.layers))
            _check_platform(platforms.from_json(config), wanted, name)
            known = [self.known(diff_ids[: height + 1]) for height in range(len(diff_ids))]
            pins.enter_context(self._pins.hold([*diff_ids, *(layer.blob for layer in known if layer)]))
            progress.layers(blobs, diff_ids)
            existing = self._records.get(manifest.config.digest)
            if existing is not None and not existing.removed:
                progress = PullProgress(lambda message: None)  # as dockerd: no word about its layers
            small = [config_data, chosen.data, *([index.data] if kept else [])]
            layers = await self._layers_of(source, manifest.layers, diff_ids, known, small, progress)
            image = Image(
                id=manifest.config.digest,
                config=config,
                store_layers=layers,
                tagged_ns=time.time_ns(),
                manifest=chosen.digest,
            )
            return await self._enter(image, references, kept)

    async def look_up(
        self, source: ImageSource, found: FoundManifest, wanted: Platform | None, name: str
    ) -> Image:
        """Return what `run` would import, without layers, and leave nothing of it here; raises like `run`."""
        chosen, manifest = await self._manifest_for(source, found, wanted or platforms.own(), name)
        if self._content.has(manifest.config.digest):
            data = await in_thread(self._content.read, manifest.config.digest)
        else:
            data = await read_small_blob(source, manifest.config, MAX_CONFIG_BYTES)
        config, _ = parse_config(data, len(manifest.layers))
        _check_platform(platforms.from_json(config), wanted, name)
        return Image(id=manifest.config.digest, config=config, store_layers=(), manifest=chosen.digest)

    async def record(
        self,
        image: Image,
        small_blobs: Iterable[bytes],
        references: Iterable[str],
        index: KeptIndex | None = None,
    ) -> Image:
        """Put an image on record whose layers and their blobs are on the disk; it is all or nothing."""
        with self._pins.hold(_blobs(image, index)):  # a removal sweeps what no image on record needs
            await in_thread(self._content.add, small_blobs)
            return await self._enter(image, references, index)

    async def _enter(self, image: Image, references: Iterable[str], index: KeptIndex | None) -> Image:
        async with self._recording:  # two imports of one image move the same files
            await in_thread_to_end(self._content.keep, _blobs(image, index))
            existing = self._records.get(image.id)
            if existing is not None and not existing.removed:  # it stays what it was, and gains names
                image = replace(
                    image,
                    made_here=image.made_here or existing.made_here,
                    parent=image.parent or existing.parent,
                    manifest=image.manifest or existing.manifest,
                    indexes=existing.indexes,
                )
            return self._records.add(image, references, index)

    async def _manifest_for(
        self, source: ImageSource, found: FoundManifest, wanted: Platform, name: str
    ) -> tuple[FoundManifest, Manifest]:
        for _ in range(MAX_INDEX_DEPTH):
            parsed = parse(found.data, found.media_type)
            if isinstance(parsed, Manifest):
                return found, parsed
            found = await source.manifest(parsed.choose(wanted).digest)
        raise InvalidParameterError(f"the manifest lists of {name} are nested too deeply")

    async def _config(self, source: ImageSource, blob: Descriptor) -> bytes:
        if blob.size > MAX_CONFIG_BYTES:
            raise InvalidParameterError(f"the image's config is larger than {MAX_CONFIG_BYTES} bytes")
        if not self._content.has(blob.digest):
            await self._download(source, blob, lambda step: None)
        return await in_thread(self._content.read, blob.digest)

    async def _layers_of(
        self,
        source: ImageSource,
        blobs: Sequence[Descriptor],
        diff_ids: tuple[str, ...],
        known: Sequence[Layer | None],
        small: Sequence[bytes],
        progress: PullProgress,
    ) -> tuple[Layer, ...]:
        """Fetch and unpack side by side, but for layers that need their lower ones' folders.

        On return all of it is on the disk, and the image's `small` blobs are, too.
        """
        arrivals: list[asyncio.Task[Layer]] = []
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(in_thread(self._content.add, small))
                for height, blob in enumerate(blobs):
                    stack, below = diff_ids[: height + 1], tuple(arrivals)
                    arrival = self._arrived(source, blob, stack, known[height], below, progress, group)
                    arrivals.append(group.create_task(arrival))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures  # the first one stopped the others
        return tuple(arrival.result() for arrival in arrivals)

    async def _arrived(
        self,
        source: ImageSource,
        blob: Descriptor,
        stack: tuple[str, ...],
        known: Layer | None,
        below: Sequence[asyncio.Task[Layer]],
        progress: PullProgress,
        group: asyncio.TaskGroup,
    ) -> Layer:
        """Return the topmost layer of a stack, fetched and unpacked while those `below` are on their way."""
        if known is not None:
            progress.layer(blob.digest, Step("Already exists"))
            return known
        progress.layer(blob.digest, Step("Pulling fs layer"))
        await self._download(source, blob, _reporter(progress, blob.digest))
        group.create_task(in_thread(self._content.write_out, blob.digest))
        keys = [lower.result().key for lower in below] if all(lower.done() for lower in below) else None
        try:
            layer = await self._unpack(blob, stack, keys, progress)
        except FoldersBelowUnknownError:  # seldom, and mostly at a layer's first entries
            layer = await self._unpack(blob, stack, [(await lower).key for lower in below], progress)
        # The disk writes this one while the next one is unpacked.
        group.create_task(in_thread(self._layers.make_durable, layer.key))
        progress.layer(blob.digest, Step("Pull complete"))
        return layer

    @asynccontextmanager
    async def layer(
        self, source: ImageSource, blob: Descriptor, diff_id: str, below: Sequence[Layer]
    ) -> AsyncIterator[Layer]:
        """Hold one layer over those `below`, fetched and unpacked unless it is here; raises like `run`."""
        stack = (*(lower.diff_id for lower in below), diff_id)
        with self._pins.hold([blob.digest, diff_id]):
            known = self.known(stack)
            if known is not None:
                with self._pins.hold([known.blob]):
                    yield known
                return
            await self._download(source, blob, lambda step: None)
            silent = PullProgress(lambda message: None)
            layer = await self._unpack(blob, stack, [lower.key for lower in below], silent)
            await in_thread(self._content.write_out, blob.digest)
            await in_thread(self._layers.make_durable, layer.key)
            yield layer

    async def restore(self, layers: Sequence[Layer]) -> None:
        """Make those of a whole stack of layers again, from their blobs, that cannot be mounted as they are.

        Their format is one that this machine has lost, or somebody removed them. Raises SystemFailureError
        where a blob is lost, too, and like `run`.
        """
        silent = PullProgress(lambda message: None)
        diff_ids = tuple(layer.diff_id for layer in layers)
        with self._pins.hold([*diff_ids, *(layer.blob for layer in layers)]):
            for height, layer in enumerate(layers):
                if self._layers.has(layer.key):
                    continue
                name = layer.key[:12]
                if not self._content.has(layer.blob):
                    raise SystemFailureError(f"the layer {name} is lost: pull or load the image again")
                log.warning("the layer %s cannot be mounted here as it is, and is unpacked again", name)
                blob = Descriptor(layer.media_type, layer.blob, 0)
                below = [lower.key for lower in layers[:height]]
                await self._unpack(blob, diff_ids[: height + 1], below, silent)

    def known(self, stack: tuple[str, ...]) -> Layer | None:
        """Return the topmost layer of a stack of diff ids when the store has it and an image names it."""
        key = self._layers.find(stack)
        return None if key is None else self._records.layer(key)

    async def _download(self, source: ImageSource, blob: Descriptor, watch: Report) -> None:
        if self._content.has(blob.digest):
            return

        async def work(report: Report) -> None:
            if self._slots.locked():
                report(Step("Waiting"))
            async with self._slots:
                path = self._content.download_path(blob.digest)
                download = BlobDownload(
                    blob,
                    path,
                    lambda done: report(Step("Downloading", done, blob.size)),
                    lambda seconds: report(retrying(seconds)),
                )
                await download.run(shared)
                report(Step("Verifying Checksum"))
                report(Step("Download complete"))

        with self._sources.joined(blob.digest, source) as shared:
            await self._downloads.run(blob.digest, work, watch)

    async def _unpack(
        self, blob: Descriptor, stack: tuple[str, ...], below: Sequence[str] | None, progress: PullProgress
    ) -> Layer:
        """Unpack a layer over those `below`. Raises FoldersBelowUnknownError when it needs to know them."""
        loop = asyncio.get_running_loop()

        async def work(report: Report) -> StoredLayer:
            def from_thread(done: int) -> None:
                loop.call_soon_threadsafe(report, Step("Extracting", done, blob.size))

            name = digests.hex_of(blob.digest)[:12]
            source = BlobSource(name, lambda: self._content.open(blob.digest))
            async with self._unpacking_slots:
                recorded = self._records.has_layer(stack[-1])
                return await self._layers.unpack(source, stack, below, from_thread, recorded=recorded)

        key = digests.chain(stack) + (" on others" if below is None else "")
        stored = await self._unpacking.run(key, work, _reporter(progress, blob.digest))
        return Layer(stack[-1], stored.key, blob.digest, blob.media_type, stored.size)


def _blobs(image: Image, index: KeptIndex | None) -> set[str]:
    """Return the digests of all that must lie on the disk for an image and the index of its names."""
    named = {*blobs_of(image), index.digest if index else ""}
    return named - {""}  # a new image has no manifest yet


def kept_index(found: FoundManifest, manifest: str) -> KeptIndex | None:
    """Return how an index is kept that lists this manifest itself; None when `found` is no such index."""
    parsed = parse(found.data, found.media_type)
    if not isinstance(parsed, Index):
        return None
    listed = tuple(entry.digest for entry in parsed.manifests)
    return KeptIndex(found.digest, listed) if manifest in listed else None


def _reporter(progress: PullProgress, digest: str) -> Report:
    return lambda step: progress.layer(digest, step)


def _check_platform(actual: Platform, wanted: Platform | None, name: str) -> None:
    if wanted is not None and not actual.suits(wanted):
        raise NotFoundError(
            f"image with reference {name} was found but does not match the specified platform: "
            f"wanted {wanted}, actual: {actual}"
        )
