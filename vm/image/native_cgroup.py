"""The cgroup that holds every process of one native engine: how they are found, and how they are ended."""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

from vm.errors import UserError

END_LIMIT = 10.0
"""Seconds for killed processes to go away."""


class NativeCgroup:
    """`marina-native-NAME` in the machine's cgroup v2 tree; the engine sees it as the root of all."""

    def __init__(self, name: str) -> None:
        self.path = find_cgroup2() / f"marina-native-{name}"

    def create(self) -> None:
        """Make it anew, so that it has no process and lends no controller. Raises UserError."""
        self.remove()
        try:
            self.path.mkdir()
            (self.path / "engine").mkdir()
        except OSError as error:
            raise UserError(
                f"No cgroup can be made at {self.path}.",
                str(error),
                "Run this as root, where cgroups can be written.",
            ) from error

    def lend_controllers(self) -> None:
        """Lend this machine's controllers to cgroups below; no process can be put right here afterwards."""
        for controller in (self.path / "cgroup.controllers").read_text().split():
            with contextlib.suppress(
                OSError
            ):  # a machine that keeps one for itself: the engine lives without it
                (self.path / "cgroup.subtree_control").write_text(f"+{controller}")

    def populated(self) -> bool:
        """Tell if a process is in it."""
        try:
            return "populated 1" in (self.path / "cgroup.events").read_text()
        except FileNotFoundError:
            return False

    def kill(self) -> None:
        """Kill every process in it and wait until they are gone. Raises UserError when they stay."""
        end = time.monotonic() + END_LIMIT
        while self.populated():
            self._kill_once()
            if time.monotonic() > end:
                raise UserError(
                    f"Processes in {self.path} do not end.",
                    f"Still there: {self._processes()}",
                    "Look at them with ps.",
                )
            time.sleep(0.02)

    def _kill_once(self) -> None:
        if sys.platform != "linux":
            raise NotImplementedError
        try:
            (self.path / "cgroup.kill").write_text("1")  # Linux 5.14
        except OSError:
            for process in self._processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)

    def _processes(self) -> list[int]:
        found = []
        for file in self.path.rglob("cgroup.procs"):
            with contextlib.suppress(OSError):
                found += [int(line) for line in file.read_text().split()]
        return found

    def remove(self) -> None:
        """Remove it and all below it; what still has processes stays."""
        for folder, _, _ in os.walk(self.path, topdown=False):
            with contextlib.suppress(OSError):
                Path(folder).rmdir()


def find_cgroup2() -> Path:
    """Return where this machine has its cgroup v2 tree mounted. Raises UserError."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        if after.startswith("cgroup2 "):
            return Path(before.split()[4])
    raise UserError(
        "This machine has no cgroup v2 tree mounted.",
        "",
        "mount -t cgroup2 cgroup2 /sys/fs/cgroup (as root).",
    )
