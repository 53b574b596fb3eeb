"""Starts the machine when the user logs in, or with the computer before that."""

import getpass
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from app.services.errors import UserError
from app.services.machine.at_login.launch_agent import launch_agent
from app.services.machine.at_login.login_entry import LoginEntry, beside_this
from app.services.machine.at_login.systemd_unit import SystemdUnit
from app.services.machine.at_login.windows_task import WindowsTask

LINGER = Path("/var/lib/systemd/linger")
"""Has a file for each user whose units systemd starts with the computer (`man 1 loginctl`, enable-linger)."""


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
        return [str(beside_this("marina")), "start"]
    return [sys.executable, "-m", "app.cli", "start"]


class StartAtLogin:
    """Whether the machine starts at login, for the user whose home folder is `home`."""

    def __init__(self, home: Path | None = None, platform: str = sys.platform) -> None:
        self._platform = platform
        self.entry = _entry(home or Path.home(), platform)

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
        return self.entry.is_on()

    def turn_on(self) -> None:
        """Start the machine at each login from now on. Raises UserError."""
        try:
            self.entry.turn_on()
        except OSError as error:
            raise UserError(
                "The start at login cannot be set up",
                f"{error.filename or self.entry.path}: {error.strerror}",
            ) from error

    def turn_off(self) -> None:
        """Start nothing at login any more; the machine that runs goes on. Raises UserError."""
        try:
            self.entry.turn_off()
        except OSError as error:
            raise UserError(
                "The start at login cannot be removed", f"{self.entry.path}: {error.strerror}"
            ) from error


def _entry(home: Path, platform: str) -> LoginEntry:
    if platform == "win32":
        return WindowsTask("Marina", start_command())
    if platform == "darwin":
        return launch_agent(home, "org.marina.machine", start_command())
    return SystemdUnit(home, start_command())
