"""Which formats an engine keeps layers in: EROFS where the machine has it, else folders."""

import logging
from dataclasses import dataclass
from pathlib import Path

from backend.images.layers.erofs import ErofsFormat
from backend.images.layers.folder_format import FolderFormat
from backend.images.layers.layer_format import LayerFormat

log = logging.getLogger(__name__)

ANY = "auto"


@dataclass(frozen=True, slots=True)
class LayerFormats:
    """`new` is what layers are made in; layers of `others` can be mounted too, those of `lost` cannot."""

    new: LayerFormat
    others: tuple[LayerFormat, ...] = ()
    lost: tuple[LayerFormat, ...] = ()

    @property
    def usable(self) -> tuple[LayerFormat, ...]:
        """All whose layers can be mounted."""
        return (self.new, *self.others)

    @property
    def known(self) -> tuple[LayerFormat, ...]:
        """All, the usable ones first."""
        return (*self.usable, *self.lost)


def chosen(wanted: str, image: Path, target: Path, erofs: ErofsFormat | None = None) -> LayerFormats:
    """Return the formats of an engine that is told `wanted`: "auto", "erofs", "folders".

    `image` may be made for a moment beside the layers, `target` is an empty folder to mount it on. Blocking.
    """
    erofs, folders = erofs or ErofsFormat(), FolderFormat()
    reason = erofs.why_not_mounted(image, target)
    if wanted == erofs.name:
        return LayerFormats(erofs, (folders,))
    if reason:
        log.warning("image layers are kept as folders: %s", reason)
        return LayerFormats(folders, lost=(erofs,))
    if wanted == ANY and not (reason := erofs.why_not_made()):
        return LayerFormats(erofs, (folders,))
    if reason:
        log.warning("new image layers are kept as folders: %s", reason)
    return LayerFormats(folders, (erofs,))
