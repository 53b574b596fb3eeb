"""Opens Marina's window when the user logs in: an XDG autostart entry, a launchd agent, or a Windows task."""

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

from app.services.errors import UserError
from app.services.machine.start_at_login import (
    launchd_agent,
    run_quietly,
    windows_task,
    working_folder,
)
from app.services.settings import write_atomically

LABEL = "org.marina.window"
TASK = "Marina-window"
_ESCAPED = str.maketrans({mark: f"\\{mark}" for mark in '"`$\\'})


def window_command() -> list[str]:
    """Return the command line that opens the window."""
    name = "marina-desktop.exe" if sys.platform == "win32" else "marina-desktop"
    program = Path(sys.executable).with_name(name)
    if getattr(sys, "frozen", False) or program.is_file():
        return [str(program)]
    return [sys.executable, "-m", "app.main"]


def autostart_entry(command: Sequence[str], folder: Path) -> str:
    """Return a desktop entry (freedesktop.org, "Desktop Entry Specification" and "Autostart")."""
    words = " ".join(
        f'"{word.translate(_ESCAPED)}"'.replace("\\", "\\\\").replace("%", "%%") for word in command
    )
    return (
        "[Desktop Entry]\nType=Application\nName=Marina\nIcon=marina\nTerminal=false\n"
        f"Path={str(folder)}\nExec={words}\n"
    )


class WindowAtLogin:
    """Whether the window opens at login, for the user whose home folder is `home`. Methods block."""

    def __init__(self, home: Path | None = None, platform: str = sys.platform) -> None:
        self._home = home or Path.home()
        self._platform = platform

    @property
    def path(self) -> Path:
        """The file that says what is opened (not on Windows)."""
        if self._platform == "darwin":
            return self._home / "Library" / "LaunchAgents" / f"{LABEL}.plist"
        return self._home / ".config" / "autostart" / "marina.desktop"

    def is_on(self) -> bool:
        """Return whether the window opens at login."""
        if self._platform == "win32":
            return run_quietly(["schtasks", "/Query", "/TN", TASK]) == 0
        return self.path.exists()

    def turn_on(self) -> None:
        """Open the window at each login from now on. Raises UserError."""
        command, folder = window_command(), working_folder()
        if self._platform == "win32":
            if run_quietly(windows_task(command, TASK)):
                raise UserError("The task that opens the window at login cannot be made")
            return
        text = (
            launchd_agent(command, folder, LABEL).decode()
            if self._platform == "darwin"
            else autostart_entry(command, folder)
        )
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path, text, mode=0o644)
        except OSError as error:
            raise self._refused(error) from error

    def turn_off(self) -> None:
        """Open nothing at login any more. Raises UserError."""
        if self._platform == "win32":
            if self.is_on() and run_quietly(["schtasks", "/Delete", "/F", "/TN", TASK]):
                raise UserError("The task that opens the window at login cannot be removed")
            return
        try:
            self.path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # it holds something else, or is not there
                self.path.parent.rmdir()
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> UserError:
        return UserError(
            "Whether the window opens at login cannot be changed",
            f"{error.filename or self.path}: {error.strerror}",
            "Check the permissions of that file and of its folder.",
        )
