"""Folders that `RUN --mount=type=cache` keeps from build to build, also over restarts.

Source: Dockerfile reference, "RUN --mount=type=cache"; BuildKit's records of the type `exec.cachemount`.
"""

import asyncio
import hashlib
import json
import os
import shutil
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from backend.builder.run.run_mounts import RunMount
from backend.errors import SystemFailureError
from backend.images import durable_files
from backend.moments import moment_text
from backend.state_files import StateFiles
from backend.tasks import in_thread, in_thread_to_end

RECORD = "record.json"
DATA = "data"
REMOVED = ".removed-"
UNFINISHED = ".unfinished-"
DEFAULT_MODE = 0o755


@dataclass(frozen=True, slots=True)
class CacheRecord:
    """What is known of one cache. Times are Unix nanoseconds; `key` is its folder's name."""

    key: str
    identity: str
    description: str
    created: int
    last_used: int
    uses: int = 0


@dataclass(frozen=True, slots=True)
class CacheUsage:
    """A cache with what it takes on the disk."""

    record: CacheRecord
    size: int
    in_use: bool

    def to_docker(self) -> dict[str, Any]:
        """Return Docker's BuildCache object."""
        record = self.record
        return {
            "ID": record.key,
            "Parents": None,
            "Type": "exec.cachemount",
            "Description": record.description,
            "InUse": self.in_use,
            "Shared": False,
            "Size": self.size,
            "CreatedAt": moment_text(record.created),
            "LastUsedAt": moment_text(record.last_used),
            "UsageCount": record.uses,
        }


class CacheMounts:
    """The caches of one engine."""

    def __init__(self, files: StateFiles) -> None:
        self._folder = files.build_caches
        self._users: dict[str, int] = defaultdict(int)
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._making = 0
        self.pruning = asyncio.Lock()

    @asynccontextmanager
    async def held(self, mount: RunMount, identity: str, fill: Callable[[Path], None]) -> AsyncIterator[Path]:
        """Hold the folder of a cache; a new one is made by `fill`, which blocks.

        `locked` ones wait for each other, `private` ones get another folder while theirs is in use. Raises
        SystemFailureError.
        """
        key = _key(identity, 0)
        if mount.sharing == "private":
            number = 0
            while self._users[key]:
                number += 1
                key = _key(identity, number)
        self._users[key] += 1
        try:
            if mount.sharing == "locked":
                async with self._locks[key]:
                    yield await self._ready(key, mount, identity, fill)
            else:
                yield await self._ready(key, mount, identity, fill)
        finally:
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key]
                self._locks.pop(key, None)

    async def _ready(self, key: str, mount: RunMount, identity: str, fill: Callable[[Path], None]) -> Path:
        self._making += 1
        try:
            return await in_thread_to_end(self._make_or_note, key, mount, identity, fill)
        except OSError as error:
            raise SystemFailureError(f"cannot use the build cache {identity}: {error.strerror}") from error
        finally:
            self._making -= 1

    def _make_or_note(self, key: str, mount: RunMount, identity: str, fill: Callable[[Path], None]) -> Path:
        folder, now = self._folder / key, time.time_ns()
        record = _read(folder)
        if record is None:
            shutil.rmtree(folder, ignore_errors=True)
            unfinished = self._folder / f"{UNFINISHED}{os.urandom(8).hex()}"
            unfinished.mkdir(parents=True, mode=0o700)
            fill(unfinished / DATA)
            os.chown(unfinished / DATA, mount.uid or 0, mount.gid or 0)
            (unfinished / DATA).chmod(DEFAULT_MODE if mount.mode is None else mount.mode)
            record = CacheRecord(
                key, identity, f"cached mount {mount.target} with id {identity!r}", now, now, 1
            )
            _write(unfinished, record)
            with suppress(OSError):  # another step was faster: its folder serves as well
                unfinished.rename(folder)
            shutil.rmtree(unfinished, ignore_errors=True)
        else:
            _write(folder, replace(record, last_used=now, uses=record.uses + 1))
        return folder / DATA

    async def usage(self) -> list[CacheUsage]:
        """Return all caches, those used last first."""
        return await in_thread(self._usage)

    def _usage(self) -> list[CacheUsage]:
        found: list[CacheUsage] = []
        for folder in self._folder.glob("[!.]*"):
            if (record := _read(folder)) is not None:
                found.append(CacheUsage(record, _size(folder), self._users.get(record.key, 0) > 0))
        return sorted(found, key=lambda usage: usage.record.last_used, reverse=True)

    async def remove(self, key: str) -> bool:
        """Remove a cache, unless it is in use; returns whether it is gone."""
        if self._users.get(key):
            return False
        # Out of the way first: a build that wants it from now on makes a new one.
        removed = self._folder / f"{REMOVED}{os.urandom(8).hex()}"
        try:
            (self._folder / key).rename(removed)
        except OSError:
            return False
        await in_thread_to_end(shutil.rmtree, removed, True)
        return True

    async def sweep(self) -> None:
        """Remove what an engine that was killed has left."""
        await in_thread(self._sweep)

    def _sweep(self) -> None:
        for folder in self._folder.glob(f"{REMOVED}*"):
            shutil.rmtree(folder, ignore_errors=True)
        if not self._making:  # else one may be of a step that is at it
            for folder in self._folder.glob(f"{UNFINISHED}*"):
                shutil.rmtree(folder, ignore_errors=True)


def _key(identity: str, number: int) -> str:
    return hashlib.sha256(f"{number}:{identity}".encode(errors="surrogateescape")).hexdigest()[:25]


def _read(folder: Path) -> CacheRecord | None:
    try:
        return CacheRecord(**json.loads((folder / RECORD).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _write(folder: Path, record: CacheRecord) -> None:
    durable_files.write(folder / RECORD, json.dumps(asdict(record)).encode())


def _size(folder: Path) -> int:
    """Return what a folder takes on the disk."""
    total = 0
    for path, _, files in os.walk(folder):
        for name in (".", *files):
            with suppress(OSError):
                total += (Path(path) / name).lstat().st_blocks * 512
    return total
