"""An index as it leaves the engine: with all images that it lists, or as far as they are here.

Source: dockerd's `daemon/containerd/image_push.go` (getPushDescriptor).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from backend.errors import ConflictError, NotFoundError
from backend.images import digests, platforms
from backend.images.content_store import ContentStore
from backend.images.image import Image, KeptIndex
from backend.images.manifest import OCI_INDEX, json_object
from backend.images.platforms import Platform
from backend.images.transfer.outgoing import OutgoingImage, outgoing


@dataclass(frozen=True, slots=True)
class OutgoingIndex:
    """An index and what it lists that is here, byte for byte; `complete` when that is all of it."""

    digest: str
    data: bytes
    media_type: str
    images: tuple[OutgoingImage, ...]
    complete: bool


def outgoing_index(index: KeptIndex, members: Iterable[Image], content: ContentStore) -> OutgoingIndex:
    """Return what to send of an index. Blocking; hold pins on the blobs of its `members`."""
    data = content.read(index.digest)
    found: dict[str, OutgoingImage] = {}
    for image in members:
        sent = outgoing(image, content)
        digest = digests.of_bytes(sent.manifest)
        if digest in index.manifests:  # else its blobs are others than the index means
            found[digest] = sent
    media_type = str(json_object(data, "index").get("mediaType") or OCI_INDEX)
    in_order = tuple(found[digest] for digest in dict.fromkeys(index.manifests) if digest in found)
    return OutgoingIndex(index.digest, data, media_type, in_order, found.keys() >= set(index.manifests))


def for_platform(images: Iterable[OutgoingImage], wanted: Platform | None, name: str) -> OutgoingImage:
    """Return the one image to send of several: for the platform `wanted`, or else the only one or this
    machine's. Raises NotFoundError, ConflictError in dockerd's words."""
    here = list(images)
    asked = wanted or platforms.own()
    fitting = [sent for sent in here if platforms.from_json(sent.image.config).suits(asked)]
    if wanted is None and len(here) == 1:
        return here[0]
    if len(fitting) == 1:
        return fitting[0]
    if wanted is None:
        raise ConflictError("multiple matching manifests found but no specific platform requested")
    if fitting:
        raise ConflictError(f"multiple manifests found for platform {wanted}")
    raise NotFoundError(
        f"image with reference {name} was found but does not provide the specified platform ({wanted})"
    )
