"""The program for macOS as an archive: what an installed Marina fetches to take its own place."""

import tarfile
from pathlib import Path

import zstandard


def pack_app(app: Path, target: Path) -> None:
    """Pack a .app with its links as they are. Raises OSError."""
    with (
        target.open("wb") as file,
        zstandard.ZstdCompressor(level=10).stream_writer(file) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        tar.add(app, arcname=app.name)
