"""A unit of the user's own systemd (man 5 systemd.service), enabled as `systemctl --user enable` does it."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.services.machine.at_login.login_entry import working_folder
from app.services.settings import write_atomically


@dataclass(frozen=True, slots=True)
class SystemdUnit:
    """marina.service of the user whose home folder is `home`: it is begun by `command`, whose last word is
    "start", and ended by the same with "stop"."""

    home: Path
    command: Sequence[str]

    @property
    def path(self) -> Path:
        """The file that says what is begun."""
        return self._units / "marina.service"

    @property
    def _units(self) -> Path:
        return self.home / ".config" / "systemd" / "user"

    @property
    def _wanted(self) -> Path:
        """The link that enables it."""
        return self._units / "default.target.wants" / "marina.service"

    def text(self) -> str:
        """Return what the file says. The supervisor stays in the unit; its end is a clean stop."""
        words = " ".join(_quoted(word) for word in self.command)
        stop = " ".join(_quoted(word) for word in (*self.command[:-1], "stop"))
        folder = str(working_folder()).replace("%", "%%")
        return (
            "[Unit]\nDescription=Marina's machine\n\n"
            f"[Service]\nType=oneshot\nRemainAfterExit=yes\nWorkingDirectory={folder}\n"
            f"ExecStart={words}\nExecStop={stop}\nTimeoutStartSec=300\nTimeoutStopSec=120\n\n"
            "[Install]\nWantedBy=default.target\n"
        )

    def is_on(self) -> bool:
        """Return whether the unit is enabled."""
        return self._wanted.is_symlink()

    def turn_on(self) -> None:
        """Write and enable the unit. Raises OSError."""
        self._wanted.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.path, self.text(), mode=0o644)
        self._wanted.unlink(missing_ok=True)
        self._wanted.symlink_to(self.path)

    def turn_off(self) -> None:
        """Remove the unit, and folders that hold nothing else. Raises OSError."""
        self._wanted.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)
        for folder in (self._wanted.parent, self._units, self._units.parent):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _quoted(word: str) -> str:
    """Return a word as systemd reads it back (man 5 systemd.syntax, systemd.service)."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'
