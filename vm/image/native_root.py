"""Mounts the guest's root file system for an engine on this machine's own kernel."""

import os
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from vm.errors import UserError
from vm.image.native_namespaces import (
    MS_NODEV,
    MS_NOSUID,
    MS_PRIVATE,
    MS_RDONLY,
    MS_REC,
    bind,
    mount,
    pivot_root,
)

DEVICES = {
    # path below /dev: major, minor (Documentation/admin-guide/devices.txt)
    "null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0),
    "fuse": (10, 229), "net/tun": (10, 200), "loop-control": (10, 237),
}  # fmt: skip
LOOP_DEVICES = 64
LINKS = {
    "ptmx": "pts/ptmx",
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
}
HOST_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


@dataclass(frozen=True, slots=True)
class NativeRoot:
    """What the engine sees: the image's root, the state at its own path, and the working tree's engine."""

    image: Path
    state: Path
    backend: Path

    def mount(self) -> None:
        """Mount all that and make it the root of the mount namespace. Raises OSError, UserError."""
        mount("none", Path("/"), flags=MS_REC | MS_PRIVATE)
        root = self._mount_overlay()
        for name, kind, options in (
            ("proc", "proc", ""),
            ("sys", "sysfs", ""),
            ("sys/fs/cgroup", "cgroup2", ""),
            ("dev", "tmpfs", "mode=755"),
            ("run", "tmpfs", "mode=755"),
            ("tmp", "tmpfs", "mode=1777"),
        ):
            mount(kind, root / name, kind, MS_NOSUID | (0 if name == "dev" else MS_NODEV), options)
        _make_devices(root / "dev")
        self._mount_engine(root)
        _copy_host_settings(root)
        place = root / self.state.relative_to("/")
        place.mkdir(parents=True, exist_ok=True)
        bind(self.state, place)
        if os.path.ismount(self.state / "data"):  # a disk of its own, as in the machine
            bind(self.state / "data", place / "data")
        # like the guest's /run: gone with the namespace, which is this engine's "boot"
        mount("run", place / "run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=700")
        pivot_root(root)
        _set_kernel_values()

    def _mount_overlay(self) -> Path:
        base = self.state / ".root"
        mount("marina", base, "tmpfs", 0, "mode=755")
        for name in ("lower", "upper", "work", "root"):
            (base / name).mkdir()
        mount_image(self.image / "root.erofs", base / "lower")
        options = f"lowerdir={base}/lower,upperdir={base}/upper,workdir={base}/work"
        mount("overlay", base / "root", "overlay", 0, options)
        return base / "root"

    def _mount_engine(self, root: Path) -> None:
        place = root / "usr/lib/marina"
        mount_image(self.image / "engine.erofs", place)
        bind(self.backend, place / "backend", read_only=True)


def mount_image(image: Path, place: Path) -> None:
    """Mount an EROFS image, by the file itself (Linux 6.12) or a loop device. Raises UserError."""
    try:
        mount(image, place, "erofs", MS_RDONLY)
    except OSError as error:
        command = ["mount", "-t", "erofs", "-o", "ro,loop", str(image), str(place)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise UserError(
                f"This machine's kernel cannot mount {image}.",
                f"{error}; {done.stderr.strip()}",
                "It needs EROFS: `modprobe erofs`, or a newer kernel.",
            ) from error


def _make_devices(dev: Path) -> None:
    if sys.platform != "linux":
        raise NotImplementedError
    devices = {**DEVICES, **{f"loop{number}": (7, number) for number in range(LOOP_DEVICES)}}
    for name, (major, minor) in devices.items():
        path = dev / name
        path.parent.mkdir(exist_ok=True)
        kind = stat.S_IFBLK if name[4:].isdigit() and name.startswith("loop") else stat.S_IFCHR
        os.mknod(path, kind, os.makedev(major, minor))
        path.chmod(0o660 if kind == stat.S_IFBLK else 0o666)
    for name, target in LINKS.items():
        (dev / name).symlink_to(target)
    for name in ("pts", "shm", "mqueue"):
        (dev / name).mkdir()
    mount("devpts", dev / "pts", "devpts", MS_NOSUID, "newinstance,ptmxmode=666,mode=620,gid=5")
    mount("shm", dev / "shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
    mount("mqueue", dev / "mqueue", "mqueue", MS_NOSUID | MS_NODEV)


def _copy_host_settings(root: Path) -> None:
    """Take the name servers and the certificates of this machine, which its network may need."""
    for source in (Path("/etc/resolv.conf"), HOST_CERTIFICATES):
        if source.is_file():
            (root / source.relative_to("/")).write_bytes(source.read_bytes())


def _set_kernel_values() -> None:
    """Set what the guest's first process sets, as far as it belongs to the network namespace alone."""
    for line in Path("/usr/lib/marina-machine/kernel-values").read_text().splitlines():
        name, _, value = line.partition(" ")
        path = Path("/proc/sys") / name
        if name.startswith("net/") and os.access(path, os.W_OK):
            path.write_text(value)
