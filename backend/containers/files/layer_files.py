"""What a layer of an image adds, changes and deletes in the files of the layers below it."""

import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.containers.files.changes import ADDED, DELETED, FOLDER_FLAGS, MODIFIED, find_changes
from backend.containers.manager import Containers
from backend.errors import SystemFailureError
from backend.images.image import Image
from backend.runtime import overlay, private_mounts
from backend.tasks import in_thread_to_end

_KINDS = {ADDED: "added", MODIFIED: "changed", DELETED: "deleted"}
_TYPES = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}


@dataclass(frozen=True, slots=True)
class LayerFile:
    """A file of a layer: `kind` is "added", "changed" or "deleted", `type` "file", "folder", "link", "other".

    `size` is in bytes, 0 for all that is no file; of a deleted one, what it had below.
    """

    path: str
    kind: str
    type: str
    size: int


async def list_layer_files(containers: Containers, image: Image, place: int) -> list[LayerFile]:
    """Return what the layer at `place`, counted from the bottom, says anew, by path.

    Raises SystemFailureError when layers cannot be mounted or read.
    """
    holder = f"layer-{secrets.token_hex(8)}"
    layers = image.store_layers
    try:
        mounted = await containers.images.mount(image, holder)  # topmost first, each layer once
        places = dict(zip(dict.fromkeys(layer.key for layer in reversed(layers)), mounted, strict=True))
        below = dict.fromkeys(places[layer.key] for layer in reversed(layers[:place]))
        lowers = [path for path in below if path != places[layers[place].key]]
        return await in_thread_to_end(
            _list, places[layers[place].key], lowers, containers.files.view, containers.files.run_root
        )
    finally:
        await containers.images.unmount(holder)


def _list(layer: Path, lowers: Sequence[Path], view: Path, run_root: Path) -> list[LayerFile]:
    try:
        above = os.open(layer, FOLDER_FLAGS | os.O_CLOEXEC)
        try:
            if len(lowers) < 2:
                found = _compare_with(above, lowers)
            else:
                view.mkdir(exist_ok=True)
                with private_mounts.build(
                    view, lambda: overlay.mount_read_only(lowers, view), lambda root: None, run_root
                ) as below:
                    found = [_described(*change) for change in find_changes(above, below.root)]
        finally:
            os.close(above)
    except OSError as error:
        raise SystemFailureError(f"cannot read the files of a layer: {error.strerror}") from error
    return sorted(found, key=lambda file: file.path.split("/"))


def _compare_with(above: int, lowers: Sequence[Path]) -> list[LayerFile]:
    """Compare with one layer, or with none: an overlay has two at least."""
    if not lowers:
        return [_described(*change) for change in find_changes(above, None)]
    below = os.open(lowers[0], FOLDER_FLAGS | os.O_CLOEXEC)
    try:
        return [_described(*change) for change in find_changes(above, below)]
    finally:
        os.close(below)


def _described(path: bytes, kind: int, status: os.stat_result) -> LayerFile:
    is_file = stat.S_ISREG(status.st_mode)
    return LayerFile(
        f"/{path.decode(errors='replace')}",
        _KINDS[kind],
        _TYPES.get(stat.S_IFMT(status.st_mode), "other"),
        status.st_size if is_file else 0,
    )
