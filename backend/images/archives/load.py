"""Loads images from an archive that a client sends.

Source: Docker Engine API, `POST /images/load`.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from backend.errors import InvalidParameterError, SystemFailureError
from backend.events import EventBus
from backend.images import reference
from backend.images.archives.archive_packing import Packer
from backend.images.archives.image_archive import ArchivedImage, ImageArchive
from backend.images.archives.plain_import import PlainImport
from backend.images.content_store import ContentStore
from backend.images.image import Image
from backend.images.image_events import publish_image_event
from backend.images.image_records import ImageRecords
from backend.images.layers.decompression import BUFFER, DECOMPRESSION_ERRORS, plain
from backend.images.layers.layer_store import LayerStore
from backend.images.manifest import parse_config
from backend.images.pins import Pins
from backend.images.transfer.image_import import ImageImport
from backend.images.transfer.pull_progress import PullProgress, Send, Step
from backend.tasks import in_thread, in_thread_to_end

SPOOL_PREFIX = "load-"
RENAMED = "The image {name} already exists, renaming the old one with ID {id} to empty string\n"


class LoadProgress(PullProgress):
    """Says "Loading layer" where a pull extracts, under the layer's diff id, and nothing else of a pull."""

    def __init__(self, send: Send) -> None:
        super().__init__(send)
        self._diff_ids: dict[str, str] = {}

    def layers(self, blobs: Sequence[str], diff_ids: Sequence[str]) -> None:
        """Learn which blob holds which layer."""
        self._diff_ids = dict(zip(blobs, diff_ids, strict=True))

    def layer(self, digest: str, step: Step) -> None:
        """Send a layer's step when it is one that loads have."""
        if step.status == "Extracting":
            super().layer(self._diff_ids[digest], Step("Loading layer", step.current, step.total))


class Loader:
    """Receives archives and imports what is in them."""

    def __init__(
        self,
        content: ContentStore,
        layers: LayerStore,
        importer: ImageImport,
        records: ImageRecords,
        pins: Pins,
        events: EventBus,
    ) -> None:
        self._content = content
        self._layers = layers
        self._importer = importer
        self._records = records
        self._pins = pins
        self._events = events

    async def load(self, chunks: AsyncIterator[bytes], send: Send, *, quiet: bool) -> None:
        """Load all images of the archive in `chunks`, plain or compressed.

        Raises InvalidParameterError for anything that is no image archive.
        """
        progress = LoadProgress((lambda message: None) if quiet else send)
        spool = Path(await in_thread(tempfile.mkdtemp, "", SPOOL_PREFIX, self._content.downloads))
        try:
            path = await self._received(chunks, spool)
            archive = await in_thread(ImageArchive, path)
            for image in await in_thread(archive.images):
                await self._import(archive, image, progress, send)
        finally:
            await in_thread_to_end(shutil.rmtree, spool)

    async def _received(self, chunks: AsyncIterator[bytes], spool: Path) -> Path:
        path = spool / "received"
        try:
            with path.open("wb", buffering=BUFFER) as file:
                async for chunk in chunks:
                    await in_thread_to_end(file.write, chunk)
            return await in_thread_to_end(_decompressed, path)
        except OSError as error:
            raise SystemFailureError(f"cannot store the archive: {os.strerror(error.errno or 0)}") from error

    async def _import(
        self, archive: ImageArchive, archived: ArchivedImage, progress: LoadProgress, send: Send
    ) -> None:
        names = [reference.parse(name).with_default_tag() for name in archived.names]
        before = {name: self._records.by_reference(str(name)) for name in names}
        full_names = [str(name) for name in names]
        shown = names[0].familiar if names else "the archive's image"
        with ExitStack() as pins:
            if archived.index is not None:
                for manifest in archived.platforms:  # the names stay with this machine's, where it is there
                    image = await self._importer.run(
                        archive, manifest, None, shown, full_names, progress, archived.index
                    )
                image = self._records.by_reference(full_names[0]) or image if full_names else image
            elif archived.manifest is not None:
                image = await self._importer.run(
                    archive, archived.manifest, None, shown, full_names, progress
                )
            else:
                image = await self._import_without_manifest(archive, archived, full_names, progress, pins)
        publish_image_event(self._events, "load", image)
        for name in names:
            if (loser := before[name]) is not None and loser.id != image.id:
                send({"stream": RENAMED.format(name=name.familiar, id=loser.id)})
            send({"stream": f"Loaded image: {name.familiar}\n"})
        if not names:
            send({"stream": f"Loaded image ID: {image.id}\n"})

    async def _import_without_manifest(
        self,
        archive: ImageArchive,
        archived: ArchivedImage,
        names: Sequence[str],
        progress: LoadProgress,
        pins: ExitStack,
    ) -> Image:
        """Import an image of `docker save`'s own form; what it relies on is pinned."""
        _, diff_ids = parse_config(archived.config, len(archived.layers))
        known = [self._importer.known(diff_ids[: height + 1]) for height in range(len(diff_ids))]
        pins.enter_context(self._pins.hold([*diff_ids, *(layer.blob for layer in known if layer)]))
        new = [member for member, layer in zip(archived.layers, known, strict=True) if layer is None]
        if not await in_thread(archive.has_compressed, new):
            plain_import = PlainImport(self._content, self._layers, self._importer, self._pins, pins)
            return await plain_import.run(archive, archived, known, names, progress)
        manifest = await in_thread_to_end(Packer(archive, self._content).pack, archived, known)
        return await self._importer.run(archive, manifest, None, names[0] if names else "", names, progress)


def _decompressed(path: Path) -> Path:
    """Return a file with the plain archive; members can be read by offset only there. Blocking."""
    target = path.with_name("plain")
    with path.open("rb", buffering=BUFFER) as file, plain(file) as stream:
        if stream is file:
            return path
        try:
            with target.open("wb") as output:
                while data := stream.read(BUFFER):
                    output.write(data)
        except DECOMPRESSION_ERRORS as error:
            raise InvalidParameterError(f"invalid archive: {error}") from error
    path.unlink()
    return target
