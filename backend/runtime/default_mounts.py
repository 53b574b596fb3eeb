"""The file systems that every container has.

Source: OCI runtime-spec, config-linux.md, "Default Filesystems"; options as Docker sets them.
"""

from collections.abc import Sequence
from typing import Any

SHM_OPTIONS = ("nosuid", "noexec", "nodev", "mode=1777")


def default_mounts(privileged: bool, host_ipc: bool, shm: str | None, shm_size: int) -> list[dict[str, Any]]:
    """Return OCI mounts in the order to make them; `shm_size` is in bytes.

    `shm` is a folder for /dev/shm, "" for memory of the container's own, None for none at all.
    """
    kernel_files = [] if privileged else ["ro"]
    mounts = [
        _mount("/proc", "proc", "proc", ["nosuid", "noexec", "nodev"]),
        _mount("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
        _mount(
            "/dev/pts",
            "devpts",
            "devpts",
            ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
        ),
        _mount("/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev", *kernel_files]),
        _mount("/sys/fs/cgroup", "cgroup", "cgroup", ["nosuid", "noexec", "nodev", *kernel_files]),
    ]
    if host_ipc:
        mounts += [bind("/dev/mqueue", "/dev/mqueue"), bind("/dev/shm", "/dev/shm")]
    else:
        mounts.append(_mount("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]))
        if shm:
            mounts.append(bind(shm, "/dev/shm", restrictions=SHM_OPTIONS[:3]))
        elif shm is not None:
            mounts.append(_mount("/dev/shm", "tmpfs", "shm", [*SHM_OPTIONS, f"size={shm_size}"]))
    return mounts


def bind(
    source: str,
    destination: str,
    *,
    access: str = "rw",
    propagation: str = "rprivate",
    recursive: bool = True,
    restrictions: Sequence[str] = (),
) -> dict[str, Any]:
    """Return an OCI bind mount; `access` is "rw", "ro" or, with all that is mounted below it, "rro".

    `restrictions` are what the source is mounted with: "ro", "nosuid", …
    """
    if not recursive:
        propagation = propagation.removeprefix("r")  # or the runtime takes its "r" for the whole mount's
    options = ["rbind" if recursive else "bind", propagation, *restrictions]
    return _mount(destination, "bind", source, options if access == "rw" else [*options, access])


def tmpfs(destination: str, options: list[str]) -> dict[str, Any]:
    """Return an OCI tmpfs mount."""
    return _mount(destination, "tmpfs", "tmpfs", options)


def _mount(destination: str, kind: str, source: str, options: list[str]) -> dict[str, Any]:
    return {"destination": destination, "type": kind, "source": source, "options": options}
