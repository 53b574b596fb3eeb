"""Blobs as they came from registries and archives, by digest; unfinished ones wait in their own folder."""

import os
import secrets
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from backend.images import digests, durable_files
from backend.state_files import StateFiles

TRASH = ".trash-"
UNFINISHED = ".new"
BUFFER = 1 << 20  # bytes
KEEP_DOWNLOADS = 7 * 24 * 3600.0  # seconds


class ContentStore:
    """Two folders: `blobs` belong to images on record, `downloads` to pulls under way or broken off.

    A download moves to `blobs` when the image that needs it is complete, so that a pull which was broken off
    finds what it has already got, and nothing else ever sees half an image.
    """

    def __init__(self, files: StateFiles) -> None:
        self._blobs = files.blobs
        self.downloads = files.downloads

    def prepare(self) -> None:
        """Make the folders and clear downloads that nobody came back for. Blocking."""
        self._blobs.mkdir(parents=True, exist_ok=True)
        self.downloads.mkdir(parents=True, exist_ok=True)
        oldest = time.time() - KEEP_DOWNLOADS
        for path in self.downloads.iterdir():
            if path.is_dir():
                shutil.rmtree(path)  # an archive that was being loaded
            elif path.name.startswith(TRASH) or path.suffix == UNFINISHED or path.stat().st_mtime < oldest:
                path.unlink()

    def path(self, digest: str) -> Path:
        """Return where a blob on record lies."""
        return self._blobs / digests.hex_of(digest)

    def download_path(self, digest: str) -> Path:
        """Return where a blob lies while its image is incomplete."""
        return self.downloads / digests.hex_of(digest)

    def open(self, digest: str) -> BinaryIO:
        """Open a fetched blob, wherever it lies now: another import may put it on record at any moment.

        Blocking. Raises FileNotFoundError.
        """
        for path in (self.path(digest), self.download_path(digest)):
            with suppress(FileNotFoundError):
                return path.open("rb", buffering=BUFFER)
        return self.path(digest).open("rb", buffering=BUFFER)

    def has(self, digest: str) -> bool:
        """Return whether a blob is on record."""
        return self.path(digest).exists()

    def read(self, digest: str) -> bytes:
        """Return a small blob (manifest, config). Blocking. Raises FileNotFoundError."""
        with self.open(digest) as file:
            return file.read()

    def add(self, small_blobs: Iterable[bytes]) -> None:
        """Store small blobs as finished downloads. Blocking."""
        for data in small_blobs:
            digest = digests.of_bytes(data)
            if not self.has(digest):
                unfinished = self.downloads / f"{secrets.token_hex(16)}{UNFINISHED}"
                unfinished.write_bytes(data)
                self.adopt(unfinished, digest)

    def adopt(self, unfinished: Path, digest: str) -> None:
        """Make a file the finished download of the blob that it holds. Blocking."""
        # On the disk first: another import may have written out the download in whose place it comes.
        durable_files.sync(unfinished)
        unfinished.replace(self.download_path(digest))

    def write_out(self, digest: str) -> None:
        """Write a blob that was fetched to the disk; `keep` does not. Blocking."""
        with suppress(FileNotFoundError):  # another import put it on record meanwhile: it is on the disk
            durable_files.sync(self.download_path(digest))

    def keep(self, wanted: Iterable[str]) -> None:
        """Put finished downloads that are on the disk on record; the caller's image may name them from then
        on. Blocking."""
        for digest in wanted:
            if not self.has(digest):
                self.download_path(digest).rename(self.path(digest))
            else:
                self.download_path(digest).unlink(missing_ok=True)
        durable_files.sync(self._blobs)

    def recorded(self) -> set[str]:
        """Return the digests of all blobs on record. Blocking."""
        return {f"sha256:{name}" for name in os.listdir(self._blobs)}  # noqa: PTH208 - names only, hundreds

    def discard(self, unwanted: Iterable[str]) -> list[Path]:
        """Take blobs off the record; returns the files that are left to delete. Takes microseconds."""
        trash: list[Path] = []
        for digest in unwanted:
            with suppress(FileNotFoundError):
                trash.append(self.path(digest).rename(self.downloads / f"{TRASH}{secrets.token_hex(8)}"))
        return trash
