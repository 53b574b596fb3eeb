"""Writes images into one archive that is an OCI image layout and `docker save`'s form at once.

Layers go in as the blobs that they came in, compressed: what is loaded from the archive has the same digests
again, and a later push sends the same bytes. Docker and its relatives decompress such layers when they load.
Sources: OCI image specification, "Image Layout"; Docker image specification v1.2; dockerd, `image/tarexport`.
"""

import json
import tarfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import FileIO
from typing import Any

from backend.errors import NotFoundError
from backend.events import EventBus
from backend.images import digests, reference
from backend.images.archives.image_layout import FULL_NAME, REF_NAME
from backend.images.content_store import ContentStore
from backend.images.image import Image, KeptIndex
from backend.images.image_events import publish_image_event
from backend.images.manifest import OCI_INDEX
from backend.images.pins import Pins
from backend.images.reference import Reference
from backend.images.transfer.outgoing import OutgoingImage, blobs_of, outgoing
from backend.images.transfer.outgoing_index import OutgoingIndex, outgoing_index
from backend.moments import unix_time
from backend.tasks import in_thread

READ_SIZE = 1 << 20
END = bytes(2 * 512)  # of a tar archive


@dataclass(slots=True)
class Choice:
    """An image and the tags that the archive gives it; `indexes` are those that tags lead to, `index`
    is what is meant without a tag."""

    image: Image
    tags: list[Reference] = field(default_factory=list)
    indexes: dict[Reference, KeptIndex] = field(default_factory=dict)
    index: KeptIndex | None = None

    def all_indexes(self) -> list[KeptIndex]:
        """Return the indexes that the archive needs for it."""
        return [*self.indexes.values(), *([self.index] if self.index else [])]


class Saver:
    """Saves images; `find` looks one up by name or id, `members` tells what is here of an index."""

    def __init__(
        self,
        content: ContentStore,
        pins: Pins,
        events: EventBus,
        find: Callable[[str], Image],
        members: Callable[[KeptIndex], Sequence[Image]],
    ) -> None:
        self._content = content
        self._pins = pins
        self._events = events
        self._find = find
        self._members = members

    @asynccontextmanager
    async def archive(
        self, names: Sequence[str], listed: Iterable[Image]
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Yield the bytes of an archive of `names`. Raises NotFoundError, InvalidParameterError."""
        async with self.archive_of(self._choose(names, list(listed))) as chunks:
            yield chunks

    @asynccontextmanager
    async def archive_of(self, chosen: Sequence[Choice]) -> AsyncIterator[AsyncIterator[bytes]]:
        """Yield the bytes of an archive of these images."""
        kept = {index.digest: index for choice in chosen for index in choice.all_indexes()}
        members = {digest: self._members(index) for digest, index in kept.items()}
        everything = [choice.image for choice in chosen]
        everything += [image for some in members.values() for image in some]
        with self._pins.hold([*kept, *(blob for image in everything for blob in blobs_of(image))]):
            images = [await in_thread(outgoing, choice.image, self._content) for choice in chosen]
            indexes = {
                digest: await in_thread(outgoing_index, index, members[digest], self._content)
                for digest, index in kept.items()
            }
            yield self._chunks(chosen, images, indexes)
        for choice in chosen:
            publish_image_event(self._events, "save", choice.image)

    def _choose(self, names: Sequence[str], listed: Sequence[Image]) -> list[Choice]:
        """A bare repository means all its tags; an id brings its image without a name."""
        chosen: dict[str, Choice] = {}
        for name in names:
            for image, tag in self._found(name, listed):
                choice = chosen.setdefault(image.id, Choice(image))
                if tag is not None and tag not in choice.tags:
                    choice.tags.append(tag)
                    if (index := image.indexes.get(str(tag))) is not None:
                        choice.indexes[tag] = index
        return list(chosen.values())

    def _found(self, name: str, listed: Sequence[Image]) -> list[tuple[Image, Reference | None]]:
        is_id = reference.is_image_id(name) or name.startswith("sha256:")
        if not is_id:
            parsed = reference.parse(name)
            if found := _named(parsed, listed):
                return found
            if parsed.tag is not None or parsed.digest is not None:
                raise NotFoundError("reference does not exist")
        try:
            return [(self._find(name), None)]
        except NotFoundError:
            raise NotFoundError(f"No such image: {name}") from None

    async def _chunks(
        self,
        chosen: Sequence[Choice],
        images: Sequence[OutgoingImage],
        indexes: Mapping[str, OutgoingIndex],
    ) -> AsyncIterator[bytes]:
        yield _folder("blobs") + _folder("blobs/sha256")
        written: set[str] = set()
        for image in (*images, *(image for index in indexes.values() for image in index.images)):
            mtime = max(0, unix_time(image.image.created))
            for blob in image.blobs:
                if blob not in written:
                    written.add(blob)
                    async for chunk in self._blob(blob, mtime):
                        yield chunk
            name = digests.of_bytes(image.manifest)
            if name not in written:
                written.add(name)
                yield _file(_blob_path(name), image.manifest, mtime)
        for index in indexes.values():
            yield _file(_blob_path(index.digest), index.data)
        for name, value in _listings(chosen, images, indexes):
            yield _file(name, json.dumps(value, separators=(",", ":")).encode())
        yield END

    async def _blob(self, digest: str, mtime: int) -> AsyncIterator[bytes]:
        with await in_thread(FileIO, self._content.path(digest)) as file:
            size = file.seek(0, 2)
            file.seek(0)
            yield _header(_blob_path(digest), size, mtime)
            while chunk := await in_thread(file.read, READ_SIZE):
                yield chunk
            yield _padding(size)


def _named(wanted: Reference, listed: Sequence[Image]) -> list[tuple[Image, Reference | None]]:
    """Return the images that have this name, with the tag to write down."""
    found: list[tuple[Image, Reference | None]] = []
    for image in listed:
        for name in map(reference.parse, image.references):
            if name.name != wanted.name:
                continue
            if wanted.digest is not None:
                fits = name.digest == wanted.digest
            else:
                fits = wanted.tag in (None, name.tag)
            if fits:
                found.append((image, name if name.tag else None))
    return found


def _listings(
    chosen: Sequence[Choice], images: Sequence[OutgoingImage], indexes: Mapping[str, OutgoingIndex]
) -> Iterator[tuple[str, Any]]:
    """Yield the files that tell what is in the archive, for each kind of reader."""
    entries: list[dict[str, Any]] = []
    legacy: list[dict[str, Any]] = []
    repositories: dict[str, dict[str, str]] = {}
    for choice, image in zip(chosen, images, strict=True):
        described = _described(image.media_type, image.manifest)
        tags: list[Reference | None] = [*choice.tags] or [None]
        for tag in tags:
            kept = choice.indexes.get(tag) if tag else choice.index
            index = indexes.get(kept.digest) if kept else None
            named = described
            # An index that lacks this very image would hide it.
            if index is not None and image.image.id in (listed.image.id for listed in index.images):
                named = _described(index.media_type, index.data)
            annotations = {"annotations": {FULL_NAME: str(tag), REF_NAME: tag.tag}} if tag else {}
            entries.append({**named, **annotations})
        legacy.append(
            {
                "Config": _blob_path(image.config.digest),
                "RepoTags": [tag.familiar for tag in choice.tags] or None,
                "Layers": [_blob_path(layer.digest) for layer in image.layers],
                "LayerSources": {
                    diff_id: {"mediaType": layer.media_type, "size": layer.size, "digest": layer.digest}
                    for diff_id, layer in zip(image.image.layers, image.layers, strict=True)
                },
            }
        )
        for tag in choice.tags:
            if image.layers:
                top = digests.hex_of(image.layers[-1].digest)
                repositories.setdefault(tag.familiar_name, {})[str(tag.tag)] = top
    yield "index.json", {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}
    yield "manifest.json", legacy
    yield "oci-layout", {"imageLayoutVersion": "1.0.0"}
    if repositories:
        yield "repositories", repositories


def _described(media_type: str, data: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digests.of_bytes(data), "size": len(data)}


def _blob_path(digest: str) -> str:
    return f"blobs/sha256/{digests.hex_of(digest)}"


def _folder(name: str) -> bytes:
    member = tarfile.TarInfo(name)
    member.type, member.mode = tarfile.DIRTYPE, 0o755
    return member.tobuf(tarfile.GNU_FORMAT)


def _header(name: str, size: int, mtime: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.mtime = size, mtime
    return member.tobuf(tarfile.GNU_FORMAT)  # which has room for sizes above 8 GiB


def _file(name: str, data: bytes, mtime: int = 0) -> bytes:
    return _header(name, len(data), mtime) + data + _padding(len(data))


def _padding(size: int) -> bytes:
    return bytes(-size % 512)
