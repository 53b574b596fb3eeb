"""The folders of one container: what survives a reboot and what a run needs."""

import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.networks.attachment import Attachment
from backend.runtime import overlay, syscalls
from backend.runtime.monitor import MonitorFiles
from backend.state_files import StateFiles


@dataclass(frozen=True, slots=True)
class RunFiles:
    """Paths below `data` (kept) and `run` (one run, the runtime's bundle)."""

    container_id: str
    data: Path
    run: Path

    @classmethod
    def of(cls, files: StateFiles, container_id: str) -> "RunFiles":
        """Return the paths of a container."""
        return cls(container_id, files.container(container_id), files.container_run(container_id))

    @property
    def upper(self) -> Path:
        """The container's own changes to its image."""
        return self.data / "upper"

    @property
    def work(self) -> Path:
        """Overlayfs' working folder."""
        return self.data / "work"

    @property
    def log(self) -> Path:
        """All output so far."""
        return self.data / "output.log"

    @property
    def disposable_volumes(self) -> Path:
        """Names of anonymous volumes that go with this folder: there only while a container is made or
        removed, for an engine that comes after a crash."""
        return self.data / "disposable-volumes.json"

    @property
    def root(self) -> Path:
        """Where the container's root is mounted."""
        return self.run / "rootfs"

    @property
    def subpaths(self) -> Path:
        """Where parts of volumes are mounted for the runtime to find, while it creates the container."""
        return self.run / "subpaths"

    @property
    def shm(self) -> Path:
        """The memory at /dev/shm of a container whose IPC namespace others may join."""
        return self.run / "shm"

    @property
    def monitor(self) -> MonitorFiles:
        """The monitor's files."""
        return MonitorFiles(self.container_id, self.run)

    def make_data(self) -> None:
        """Make the kept folders of a new container."""
        self.data.mkdir(parents=True, mode=0o710)
        self.upper.mkdir(mode=0o755)
        self.work.mkdir(mode=0o700)
        self.log.touch(mode=0o640)

    def write_disposable_volumes(self, names: Sequence[str]) -> None:
        """Note volumes that go if the container's making or removal is cut off here; no names: forget
        them."""
        if names:
            self.data.mkdir(exist_ok=True)
            self.disposable_volumes.write_text(json.dumps(names))
        else:
            self.disposable_volumes.unlink(missing_ok=True)

    def read_disposable_volumes(self) -> list[str]:
        """Return the names noted; none when the note is missing or was cut off itself."""
        try:
            names = json.loads(self.disposable_volumes.read_text())
        except (OSError, ValueError):
            return []
        return [str(name) for name in names]

    def make_run(self, lowers: list[Path], attachment: Attachment, hostname: str) -> None:
        """Make the run folder with the mounted root, and write the generated files."""
        self.root.mkdir(parents=True, mode=0o755)
        self.upper.mkdir(mode=0o755, exist_ok=True)
        self.work.mkdir(mode=0o700, exist_ok=True)
        overlay.mount_overlay(lowers, self.upper, self.work, self.root)
        if attachment.shared_with:
            return  # it is shown that one's
        (self.data / "hosts").write_text(attachment.hosts_file)
        (self.data / "resolv.conf").write_text(attachment.resolv_conf)
        (self.data / "hostname").write_text(f"{hostname}\n")

    def make_shm(self, size: int) -> str:
        """Mount `size` bytes of memory for /dev/shm; returns where. Raises OSError."""
        self.shm.mkdir()
        flags = syscalls.MS_NOSUID | syscalls.MS_NODEV | syscalls.MS_NOEXEC
        syscalls.mount("shm", str(self.shm), "tmpfs", flags, f"mode=1777,size={size}")
        return str(self.shm)

    def write_specification(self, specification: dict[str, Any]) -> None:
        """Write the bundle's config.json."""
        (self.run / "config.json").write_text(json.dumps(specification))

    def read_group(self) -> str:
        """Return the control group in the bundle's config.json, "" when there is none (yet)."""
        try:
            return str(json.loads((self.run / "config.json").read_text())["linux"]["cgroupsPath"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def note_out_of_memory(self) -> None:
        """Note how a run ended: its control group, which knows too, goes before that is on record."""
        with suppress(FileNotFoundError):  # after a reboot there is no run folder
            (self.run / "out-of-memory").touch()

    def ran_out_of_memory(self) -> bool:
        """Return whether that was noted."""
        return (self.run / "out-of-memory").exists()

    def unmount(self) -> None:
        """Unmount all that is mounted in the run folder; nothing happens when there is none."""
        overlay.unmount_all(self.root)
        if self.subpaths.exists():  # of a start that was cut off: nothing of the volume may go with it
            for place in self.subpaths.iterdir():
                overlay.unmount_all(place)
        if self.shm.exists():
            overlay.unmount_all(self.shm)

    def remove_run(self) -> None:
        """Remove the run folder with all that is mounted in it; nothing happens when there is none."""
        self.unmount()
        shutil.rmtree(self.run, ignore_errors=True)

    def remove_data(self) -> None:
        """Remove what was kept."""
        shutil.rmtree(self.data, ignore_errors=True)
