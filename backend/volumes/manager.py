"""Volumes: folders of the user that outlive containers. Nothing but an explicit wish removes one."""

import logging
import os
import secrets
import shutil
import stat
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from backend.database import Database
from backend.errors import (
    ConflictError,
    InvalidParameterError,
    NotFoundError,
    SystemFailureError,
)
from backend.events import EventBus
from backend.runtime.syscalls import sync_file_system
from backend.state_files import StateFiles
from backend.tasks import in_thread, in_thread_to_end
from backend.volumes.mounting import VolumeMounts, check_options, needs_mount, unmount
from backend.volumes.volume import ANONYMOUS_LABEL, Volume, check_name, data_folder

log = logging.getLogger(__name__)

# No volume's name starts with a dot.
REMOVING = ".removing-"  # of folders whose volume is gone already
ARRIVING = ".arriving-"  # of folders whose volume is not there yet


class Volumes:
    """All local volumes. `in_use(name)` tells the IDs of containers that mount one; the daemon sets it."""

    def __init__(self, files: StateFiles, database: Database, events: EventBus) -> None:
        self.in_use: Callable[[str], Sequence[str]] = lambda name: ()
        self.mounts = VolumeMounts()
        self._folder = files.volumes
        self._database = database
        self._events = events
        self._volumes = {
            row["name"]: Volume.from_record(row["record"], self._folder)
            for row in database.rows("SELECT name, record FROM volumes")
        }

    async def start(self) -> None:
        """Finish what a crash cut short: removals, and volumes whose folder was there before their record."""
        for name in await in_thread(self._sweep):
            # Its removal was cut off, or the records are older than the folder: files are never thrown away.
            log.warning("volume %s is not on record but has files: it is kept", name)
            self._record(Volume(name, data_folder(self._folder, name), _now(), {}, {}))
        for name in [name for name, volume in self._volumes.items() if not volume.mountpoint.exists()]:
            log.warning("volume %s has no folder any more: it is removed", name)
            self._forget(name)

    def _sweep(self) -> list[str]:
        """Remove leftovers; returns the names of volumes that nobody knows and that hold something."""
        for leftover in (*self._folder.glob(f"{REMOVING}*"), *self._folder.glob(f"{ARRIVING}*")):
            _remove_tree(leftover)
        folders = list(self._folder.iterdir()) if self._folder.is_dir() else []
        strangers = [folder for folder in folders if folder.name not in self._volumes]
        return [folder.name for folder in strangers if not _remove_if_empty(folder)]

    async def create(
        self,
        name: str = "",
        *,
        driver: str = "local",
        options: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> Volume:
        """Return the volume of that name, made if missing; no name makes an anonymous one.

        Raises InvalidParameterError for a bad name or option, NotFoundError for another driver.
        """
        if name:
            check_name(name)
        if driver not in ("", "local"):
            raise NotFoundError(
                f'create {name}: error looking up volume plugin {driver}: plugin "{driver}" not found'
            )
        if known := self._volumes.get(name):
            return known
        if not name:
            name = secrets.token_hex(32)
            labels = {**(labels or {}), ANONYMOUS_LABEL: ""}
        try:
            check_options(options or {})
        except InvalidParameterError as error:
            raise InvalidParameterError(f"create {name}: {error.message}") from error
        volume = Volume(
            name, data_folder(self._folder, name), _now(), dict(labels or {}), dict(options or {})
        )
        # The folder first: a record without a folder would be a volume that cannot be mounted.
        await in_thread(_make_folder, volume.mountpoint)
        if known := self._volumes.get(name):
            return known  # another caller was faster
        self._record(volume)
        self._events.publish("volume", "create", name, driver="local")
        return volume

    @asynccontextmanager
    async def arriving(self, name: str, labels: Mapping[str, str]) -> AsyncIterator[Volume]:
        """Give a folder to fill: a volume, there for everybody else, once the block ends without a failure.

        Whatever cuts it short, nothing of it stays. Raises InvalidParameterError for a bad name,
        ConflictError when there is a volume of that name.
        """
        check_name(name)
        self._check_free(name)
        volume = Volume(name, data_folder(self._folder, name), _now(), dict(labels), {})
        async with self.beside() as filled:
            yield replace(volume, mountpoint=filled)
            await in_thread_to_end(write_all, filled)
            self._check_free(name)  # another caller may have been faster
            try:
                filled.parent.rename(self._folder / name)
            except OSError as error:
                raise SystemFailureError(f"create {name}: {error.strerror}") from error
            self._record(volume)
        self._events.publish("volume", "create", name, driver="local")

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[Path]:
        """Give an empty folder on the disk of the volumes; what is still in it after the block goes, at the
        engine's next start if need be."""
        folder = self._folder / f"{ARRIVING}{secrets.token_hex(8)}"
        try:
            filled = data_folder(self._folder, folder.name)
            await in_thread(_make_folder, filled)
            yield filled
        finally:
            await in_thread_to_end(_remove_tree, folder)

    def _check_free(self, name: str) -> None:
        if name in self._volumes:
            raise ConflictError(f"create {name}: there is a volume of this name already")

    def _record(self, volume: Volume) -> None:
        with self._database.transaction():
            self._database.execute(
                "INSERT INTO volumes (name, record) VALUES (?, ?)", (volume.name, volume.to_record())
            )
        self._volumes[volume.name] = volume

    def _forget(self, name: str) -> None:
        with self._database.transaction():
            self._database.execute("DELETE FROM volumes WHERE name = ?", (name,))
        del self._volumes[name]

    def get(self, name: str) -> Volume:
        """Return a volume. Raises NotFoundError."""
        try:
            return self._volumes[name]
        except KeyError:
            raise NotFoundError(f"get {name}: no such volume") from None

    def list(self) -> list[Volume]:
        """Return all volumes by name."""
        return sorted(self._volumes.values(), key=lambda volume: volume.name)

    async def is_empty(self, name: str) -> bool:
        """Return whether nothing is in a volume, so that an image's files may be copied into it."""
        return await in_thread(_is_empty, self.get(name).mountpoint)

    async def remove(self, name: str, *, force: bool = False) -> None:
        """Remove a volume and its files.

        Raises NotFoundError (not with `force`), ConflictError while a container mounts it, running or not.
        """
        if force and name not in self._volumes:
            return
        volume = self.get(name)
        if users := self.in_use(name):
            raise ConflictError(f"remove {name}: volume is in use - [{', '.join(users)}]")
        if needs_mount(volume):
            await in_thread_to_end(unmount, volume)  # or what is mounted there would be removed
            if self.in_use(name) or name not in self._volumes:
                await self.remove(name, force=force)  # somebody was faster
                return
        # The record first: cut off after it the volume is found again, with all its files. Then one step for
        # everybody else: from the rename on the name is free and the files are out of reach.
        self._forget(name)
        leftover = self._folder / f"{REMOVING}{secrets.token_hex(8)}"
        try:
            volume.mountpoint.parent.rename(leftover)
        except FileNotFoundError:
            log.warning("the folder of volume %s was gone already", name)
        except OSError as error:
            self._record(volume)
            raise SystemFailureError(f"remove {name}: {error.strerror}") from error
        self._events.publish("volume", "destroy", name, driver="local")
        await in_thread(_remove_tree, leftover)

    async def size(self, name: str) -> int:
        """Return the bytes that a volume takes on the disk; what others hold for it does not count."""
        return 0 if needs_mount(self.get(name)) else await in_thread(_size_of, self.get(name).mountpoint)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _make_folder(data: Path) -> None:
    try:
        data.parent.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        data.parent.mkdir(mode=0o711, exist_ok=True)
        data.mkdir(mode=0o755, exist_ok=True)
        data.chmod(0o755)  # whatever the umask says
        for folder in (data.parent, data.parent.parent):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    except OSError as error:
        raise SystemFailureError(f"cannot make the volume's folder {data}: {error.strerror}") from error


def write_all(folder: Path) -> None:
    """Have what was put into a folder on the disk before it gets its name. Raises SystemFailureError."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            sync_file_system(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise SystemFailureError(f"cannot write the volume: {error.strerror}") from error


def _remove_if_empty(folder: Path) -> bool:
    """Remove a volume's folder in which there is nothing; returns whether it is gone."""
    for part in (data_folder(folder.parent, folder.name), folder):
        try:
            part.rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            return False
    return True


def _is_empty(folder: Path) -> bool:
    with os.scandir(folder) as entries:
        return next(entries, None) is None


def _remove_tree(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except OSError as error:
        log.warning("cannot remove %s, the next start tries again: %s", folder, error)


def _size_of(folder: Path) -> int:
    total = 0
    seen: set[tuple[int, int]] = set()
    for parent, _, names, descriptor in os.fwalk(folder):
        del parent
        for name in names:
            try:
                status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            except FileNotFoundError:
                continue  # a running container removed it meanwhile
            if stat.S_ISREG(status.st_mode) and (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                total += status.st_blocks * 512
    return total
