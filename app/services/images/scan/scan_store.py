"""Keeps the last scan of each image on this computer, a packed file each, named by the image's id."""

import gzip
import json
import re
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.services.engine.json_values import as_object, get_flag, get_object, get_text
from app.services.errors import UserError
from app.services.images.scan.scan_report import ScanReport, read_report

_FORMAT = 1
_MOST = 100
"""Scans that are kept: the oldest goes when one more comes."""
_ID = re.compile(r"[0-9a-f]{64}")


class ScanStore:
    """Scans in a folder, which is made when the first one is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, image: str) -> ScanReport | None:
        """Return the last scan of an image by its id; None when there is none that can be read."""
        path = self._path(image)
        if path is None:
            return None
        try:
            value = as_object(json.loads(gzip.decompress(path.read_bytes())))
        except (
            OSError,
            EOFError,
            ValueError,
            zlib.error,
            RecursionError,
        ):  # none, or cut off: it is made anew
            return None
        if value.get("format") != _FORMAT:
            return None
        return read_report(
            get_object(value, "document"),
            image=image,
            name=get_text(value, "name"),
            scanned_at=_time(value, "scanned_at"),
            database_at=_time(value, "database_at"),
            without_java=get_flag(value, "without_java"),
        )

    def keep(self, report: ScanReport) -> None:
        """Keep a scan in place of the image's former one. Raises UserError when it cannot be written."""
        path = self._path(report.image)
        if path is None:
            return
        value = {
            "format": _FORMAT,
            "name": report.name,
            "scanned_at": report.scanned_at,
            "database_at": report.database_at,
            "without_java": report.without_java,
            "document": report.document,
        }
        part = path.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            part.write_bytes(gzip.compress(json.dumps(value).encode(), 6))
            part.replace(path)
            self._drop_oldest()
        except OSError as error:
            part.unlink(missing_ok=True)
            raise UserError("The result of the scan could not be kept", str(error)) from error

    def _drop_oldest(self) -> None:
        kept = sorted(self._folder.glob("*.json.gz"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-_MOST]:
            with suppress(OSError):
                path.unlink()

    def _path(self, image: str) -> Path | None:
        digest = image.removeprefix("sha256:")
        return self._folder / f"{digest}.json.gz" if _ID.fullmatch(digest) else None


def _time(value: Mapping[str, Any], name: str) -> float:
    time = value.get(name)
    return float(time) if isinstance(time, int | float) and not isinstance(time, bool) else 0.0
