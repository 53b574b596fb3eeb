"""Images as the rest of the engine sees them: find, mount, pull, load, tag, remove."""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from backend.config import EngineConfig
from backend.database import Database
from backend.errors import ConflictError, EngineError, InvalidParameterError, NotFoundError
from backend.events import EventBus
from backend.images import digests, platforms, reference
from backend.images.archives.load import Loader
from backend.images.content_store import ContentStore
from backend.images.disk_use import DiskUse, files_of, measure
from backend.images.image import Image, ImageUse, KeptIndex, Layer
from backend.images.image_creation import ImageCreation, ImageDraft
from backend.images.image_events import publish_image_event
from backend.images.image_records import ImageRecords
from backend.images.layers import layer_formats
from backend.images.layers.layer_exchange import LayerExchange
from backend.images.layers.layer_mounts import LayerMounts
from backend.images.layers.layer_store import LayerStore
from backend.images.pins import Pins
from backend.images.platforms import Platform
from backend.images.reference import Reference
from backend.images.registry.registry_auth import Credentials
from backend.images.removal import Removed, Remover
from backend.images.transfer.image_import import ImageImport
from backend.images.transfer.pull import Puller
from backend.images.transfer.pull_progress import PullProgress, Send
from backend.runtime.emulation import Emulators
from backend.state_files import StateFiles
from backend.tasks import Tasks, in_thread


class Images:
    """All images of one engine."""

    def __init__(
        self, config: EngineConfig, files: StateFiles, database: Database, events: EventBus, tasks: Tasks
    ) -> None:
        self.in_use: Callable[[str], list[ImageUse]] = lambda image_id: []
        self._events = events
        self._content = ContentStore(files)
        self._layers = LayerStore(files, partial(layer_formats.chosen, config.layer_format))
        self._mounts = LayerMounts(files, self._layers, tasks)
        self._emulators = Emulators(platforms.own().architecture)
        self._records = ImageRecords(database)
        self._pins = Pins()
        self._bases = Pins()
        self._importer = ImageImport(self._content, self._layers, self._records, self._pins, tasks)
        self._config = config
        self._puller = Puller(config, self._importer, self._records, events)
        self._loader = Loader(self._content, self._layers, self._importer, self._records, self._pins, events)
        self._creation = ImageCreation(self._content, self._layers, self._importer, self._pins)
        self.exchange = LayerExchange(config, self._content, self._importer, self._pins)
        self._remover = Remover(
            self._records,
            self._content,
            self._layers,
            self._mounts,
            self._pins,
            self._bases,
            events,
            lambda image_id: self.in_use(image_id),
        )

    async def start(self) -> None:
        """Read the records, finish interrupted deletions, clear half-made files."""
        await in_thread(self._prepare_folders)
        self._records.load()
        # Containers are not known yet: hidden images stay until `sweep` is called with them there.
        await self._remover.sweep_files()

    def _prepare_folders(self) -> None:
        self._content.prepare()
        self._layers.prepare()
        self._mounts.prepare()

    def __iter__(self) -> Iterator[Image]:
        """Go through all images that the user has."""
        return (image for image in self._records if not image.removed)

    def find(self, reference_or_id: str) -> Image:
        """Return an image by name (`latest` when untagged), name@digest, whole or shortened id.

        A whole id also finds an image that was removed but still has containers. Raises NotFoundError for
        unknown, InvalidParameterError for malformed names and for shortened ids that fit several images.
        """
        whole_id = f"sha256:{digests.hex_of(reference_or_id)}"
        if reference.is_image_id(reference_or_id):
            if (image := self._records.get(whole_id)) is not None:
                return image
            raise NotFoundError(f"No such image: {reference_or_id}")
        name = reference.parse(reference_or_id).favouring_digest().with_default_tag()
        if (image := self._records.by_reference(str(name))) is not None:
            return image
        if reference.is_id_prefix(reference_or_id):
            fitting = [image for image in self if image.id.startswith(whole_id)]
            if len(fitting) > 1:
                raise InvalidParameterError(f"multiple IDs found with provided prefix: {reference_or_id}")
            if fitting:
                return fitting[0]
        raise NotFoundError(f"No such image: {name.familiar}")

    def find_for(self, reference_or_id: str, platform: Platform | None) -> Image:
        """Return an image like `find`, for a platform where the name leads to several that are here.

        When there is none for it, this is what `find` returns.
        """
        image = self.find(reference_or_id)
        if platform is None or platforms.from_json(image.config).suits(platform):
            return image
        index = self._index_of(image, reference_or_id)
        others = self._records.indexed(index) if index else []
        fitting = (other for other in others if platforms.from_json(other.config).suits(platform))
        return next(fitting, image)

    def leads_to(self, name: str, image_id: str) -> bool:
        """Return whether an image's name or id means this image, or one of another platform beside it."""
        try:
            image = self.find(name)
        except EngineError:
            return False
        if image.id == image_id:
            return True
        index = self._index_of(image, name)
        return index is not None and any(other.id == image_id for other in self._records.indexed(index))

    def _index_of(self, image: Image, name: str) -> KeptIndex | None:
        """Return the index that one of an image's names leads to, None for ids and names of one image."""
        if not image.indexes or reference.is_image_id(name):
            return None
        return image.indexes.get(str(reference.parse(name).favouring_digest().with_default_tag()))

    def is_further_platform(self, image: Image) -> bool:
        """Return whether an image without a name is here as a platform of an index that has one."""
        return self._records.is_further_platform(image)

    def get(self, image_id: str) -> Image | None:
        """Return an image by its whole id."""
        return self._records.get(image_id)

    def find_listed(self, reference_or_id: str) -> Image:
        """Return an image like `find`, but none that its user has removed."""
        image = self.find(reference_or_id)
        if image.removed:
            raise NotFoundError(f"No such image: {reference_or_id}")
        return image

    def familiar_name(self, image: Image) -> str:
        """Return the name that people know an image by, or its id when it has none."""
        names = [reference.parse(name) for name in image.references]
        for name in sorted(names, key=lambda name: name.tag is None):
            return name.familiar
        return image.id

    def tag(self, image: Image, name: Reference, source: str = "") -> None:
        """Give an image a further name; another image that has it loses it. Raises InvalidParameterError.

        Where `source`, a name that it has, leads to several platforms, the new name does too.
        """
        if name.digest is not None:
            raise InvalidParameterError("refusing to create a tag with a digest reference")
        recorded = self._records.get(image.id)
        if recorded is None or recorded.removed:  # somebody was faster; its files may be gone
            raise NotFoundError(f"No such image: {image.id}")
        tagged = replace(recorded, tagged_ns=time.time_ns())
        index = self._index_of(recorded, source) if source else None
        full_name = str(name.with_default_tag())
        if full_name in recorded.references and recorded.indexes.get(full_name) == index:
            tagged = self._records.touch(tagged)
        else:
            tagged = self._records.add(tagged, [full_name], index)
        publish_image_event(self._events, "tag", tagged, name=name.with_default_tag().familiar)

    async def remove(self, reference_or_id: str, *, force: bool, parents: bool = True) -> list[Removed]:
        """Remove a name or an image by Docker's rules; returns what went, in Docker's form.

        With `parents` the nameless images that it was made from go too, where nothing else needs them.

        Raises NotFoundError, ConflictError.
        """
        image = self.find_listed(reference_or_id)
        if image.id.startswith(f"sha256:{digests.hex_of(reference_or_id)}"):
            return await self._remover.remove_image(image, force=force, parents=parents)
        name = reference.parse(reference_or_id).favouring_digest().with_default_tag()
        return await self._remover.remove_name(image, name, reference_or_id, force=force, parents=parents)

    async def prune(self, unwanted: Callable[[Image], bool]) -> tuple[list[Removed], int]:
        """Remove every unused image that is `unwanted`; returns what went and the bytes freed on the disk.

        Nameless images that others were made from go with the last of those, or stay.
        """
        removed: list[Removed] = []
        before = await self.disk_use()
        tops = [image for image in self if image.references or not self.children(image)]
        # What was made from an image is longer than it, and goes first.
        for listed in sorted(tops, key=lambda image: len(image.config.get("history") or ()), reverse=True):
            # Looked at anew: while others went it may have got a name, as the last step of a build does.
            image = self._records.get(listed.id)
            if image is None or image.removed or self._records.is_further_platform(image):
                continue  # these go with the image that has the name
            together = (image, *self._records.further_platforms(image))
            if any(one.id in self._bases.held() or self.in_use(one.id) for one in together):
                continue
            if unwanted(image):
                with suppress(ConflictError):
                    removed += await self._remover.remove_image(image, force=True, parents=True)
        # Images that only containers need any more are on record too.
        left = (path for image in self._records for path in files_of(image, self._content, self._layers))
        return removed, before.without(left)

    async def disk_use(self) -> DiskUse:
        """Return what all images take on the disk, also those that only containers need any more."""
        return await in_thread(measure, tuple(self._records), self._content, self._layers)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[Callable[[Image], None]]:
        """Yield a function that keeps an image until the block ends, for work that goes on from it later.

        A prune leaves it alone; one that its user removes loses its names only, and is gone afterwards.
        """
        try:
            with ExitStack() as held:
                yield lambda image: held.enter_context(self._bases.hold([image.id]))
        finally:
            if any(image.removed for image in self._records):
                await self.sweep()
            else:
                await self._remover.sweep_held_back()

    async def create(
        self,
        draft: ImageDraft,
        layer: Iterable[bytes] | Layer | None = None,
        references: Sequence[Reference] = (),
    ) -> Image:
        """Make a new image; `layer` is the plain tar of what it adds to its parent, read on a thread, or
        another image's.

        Raises InvalidParameterError for a tar that must not be unpacked, SystemFailureError.
        """
        try:
            image = await self._creation.create(draft, layer, references)
        except BaseException:
            await self._remover.sweep_files()
            raise
        for name in references:
            publish_image_event(self._events, "tag", image, name=name.with_default_tag().familiar)
        return image

    async def create_index(
        self, images: Sequence[Image], references: Sequence[Reference] = ()
    ) -> tuple[Image, KeptIndex]:
        """Put images of several platforms under one index and its names; returns the image that the names
        mean here."""
        from backend.images.index_creation import IndexCreation

        creation = IndexCreation(self._content, self._importer, self._pins)
        image, index = await creation.create(images, references)
        for name in references:
            publish_image_event(self._events, "tag", image, name=name.with_default_tag().familiar)
        return image, index

    async def amended(self, image: Image, fields: Mapping[str, Any]) -> Image:
        """Make an image that differs from another in these fields of its configuration only.

        It is the result of no step: builds do not find it in the cache.
        """
        return await self._creation.amend(image, fields)

    def received(self, chunks: AsyncIterator[bytes]) -> AbstractAsyncContextManager[Iterator[bytes]]:
        """Receive an archive that is to become a layer; yields its plain bytes, to be read on a thread."""
        from backend.images.archives.filesystem_import import spooled

        return spooled(chunks, self._content.downloads)

    def children(self, image: Image) -> list[Image]:
        """Return the images that were made from this one here."""
        return self._records.children(image.id)

    async def load(self, archive: AsyncIterator[bytes], send: Send, *, quiet: bool) -> None:
        """Load the images of an archive; `send` gets Docker's messages. Raises InvalidParameterError."""
        try:
            await self._loader.load(archive, send, quiet=quiet)
        except BaseException:
            await self._remover.sweep_files()  # layers of an image that did not come about
            raise

    @asynccontextmanager
    async def saved(self, names: Sequence[str]) -> AsyncIterator[AsyncIterator[bytes]]:
        """Yield an archive of the images `names`. Raises NotFoundError, InvalidParameterError."""
        from backend.images.archives.save import Saver

        try:
            saver = Saver(self._content, self._pins, self._events, self.find_listed, self._records.indexed)
            async with saver.archive(names, self) as chunks:
                yield chunks
        finally:
            await self._remover.sweep_held_back()

    @asynccontextmanager
    async def saved_as(
        self, image: Image, names: Sequence[Reference], index: KeptIndex | None = None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Yield an archive of one image, or an index with it, under names that it need not have here."""
        from backend.images.archives.save import Choice, Saver

        try:
            saver = Saver(self._content, self._pins, self._events, self.find_listed, self._records.indexed)
            choice = Choice(image, list(names), dict.fromkeys(names, index) if index else {}, index)
            async with saver.archive_of([choice]) as chunks:
                yield chunks
        finally:
            await self._remover.sweep_held_back()

    async def pull(
        self, name: Reference, platform: Platform | None, credentials: Credentials, send: Send
    ) -> None:
        """Pull one image, or all tags of a repository when `name` has neither tag nor digest.

        Raises NotFoundError, UnauthorizedError, InvalidParameterError, SystemFailureError in dockerd's words.
        """
        try:
            await self._puller.pull(name, platform, credentials, PullProgress(send))
        except BaseException:
            await self._remover.sweep_files()
            raise

    async def look_up(self, name: Reference, platform: Platform | None, credentials: Credentials) -> Image:
        """Return what a registry has under a name with a tag or digest: its id and configuration.

        It is on no record, and no layer of it is here. Raises like `pull`.
        """
        return await self._puller.look_up(name, platform, credentials)

    async def push(
        self, name: Reference, credentials: Credentials, send: Send, platform: Platform | None = None
    ) -> None:
        """Push one tag, or all tags of a repository when `name` has none; raises like `pull`.

        Of a name that leads to several platforms all go when all are here, or the one that is asked for.
        """
        from backend.images.transfer.push import Pusher

        pusher = Pusher(self._config, self._records, self._content, self._pins, self._events)
        try:
            await pusher.push(name, credentials, send, platform)
        finally:
            await self._remover.sweep_held_back()

    async def sweep(self) -> None:
        """Let go of images that were removed while containers used them; call when a container is gone."""
        await self._remover.sweep()

    @property
    def layer_format(self) -> str:
        """What new layers are made of."""
        return self._layers.format_name

    def layer_paths(self, image: Image) -> list[str]:
        """Return where an image's layers are mounted while a container runs, topmost first."""
        return [str(self._mounts.path(layer.key)) for layer in reversed(image.store_layers)]

    async def mount(self, image: Image, holder: str) -> list[Path]:
        """Mount an image's layers for `holder`; returns read-only folders, topmost first. Idempotent.

        A layer that occurs twice counts at its upper place only: what it says there hides the lower one.
        Images of another processor get their emulator: whoever mounts one may run it.
        """
        await self._emulators.prepare(platforms.from_json(image.config).architecture)
        keys = dict.fromkeys(layer.key for layer in reversed(image.store_layers))
        if not all(self._mounts.is_mounted(key) or self._layers.has(key) for key in keys):
            await self._importer.restore(image.store_layers)
        return await self._mounts.hold(keys, holder)

    async def restore_mount(self, image: Image, holder: str) -> list[Path]:
        """Take hold again after a restart of the engine; what is still mounted is left as it is."""
        return await self.mount(image, holder)

    async def unmount(self, holder: str) -> None:
        """Let go of what `holder` held; layers that nobody else holds are unmounted soon. Idempotent."""
        self._mounts.release(holder)

    async def release_stale_mounts(self) -> None:
        """Unmount what nobody holds: when all running containers have taken hold again, and at the end."""
        await self._mounts.release_unheld()
