"""Removes names and images by Docker's rules, and sweeps the files that nothing needs any more.

Source: dockerd, `daemon/images/image_delete.go`; Docker Engine API, `DELETE /images/{name}`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backend.errors import ConflictError
from backend.events import EventBus
from backend.images import digests, stored_files
from backend.images.content_store import ContentStore
from backend.images.image import Image, ImageUse
from backend.images.image_events import publish_image_event
from backend.images.image_records import ImageRecords
from backend.images.layers.layer_mounts import LayerMounts
from backend.images.layers.layer_store import LayerStore
from backend.images.pins import Pins
from backend.images.reference import Reference, parse
from backend.tasks import in_thread, in_thread_to_end

SHORT_ID = 12  # characters

Removed = dict[str, str]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why an image cannot be deleted; `used` when a container is the reason."""

    error: ConflictError
    used: bool = False


class Remover:
    """Deletes on request; `users_of` tells which containers are made of an image, `bases` holds the ids of
    those that builds go on from."""

    def __init__(
        self,
        records: ImageRecords,
        content: ContentStore,
        layers: LayerStore,
        mounts: LayerMounts,
        pins: Pins,
        bases: Pins,
        events: EventBus,
        users_of: Callable[[str], Sequence[ImageUse]],
    ) -> None:
        self._records = records
        self._content = content
        self._layers = layers
        self._mounts = mounts
        self._pins = pins
        self._bases = bases
        self._events = events
        self._users_of = users_of
        self._held_back = False

    async def remove_name(
        self, image: Image, name: Reference, written: str, *, force: bool, parents: bool
    ) -> list[Removed]:
        """Take a name from an image, and delete the image with its last one. Raises ConflictError."""
        further = self._records.further_platforms(image)
        removed = await self._remove_name(image, name, written, force=force, parents=parents)
        return removed + await self._delete_platforms(further, parents=parents)

    async def _remove_name(
        self, image: Image, name: Reference, written: str, *, force: bool, parents: bool
    ) -> list[Removed]:
        if not force and _is_single(image.references) and (users := self._users_of(image.id)):
            raise ConflictError(
                f'conflict: unable to remove repository reference "{written}" (must force) - container '
                f"{users[0].container_id[:SHORT_ID]} is using its referenced image {_short(image.id)}"
            )
        removed = self._untag(image, [str(name)])
        left = [parse(reference) for reference in image.references if reference != str(name)]
        same_repository = [reference for reference in left if reference.name == name.name]
        if name.tag and not any(reference.tag for reference in same_repository):
            # Names by digest go with the last tag of their repository, without an event of their own.
            self._records.remove_references(image, [str(reference) for reference in same_repository])
            removed += [{"Untagged": reference.familiar} for reference in same_repository]
        remaining = self._records.get(image.id)
        if remaining is None or remaining.references:
            return removed
        return removed + await self._delete_with_parents(remaining, force=force, parents=parents, quiet=True)

    async def remove_image(self, image: Image, *, force: bool, parents: bool) -> list[Removed]:
        """Delete an image that was given by its id, with all its names. Raises ConflictError."""
        removed: list[Removed] = []
        further = self._records.further_platforms(image)
        if _is_single(image.references):
            if (conflict := self._conflict(replace(image, references=()), force=force)) is not None:
                raise conflict.error
            removed = self._untag(image, list(image.references))
        remaining = self._records.get(image.id) or image
        removed += await self._delete_with_parents(remaining, force=force, parents=parents, quiet=False)
        return removed + await self._delete_platforms(further, parents=parents)

    async def _delete_platforms(self, images: Sequence[Image], *, parents: bool) -> list[Removed]:
        """Delete the images of other platforms whose last name has gone, as far as nobody needs them."""
        removed: list[Removed] = []
        for image in images:
            found = self._records.get(image.id)
            if found is None or found.removed or found.references or found.id in self._bases.held():
                continue
            if not self._records.is_further_platform(found):
                removed += await self._delete_with_parents(found, force=False, parents=parents, quiet=True)
        return removed

    async def _delete_with_parents(
        self, image: Image, *, force: bool, parents: bool, quiet: bool
    ) -> list[Removed]:
        """Delete an image, and then, with `parents`, what it was made from as far as nobody needs it.

        A `quiet` conflict only ends the work: names have gone, and that was all that could be done.
        """
        removed: list[Removed] = []
        while True:
            if (conflict := self._conflict(image, force=force)) is not None:
                named = image.references or self._records.is_further_platform(image)
                if quiet and (conflict.used or named or self._records.children(image.id)):
                    return removed
                raise conflict.error
            parent = self._records.get(image.parent)
            removed += self._untag(image, list(image.references))
            removed += await self._delete(self._records.get(image.id) or image)
            if not parents or parent is None or parent.removed or parent.id in self._bases.held():
                return removed
            image, force, quiet = parent, False, True

    async def sweep(self) -> int:
        """Delete hidden images that nobody needs, and files that no image needs; returns bytes."""
        for image in self._records:
            if image.removed and not self._is_needed(image):
                self._records.delete(image, hide=False)
        return await self.sweep_files()

    async def sweep_files(self) -> int:
        """Delete the files that no image on record needs; returns the bytes that this frees."""
        layers, blobs = await in_thread(self._stored)
        # Deciding and renaming happen at once in the event loop: an import that begins later finds nothing
        # that is about to go, and one under way has pinned what it relies on.
        pinned = self._pins.held()
        pinned_hex = {digests.hex_of(digest) for digest in pinned}
        unwanted_layers = layers - self._needed_keys()
        unwanted_blobs = blobs - self._needed_blobs()
        free_layers = {key for key in unwanted_layers if key.partition("-")[0] not in pinned_hex}
        self._held_back = len(unwanted_layers) > len(free_layers) or not unwanted_blobs.isdisjoint(pinned)
        layer_trash = self._layers.discard(free_layers)
        trash = self._content.discard(unwanted_blobs - pinned)
        # A mounted file keeps its space, and a mounted folder is its files: what was taken hold of while its
        # image went stays to its end. The next start deletes it.
        held = await self._mounts.release_of(free_layers)
        trash += [path for key, path in layer_trash if key not in held]
        return await in_thread_to_end(_delete_files, trash)

    async def sweep_held_back(self) -> None:
        """Delete what a save or a push that has just ended kept from being deleted."""
        if self._held_back:
            await self.sweep_files()

    def _stored(self) -> tuple[set[str], set[str]]:
        return self._layers.keys(), self._content.recorded()

    def _needed_keys(self) -> set[str]:
        recorded = {layer.key for image in self._records for layer in image.store_layers}
        return recorded | self._mounts.held_keys()

    def _needed_blobs(self) -> set[str]:
        needed = {digest for image in self._records for digest in (image.id, image.manifest)}
        needed |= {index.digest for image in self._records for index in image.indexes.values()}
        return needed | {layer.blob for image in self._records for layer in image.store_layers}

    def _untag(self, image: Image, references: list[str]) -> list[Removed]:
        self._records.remove_references(image, references)
        for _ in references:
            publish_image_event(self._events, "untag", image)
        return [{"Untagged": parse(reference).familiar} for reference in references]

    async def _delete(self, image: Image) -> list[Removed]:
        needed_before = self._needed_keys()
        self._records.delete(image, hide=self._is_needed(image))
        self._events.publish("image", "delete", image.id, name=image.id)
        freed_keys = needed_before - self._needed_keys()
        await self.sweep()
        chains = [
            digests.chain(image.layers[: height + 1])
            for height, layer in enumerate(image.store_layers)
            if layer.key in freed_keys
        ]
        return [{"Deleted": digest} for digest in (image.id, *reversed(chains))]

    def _is_needed(self, image: Image) -> bool:
        return bool(self._users_of(image.id)) or image.id in self._bases.held()

    def _conflict(self, image: Image, *, force: bool) -> Conflict | None:
        """Return what forbids to delete an image; the reasons that `force` overrides come last."""
        users = self._users_of(image.id)
        running = [user.container_id[:SHORT_ID] for user in users if user.running]
        stopped = [user.container_id[:SHORT_ID] for user in users if not user.running]
        if self._records.children(image.id):
            return Conflict(_unable(image, "cannot be forced", "image has dependent child images"))
        if running:
            reason = f"image is being used by running container {running[0]}"
            return Conflict(_unable(image, "cannot be forced", reason), used=True)
        if force:
            return None
        if image.references or self._records.is_further_platform(image):
            return Conflict(_unable(image, "must be forced", "image is referenced in multiple repositories"))
        if stopped:
            reason = f"image is being used by stopped container {stopped[0]}"
            return Conflict(_unable(image, "must be forced", reason), used=True)
        return None


def _unable(image: Image, forcing: str, reason: str) -> ConflictError:
    return ConflictError(f"conflict: unable to delete {_short(image.id)} ({forcing}) - {reason}")


def _delete_files(paths: Sequence[Path]) -> int:
    freed = 0
    for path in paths:
        freed += stored_files.bytes_on_disk(path)
        stored_files.remove(path)
    return freed


def _short(image_id: str) -> str:
    return digests.hex_of(image_id)[:SHORT_ID]


def _is_single(references: Sequence[str]) -> bool:
    """Return whether all names are one tag (or digest) of one repository."""
    parsed = [parse(reference) for reference in references]
    tags = [reference for reference in parsed if reference.tag]
    repositories = {reference.name for reference in parsed}
    return len(tags) <= 1 and len(repositories) <= 1
