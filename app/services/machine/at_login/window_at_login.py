"""Opens Marina's window when the user logs in."""

import sys
from pathlib import Path

from app.services.errors import UserError
from app.services.machine.at_login.autostart_entry import autostart_entry
from app.services.machine.at_login.launch_agent import launch_agent
from app.services.machine.at_login.login_entry import LoginEntry, beside_this
from app.services.machine.at_login.windows_task import WindowsTask


def window_command() -> list[str]:
    """Return the command line that opens the window."""
    program = beside_this("marina-desktop")
    if getattr(sys, "frozen", False) or program.is_file():
        return [str(program)]
    return [sys.executable, "-m", "app.main"]


class WindowAtLogin:
    """Whether the window opens at login, for the user whose home folder is `home`. Methods block."""

    def __init__(self, home: Path | None = None, platform: str = sys.platform) -> None:
        self.entry = _entry(home or Path.home(), platform)

    def is_on(self) -> bool:
        """Return whether the window opens at login."""
        return self.entry.is_on()

    def turn_on(self) -> None:
        """Open the window at each login from now on. Raises UserError."""
        try:
            self.entry.turn_on()
        except OSError as error:
            raise self._refused(error) from error

    def turn_off(self) -> None:
        """Open nothing at login any more. Raises UserError."""
        try:
            self.entry.turn_off()
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> UserError:
        return UserError(
            "Whether the window opens at login cannot be changed",
            f"{error.filename or self.entry.path}: {error.strerror}",
            "Check the permissions of that file and of its folder.",
        )


def _entry(home: Path, platform: str) -> LoginEntry:
    if platform == "win32":
        return WindowsTask("Marina-window", window_command())
    if platform == "darwin":
        return launch_agent(home, "org.marina.window", window_command())
    return autostart_entry(home, window_command())
