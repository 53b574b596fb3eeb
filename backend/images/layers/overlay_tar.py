"""Turns what an overlay's upper folder holds into a layer's tar: changes with whiteouts, as images have them.

Sources: Linux `Documentation/filesystems/overlayfs.rst`; OCI image specification, "Image Layer Filesystem
Changeset".
"""

import os
import stat
from collections.abc import Generator
from pathlib import Path

from backend.errors import SystemFailureError
from backend.images.tar import tar_headers
from backend.images.tar.tar_headers import FolderAttributes
from backend.images.tar.tree_tar import FOLDER_FLAGS, TreeTar

WHITEOUT = b".wh."
OPAQUE = b".wh..wh..opq"
OPAQUE_ATTRIBUTE = "trusted.overlay.opaque"
REDIRECT_ATTRIBUTE = "trusted.overlay.redirect"


class _OverlayTar(TreeTar):
    def _put_special(self, folder: int, name: bytes, shown: bytes, status: os.stat_result) -> bool:
        if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:
            above, _, last = shown.rpartition(b"/")
            hidden = (above + b"/" if above else b"") + WHITEOUT + last
            self._put(_empty_file(hidden, int(status.st_mtime)))
            return True
        return super()._put_special(folder, name, shown, status)

    def _put_folder(self, shown: bytes, status: os.stat_result, descriptor: int) -> None:
        super()._put_folder(shown, status, descriptor)
        if _attribute(descriptor, OPAQUE_ATTRIBUTE) == b"y":
            self._put(_empty_file(shown + OPAQUE, int(status.st_mtime)))
        if _attribute(descriptor, REDIRECT_ATTRIBUTE) is not None:
            raise SystemFailureError(
                f"{os.fsdecode(shown)} was moved by an overlay with redirect_dir: no layer can say so"
            )


def chunks(upper: Path) -> Generator[bytes, None, None]:
    """Give the layer of the changes in `upper`, piece by piece. Blocking. Raises SystemFailureError."""
    root = os.open(upper, FOLDER_FLAGS)
    try:
        yield from _OverlayTar(root).chunks()
    finally:
        os.close(root)


def _empty_file(name: bytes, mtime: int) -> bytes:
    return tar_headers.entry(name, tar_headers.REGULAR_FILE, FolderAttributes(mode=0o600, mtime=mtime))


def _attribute(descriptor: int, name: str) -> bytes | None:
    try:
        return os.getxattr(descriptor, name)
    except OSError:
        return None
