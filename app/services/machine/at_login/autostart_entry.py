"""An entry that desktops of Linux begin (freedesktop.org, "Desktop Entry Specification" and "Autostart")."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.services.machine.at_login.login_entry import working_folder
from app.services.settings import write_atomically

_ESCAPED = str.maketrans({mark: f"\\{mark}" for mark in '"`$\\'})


@dataclass(frozen=True, slots=True)
class AutostartEntry:
    """marina.desktop of the user whose home folder is `home`, which runs `command`."""

    home: Path
    command: Sequence[str]

    @property
    def path(self) -> Path:
        """The file that says what is begun."""
        return self.home / ".config" / "autostart" / "marina.desktop"

    def text(self) -> str:
        """Return what the file says."""
        words = " ".join(
            f'"{word.translate(_ESCAPED)}"'.replace("\\", "\\\\").replace("%", "%%") for word in self.command
        )
        return (
            "[Desktop Entry]\nType=Application\nName=Marina\nIcon=marina\nTerminal=false\n"
            f"Path={working_folder()}\nExec={words}\n"
        )

    def is_on(self) -> bool:
        """Return whether there is the file."""
        return self.path.exists()

    def turn_on(self) -> None:
        """Write the file. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.path, self.text(), mode=0o644)

    def turn_off(self) -> None:
        """Remove the file, and its folder when that holds nothing else. Raises OSError."""
        self.path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.path.parent.rmdir()
