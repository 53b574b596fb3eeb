"""Where images come from: a registry, a folder that ships with Marina, an archive."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from backend.errors import InvalidParameterError
from backend.images import digests
from backend.images.manifest import Descriptor


@dataclass(frozen=True, slots=True)
class FoundManifest:
    """A manifest's or index's bytes, what the source calls them, and their true digest."""

    data: bytes
    media_type: str
    digest: str


@dataclass(frozen=True, slots=True)
class BlobStream:
    """A blob's bytes from `start` on."""

    start: int
    chunks: AsyncIterator[bytes]


class BlobProvider(Protocol):
    """Anything that hands out blobs by digest."""

    def blob(self, digest: str, offset: int) -> AbstractAsyncContextManager[BlobStream]:
        """Open a blob from `offset` on."""
        ...


class ImageSource(BlobProvider, Protocol):
    """Anything that hands out manifests and blobs by digest."""

    async def manifest(self, tag_or_digest: str) -> FoundManifest:
        """Return a manifest or index."""
        ...


async def read_small_blob(source: BlobProvider, blob: Descriptor, most: int) -> bytes:
    """Return a blob of at most `most` bytes, checked.

    Raises InvalidParameterError for a larger or another one, and what the source raises.
    """
    data = bytearray()
    async with source.blob(blob.digest, 0) as stream:
        async for chunk in stream.chunks:
            data += chunk
            if len(data) > min(blob.size, most):
                raise InvalidParameterError(f"{blob.digest} is larger than it may be")
    if digests.of_bytes(bytes(data)) != blob.digest:
        raise InvalidParameterError(f"verification failed for digest {blob.digest}")
    return bytes(data)
