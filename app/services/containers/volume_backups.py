"""Backups of volumes on a schedule: which volume goes into which folder, how often, and how many are kept.

Whether one is due follows from the archives in its folder, and from nothing else. So one that was missed,
because Marina or the machine did not run, is made at the next look.
"""

import gzip
import json
import logging
import os
import re
import tarfile
import time
import zlib
from calendar import timegm
from dataclasses import asdict, dataclass
from pathlib import Path

from app.services.containers.volume_files import export
from app.services.engine.engine_client import EngineClient
from app.services.engine.json_values import as_object, get_list, get_number, get_text
from app.services.errors import ErrorCode, UserError
from app.services.settings import write_atomically
from app.services.written_beside import PART

log = logging.getLogger(__name__)

PERIODS = {"day": 86_400.0, "week": 604_800.0}
"""Seconds from one backup to the next."""
MOST_KEPT = 999
_STAMP = "%Y%m%dT%H%M%SZ"
_READ = 1 << 20


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """Which volume of which engine (by its name in `Engines`) goes where; `every` is one of PERIODS."""

    engine: str
    volume: str
    folder: str
    every: str = "day"
    keep: int = 7


@dataclass(frozen=True, slots=True)
class Backup:
    """An archive; `made` is Unix seconds, as its name says."""

    path: Path
    made: float


class BackupPlans:
    """The plans on disk. Every call reads them anew: window and command line share them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, engine: str) -> tuple[BackupPlan, ...]:
        """Return the plans for an engine's volumes."""
        return tuple(plan for plan in self._read() if plan.engine == engine)

    def put(self, plan: BackupPlan) -> None:
        """Keep a plan, in place of the volume's earlier one. Raises UserError when it cannot work."""
        folder = Path(plan.folder)
        if plan.every not in PERIODS or not 1 <= plan.keep <= MOST_KEPT:
            raise UserError("The plan for backups is not valid", f"{plan}", code=ErrorCode.BAD_INPUT)
        if not folder.is_absolute() or not folder.is_dir():
            raise _no_folder(folder)
        if not os.access(folder, os.W_OK):
            raise UserError(f"Nothing can be written into {folder}", what_to_do="Choose another folder.")
        plans = self._read()
        for other in plans:
            if other.engine != plan.engine and (other.volume, other.folder) == (plan.volume, plan.folder):
                raise UserError(
                    f"A volume {plan.volume} of the engine {other.engine} is backed up in {folder} already",
                    what_to_do="Choose another folder: the two would be taken for each other.",
                )
        key = (plan.engine, plan.volume)
        self._write([*(other for other in plans if (other.engine, other.volume) != key), plan])

    def remove(self, engine: str, volume: str) -> bool:
        """Forget a volume's plan, and keep its archives; return whether there was one."""
        plans = self._read()
        kept = [plan for plan in plans if (plan.engine, plan.volume) != (engine, volume)]
        if len(kept) < len(plans):
            self._write(kept)
        return len(kept) < len(plans)

    def _read(self) -> list[BackupPlan]:
        try:
            value = as_object(json.loads(self._path.read_text("utf-8")))
        except FileNotFoundError:
            return []
        except (OSError, ValueError, RecursionError) as error:
            log.warning("the plans for backups cannot be read: %s: %s", self._path, error)
            raise UserError(
                "The plans for backups cannot be read",
                f"{self._path}: {error}",
                "Mend or delete the file, then set up the backups again.",
            ) from error
        rows = map(as_object, get_list(value, "plans"))
        return [
            BackupPlan(
                get_text(row, "engine"),
                get_text(row, "volume"),
                get_text(row, "folder"),
                get_text(row, "every") if get_text(row, "every") in PERIODS else "day",
                min(max(get_number(row, "keep"), 1), MOST_KEPT),
            )
            for row in rows
        ]

    def _write(self, plans: list[BackupPlan]) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomically(self._path, json.dumps({"plans": list(map(asdict, plans))}, indent=2) + "\n")
        except OSError as error:
            raise UserError("The plans for backups cannot be written", f"{self._path}: {error}") from error


def list_backups(plan: BackupPlan) -> list[Backup]:
    """Return a plan's archives, the newest first. Raises UserError when its folder is not there."""
    name = re.compile(re.escape(plan.volume) + r"-(\d{8}T\d{6}Z)\.tar\.gz")
    try:
        matches = [(path, name.fullmatch(path.name)) for path in Path(plan.folder).iterdir()]
    except OSError as error:
        raise _no_folder(Path(plan.folder)) from error
    found = []
    for path, match in matches:
        if match:
            try:
                found.append(Backup(path, timegm(time.strptime(match[1], _STAMP))))
            except ValueError:
                continue  # named alike, but by somebody else
    return sorted(found, key=lambda backup: backup.made, reverse=True)


def is_due(plan: BackupPlan, now: float) -> bool:
    """Return whether a backup is to be made. Raises UserError when the plan's folder is not there."""
    made = [backup.made for backup in list_backups(plan) if backup.made <= now]
    return not made or now - made[0] >= PERIODS[plan.every]


def back_up(client: EngineClient, plan: BackupPlan, now: float) -> Backup:
    """Write a volume's archive, read it back, and only then delete those that are too many.

    Raises UserError, and the engine's errors; what was there before is as it was then.
    """
    folder = Path(plan.folder)
    if not folder.is_dir():  # never made anew: it may be on a disk that is not plugged in
        raise _no_folder(folder)
    _tidy(folder, now)
    target = folder / f"{plan.volume}-{time.strftime(_STAMP, time.gmtime(now))}.tar.gz"
    export(client, plan.volume, target)
    try:
        _check(target)
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        target.unlink(missing_ok=True)
        raise UserError(f"{target} was written, but cannot be read back", str(error)) from error
    # What a wrong clock has dated into the future is left alone: it would take the place of this one.
    for old in [one for one in list_backups(plan) if one.made <= now][plan.keep :]:
        try:
            old.path.unlink(missing_ok=True)
        except OSError as error:
            raise UserError(f"The old backup {old.path} cannot be deleted", str(error)) from error
    return Backup(target, now)


def _tidy(folder: Path, now: float) -> None:
    """Delete what an export left that a power cut has ended."""
    for part in folder.glob(f"{PART}*"):
        try:
            if now - part.stat().st_mtime > PERIODS["day"]:
                part.unlink()
        except OSError as error:
            log.warning("what is left of a backup stays: %s", error)


def _check(path: Path) -> None:
    """Bring an archive to the disk and read it to its end, where its check sum is."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        with gzip.GzipFile(fileobj=file, mode="rb") as plain:
            with tarfile.open(fileobj=plain, mode="r|") as archive:
                for _member in archive:
                    pass
            while plain.read(_READ):
                pass


def _no_folder(folder: Path) -> UserError:
    return UserError(
        f"The folder {folder} is not there",
        what_to_do="Plug in the disk that it is on, or choose another folder for the backups.",
        code=ErrorCode.BAD_INPUT,
    )
