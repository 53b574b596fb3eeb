"""Writes the manifest that an image of `docker save`'s own form lacks, and compresses its plain layers.

Source: Docker image specification v1.2.
"""

import hashlib
import os
from collections.abc import Sequence
from itertools import chain

from backend.errors import SystemFailureError
from backend.images import digests
from backend.images.archives.image_archive import ArchivedImage, ImageArchive, Member
from backend.images.content_store import ContentStore
from backend.images.image import Layer
from backend.images.layers import layer_compression
from backend.images.layers.decompression import GZIP_MAGIC, ZSTD_MAGIC
from backend.images.manifest import DOCKER_LAYER, OCI_LAYER, Descriptor, manifest_of
from backend.images.transfer.image_source import FoundManifest


class Packer:
    """Makes manifests for one archive; compressed layers go to where downloads lie."""

    def __init__(self, archive: ImageArchive, content: ContentStore) -> None:
        self._archive = archive
        self._content = content

    def pack(self, image: ArchivedImage, known: Sequence[Layer | None]) -> FoundManifest:
        """Return a manifest for `image`, whose layers that are `known` keep the blobs they have. Blocking."""
        try:
            layers = [
                self._described(member) if layer is None else self._of_store(layer)
                for member, layer in zip(image.layers, known, strict=True)
            ]
        except OSError as error:
            raise SystemFailureError(f"cannot store a layer: {os.strerror(error.errno or 0)}") from error
        new = manifest_of(digests.of_bytes(image.config), len(image.config), layers)
        return self._archive.add_manifest(new.data, new.media_type)

    def _of_store(self, layer: Layer) -> Descriptor:
        return Descriptor(layer.media_type, layer.blob, self._content.path(layer.blob).stat().st_size)

    def _described(self, member: Member) -> Descriptor:
        chunks = self._archive.contents(member)
        first = next(chunks, b"")
        if first.startswith((GZIP_MAGIC, ZSTD_MAGIC)):
            digest = hashlib.sha256(first)
            for chunk in chunks:
                digest.update(chunk)
            blob = f"sha256:{digest.hexdigest()}"
            self._archive.add_blob(blob, member)
            is_gzip = first.startswith(GZIP_MAGIC)
            media_type = f"{DOCKER_LAYER}.gzip" if is_gzip else f"{OCI_LAYER}+zstd"
            return Descriptor(media_type, blob, member.size)
        packed, blob, size = layer_compression.compress(chain((first,), chunks), self._content.downloads)
        self._content.adopt(packed, blob)
        return Descriptor(f"{DOCKER_LAYER}.gzip", blob, size)
