"""What every way to begin something at login can do."""

import sys
from pathlib import Path
from typing import Protocol


class LoginEntry(Protocol):
    """A command that one system begins at login, once it was told so. Methods may block."""

    @property
    def path(self) -> Path:
        """The file that says what is begun, or what a system without such files knows it by."""

    def is_on(self) -> bool:
        """Return whether it begins at login."""

    def turn_on(self) -> None:
        """Begin it at each login from now on. Raises OSError."""

    def turn_off(self) -> None:
        """Begin it no more; what runs goes on. Raises OSError."""


def beside_this(program: str) -> Path:
    """Return where a program of a packaged Marina is."""
    return Path(sys.executable).with_name(f"{program}.exe" if sys.platform == "win32" else program)


def working_folder() -> Path:
    """Return where a command finds Marina's packages when it is not packaged."""
    return Path(__file__).parents[4]
