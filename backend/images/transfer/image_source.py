"""Where images come from: a registry, a folder that ships with Marina, an archive."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol


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
