"""A file in the user's home folder that says what begins at login, as long as it is there."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from app.services.settings import write_atomically


@dataclass(frozen=True, slots=True)
class LoginFile:
    """The file `path` with what it says."""

    path: Path
    text: str

    def is_on(self) -> bool:
        """Return whether there is the file."""
        return self.path.exists()

    def turn_on(self) -> None:
        """Write the file. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.path, self.text, mode=0o644)

    def turn_off(self) -> None:
        """Remove the file, and its folder when that holds nothing else. Raises OSError."""
        self.path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.path.parent.rmdir()
