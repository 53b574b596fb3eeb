"""What takes the space: on this computer, and in the machine."""

from dataclasses import asdict, dataclass
from typing import Any

from vm.machine.machine_files import MachineFiles
from vm.machine.storage import disks

GUEST_COMMAND = (
    "df -k /data | tail -n 1; for part in /data/engine/* ; do du -skx $part; done; "
    "cat /data/engine/containers/*/output.log* 2>/dev/null | wc -c"
)
"""Prints a line of the file system, one for each folder of the engine, and the bytes of containers' logs."""

GUEST_LIMIT = 300.0
"""Seconds: counting a million files takes its time."""


@dataclass(frozen=True, slots=True)
class GuestUsage:
    """The machine's file system. `parts` are the engine's folders, logs of containers are within them."""

    total_bytes: int
    used_bytes: int
    free_bytes: int
    container_logs_bytes: int
    parts: dict[str, int]


@dataclass(frozen=True, slots=True)
class DiskUsage:
    """Bytes on this computer, and in the machine when it runs.

    `disk_bytes` is what the file of the data disk takes, `disk_limit_bytes` how large it may grow.
    """

    disk_path: str
    disk_bytes: int
    disk_limit_bytes: int
    host_logs_bytes: int
    guest: GuestUsage | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain values for `json.dumps`."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "DiskUsage":
        """Build the value from `to_json`'s form. Unknown members of a newer supervisor are passed over."""
        known = {name: value[name] for name in cls.__dataclass_fields__ if name in value}
        guest = known.get("guest")
        return cls(**(known | {"guest": GuestUsage(**guest) if guest else None}))


def host_usage(files: MachineFiles, guest: GuestUsage | None) -> DiskUsage:
    """Return what the machine takes on this computer, with `guest` beside it."""
    logs = (files.console_log, files.qemu_log, files.supervisor_log)
    return DiskUsage(
        disk_path=str(disks.real_disk(files)),
        disk_bytes=disks.allocated_bytes(files.data_disk),
        disk_limit_bytes=disks.virtual_bytes(files.data_disk),
        host_logs_bytes=sum(disks.allocated_bytes(path) for path in logs),
        guest=guest,
    )


def parse_guest_usage(output: str) -> GuestUsage:
    """Return what GUEST_COMMAND has printed. Raises ValueError: the guest is not trusted."""
    first, *folders, logs = output.strip().splitlines()
    _, total, used, free, *_ = first.split()
    parts = {}
    for line in folders:
        size, _, path = line.partition("\t")
        parts[path.rpartition("/")[2]] = int(size) * 1024
    return GuestUsage(int(total) * 1024, int(used) * 1024, int(free) * 1024, int(logs), parts)
