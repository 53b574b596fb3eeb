"""Images in a folder: OCI image layouts, as they ship with Marina and lie in archives.

Source: OCI image specification, "Image Layout"; the annotation `io.containerd.image.name` is containerd's.
"""

import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from backend.errors import InvalidParameterError
from backend.images import digests
from backend.images.manifest import MAX_MANIFEST_BYTES, Descriptor, Index, parse
from backend.images.transfer.image_source import BlobStream, FoundManifest
from backend.tasks import in_thread

READ_SIZE = 1 << 20
FULL_NAME = "io.containerd.image.name"
REF_NAME = "org.opencontainers.image.ref.name"


class ImageLayout:
    """One layout: `index.json` and `blobs/sha256/<hex>`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def entries(self) -> Iterator[tuple[Descriptor, str]]:
        """Yield the index's entries and the names that they carry ("" for none). Blocking.

        Raises InvalidParameterError when the layout is damaged.
        """
        data = _read_small(self._folder / "index.json")
        index = parse(data, "application/vnd.oci.image.index.v1+json")
        if not isinstance(index, Index):
            raise InvalidParameterError("damaged image layout: index.json is no index")
        for entry in index.manifests:
            annotations = entry.annotations or {}
            yield entry, annotations.get(FULL_NAME) or annotations.get(REF_NAME) or ""

    async def manifest(self, tag_or_digest: str) -> FoundManifest:
        """Return a manifest or index by digest. Raises InvalidParameterError."""
        path = self._blob(tag_or_digest)
        data = await in_thread(_read_small, path)
        if digests.of_bytes(data) != tag_or_digest:
            raise InvalidParameterError(f"damaged image layout: {tag_or_digest} has other contents")
        return FoundManifest(data, "", tag_or_digest)

    @asynccontextmanager
    async def blob(self, digest: str, offset: int) -> AsyncIterator[BlobStream]:
        """Open a blob from `offset` on. Raises InvalidParameterError when it is missing."""
        path = self._blob(digest)
        if not await in_thread(_is_plain_file, path):
            raise InvalidParameterError(f"damaged image layout: {digest} is missing")
        yield BlobStream(offset, _chunks(path, offset))

    def _blob(self, digest: str) -> Path:
        return self._folder / "blobs" / "sha256" / digests.hex_of(digests.checked(digest))


async def _chunks(path: Path, offset: int) -> AsyncIterator[bytes]:
    with await in_thread(io.FileIO, path) as file:
        file.seek(offset)
        while chunk := await in_thread(file.read, READ_SIZE):
            yield chunk


def _is_plain_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _read_small(path: Path) -> bytes:
    if not _is_plain_file(path):
        raise InvalidParameterError(f"damaged image layout: {path.name} is missing")
    if path.stat().st_size > MAX_MANIFEST_BYTES:
        raise InvalidParameterError(f"damaged image layout: {path.name} is too large")
    return path.read_bytes()
