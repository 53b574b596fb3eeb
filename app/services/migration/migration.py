"""Carries out a plan: one thing after the other, whole or not at all; what fails does not stop the others."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from app.services.containers.volume_files import create_of_archive
from app.services.engine.engine_client import EngineClient
from app.services.errors import (
    CancelledError,
    EngineRequestError,
    EngineUnreachableError,
    MarinaError,
    UserError,
)
from app.services.explain import explain
from app.services.migration.bodies import container_body, network_body
from app.services.migration.inventory import (
    ContainerEntry,
    ImageEntry,
    NetworkEntry,
    VolumeEntry,
    identity_of,
    list_images,
)
from app.services.migration.plan import Item, Key, Kind, Plan, batch_bytes, batches, image_of
from app.services.migration.podman_volumes import PodmanVolumeReader, is_podman
from app.services.migration.volume_reader import VolumeReader

Result = TypeVar("Result")

_TELL_SECONDS = 0.1


class Phase(StrEnum):
    """Where one thing stands."""

    COPYING = "copying"
    UNPACKING = "unpacking"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Progress:
    """How one thing is getting on. `bytes` and `size` are of all the images that are sent `together`."""

    key: Key
    phase: Phase
    bytes: int = 0
    size: int = -1
    together: int = 1
    error: UserError | None = None
    remark: str = ""


class Migration:
    """One run from one engine to another. The clients are its own: `cancel` cuts their streams."""

    def __init__(
        self,
        source: EngineClient,
        target: EngineClient,
        plan: Plan,
        on_progress: Callable[[Progress], object] = lambda progress: None,
    ) -> None:
        self._source, self._target, self._plan = source, target, plan
        self._on_progress = on_progress
        self._cancelled = threading.Event()
        self._told = 0.0
        self._errors: dict[Key, UserError] = {}

    def cancel(self) -> None:
        """End it from any thread; what is under way leaves nothing behind."""
        self._cancelled.set()
        self._source.abort()
        self._target.abort()

    def run(self) -> dict[Key, UserError]:
        """Carry the things over and return what failed. Blocks.

        Raises CancelledError, and EngineUnreachableError when one of the engines is gone.
        """
        items = self._plan.to_copy
        self._copy_images([item for item in items if item.kind is Kind.IMAGE])
        self._copy_volumes([item for item in items if item.kind is Kind.VOLUME])
        for item in items:
            if item.kind is Kind.NETWORK:
                self._do(item, self._copy_network)
        self._copy_containers([item for item in items if item.kind is Kind.CONTAINER])
        return self._errors

    # --- images -------------------------------------------------------------------------------------------

    def _copy_images(self, items: list[Item]) -> None:
        for item in items:
            if item.here:
                self._do(item, self._name_image)
        for batch in batches(item for item in items if not item.here):
            # What spoils a batch is found by sending its images one by one.
            work = self._check_image if self._try_batch(batch) else self._send_image
            for item in batch:
                self._do(item, work)

    def _try_batch(self, batch: list[Item]) -> bool:
        """Return whether several images were sent together."""
        if len(batch) == 1:
            return False
        try:
            self._guarded(lambda: self._send_images(batch))
        except (CancelledError, EngineUnreachableError):
            raise
        except MarinaError:
            return False
        return True

    def _name_image(self, item: Item) -> str:
        for name in item.names:
            self._target.tag_image(item.here, name)
        return ""

    def _send_image(self, item: Item) -> str:
        self._send_images([item])
        return self._check_image(item)

    def _send_images(self, batch: list[Item]) -> None:
        size = batch_bytes(batch)
        names = [name for item in batch for name in (item.names or (image_of(item).id,))]

        def tell(count: int, phase: Phase = Phase.COPYING) -> None:
            for item in batch:
                self._tell(Progress(item.key, phase, count, size, len(batch)), force=item is not batch[0])

        with (
            self._source.save_images(names) as stream,
            self._target.load_images(self._counted(stream.chunks(), tell)) as loading,
        ):
            tell(size, Phase.UNPACKING)
            for _ in loading:
                self._check()

    def _check_image(self, item: Item) -> str:
        """See that an image is here now. Raises UserError when it is not."""
        identity = image_of(item).identity
        if item.names:
            details = self._target.inspect_image(item.names[0])
            arrived = identity_of(details) == identity
        else:
            arrived = any(image.identity == identity for image in list_images(self._target))
        if not arrived:
            raise UserError(
                f"{item.name} did not arrive as it is there",
                "The engine sent another image under its name.",
                "Pull it here from its registry.",
            )
        return ""

    # --- volumes and networks -----------------------------------------------------------------------------

    def _copy_volumes(self, items: list[Item]) -> None:
        if not items:
            return
        with ExitStack() as stack:
            try:
                reader = self._guarded(lambda: stack.enter_context(self._reader()))
            except (CancelledError, EngineUnreachableError):
                raise
            except MarinaError as error:
                for item in items:
                    self._fail(item, error)
                return
            for item in items:
                self._do(item, lambda item: self._copy_volume(item, reader))

    def _reader(self) -> VolumeReader:
        if is_podman(self._source):
            return PodmanVolumeReader(self._source, self._target)
        return VolumeReader(self._source)

    def _copy_volume(self, item: Item, reader: VolumeReader) -> str:
        assert isinstance(item.entry, VolumeEntry)
        if item.entry.options:
            self._target.create_volume(item.name, item.entry.labels, item.entry.options)
            return ""

        def tell(count: int) -> None:
            self._tell(Progress(item.key, Phase.COPYING, count, item.size))

        with reader.open(item.name) as chunks:
            create_of_archive(self._target, item.name, self._counted(chunks, tell), item.entry.labels)
        return ""

    def _copy_network(self, item: Item) -> str:
        assert isinstance(item.entry, NetworkEntry)
        network = item.entry
        try:
            self._target.create_network_from_body(network_body(network.raw))
        except EngineRequestError as error:
            if "overlap" not in error.message.lower():
                raise
            self._target.create_network_from_body(network_body(network.raw, with_subnets=False))
            return "Its addresses are in use here: it has others."
        return ""

    # --- containers ---------------------------------------------------------------------------------------

    def _copy_containers(self, items: list[Item]) -> None:
        if not items:
            return
        here = {image.identity: image for image in list_images(self._target)}
        there = {item.entry.id: item.entry for item in self._plan.items if isinstance(item.entry, ImageEntry)}
        names = {item.entry.details.id: item.name for item in items if isinstance(item.entry, ContainerEntry)}

        def create(item: Item) -> str:
            assert isinstance(item.entry, ContainerEntry)
            self._check_needs(item)
            details = item.entry.details
            wanted = there.get(details.image_id)
            image = here.get(wanted.identity) if wanted is not None else None
            if image is None:
                raise UserError(
                    f"The image of {item.name} is not here",
                    f"It was made of {details.image}.",
                    "Copy or pull the image, then try again.",
                )
            # The name while it means the same image here too: lists show it.
            name = details.image if details.image in image.names else image.id
            self._target.create_from_body(item.name, container_body(details, name, names))
            return ""

        for item in items:
            self._do(item, create)

    def _check_needs(self, item: Item) -> None:
        """Refuse to make a container without its volumes: the engine would give it empty ones."""
        missing = [
            name for kind, name in item.needs if (kind, name) in self._errors and kind is not Kind.IMAGE
        ]
        if missing:
            raise UserError(
                f"{item.name} was not made here",
                f"What it needs did not arrive: {', '.join(missing)}.",
                "Import again: what failed is tried again.",
            )

    # --- the work of one thing ----------------------------------------------------------------------------

    def _do(self, item: Item, work: Callable[[Item], str]) -> None:
        """Do the work of one thing, which returns a remark; tell its end, and note what made it fail."""
        self._tell(Progress(item.key, Phase.COPYING, 0, item.size), force=True)
        try:
            remark = self._guarded(lambda: work(item))
        except (CancelledError, EngineUnreachableError):
            raise
        except MarinaError as error:
            self._fail(item, error)
        else:
            self._tell(Progress(item.key, Phase.DONE, item.size, item.size, remark=remark), force=True)

    def _fail(self, item: Item, error: MarinaError) -> None:
        told = self._errors[item.key] = explain(error, item.name)
        self._tell(Progress(item.key, Phase.FAILED, error=told), force=True)

    def _guarded(self, work: Callable[[], Result]) -> Result:
        """Do some work; what breaks when all is called off says so."""
        self._check()
        try:
            return work()
        except MarinaError as error:
            if self._cancelled.is_set():
                raise CancelledError from error
            raise

    def _check(self) -> None:
        if self._cancelled.is_set():
            raise CancelledError

    def _counted(self, chunks: Iterable[bytes], tell: Callable[[int], None]) -> Iterator[bytes]:
        count = 0
        for chunk in chunks:
            self._check()
            yield chunk
            count += len(chunk)
            tell(count)

    def _tell(self, progress: Progress, force: bool = False) -> None:
        now = time.monotonic()
        if force or now - self._told >= _TELL_SECONDS:
            self._told = now
            self._on_progress(progress)
