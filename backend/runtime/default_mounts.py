"""The file systems that every container has.

Source: OCI runtime-spec, config-linux.md, "Default Filesystems"; options as Docker sets them.
"""

from typing import Any


def default_mounts(privileged: bool, host_ipc: bool, shm_size: int) -> list[dict[str, Any]]:
    """Return OCI mounts in the order to make them; `shm_size` is in bytes."""
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
        shm_options = ["nosuid", "noexec", "nodev", "mode=1777", f"size={shm_size}"]
        mounts += [
            _mount("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]),
            _mount("/dev/shm", "tmpfs", "shm", shm_options),
        ]
    return mounts


def bind(
    source: str, destination: str, *, writable: bool = True, propagation: str = "rprivate"
) -> dict[str, Any]:
    """Return an OCI bind mount with everything below its source."""
    return _mount(destination, "bind", source, ["rbind", propagation, "rw" if writable else "ro"])


def tmpfs(destination: str, options: list[str]) -> dict[str, Any]:
    """Return an OCI tmpfs mount; Docker's defaults come first, so that `options` win."""
    return _mount(destination, "tmpfs", "tmpfs", ["nosuid", "nodev", "noexec", *options])


def _mount(destination: str, kind: str, source: str, options: list[str]) -> dict[str, Any]:
    return {"destination": destination, "type": kind, "source": source, "options": options}
