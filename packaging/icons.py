"""The icon in the formats of macOS and Windows: both are lists of PNG files."""

import os
import struct
from collections.abc import Iterable
from pathlib import Path

APPLE = {b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic10": 1024}
"""Names of Apple's sizes, in pixels."""

WINDOWS = (16, 32, 48, 256)


def draw_png(svg: Path, size: int) -> bytes:
    """Return the picture as a PNG of so many pixels each way."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QIODevice, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(svg)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


def write_icns(pictures: Iterable[tuple[bytes, bytes]], target: Path) -> None:
    """Write names and PNG files in Apple's format."""
    parts = b"".join(name + struct.pack(">I", len(png) + 8) + png for name, png in pictures)
    target.write_bytes(b"icns" + struct.pack(">I", len(parts) + 8) + parts)


def write_ico(pictures: Iterable[tuple[int, bytes]], target: Path) -> None:
    """Write sizes and PNG files in Windows' format; 256 pixels are written as 0 there."""
    listed = list(pictures)
    offset, entries = 6 + 16 * len(listed), b""
    for size, png in listed:
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), offset)
        offset += len(png)
    target.write_bytes(struct.pack("<HHH", 0, 1, len(listed)) + entries + b"".join(png for _, png in listed))


def write_icon(svg: Path, target: Path) -> Path:
    """Write the icon in the format that the target's name says, and return the target."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == ".icns":
        write_icns([(name, draw_png(svg, size)) for name, size in APPLE.items()], target)
    else:
        write_ico([(size, draw_png(svg, size)) for size in WINDOWS], target)
    return target
