"""Packs the evidence for somebody who helps: a diagnosis, statuses, the ends of logs; secrets are removed."""

import io
import json
import platform
import sys
import tarfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vm.client import MachineClient
from vm.diagnosis.checks import engine_json
from vm.diagnosis.redaction import redact
from vm.diagnosis.report import Report
from vm.errors import UserError
from vm.machine.storage.image_folder import MANIFEST, find_image_folder

LOG_BYTES = 2**20
"""The end of each log that is taken."""


def write_bundle(client: MachineClient, report: Report, target: Path) -> list[str]:
    """Write the archive, readable by the user only; return the names in it. Raises UserError."""
    names = []
    try:
        with target.open("xb") as file:
            target.chmod(0o600)
            with tarfile.open(fileobj=file, mode="w:gz") as archive:
                for name, text in _parts(client, report):
                    data = redact(text, Path.home()).encode()
                    entry = tarfile.TarInfo(f"marina-diagnosis/{name}")
                    entry.size, entry.mtime, entry.mode = len(data), int(time.time()), 0o600
                    archive.addfile(entry, io.BytesIO(data))
                    names.append(name)
    except FileExistsError as error:
        raise UserError("The file is there already.", str(target), "Choose another name.") from error
    except OSError as error:
        raise UserError("The bundle cannot be written.", f"{target}: {error.strerror}") from error
    return names


def _parts(client: MachineClient, report: Report) -> Iterator[tuple[str, str]]:
    files = client.files
    yield "diagnosis.json", _json(asdict(report))
    yield (
        "system.json",
        _json(
            {
                "system": platform.platform(),
                "processor": platform.machine(),
                "python": sys.version,
                "time": time.strftime("%Y-%m-%d %H:%M:%S %z"),
            }
        ),
    )
    try:
        yield "status.json", _json(client.status().to_json())
    except UserError as error:
        yield "status.txt", str(error)
    for name, call in (
        ("version.json", "/version"),
        ("info.json", "/info"),
        ("disk-usage.json", "/system/df"),
    ):
        if (value := engine_json(files, call)) is not None:
            yield name, _json(_without_names(value) if name == "disk-usage.json" else value)
    for path in (
        *(files.settings, files.settings_last_good, files.qemu_record, files.claims),
        *(files.data_disk_record, files.accelerator_verdict, find_image_folder() / MANIFEST),
    ):
        if path.is_file():
            yield path.name, path.read_text(errors="replace")
    for path in (files.supervisor_log, files.qemu_log, files.console_log):
        if path.is_file():
            yield path.name, _end_of(path)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _without_names(usage: Any) -> Any:
    """Return what takes the space, without what the user's containers, images and volumes are called."""
    if not isinstance(usage, dict):
        return None
    kept = {"Size", "SizeRw", "SizeRootFs", "SharedSize", "State", "UsageData", "LayersSize"}
    return {
        kind: [{name: value for name, value in entry.items() if name in kept} for entry in entries]
        if isinstance(entries, list)
        else entries
        for kind, entries in usage.items()
    }


def _end_of(path: Path) -> str:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - LOG_BYTES))
        return file.read().decode("utf-8", "replace")
