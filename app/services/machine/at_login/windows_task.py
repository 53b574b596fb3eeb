"""A task of Windows' scheduler: begun when its user logs in, without more rights.

Source: https://learn.microsoft.com/windows-server/administration/windows-commands/schtasks
"""

import errno
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_TIMEOUT = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class WindowsTask:
    """The task `name`, which runs `command`."""

    name: str
    command: Sequence[str]

    @property
    def path(self) -> Path:
        """What the scheduler knows it by."""
        return Path(self.name)

    def is_on(self) -> bool:
        """Return whether there is the task."""
        return run_quietly(["schtasks", "/Query", "/TN", self.name]) == 0

    def turn_on(self) -> None:
        """Make the task. Raises OSError."""
        line = subprocess.list2cmdline(self.command)
        rights = ["/SC", "ONLOGON", "/RL", "LIMITED"]
        if run_quietly(["schtasks", "/Create", "/F", "/TN", self.name, *rights, "/TR", line]):
            raise self._refused()

    def turn_off(self) -> None:
        """Remove the task. Raises OSError."""
        if self.is_on() and run_quietly(["schtasks", "/Delete", "/F", "/TN", self.name]):
            raise self._refused()

    def _refused(self) -> OSError:
        return PermissionError(errno.EPERM, "schtasks refuses", self.name)


def run_quietly(command: Sequence[str]) -> int:
    """Run a program of the system and return how it ended; 1 when it cannot be run. Blocks."""
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_TIMEOUT, check=False, stdin=subprocess.DEVNULL, cwd=os.sep
        )
    except (OSError, subprocess.TimeoutExpired):
        return 1
    return done.returncode
