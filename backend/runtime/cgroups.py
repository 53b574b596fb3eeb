"""What the kernel can limit, and where containers' control groups lie (cgroup v2 only).

Source: Documentation/admin-guide/cgroup-v2.rst. On machines whose controllers belong to cgroup v1 the engine
runs in a tree without controllers and says what it cannot limit.
"""

import errno
import logging
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

from backend.errors import InvalidParameterError
from backend.runtime import syscalls

log = logging.getLogger(__name__)

ROOT = Path("/sys/fs/cgroup")
PARENT = "marina"


def prepare() -> None:
    """Make cgroup v2 the tree at /sys/fs/cgroup for this process and its children. Call before threads exist.

    Nothing to do on a pure v2 system. Elsewhere the process moves to a mount namespace of its own, so that
    the rest of the machine keeps its tree.
    """
    if _is_unified():
        return
    try:
        syscalls.unshare(syscalls.CLONE_NEWNS)
        syscalls.mount("none", "/", "", syscalls.MS_REC | syscalls.MS_SLAVE)
        syscalls.mount("cgroup2", str(ROOT), "cgroup2")
    except OSError as error:
        log.warning("no cgroup v2 tree at %s (%s): containers will not start", ROOT, error.strerror)


def _is_unified() -> bool:
    return (ROOT / "cgroup.controllers").exists()


@cache
def controllers() -> frozenset[str]:
    """Return the controllers of the v2 tree: "memory", "cpu", "pids", … or none."""
    with suppress(OSError):
        return frozenset((ROOT / "cgroup.controllers").read_text().split())
    return frozenset()


def group_of(container_id: str, parent: str = "") -> str:
    """Return the group of a container as a path below the tree's root: the OCI `linux.cgroupsPath`.

    `parent` is another place than ours for it. Raises InvalidParameterError when it leads out of the tree.
    """
    parts = [part for part in parent.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise InvalidParameterError(f"invalid cgroup parent: {parent[:80]}")
    return "/".join(["", *(parts or [PARENT]), container_id])


def folder_of(group: str) -> Path:
    """Return a group's folder in the tree."""
    return ROOT / group.lstrip("/")


def processes(group: str) -> list[int]:
    """Return the PIDs inside a container, its sub-groups included; none when it does not run."""
    found: list[int] = []
    for folder, _, files in os.walk(folder_of(group)):
        if "cgroup.procs" in files:
            with suppress(OSError):
                found += map(int, (Path(folder) / "cgroup.procs").read_text().split())
    return found


def remove(group: str) -> None:
    """Kill what is left in a container's group and remove the group; nothing happens when there is none."""
    top = folder_of(group)
    if not top.is_dir():
        return
    with suppress(OSError):
        (top / "cgroup.kill").write_text("1")
    for folder, _, _ in os.walk(top, topdown=False):
        try:
            Path(folder).rmdir()
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.EBUSY):
                raise


def was_out_of_memory(group: str) -> bool:
    """Return whether the kernel killed a process of this container for want of memory."""
    with suppress(OSError):
        for line in (folder_of(group) / "memory.events").read_text().splitlines():
            name, _, count = line.partition(" ")
            if name == "oom_kill":
                return int(count) > 0
    return False


def freeze(group: str, frozen: bool) -> None:
    """Stop a container's processes where they are, or let them go on. Raises OSError."""
    (folder_of(group) / "cgroup.freeze").write_text("1" if frozen else "0")


def holds(group: str, pid: int) -> bool:
    """Return whether process `pid` lives in this container's group."""
    with suppress(OSError):
        return group in Path(f"/proc/{pid}/cgroup").read_text()
    return False
