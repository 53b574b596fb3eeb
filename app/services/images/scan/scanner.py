"""The scanner of an engine: an image that is run, and a volume with what it knows.

It is Trivy (Apache-2.0); docs/decisions/0005-image-scanner.md says why, and why it is run this way.
Source: https://trivy.dev, "Air-gapped environments".
"""

import io
import json
import tarfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from app.services.engine.engine_client import EngineClient
from app.services.engine.json_values import as_object, get_text
from app.services.errors import EngineRequestError, UserError
from app.services.images.scan.scan_report import ScanReport
from app.services.images.scan.scan_store import ScanStore
from app.services.images.scan.scanner_container import (
    CACHE,
    ScannerContainer,
    container_body,
    finish,
    new_name,
)
from app.services.images.scan.scanner_image import SCANNER
from app.services.written_beside import written_beside

_CONVERT = f"cat > report.json && trivy convert --format FORMAT report.json && {finish()}"


class ListFormat(StrEnum):
    """The formats that a list of packages can be saved in, in the scanner's words."""

    CYCLONEDX = "cyclonedx"
    SPDX = "spdx-json"


@dataclass(frozen=True, slots=True)
class ScannerState:
    """What is on the engine already. `database_at` is when the database was made, in Unix seconds, or 0."""

    has_scanner: bool
    database_at: float = 0.0
    is_old: bool = False
    """A newer database can be had."""

    @property
    def is_ready(self) -> bool:
        """Return whether a scan needs to fetch nothing."""
        return self.has_scanner and self.database_at > 0


class Scanner:
    """The scanner of one engine, and what it found before."""

    def __init__(self, client: EngineClient, store: ScanStore, scanner: str = SCANNER) -> None:
        """`scanner` is the image that is run; another one than Marina's is for who has a copy elsewhere."""
        self.client, self.store, self.scanner = client, store, scanner

    def state(self) -> ScannerState:
        """Return what is here already; nothing is fetched. Raises what `EngineClient` raises."""
        if not self.client.has_image(self.scanner):
            return ScannerState(False)
        made, newer = self._database_times()
        return ScannerState(True, made, bool(made) and newer < time.time())

    def make_list(self, report: ScanReport, form: ListFormat) -> bytes:
        """Return the packages of a report as a document in a standard format.

        Raises UserError when the scanner is not on this engine, or fails; and what `EngineClient` raises.
        """
        if not self.client.has_image(self.scanner):
            raise UserError(
                "The scanner is not on this engine",
                "The list is made by the scanner, from what it found before.",
                "Scan the image again, then save the list.",
            )
        with ScannerContainer(self.client, self.scanner, _CONVERT.replace("FORMAT", form.value)) as container:
            for _ in container.send([json.dumps(report.document).encode()]):
                pass
            told = container.read()
        if not told.how:
            raise UserError(
                "The list of packages could not be made",
                told.reason,
                "Scan the image again, then save the list.",
            )
        return told.output

    def _database_times(self) -> tuple[float, float]:
        """Return when the database was made, and from when on a newer one is there; zeros without one.

        A volume is looked into through a container, which need not be started.
        """
        container = self.client.create_from_body(new_name(), container_body(self.scanner, "", False, ()))
        try:
            with self.client.get_archive(container, f"{CACHE}/db/metadata.json") as stream:
                packed = b"".join(stream.chunks())
            with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
                file = archive.extractfile(archive.next() or tarfile.TarInfo())
                value = as_object(json.loads(file.read())) if file else {}
        except EngineRequestError as error:
            if error.status != 404:
                raise
            return 0.0, 0.0
        except (tarfile.TarError, ValueError, KeyError):  # cut off: fetched anew
            return 0.0, 0.0
        finally:
            self.client.remove_container(container, force=True, volumes=True)
        return _read_time(value, "UpdatedAt"), _read_time(value, "NextUpdate")


def _read_time(value: Mapping[str, Any], name: str) -> float:
    try:
        time = datetime.fromisoformat(get_text(value, name)[:19])
    except ValueError:
        return 0.0
    return time.replace(tzinfo=UTC).timestamp()


def write_list(document: bytes, target: Path) -> None:
    """Write a list of packages to a file, whole or not at all. Raises UserError."""
    with written_beside(target) as file:
        file.write(document)
