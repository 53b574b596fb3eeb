"""An agent of launchd, which begins things on a Mac (man 5 launchd.plist)."""

import contextlib
import plistlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.services.machine.at_login.login_entry import working_folder
from app.services.settings import write_atomically


@dataclass(frozen=True, slots=True)
class LaunchAgent:
    """The agent `label` of the user whose home folder is `home`, which runs `command`."""

    home: Path
    label: str
    command: Sequence[str]

    @property
    def path(self) -> Path:
        """The file that says what is begun."""
        return self.home / "Library" / "LaunchAgents" / f"{self.label}.plist"

    def text(self) -> str:
        """Return what the file says; what the command starts outlives it."""
        return plistlib.dumps(
            {
                "Label": self.label,
                "ProgramArguments": list(self.command),
                "WorkingDirectory": str(working_folder()),
                "RunAtLoad": True,
                "AbandonProcessGroup": True,
                "ProcessType": "Interactive",
            }
        ).decode()

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
