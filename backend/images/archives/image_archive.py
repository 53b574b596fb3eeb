"""Reads images out of one archive file, `docker save`'s or an OCI layout's, without unpacking it.

Members are read where they lie, by offset: no name or link in an archive ever becomes a path on the disk.
Sources: Docker image specification v1.2 ("Combined Image JSON + Filesystem Changeset Format");
OCI image specification, "Image Layout".
"""

import json
import os
import posixpath
import tarfile
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from backend.errors import InvalidParameterError
from backend.images import digests, reference
from backend.images.archives.image_layout import FULL_NAME, REF_NAME
from backend.images.layers.decompression import GZIP_MAGIC, ZSTD_MAGIC
from backend.images.manifest import (
    MAX_CONFIG_BYTES,
    MAX_LAYERS,
    MAX_MANIFEST_BYTES,
    OCI_INDEX,
    Descriptor,
    Index,
    Manifest,
    parse,
)
from backend.images.transfer.image_source import BlobStream, FoundManifest
from backend.tasks import in_thread

MAX_MEMBERS = 100_000
MAX_LINKS = 8
MAX_IMAGES = 1000
READ_SIZE = 1 << 20
COMPRESSED = ("+gzip", ".gzip", "+zstd", ".zstd")  # how media types of layers end


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside the archive: where its bytes begin, and how many there are."""

    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class ArchivedImage:
    """One image of an archive and the names written beside it.

    `docker save`'s own form has no manifest: then there are its config's bytes and its layers' places.
    Where the names lead to an `index`, `platforms` are the manifests that it lists and that are here whole.
    """

    names: tuple[str, ...]
    manifest: FoundManifest | None
    config: bytes = b""
    layers: tuple[Member, ...] = ()
    index: FoundManifest | None = None
    platforms: tuple[FoundManifest, ...] = ()


class ImageArchive:
    """An archive on the disk, as a source of images. Raises InvalidParameterError for damaged ones."""

    def __init__(self, path: Path) -> None:
        """Read the archive's table of contents. Blocking."""
        self._path = path
        self._members: dict[str, Member] = {}
        self._links: dict[str, str] = {}
        self._blobs: dict[str, Member] = {}
        self._manifests: dict[str, bytes] = {}
        try:
            self._read_contents()
        except tarfile.TarError as error:
            raise InvalidParameterError(f"invalid archive: {error}") from error

    def _read_contents(self) -> None:
        with tarfile.open(self._path, "r:", errorlevel=0) as archive:
            while (member := archive.next()) is not None:
                name = _normalised(member.name)
                if member.isfile() and not member.issparse():
                    self._members[name] = Member(member.offset_data, member.size)
                elif member.issym():
                    self._links[name] = _normalised(posixpath.join(posixpath.dirname(name), member.linkname))
                elif member.islnk():
                    self._links[name] = _normalised(member.linkname)
                archive.members.clear()  # type: ignore[attr-defined]  # keeps what it has read otherwise
                if len(self._members) + len(self._links) > MAX_MEMBERS:
                    raise InvalidParameterError(f"invalid archive: more than {MAX_MEMBERS} members")

    def images(self) -> list[ArchivedImage]:
        """Return the images in the archive. Blocking."""
        if self._find("manifest.json") is not None:
            manifests = self._manifests_by_config()
            listed = [self._docker_image(entry, manifests) for entry in self._docker_entries()]
            return self._with_indexes(listed)
        if self._find("index.json") is not None:
            return self._layout_images()
        raise InvalidParameterError(
            "invalid archive: it holds neither manifest.json nor index.json, so it is no image archive"
        )

    async def manifest(self, tag_or_digest: str) -> FoundManifest:
        """Return a manifest or index by digest."""
        data = self._manifests.get(tag_or_digest)
        if data is None:
            member = self._blob_member(tag_or_digest)
            data = await in_thread(self._read, member, MAX_MANIFEST_BYTES)
            if digests.of_bytes(data) != tag_or_digest:
                raise InvalidParameterError(f"invalid archive: {tag_or_digest} has other contents")
        return FoundManifest(data, "", tag_or_digest)

    @asynccontextmanager
    async def blob(self, digest: str, offset: int) -> AsyncIterator[BlobStream]:
        """Open a blob from `offset` on."""
        yield BlobStream(offset, self._chunks(self._blob_member(digest), offset))

    async def _chunks(self, member: Member, offset: int) -> AsyncIterator[bytes]:
        while offset < member.size:
            part = Member(member.offset + offset, min(READ_SIZE, member.size - offset))
            data = await in_thread(self._read, part, READ_SIZE)
            yield data
            offset += len(data)

    def contents(self, member: Member) -> Iterator[bytes]:
        """Go through a file of the archive. Blocking."""
        for offset in range(0, member.size, READ_SIZE):
            yield self._read(Member(member.offset + offset, min(READ_SIZE, member.size - offset)), READ_SIZE)

    def has_compressed(self, members: Iterable[Member]) -> bool:
        """Return whether one of these files is compressed. Blocking."""
        return any(
            self._read(Member(member.offset, min(4, member.size)), 4).startswith((GZIP_MAGIC, ZSTD_MAGIC))
            for member in members
        )

    def add_manifest(self, data: bytes, media_type: str) -> FoundManifest:
        """Take in a manifest that the archive lacks."""
        digest = digests.of_bytes(data)
        self._manifests[digest] = data
        return FoundManifest(data, media_type, digest)

    def add_blob(self, digest: str, member: Member) -> None:
        """Tell which file of the archive is the blob `digest`."""
        self._blobs[digest] = member

    def _index(self) -> Index:
        index = parse(self._read(self._member("index.json"), MAX_MANIFEST_BYTES), OCI_INDEX)
        if not isinstance(index, Index):
            raise InvalidParameterError("invalid archive: index.json is no index")
        return index

    def _layout_images(self) -> list[ArchivedImage]:
        by_digest: dict[str, list[str]] = {}
        for entry in self._index().manifests[:MAX_IMAGES]:
            names = by_digest.setdefault(entry.digest, [])
            annotations = entry.annotations or {}
            short = annotations.get(REF_NAME, "")
            # A bare word there is a tag of nobody knows which repository.
            if name := annotations.get(FULL_NAME) or (short if "/" in short or ":" in short else ""):
                names.append(name)
        return [self._layout_image(digest, names) for digest, names in by_digest.items()]

    def _layout_image(self, digest: str, names: Sequence[str]) -> ArchivedImage:
        found = FoundManifest(self._manifest_data(digest), "", digest)
        here = self._platforms_of(found)
        return ArchivedImage(tuple(names), found, index=found if here else None, platforms=here)

    def _platforms_of(self, found: FoundManifest) -> tuple[FoundManifest, ...]:
        """Return the images that an index lists and that are here whole; none when it is no index."""
        index = parse(found.data, found.media_type)
        if not isinstance(index, Index):
            return ()
        here: dict[str, FoundManifest] = {}
        for entry in index.manifests[:MAX_IMAGES]:
            if entry.is_attestation or not self._has_blob(entry.digest):
                continue
            data = self._manifest_data(entry.digest)
            try:
                manifest = parse(data, entry.media_type)
            except InvalidParameterError:
                continue  # an artifact, which is no image
            if not isinstance(manifest, Manifest):
                continue
            if all(self._has_blob(blob.digest) for blob in (manifest.config, *manifest.layers)):
                here[entry.digest] = FoundManifest(data, entry.media_type, entry.digest)
        return tuple(here.values())

    def _with_indexes(self, images: Sequence[ArchivedImage]) -> list[ArchivedImage]:
        """Return the images of a Docker listing, those whose names lead to an index beside it with that."""
        if self._find("index.json") is None:
            return list(images)
        indexes: dict[str, ArchivedImage] = {}
        for image in self._layout_images():
            if image.platforms:
                names = (str(reference.parse(name).with_default_tag()) for name in image.names)
                indexes |= dict.fromkeys(names, image)
        found: list[ArchivedImage] = []
        for image in images:
            full_names = {name: str(reference.parse(name).with_default_tag()) for name in image.names}
            for name, full_name in full_names.items():
                if full_name in indexes:
                    found.append(replace(indexes[full_name], names=(name,)))
            left = tuple(name for name, full_name in full_names.items() if full_name not in indexes)
            if left or not full_names:
                found.append(replace(image, names=left))
        return found

    def _manifest_data(self, digest: str) -> bytes:
        data = self._read(self._blob_member(digest), MAX_MANIFEST_BYTES)
        if digests.of_bytes(data) != digest:
            raise InvalidParameterError(f"invalid archive: {digest} has other contents")
        return data

    def _manifests_by_config(self) -> dict[str, FoundManifest]:
        """Return the manifests of compressed layers that lie beside a Docker listing.

        With them an image keeps its manifest's digest. Those of plain layers are left aside: the store has no
        use for a plain copy.
        """
        if self._find("index.json") is None:
            return {}
        found: dict[str, FoundManifest] = {}
        for entry in self._index().manifests[:MAX_IMAGES]:
            data = self._manifest_data(entry.digest)
            manifest = parse(data, entry.media_type)
            if isinstance(manifest, Manifest) and all(map(_is_compressed, manifest.layers)):
                found[manifest.config.digest] = FoundManifest(data, entry.media_type, entry.digest)
        return found

    def _docker_entries(self) -> list[dict[str, Any]]:
        data = self._read(self._member("manifest.json"), MAX_MANIFEST_BYTES)
        try:
            entries = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise InvalidParameterError(f"invalid archive: manifest.json: {error}") from error
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise InvalidParameterError("invalid archive: manifest.json is no list of images")
        if len(entries) > MAX_IMAGES:
            raise InvalidParameterError(f"invalid archive: more than {MAX_IMAGES} images")
        return entries

    def _docker_image(self, entry: dict[str, Any], manifests: dict[str, FoundManifest]) -> ArchivedImage:
        names, layers = _strings(entry, "RepoTags"), _strings(entry, "Layers")
        if len(layers) > MAX_LAYERS:
            raise InvalidParameterError(f"invalid archive: more than {MAX_LAYERS} layers")
        config_name = entry.get("Config")
        if not isinstance(config_name, str):
            raise InvalidParameterError("invalid archive: manifest.json names no config")
        member = self._member(config_name)
        config = self._read(member, MAX_CONFIG_BYTES)
        digest = digests.of_bytes(config)
        self.add_blob(digest, member)
        members = tuple(self._member(name) for name in layers)
        return ArchivedImage(names, manifests.get(digest), config, members)

    def _read(self, member: Member, limit: int) -> bytes:
        if member.size > limit:
            raise InvalidParameterError(f"invalid archive: a description is larger than {limit} bytes")
        with self._path.open("rb", buffering=0) as file:
            data = os.pread(file.fileno(), member.size, member.offset)
        if len(data) != member.size:
            raise InvalidParameterError("invalid archive: it is cut off")
        return data

    def _blob_member(self, digest: str) -> Member:
        known = self._blobs.get(digest)
        return known or self._member(f"blobs/sha256/{digests.hex_of(digests.checked(digest))}")

    def _has_blob(self, digest: str) -> bool:
        return digest in self._blobs or self._find(f"blobs/sha256/{digests.hex_of(digest)}") is not None

    def _member(self, name: str) -> Member:
        member = self._find(_normalised(name))
        if member is None:
            raise InvalidParameterError(f"invalid archive: {name[:200]} is missing")
        return member

    def _find(self, name: str) -> Member | None:
        for _ in range(MAX_LINKS):
            if name in self._members:
                return self._members[name]
            if name not in self._links:
                return None
            name = self._links[name]
        return None


def _is_compressed(layer: Descriptor) -> bool:
    return layer.media_type.endswith(COMPRESSED)


def _normalised(name: str) -> str:
    return posixpath.normpath(f"/{name}").lstrip("/")


def _strings(entry: dict[str, Any], key: str) -> tuple[str, ...]:
    values = entry.get(key) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InvalidParameterError(f"invalid archive: {key} in manifest.json is no list of strings")
    return tuple(values)
