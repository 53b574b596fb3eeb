"""What images take on the disk: blocks of their layers and blobs, not the bytes of the files inside."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backend.images import stored_files
from backend.images.content_store import ContentStore
from backend.images.image import Image
from backend.images.layers.layer_store import LayerStore
from backend.images.transfer.outgoing import blobs_of


@dataclass(frozen=True, slots=True)
class DiskUse:
    """The files of some images, each with its bytes on the disk and how many of these images need it."""

    sizes: Mapping[Path, int]
    users: Mapping[Path, int]
    files: Mapping[str, frozenset[Path]]

    @property
    def total(self) -> int:
        """Bytes of all files; one that several images need counts once."""
        return sum(self.sizes.values())

    def of(self, image: Image) -> int:
        """Return the bytes of an image's files."""
        return sum(self.sizes[path] for path in self.files[image.id])

    def shared(self, image: Image) -> int:
        """Return how many of them other images need too."""
        return sum(self.sizes[path] for path in self.files[image.id] if self.users[path] > 1)

    def without(self, others: Iterable[Path]) -> int:
        """Return the bytes of the files that are not among `others`."""
        return sum(self.sizes[path] for path in self.sizes.keys() - set(others))


def files_of(image: Image, content: ContentStore, layers: LayerStore) -> frozenset[Path]:
    """Return all files that an image on record needs."""
    blobs = {content.path(digest) for digest in blobs_of(image) if digest}
    blobs |= {content.path(index.digest) for index in image.indexes.values()}
    return frozenset(blobs | {layers.path(layer.key) for layer in image.store_layers})


def measure(images: Iterable[Image], content: ContentStore, layers: LayerStore) -> DiskUse:
    """Look at the files of some images. Blocking."""
    files = {image.id: files_of(image, content, layers) for image in images}
    users = Counter(path for paths in files.values() for path in paths)
    sizes: dict[Path, int] = dict.fromkeys(users, 0)
    for path in sizes:
        with suppress(FileNotFoundError):  # the image went meanwhile
            sizes[path] = stored_files.bytes_on_disk(path)
    return DiskUse(sizes, users, files)
