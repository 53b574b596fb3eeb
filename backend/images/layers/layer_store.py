"""Unpacked layers: one entry of a folder each, made in one pass over a blob, whole or gone after any cut."""

import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fcntl import F_SETPIPE_SZ, fcntl
from pathlib import Path

from backend.errors import InvalidParameterError
from backend.images import digests, durable_files, stored_files
from backend.images.layers.erofs import ErofsFormat
from backend.images.layers.folders_below import FoldersBelow
from backend.images.layers.layer_format import LayerFormat
from backend.images.layers.layer_formats import LayerFormats
from backend.images.layers.layer_sources import BlobSource, NewLayer
from backend.images.layers.layer_tar import LayerContents
from backend.images.layers.layer_unpacking import LayerFeed, LayerSource, Progress, written
from backend.state_files import StateFiles
from backend.tasks import in_thread_to_end

PIPE_BYTES = 1 << 20
UNFINISHED = ".unfinished-"


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """A layer in the store: `key` names its file, `size` is what its regular files hold in bytes."""

    key: str
    size: int


class LayerStore:
    """The folder of layers, each in the format that its name tells: a change of format leaves what is there.

    A layer that lists all its folders depends on nothing and is named by its diff id. One that leaves some
    out gets their attributes from the layers below, and so its name tells those too. `choose` finds out which
    formats work, as `layer_formats.chosen` does.
    """

    def __init__(self, files: StateFiles, choose: Callable[[Path, Path], LayerFormats]) -> None:
        self._folder = files.layers
        self._scratch = files.unpacking
        self._choose = choose
        self._formats = LayerFormats(ErofsFormat())

    @property
    def format_name(self) -> str:
        """What new layers are made of."""
        return self._formats.new.name

    def prepare(self) -> None:
        """Make the folders, clear what an interrupted engine left, find out what works here. Blocking."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)  # programs in layers that are folders are for containers only
        for path in self._folder.glob(f"{UNFINISHED}*"):
            stored_files.remove(path)
        probe = self._scratch / "probe"
        probe.mkdir(parents=True, exist_ok=True)
        self._formats = self._choose(self._folder / f"{UNFINISHED}probe", probe)
        with suppress(OSError):
            probe.rmdir()

    def path(self, key: str) -> Path:
        """Return where the layer `key` lies."""
        return self._found(key)[1]

    def _found(self, key: str) -> tuple[LayerFormat, Path]:
        """Return the format and the path of a layer, those of a new one when it is not there."""
        for form in self._formats.known:
            if (path := self._place(key, form)).exists():
                return form, path
        return self._formats.new, self._place(key, self._formats.new)

    def _place(self, key: str, form: LayerFormat) -> Path:
        return self._folder / f"{key}{form.suffix}"

    def mount(self, key: str, target: Path) -> None:
        """Mount a layer read-only on the folder `target`. Blocking. Raises SystemFailureError."""
        form, path = self._found(key)
        form.mount(path, target)

    def find(self, diff_ids: Sequence[str]) -> str | None:
        """Return the key of the topmost layer of a stack, or None when the store has none to use."""
        return next((key for key in (_plain_key(diff_ids), _stacked_key(diff_ids)) if self.has(key)), None)

    def has(self, key: str) -> bool:
        """Return whether a layer is there in a form that can be mounted."""
        return any(self._place(key, form).exists() for form in self._formats.usable)

    def keys(self) -> set[str]:
        """Return the keys of all layers in the store. Blocking."""
        names = os.listdir(self._folder)  # noqa: PTH208 - names only
        return {
            name.removesuffix(form.suffix)
            for name in names
            for form in self._formats.known
            if name.endswith(form.suffix) and not name.startswith(UNFINISHED)
        }

    def discard(self, keys: Iterable[str]) -> list[tuple[str, Path]]:
        """Take layers out of the store; returns what is left of each to delete. Takes microseconds."""
        trash: list[tuple[str, Path]] = []
        for key in keys:
            for form in self._formats.known:
                with suppress(FileNotFoundError):
                    trash.append((key, self._place(key, form).rename(self._unfinished(form))))
        return trash

    def _unfinished(self, form: LayerFormat) -> Path:
        return self._folder / f"{UNFINISHED}{secrets.token_hex(8)}{form.suffix}"

    async def unpack(
        self,
        source: BlobSource | NewLayer,
        diff_ids: Sequence[str],
        keys_below: Sequence[str] | None,
        progress: Progress,
        *,
        recorded: bool = False,
    ) -> StoredLayer:
        """Make the topmost layer of the stack `diff_ids`, which is known already.

        It is not durable yet: call `make_durable` before a record names it; unrecorded layers are swept. One
        that is `recorded` is on the disk before it is in its place: a cut of power must not leave part of it.
        `keys_below` are the layers under it, bottom to top, None when they are not there yet; `progress` is
        called on a thread with the bytes of `source` read so far. Raises InvalidParameterError for a damaged
        or hostile layer, SystemFailureError when the disk is full, FoldersBelowUnknownError when it depends
        on layers that are not there yet.
        """
        unfinished = self._unfinished(self._formats.new)
        try:
            diff_id, contents = await self._make(source, keys_below, progress, unfinished)
            if diff_id != diff_ids[-1]:
                raise InvalidParameterError(
                    f"layer {source.name} is not what the image says: "
                    f"its contents have the digest {diff_id}, expected {diff_ids[-1]}"
                )
            if recorded:
                await in_thread_to_end(self._formats.new.sync, unfinished)
            return await self._keep(unfinished, diff_ids, contents)
        finally:
            if unfinished.exists():
                await in_thread_to_end(stored_files.remove, unfinished)

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
        unfinished = self._unfinished(self._formats.new)
        try:
            diff_id, contents = await self._make(source, keys_below, lambda done: None, unfinished)
            pin(diff_id)
            if not contents.entries:
                return diff_id, None
            return diff_id, await self._keep(unfinished, [*diff_ids_below, diff_id], contents)
        finally:
            if unfinished.exists():
                await in_thread_to_end(stored_files.remove, unfinished)

    async def _make(
        self, source: LayerSource, keys_below: Sequence[str] | None, progress: Progress, layer: Path
    ) -> tuple[str, LayerContents]:
        reading, writing = os.pipe2(os.O_CLOEXEC)
        with suppress(OSError):  # the limit on pipes is for unprivileged users
            fcntl(writing, F_SETPIPE_SZ, PIPE_BYTES)
        below = FoldersBelow(keys_below and keys_below[::-1], self.mount, self._scratch)
        free = shutil.disk_usage(self._folder).free
        feed = LayerFeed(source, writing, below, progress, free)
        contents = await written(feed, reading, self._formats.new, layer)
        return feed.diff_id, contents

    async def _keep(self, unfinished: Path, diff_ids: Sequence[str], contents: LayerContents) -> StoredLayer:
        key = _stacked_key(diff_ids) if contents.implied else _plain_key(diff_ids)
        await in_thread_to_end(self._put_in_place, unfinished, key)
        return StoredLayer(key, contents.size)

    def _put_in_place(self, unfinished: Path, key: str) -> None:
        """Give a layer its name, unless a usable one has it: that one may be mounted, and on the disk."""
        if self.has(key):
            return
        try:
            unfinished.rename(self._place(key, self._formats.new))
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            return  # a folder: another unpacking of the same layer was faster
        if self._formats.lost:
            durable_files.sync(self._folder)
        for form in self._formats.lost:
            with suppress(FileNotFoundError):
                stored_files.remove(self._place(key, form).rename(self._unfinished(form)))

    def make_durable(self, key: str) -> None:
        """Write a layer to the disk, so that it is there and whole after any cut of power. Blocking."""
        form, path = self._found(key)
        form.sync(path)
        durable_files.sync(self._folder)


def _plain_key(diff_ids: Sequence[str]) -> str:
    return digests.hex_of(diff_ids[-1])


def _stacked_key(diff_ids: Sequence[str]) -> str:
    return f"{digests.hex_of(diff_ids[-1])}-{digests.hex_of(digests.chain(diff_ids))[:16]}"
