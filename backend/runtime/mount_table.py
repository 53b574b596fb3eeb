"""What is mounted where in the engine's mount namespace. Source: proc_pid_mountinfo(5)."""

import os
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MOUNTINFO = Path("/proc/self/mountinfo")


@dataclass(frozen=True, slots=True)
class MountEntry:
    """One mount: its place, and whether mounts below it reach others ("shared") or come from them."""

    target: str
    shared: bool
    slave: bool


def parse_line(line: str) -> MountEntry:
    """Return the mount that a line of mountinfo describes."""
    fields = line.split(" ")
    tags = fields[6 : fields.index("-")]
    target = fields[4].encode().decode("unicode_escape").encode("latin-1").decode(errors="surrogateescape")
    return MountEntry(
        target, any(tag.startswith("shared:") for tag in tags), any(tag.startswith("master:") for tag in tags)
    )


def mount_of(path: str) -> MountEntry:
    """Return the mount that a path lies on. Raises OSError when the path does not exist."""
    real = Path(path).resolve(strict=True)
    places = {str(real), *map(str, real.parents)}
    entries = (parse_line(line) for line in MOUNTINFO.read_text().splitlines())
    # Of those at the same place the last one is on top.
    return max((entry for entry in entries if entry.target in places), key=lambda entry: len(entry.target))


def is_mounted(path: Path) -> bool:
    """Return whether something is mounted at exactly this path."""
    return os.path.ismount(path) or any(
        parse_line(line).target == str(path) for line in MOUNTINFO.read_text().splitlines()
    )


@cache
def can_be_recursively_read_only() -> bool:
    """Return whether this kernel makes a mount and all below it read-only in one step (5.12 and newer)."""
    major, minor = platform.release().split(".")[:2]
    return (int(major), int(minor)) >= (5, 12)
