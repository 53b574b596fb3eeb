"""Unpacked layers: one entry of a folder each, made in one pass over a blob, whole or gone after any cut."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fcntl import F_SETPIPE_SZ, fcntl
from pathlib import Path

from backend.errors import InvalidParameterError
from backend.images import digests, durable_files
from backend.images.erofs import ErofsFormat
from backend.images.folders_below import FoldersBelow
from backend.images.layer_format import LayerFormat
from backend.images.layer_sources import BlobSource, NewLayer
from backend.images.layer_tar import LayerContents
from backend.images.layer_unpacking import LayerFeed, LayerSource, Progress, written
from backend.state_files import StateFiles
from backend.tasks import in_thread

PIPE_BYTES = 1 << 20
UNFINISHED = ".unfinished-"


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """A layer in the store: `key` names its file, `size` is what its regular files hold in bytes."""

    key: str
    size: int


class LayerStore:
    """The folder of layers, each in the format that its name tells.

    A layer that lists all its folders depends on nothing and is named by its diff id. One that leaves some
    out gets their attributes from the layers below, and so its name tells those too.
    """

    def __init__(self, files: StateFiles) -> None:
        self._folder = files.layers
        self._scratch = files.unpacking
        self._format: LayerFormat = ErofsFormat()

    @property
    def format_name(self) -> str:
        """What new layers are made of."""
        return self._format.name

    def prepare(self) -> None:
        """Make the folders and clear what an interrupted engine left. Blocking."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._scratch.mkdir(parents=True, exist_ok=True)
        for path in self._folder.glob(f"{UNFINISHED}*"):
            path.unlink()

    def path(self, key: str) -> Path:
        """Return where the layer `key` lies."""
        return self._folder / f"{key}{self._format.suffix}"

    def mount(self, key: str, target: Path) -> None:
        """Mount a layer read-only on the folder `target`. Blocking. Raises SystemFailureError."""
        self._format.mount(self.path(key), target)

    def find(self, diff_ids: Sequence[str]) -> str | None:
        """Return the key of the topmost layer of a stack, or None when it is not in the store."""
        for key in (_plain_key(diff_ids), _stacked_key(diff_ids)):
            if self.path(key).exists():
                return key
        return None

    def keys(self) -> set[str]:
        """Return the keys of all layers in the store. Blocking."""
        names = os.listdir(self._folder)  # noqa: PTH208 - names only
        suffix = self._format.suffix
        return {
            name.removesuffix(suffix)
            for name in names
            if name.endswith(suffix) and not name.startswith(UNFINISHED)
        }

    def discard(self, keys: Iterable[str]) -> list[Path]:
        """Take layers out of the store; returns the files that are left to delete. Takes microseconds."""
        trash: list[Path] = []
        for key in keys:
            with suppress(FileNotFoundError):
                trash.append(self.path(key).rename(self._unfinished()))
        return trash

    def _unfinished(self) -> Path:
        return self._folder / f"{UNFINISHED}{secrets.token_hex(8)}{self._format.suffix}"

    async def unpack(
        self,
        source: BlobSource | NewLayer,
        diff_ids: Sequence[str],
        keys_below: Sequence[str],
        progress: Progress,
    ) -> StoredLayer:
        """Make the topmost layer of the stack `diff_ids`, which is known already.

        It is not durable yet: call `make_durable` before a record names it; unrecorded layers are swept.
        `keys_below` are the layers under it, bottom to top; `progress` is called on a thread with the bytes
        of `source` read so far. Raises InvalidParameterError for a damaged or hostile layer,
        SystemFailureError when the disk is full.
        """
        unfinished = self._unfinished()
        try:
            diff_id, contents = await self._make(source, keys_below, progress, unfinished)
            if diff_id != diff_ids[-1]:
                raise InvalidParameterError(
                    f"layer {source.name} is not what the image says: "
                    f"its contents have the digest {diff_id}, expected {diff_ids[-1]}"
                )
            return await self._place(unfinished, diff_ids, contents)
        finally:
            unfinished.unlink(missing_ok=True)

    async def create(
        self,
        source: NewLayer,
        diff_ids_below: Sequence[str],
        keys_below: Sequence[str],
        pin: Callable[[str], None],
    ) -> tuple[str, StoredLayer | None]:
        """Make a layer of a tar that is new; returns its diff id, and None for one without entries.

        `pin` is told the diff id before the layer is in its place. Not durable yet, as with `unpack`, and it
        raises the same.
        """
        unfinished = self._unfinished()
        try:
            diff_id, contents = await self._make(source, keys_below, lambda done: None, unfinished)
            pin(diff_id)
            if not contents.entries:
                return diff_id, None
            return diff_id, await self._place(unfinished, [*diff_ids_below, diff_id], contents)
        finally:
            unfinished.unlink(missing_ok=True)

    async def _make(
        self, source: LayerSource, keys_below: Sequence[str], progress: Progress, layer: Path
    ) -> tuple[str, LayerContents]:
        reading, writing = os.pipe2(os.O_CLOEXEC)
        with suppress(OSError):  # the limit on pipes is for unprivileged users
            fcntl(writing, F_SETPIPE_SZ, PIPE_BYTES)
        below = FoldersBelow(keys_below[::-1], self.mount, self._scratch)
        free = shutil.disk_usage(self._folder).free
        feed = LayerFeed(source, writing, below, progress, free)
        contents = await written(feed, reading, self._format, layer)
        return feed.diff_id, contents

    async def _place(self, unfinished: Path, diff_ids: Sequence[str], contents: LayerContents) -> StoredLayer:
        key = _stacked_key(diff_ids) if contents.implied else _plain_key(diff_ids)
        await in_thread(unfinished.rename, self.path(key))
        return StoredLayer(key, contents.size)

    def make_durable(self, key: str) -> None:
        """Write a layer to the disk, so that it is there and whole after any cut of power. Blocking."""
        self._format.sync(self.path(key))
        durable_files.sync(self._folder)


def _plain_key(diff_ids: Sequence[str]) -> str:
    return digests.hex_of(diff_ids[-1])


def _stacked_key(diff_ids: Sequence[str]) -> str:
    return f"{digests.hex_of(diff_ids[-1])}-{digests.hex_of(digests.chain(diff_ids))[:16]}"
