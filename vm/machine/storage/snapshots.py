"""Snapshots of the data disk: kept within its file, made while the machine runs, and nearly free.

They are QEMU's internal snapshots (docs/interop/qcow2, "Snapshots"): what is equal to now takes no space.
One that was taken while the machine runs is like the disk after a cut of power just after a `sync`.
"""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from vm.errors import UserError
from vm.machine.json_files import write_json
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu.qemu_command import DATA_DISK
from vm.machine.qemu.qemu_img import run_qemu_img
from vm.machine.qemu.qmp import QmpClient
from vm.machine.storage.disks import read_disk_record, real_disk

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One snapshot; `created` in seconds since the epoch."""

    name: str
    created: float

    def to_json(self) -> dict[str, Any]:
        """Return plain values for `json.dumps`."""
        return asdict(self)


def check_name(name: Any) -> str:
    """Return a valid name of a snapshot. Raises UserError."""
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise _invalid(f"it has 1 to {LONGEST_NAME} printable characters")
    if name.isdigit() or name.startswith("-") or name != name.strip():
        raise _invalid("it is no number, and begins neither with “-” nor with a space")
    return name


def parse_snapshots(info: Any) -> list[Snapshot]:
    """Return the snapshots in QEMU's description of an image, the oldest first."""
    found = info.get("snapshots", ()) if isinstance(info, dict) else ()
    return sorted(
        (Snapshot(str(one["name"]), one["date-sec"] + one["date-nsec"] / 1e9) for one in found),
        key=lambda snapshot: snapshot.created,
    )


def find(snapshots: list[Snapshot], name: str) -> Snapshot:
    """Return the snapshot of this name. Raises UserError."""
    for snapshot in snapshots:
        if snapshot.name == name:
            return snapshot
    known = ", ".join(snapshot.name for snapshot in snapshots) or "none"
    raise UserError(f"There is no snapshot “{name}”.", f"There are: {known}.", "")


def check_new(snapshots: list[Snapshot], name: str) -> None:
    """Raise UserError when there is a snapshot of this name."""
    if any(snapshot.name == name for snapshot in snapshots):
        raise UserError(
            f"There is a snapshot “{name}” already.", "", "Choose another name, or delete that one."
        )


class LiveSnapshots:
    """Those of a disk that a running QEMU has open."""

    def __init__(self, qmp: QmpClient) -> None:
        self._qmp = qmp

    async def list(self) -> list[Snapshot]:
        """Return all, the oldest first. Raises QmpError."""
        for block in await self._qmp.execute("query-block"):
            if block.get("device") == DATA_DISK:
                return parse_snapshots(block["inserted"]["image"])
        return []

    async def create(self, name: str) -> None:
        """Keep the disk as it is now. Raises QmpError."""
        await self._qmp.execute("blockdev-snapshot-internal-sync", device=DATA_DISK, name=name)

    async def delete(self, name: str) -> None:
        """Give up one. Raises QmpError."""
        await self._qmp.execute("blockdev-snapshot-delete-internal-sync", device=DATA_DISK, name=name)


class StoredSnapshots:
    """Those of a disk that nobody has open. Its methods block and raise UserError."""

    def __init__(self, files: MachineFiles, qemu_img: str) -> None:
        self._files = files
        self._qemu_img = qemu_img

    def list(self) -> list[Snapshot]:
        """Return all, the oldest first."""
        if not self._files.data_disk.exists():
            return []
        info = run_qemu_img(
            self._qemu_img, "info", "--output=json", "-f", "qcow2", str(real_disk(self._files))
        )
        return parse_snapshots(json.loads(info))

    def create(self, name: str) -> None:
        """Keep the disk as it is now."""
        if not self._files.data_disk.exists():
            raise UserError("There is no data disk yet.", "", "Start the machine once.")
        self._run("-c", name)

    def delete(self, name: str) -> None:
        """Give up one."""
        self._run("-d", name)

    def restore(self, name: str) -> None:
        """Make the disk what it was. What it is now is gone."""
        self._run("-a", name)
        record = read_disk_record(self._files)
        if record is not None:
            write_json(self._files.data_disk_record, asdict(replace(record, formatted=True)))
        self._files.host_key.unlink(missing_ok=True)  # an older disk may have another one: it is told anew

    def _run(self, option: str, name: str) -> None:
        run_qemu_img(self._qemu_img, "snapshot", "-q", option, name, str(real_disk(self._files)))


def _invalid(reason: str) -> UserError:
    return UserError("This cannot be the name of a snapshot.", reason, "Choose another name.")
