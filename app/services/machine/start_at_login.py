"""Starts the machine when the user logs in: a systemd user unit, a launchd agent, or a Windows task."""

import contextlib
import getpass
import os
import plistlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.services.errors import UserError
from app.services.settings import write_atomically

LABEL = "org.marina.machine"
TASK = "Marina"
LINGER = Path("/var/lib/systemd/linger")
"""Has a file for each user whose units systemd starts with the computer (`man 1 loginctl`, enable-linger)."""
TASK_LIMIT = 30.0
"""Seconds for schtasks."""


@dataclass(frozen=True, slots=True)
class StartState:
    """When the machine starts: at the user's login, with the computer before it, or only when it is asked to.

    `boot_command` makes the second of the first, and `undo_command` takes that back; "" where there is no
    such way, and where it is done already.
    """

    at_login: bool
    before_login: bool = False
    boot_command: str = ""
    undo_command: str = ""


def start_command() -> list[str]:
    """Return the command line that starts the machine; a packaged Marina has a program of its own."""
    if getattr(sys, "frozen", False):
        return [
            str(Path(sys.executable).with_name("marina.exe" if sys.platform == "win32" else "marina")),
            "start",
        ]
    return [sys.executable, "-m", "app.cli", "start"]


def working_folder() -> Path:
    """Return where the command finds Marina's packages when it is not packaged."""
    return Path(__file__).parents[3]


def systemd_unit(command: Sequence[str], folder: Path) -> str:
    """Return a user unit (man 5 systemd.service). The supervisor stays in it; its end is a clean stop."""
    words = " ".join(_quoted(word) for word in command)
    stop = " ".join(_quoted(word) for word in (*command[:-1], "stop"))
    return (
        "[Unit]\nDescription=Marina's machine\n\n"
        f"[Service]\nType=oneshot\nRemainAfterExit=yes\nWorkingDirectory={str(folder).replace('%', '%%')}\n"
        f"ExecStart={words}\nExecStop={stop}\nTimeoutStartSec=300\nTimeoutStopSec=120\n\n"
        "[Install]\nWantedBy=default.target\n"
    )


def _quoted(word: str) -> str:
    """Return a word as systemd reads it back (man 5 systemd.syntax, systemd.service)."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def launchd_agent(command: Sequence[str], folder: Path, label: str = LABEL) -> bytes:
    """Return a launchd agent (man 5 launchd.plist); what the command starts outlives it."""
    return plistlib.dumps(
        {
            "Label": label,
            "ProgramArguments": list(command),
            "WorkingDirectory": str(folder),
            "RunAtLoad": True,
            "AbandonProcessGroup": True,
            "ProcessType": "Interactive",
        }
    )


def windows_task(command: Sequence[str], task: str = TASK) -> list[str]:
    """Return the call of schtasks that makes the task, for this user only and without more rights."""
    line = subprocess.list2cmdline(command)
    return ["schtasks", "/Create", "/F", "/TN", task, "/SC", "ONLOGON", "/RL", "LIMITED", "/TR", line]


class StartAtLogin:
    """Whether the machine starts at login, for the user whose home folder is `home`."""

    def __init__(self, home: Path | None = None, platform: str = sys.platform) -> None:
        self._home = home or Path.home()
        self._platform = platform

    @property
    def path(self) -> Path:
        """The file that says what is started (not on Windows)."""
        if self._platform == "darwin":
            return self._home / "Library" / "LaunchAgents" / f"{LABEL}.plist"
        return self._units / "marina.service"

    @property
    def _units(self) -> Path:
        return self._home / ".config" / "systemd" / "user"

    @property
    def _wanted(self) -> Path:
        """The link that `systemctl --user enable` makes."""
        return self._units / "default.target.wants" / "marina.service"

    def state(self) -> StartState:
        """Return when the machine starts, and how that is changed. Blocks: Windows is asked by a program.

        The commands are for the user to run, for they hold for everything that this user starts at login:
        they need no administrator on most systems, and ask for one on the others.
        """
        user, is_on = getpass.getuser(), self.is_on()
        if self._platform != "linux" or not shutil.which("loginctl"):
            return StartState(is_on)
        if (LINGER / user).exists():
            return StartState(is_on, before_login=is_on, undo_command=f"loginctl disable-linger {user}")
        return StartState(is_on, boot_command=f"loginctl enable-linger {user}")

    def is_on(self) -> bool:
        """Return whether the machine starts at login."""
        if self._platform == "win32":
            return run_quietly(["schtasks", "/Query", "/TN", TASK]) == 0
        return self._wanted.is_symlink() if self._platform == "linux" else self.path.exists()

    def turn_on(self) -> None:
        """Start the machine at each login from now on. Raises UserError."""
        command, folder = start_command(), working_folder()
        if self._platform == "win32":
            if run_quietly(windows_task(command)):
                raise UserError("The task for the start at login cannot be made")
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self._platform == "darwin":
                write_atomically(self.path, launchd_agent(command, folder).decode(), mode=0o644)
                return
            write_atomically(self.path, systemd_unit(command, folder), mode=0o644)
            self._wanted.parent.mkdir(exist_ok=True)
            self._wanted.unlink(missing_ok=True)
            self._wanted.symlink_to(self.path)
        except OSError as error:
            raise UserError(
                "The start at login cannot be set up", f"{error.filename or self.path}: {error.strerror}"
            ) from error

    def turn_off(self) -> None:
        """Start nothing at login any more; the machine that runs goes on. Raises UserError."""
        if self._platform == "win32":
            if self.is_on() and run_quietly(["schtasks", "/Delete", "/F", "/TN", TASK]):
                raise UserError("The task for the start at login cannot be removed")
            return
        try:
            if self._platform == "linux":
                self._wanted.unlink(missing_ok=True)
            self.path.unlink(missing_ok=True)
            if self._platform == "linux":
                for folder in (self._wanted.parent, self._units, self._units.parent):
                    with contextlib.suppress(OSError):  # it holds something else
                        folder.rmdir()
        except OSError as error:
            raise UserError(
                "The start at login cannot be removed", f"{self.path}: {error.strerror}"
            ) from error


def run_quietly(command: Sequence[str]) -> int:
    """Run a program of the system and return how it ended; 1 when it cannot be run. Blocks."""
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=TASK_LIMIT, check=False, stdin=subprocess.DEVNULL,
            cwd=os.sep,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return 1
    return done.returncode
