"""All that the machine holds: what it takes, and how it is kept, emptied and carried elsewhere."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.services.engine.engine_client import EngineClient
from app.services.engine.json_values import as_object, get_flag, get_list, get_number, get_object, get_text
from app.services.errors import ErrorCode, UserError
from vm.client import MachineClient
from vm.errors import UserError as MachineError
from vm.machine.status import MachineState, MachineStatus
from vm.machine.storage.disk_usage import DiskUsage, GuestUsage
from vm.machine.storage.snapshots import Snapshot

__all__ = ["Contents", "DiskUsage", "GuestUsage", "MachineData", "Part", "Snapshot", "measure_contents"]

BEFORE_UPDATE = "before update to "
"""How the names of snapshots begin that an update takes."""

StatusCallback = Callable[[MachineStatus], None]


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of things in the engine: how many, how many of them in use, their bytes, and what could go."""

    count: int = 0
    active: int = 0
    size: int = 0
    reclaimable: int = 0


@dataclass(frozen=True, slots=True)
class Contents:
    """What the engine holds, as `docker system df` counts it."""

    images: Part
    containers: Part
    volumes: Part
    build_cache: Part


class MachineData:
    """All about the machine's data disk. Every method blocks: call it in a worker. Raises UserError.

    Where it says that the machine stops, one that ran is started again; `on_status` hears of each change,
    with `work` and `progress` in it.
    """

    def __init__(self, machine: MachineClient) -> None:
        self._machine = machine

    def usage(self) -> DiskUsage:
        """Return what takes the space; the machine's own files only while it does not run."""
        return DiskUsage.from_json(self._ask("disk-usage"))

    def room(self) -> int | None:
        """Return how many bytes more fit into the machine and on this disk; None while it does not run."""
        usage = self.usage()
        if usage.guest is None:
            return None
        try:
            return min(usage.guest.free_bytes, shutil.disk_usage(Path(usage.disk_path).parent).free)
        except OSError:
            return usage.guest.free_bytes

    def compact(self) -> tuple[int, int]:
        """Give back disk and memory that is not needed; return what the disk took before and takes now."""
        result = self._ask("compact")
        return result["before"], result["after"]

    def snapshots(self) -> list[Snapshot]:
        """Return the snapshots, the oldest first."""
        return [Snapshot(one["name"], one["created"]) for one in self._ask("snapshots")]

    def create_snapshot(self, name: str) -> None:
        """Keep all data as it is now; the machine may run."""
        self._ask("snapshot-create", name=name)

    def snapshot_before_update(self, version: str) -> str | None:
        """Keep all data as it is before the update to `version`, and give up what an earlier update kept.

        Returns the snapshot's name; None when there is no data yet. The machine may run.
        """
        if not self._machine.files.data_disk.exists():
            return None
        name = f"{BEFORE_UPDATE}{version}"
        earlier = {one.name for one in self.snapshots() if one.name.startswith(BEFORE_UPDATE)}
        if name in earlier:  # of an update that was not finished
            self.delete_snapshot(name)
        self.create_snapshot(name)
        for old in earlier - {name}:
            self.delete_snapshot(old)
        return name

    def restore_snapshot(self, name: str, on_status: StatusCallback = lambda status: None) -> None:
        """Make all data what it was; what it is now is gone. The machine stops."""
        self._ask("snapshot-restore", on_status, name=name)

    def delete_snapshot(self, name: str) -> None:
        """Give up a snapshot; the machine may run."""
        self._ask("snapshot-delete", name=name)

    def reset(self, on_status: StatusCallback = lambda status: None) -> None:
        """Remove all that the engine holds; snapshots and settings stay. The machine stops."""
        self._ask("data-reset", on_status)

    def export_to(self, path: Path, on_status: StatusCallback = lambda status: None) -> None:
        """Write all data into one new file. The machine stops."""
        self._ask("data-export", on_status, path=_absolute(path))

    def import_from(self, path: Path, on_status: StatusCallback = lambda status: None) -> None:
        """Replace all data, and the snapshots, by an exported file. The machine stops."""
        self._ask("data-import", on_status, path=_absolute(path))

    def move_to(self, folder: Path, on_status: StatusCallback = lambda status: None) -> str:
        """Keep the data in another folder from now on; return the file. The machine stops."""
        moved: str = self._ask("data-move", on_status, folder=_absolute(folder))
        return moved

    def place(self) -> Path:
        """Return the folder in which the data is kept now."""
        return Path(os.path.realpath(self._machine.files.data_disk)).parent

    def home(self) -> Path:
        """Return the folder in which the data is kept at first."""
        return self._machine.files.data

    def remove_machine(self, *, data: bool, settings: bool) -> None:
        """End the machine and remove its files: `data` images, containers, volumes and snapshots too."""
        from vm.removal import remove_machine

        with _told_to_users():
            remove_machine(self._machine.files, data=data, settings=settings)

    def _ask(self, command: str, on_status: StatusCallback = lambda status: None, **arguments: str) -> Any:
        with _told_to_users():
            seen: list[MachineStatus] = []

            def note(status: MachineStatus) -> None:
                seen[:] = [*seen[:1], status]
                on_status(status)

            result = self._machine.ask(command, note, **arguments)
        # The work is done, and the machine did not come up again. One that had failed before is asked all the
        # same: its owner looks at what takes the space, or removes it.
        problem = seen[-1].problem if seen and seen[-1].state is MachineState.FAILED else None
        if problem is not None and problem != seen[0].problem:
            raise UserError(problem.summary, problem.details, problem.what_to_do, ErrorCode.MACHINE_FAILED)
        return result


def measure_contents(client: EngineClient) -> Contents:
    """Ask the engine what it holds; this may take long. Raises MarinaError."""
    answer = client.measure_all()
    images = [as_object(row) for row in get_list(answer, "Images")]
    containers = [as_object(row) for row in get_list(answer, "Containers")]
    volumes = [get_object(as_object(row), "UsageData") for row in get_list(answer, "Volumes")]
    cache = [as_object(row) for row in get_list(answer, "BuildCache")]
    layers = get_number(answer, "LayersSize")
    unused = sum(
        get_number(row, "Size") - max(0, get_number(row, "SharedSize"))
        for row in images
        if get_number(row, "Containers") <= 0
    )
    return Contents(
        Part(
            len(images), sum(get_number(row, "Containers") > 0 for row in images), layers, min(unused, layers)
        ),
        _part((get_number(row, "SizeRw"), get_text(row, "State") == "running") for row in containers),
        _part((get_number(row, "Size"), get_number(row, "RefCount") > 0) for row in volumes),
        _part((get_number(row, "Size"), get_flag(row, "InUse")) for row in cache),
    )


def _part(rows: Iterable[tuple[int, bool]]) -> Part:
    """Count rows of size and whether it is in use; what is not known is -1 in Docker's answers."""
    known = [(max(0, size), active) for size, active in rows]
    total = sum(size for size, _ in known)
    used = sum(size for size, active in known if active)
    return Part(len(known), sum(active for _, active in known), total, total - used)


def _absolute(path: Path) -> str:
    return str(path.expanduser().absolute())


@contextlib.contextmanager
def _told_to_users() -> Iterator[None]:
    try:
        yield
    except MachineError as error:
        raise UserError(error.summary, error.details, error.what_to_do, ErrorCode.MACHINE_FAILED) from error
