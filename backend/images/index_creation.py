"""Writes the index of images that were built together, one for each platform.

Source: OCI image specification, "Image Index"; BuildKit's `exporter/containerimage` (writer.go).
"""

import json
from collections.abc import Sequence
from dataclasses import replace

from backend.images import digests, platforms
from backend.images.content_store import ContentStore
from backend.images.image import Image, KeptIndex
from backend.images.manifest import DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX
from backend.images.pins import Pins
from backend.images.reference import Reference
from backend.images.transfer.image_import import ImageImport
from backend.images.transfer.outgoing import OutgoingImage, blobs_of, outgoing
from backend.tasks import in_thread


class IndexCreation:
    """Puts images that are on record under one index."""

    def __init__(self, content: ContentStore, importer: ImageImport, pins: Pins) -> None:
        self._content = content
        self._importer = importer
        self._pins = pins

    async def create(self, images: Sequence[Image], names: Sequence[Reference]) -> tuple[Image, KeptIndex]:
        """Write an index of `images` and give it names; returns the image that the names mean here.

        The images get the manifests that the index lists. Without a name the index is not kept for long.
        """
        with self._pins.hold([blob for image in images for blob in blobs_of(image)]):
            written = [await in_thread(outgoing, image, self._content) for image in images]
            for sent in written:
                listed = replace(sent.image, manifest=digests.of_bytes(sent.manifest))
                await self._importer.record(listed, [sent.manifest], [])
            data, main = _index(written), _main(written)
            index = KeptIndex(
                digests.of_bytes(data), tuple(digests.of_bytes(sent.manifest) for sent in written)
            )
            with self._pins.hold([index.digest, *index.manifests]):
                full_names = [str(name.with_default_tag()) for name in names]
                named = replace(main.image, manifest=digests.of_bytes(main.manifest))
                return await self._importer.record(named, [data], full_names, index), index


def _index(written: Sequence[OutgoingImage]) -> bytes:
    all_docker = all(sent.media_type == DOCKER_MANIFEST for sent in written)
    entries = [
        {
            "mediaType": sent.media_type,
            "digest": digests.of_bytes(sent.manifest),
            "size": len(sent.manifest),
            "platform": platforms.to_json(platforms.from_json(sent.image.config)),
        }
        for sent in written
    ]
    media_type = DOCKER_LIST if all_docker else OCI_INDEX
    return json.dumps({"schemaVersion": 2, "mediaType": media_type, "manifests": entries}, indent=2).encode()


def _main(written: Sequence[OutgoingImage]) -> OutgoingImage:
    """Return this machine's image, or else the first."""
    own = platforms.own()
    fitting = (sent for sent in written if platforms.from_json(sent.image.config).suits(own))
    return next(fitting, written[0])
