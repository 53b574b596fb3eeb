"""What a container uses: the kernel's figures of its control group (cgroup v2) and of its network.

Sources: Documentation/admin-guide/cgroup-v2.rst; proc_pid_net(5), proc_stat(5). A controller that this
machine does not have leaves its figures out.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from backend.runtime import cgroups

NO_LIMIT = 2**64 - 1
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
NETWORK_FIELDS = (
    "rx_bytes", "rx_packets", "rx_errors", "rx_dropped", "", "", "", "",
    "tx_bytes", "tx_packets", "tx_errors", "tx_dropped",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Usage:
    """One look at a container. What is None is not known here; `interfaces` are by name."""

    cpu: Mapping[str, int]
    memory: Mapping[str, int]
    memory_bytes: int | None
    memory_limit: int | None
    out_of_memory: int
    pids: int | None
    pids_limit: int | None
    devices: list[tuple[int, int, int, int]] = field(default_factory=list)
    interfaces: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def read_usage(group: str, pid: int, *, with_network: bool) -> Usage:
    """Look at a container in a control group whose first process is `pid`. Blocking, under a millisecond."""
    folder = cgroups.folder_of(group)
    return Usage(
        cpu=_table(folder / "cpu.stat"),
        memory=_table(folder / "memory.stat"),
        memory_bytes=_number(folder / "memory.current"),
        memory_limit=_number(folder / "memory.max"),
        out_of_memory=_table(folder / "memory.events").get("oom", 0),
        pids=_number(folder / "pids.current"),
        pids_limit=_number(folder / "pids.max"),
        devices=_devices(folder / "io.stat"),
        interfaces=_interfaces(Path(f"/proc/{pid}/net/dev")) if with_network else {},
    )


def system_cpu_ns() -> int:
    """Return the time that all processors have spent, at work and idle, in nanoseconds."""
    fields = Path("/proc/stat").read_text().partition("\n")[0].split()[1:8]
    return sum(map(int, fields)) * 1_000_000_000 // TICKS_PER_SECOND


def online_cpus() -> int:
    """Return how many processors there are."""
    return os.sysconf("SC_NPROCESSORS_ONLN")


@cache
def machine_memory() -> int:
    """Return the machine's memory in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _text(path: Path) -> str:
    with suppress(OSError):  # no such controller, or the container has just ended
        return path.read_text()
    return ""


def _table(path: Path) -> dict[str, int]:
    pairs = (line.split() for line in _text(path).splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def _number(path: Path) -> int | None:
    text = _text(path).strip()
    return NO_LIMIT if text == "max" else int(text) if text.isdigit() else None


def _devices(path: Path) -> list[tuple[int, int, int, int]]:
    """Return major and minor number, bytes read and written of each device."""
    found = []
    for line in _text(path).splitlines():
        device, _, rest = line.partition(" ")
        major, _, minor = device.partition(":")
        values = dict(pair.partition("=")[::2] for pair in rest.split())
        if major.isdigit() and minor.isdigit() and "rbytes" in values:
            found.append((int(major), int(minor), int(values["rbytes"]), int(values.get("wbytes", 0))))
    return found


def _interfaces(path: Path) -> dict[str, dict[str, int]]:
    found = {}
    for line in _text(path).splitlines()[2:]:
        name, _, rest = line.partition(":")
        values = dict(zip(NETWORK_FIELDS, map(int, rest.split()), strict=False))
        values.pop("", None)
        if name.strip() != "lo":
            found[name.strip()] = values
    return found
