"""An image as it leaves the engine: its manifest, and the blobs that the store has for it.

The manifest that an image came with leaves again byte for byte, so that its digest stays what it was. Only
where the store holds other blobs than it names (a layer that was there before, compressed by somebody else)
a new one is written.
"""

from dataclasses import dataclass

from backend.images.content_store import ContentStore
from backend.images.image import Image
from backend.images.manifest import (
    OCI_MANIFEST,
    Descriptor,
    Manifest,
    json_object,
    manifest_of,
    parse,
)


@dataclass(frozen=True, slots=True)
class OutgoingImage:
    """A manifest and what it names; the layers lie bottom to top, and every blob is in the store."""

    image: Image
    manifest: bytes
    media_type: str
    config: Descriptor
    layers: tuple[Descriptor, ...]

    @property
    def blobs(self) -> list[str]:
        """The digests of all blobs but the manifest's, layers first."""
        return [blob.digest for blob in (*self.layers, self.config)]


def outgoing(image: Image, content: ContentStore) -> OutgoingImage:
    """Return what to send of an image. Blocking; hold pins on its blobs."""
    if image.manifest and content.has(image.manifest):
        data = content.read(image.manifest)
        manifest = parse(data, "")
        if isinstance(manifest, Manifest) and all(content.has(layer.digest) for layer in manifest.layers):
            media_type = str(json_object(data, "manifest").get("mediaType") or OCI_MANIFEST)
            return OutgoingImage(image, data, media_type, manifest.config, manifest.layers)
    return _with_new_manifest(image, content)


def blobs_of(image: Image) -> list[str]:
    """Return the digests of all blobs that an image on record has."""
    return [image.id, image.manifest, *(layer.blob for layer in image.store_layers)]


def _with_new_manifest(image: Image, content: ContentStore) -> OutgoingImage:
    layers = tuple(
        Descriptor(layer.media_type, layer.blob, content.path(layer.blob).stat().st_size)
        for layer in image.store_layers
    )
    new = manifest_of(image.id, content.path(image.id).stat().st_size, layers)
    return OutgoingImage(image, new.data, new.media_type, new.manifest.config, new.manifest.layers)
