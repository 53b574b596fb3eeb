"""Memory and processor time of programs and all that they started, as the kernel counts them."""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

MIB = 1024.0


def process_tree(root: int) -> set[int]:
    """Return a process and all its descendants."""
    children: dict[int, list[int]] = {}
    for folder in _processes():
        with suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found, waiting = set(), [root]
    while waiting:
        process = waiting.pop()
        found.add(process)
        waiting += children.get(process, [])
    return found


def mentioning(text: str) -> set[int]:
    """Return the processes whose command line has `text` in it, say a state folder: monitors and shims."""
    found = set()
    for folder in _processes():
        with suppress(OSError):
            if text.encode() in (folder / "cmdline").read_bytes():
                found.add(int(folder.name))
    return found


def named(processes: Iterable[int], name: str) -> set[int]:
    """Return those of some processes that run the program `name`."""
    found = set()
    for process in processes:
        with suppress(OSError):
            if Path(f"/proc/{process}/comm").read_text().strip() == name:
                found.add(process)
    return found


def pss_mib(processes: Iterable[int]) -> float:
    """Return the proportional set size of some processes together, in MiB."""
    total = 0
    for process in processes:
        with suppress(OSError):
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
            match = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
            total += int(match.group(1)) if match else 0
    return total / MIB


def cpu_seconds(processes: Iterable[int]) -> float:
    """Return the processor seconds that some processes used so far."""
    ticks = 0
    for process in processes:
        with suppress(OSError):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _processes() -> list[Path]:
    return [folder for folder in Path("/proc").iterdir() if folder.name.isdigit()]
