"""The sources of all pulls that wait for one blob: the pull that began its download may leave the others."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager

from backend.images.transfer.image_source import BlobProvider, BlobStream


class SharedSource:
    """Gives a blob from the first source that is still here; a source is closed once its pull has left."""

    def __init__(self) -> None:
        self.sources: list[BlobProvider] = []

    def blob(self, digest: str, offset: int) -> AbstractAsyncContextManager[BlobStream]:
        """See BlobProvider."""
        return self.sources[0].blob(digest, offset)


class SharedSources:
    """Shared sources by the digests of blobs."""

    def __init__(self) -> None:
        self._shared: dict[str, SharedSource] = {}

    @contextmanager
    def joined(self, digest: str, source: BlobProvider) -> Iterator[SharedSource]:
        """Lend `source` to all who wait for a blob, as long as the block lasts."""
        shared = self._shared.setdefault(digest, SharedSource())
        shared.sources.append(source)
        try:
            yield shared
        finally:
            shared.sources.remove(source)
            if not shared.sources:
                del self._shared[digest]
