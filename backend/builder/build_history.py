"""The builds of the past, kept for people to look at: the last two hundred, also over restarts.

One file each, renamed into place: after a crash a build is there whole or not at all. It is not waited for
the disk: a history is worth no build's time.
"""

import asyncio
import json
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from backend.builder.build_options import BuildOptions
from backend.builder.build_record import BuildRecord
from backend.errors import ConflictError, EngineError, NotFoundError
from backend.events import EventBus
from backend.state_files import StateFiles
from backend.tasks import Tasks, in_thread, in_thread_to_end

MOST_KEPT = 200
MOST_TOO_MANY = 20  # so many are tidied away at once: to date them all takes as long as a cached build
ID = re.compile(r"[0-9a-f]{32}")


class BuildHistory:
    """All builds that are known; those under way and those on the disk."""

    def __init__(self, files: StateFiles, events: EventBus, tasks: Tasks) -> None:
        self._folder = files.build_history
        self._events = events
        self._tasks = tasks
        self._recent: dict[str, BuildRecord] = {}
        self._summaries: dict[str, dict[str, Any]] = {}
        self._writing = asyncio.Lock()

    @contextmanager
    def recorded(self, options: BuildOptions, text: str) -> Iterator[BuildRecord]:
        """Hold the record of a build; how it ends is noted, and kept."""
        record = BuildRecord(
            id=secrets.token_hex(16),
            tags=[tag.familiar for tag in options.tags] + list(options.titles),
            target=options.target,
            dockerfile=options.dockerfile,
            platform=str(options.platform or ""),
            text=text,
        )
        self._recent[record.id] = record
        self._publish("build-start", record)
        status = "cancelled"
        try:
            yield record
            status = "done"
        except EngineError as error:
            record.error, status = error.message, "failed"
            raise
        finally:
            record.end(status)
            self._publish("build-end", record)
            self._tasks.start(self._keep(record), f"keep the record of build {record.id}")

    def _publish(self, action: str, record: BuildRecord) -> None:
        self._events.publish("builder", action, record.id, status=record.status, tags=",".join(record.tags))

    async def _keep(self, record: BuildRecord) -> None:
        async with self._writing:
            if record.id in self._recent:
                await in_thread_to_end(self._write, record)
                self._recent.pop(record.id, None)

    def _write(self, record: BuildRecord) -> None:
        with suppress(OSError):  # a full disk: there is no history then
            self._put(record.details())

    async def add(self, builds: Sequence[dict[str, Any]]) -> None:
        """Keep builds of elsewhere, as `get` returns them; one that is known is replaced. Raises OSError."""
        async with self._writing:
            for build in builds:
                await in_thread_to_end(self._put, build)
                self._summaries.pop(build["Id"], None)
        for build in builds:
            self._events.publish(
                "builder", "build-import", build["Id"], status=build["Status"], tags=",".join(build["Tags"])
            )

    def _put(self, details: dict[str, Any]) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        unfinished = self._folder / f".{details['Id']}"
        unfinished.write_text(json.dumps(details), errors="replace")
        unfinished.replace(self._path(details["Id"]))
        if len(os.listdir(self._folder)) > MOST_KEPT + MOST_TOO_MANY:  # noqa: PTH208 - the names will do
            for path in self._paths()[MOST_KEPT:]:
                path.unlink(missing_ok=True)

    async def all(self) -> list[dict[str, Any]]:
        """Return summaries of the builds that were kept last, the newest first."""
        records = list(
            self._recent.values()
        )  # first: one that is put on the disk meanwhile is not read there
        kept = await in_thread(self._read_summaries)
        recent = {record.id: record.summary() for record in (*records, *self._recent.values())}
        found = {**{summary["Id"]: summary for summary in kept}, **recent}
        return sorted(found.values(), key=lambda summary: str(summary["Started"]), reverse=True)

    def _read_summaries(self) -> list[dict[str, Any]]:
        known: dict[str, dict[str, Any]] = {}
        for path in self._paths()[:MOST_KEPT]:
            summary = self._summaries.get(path.stem)
            if summary is None and (details := _read(path)) is not None:
                left_out = ("DockerfileText", "Steps")
                summary = {name: value for name, value in details.items() if name not in left_out}
            if summary is not None:
                known[path.stem] = summary
        self._summaries = known
        return list(known.values())

    async def get(self, build_id: str) -> dict[str, Any]:
        """Return all that is known of a build. Raises NotFoundError."""
        if (record := self._recent.get(build_id)) is not None:
            return record.details()
        found = await in_thread(_read, self._path(build_id)) if ID.fullmatch(build_id) else None
        if found is None:
            raise NotFoundError(f"No such build: {build_id}")
        return found

    async def remove(self, build_id: str) -> None:
        """Forget a build. Raises NotFoundError, ConflictError while it runs."""
        await self.get(build_id)
        record = self._recent.get(build_id)
        if record is not None and not record.finished:
            raise ConflictError(f"build {build_id} is still running")
        await self._forget([build_id])

    async def clear(self) -> None:
        """Forget all builds that have ended."""
        ended = [record.id for record in self._recent.values() if record.finished]
        await self._forget([*ended, *(path.stem for path in await in_thread(self._paths))])

    async def _forget(self, ids: Sequence[str]) -> None:
        async with self._writing:
            for build_id in ids:
                self._recent.pop(build_id, None)
                await in_thread(self._path(build_id).unlink, True)

    def _path(self, build_id: str) -> Path:
        return self._folder / f"{build_id}.json"

    def _paths(self) -> Sequence[Path]:
        """Return the files of all builds, newest first."""
        dated: list[tuple[float, Path]] = []
        for path in self._folder.glob("*.json"):
            with suppress(OSError):
                dated.append((path.stat().st_mtime, path))
        return [path for _, path in sorted(dated, reverse=True)]


def _read(path: Path) -> dict[str, Any] | None:
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) and value.get("Id") == path.stem else None
