"""An entry that desktops of Linux begin (freedesktop.org, "Desktop Entry Specification" and "Autostart")."""

from collections.abc import Sequence
from pathlib import Path

from app.services.machine.at_login.login_entry import working_folder
from app.services.machine.at_login.login_file import LoginFile

_ESCAPED = str.maketrans({mark: f"\\{mark}" for mark in '"`$\\'})


def autostart_entry(home: Path, command: Sequence[str]) -> LoginFile:
    """Return marina.desktop of the user whose home folder is `home`."""
    words = " ".join(
        f'"{word.translate(_ESCAPED)}"'.replace("\\", "\\\\").replace("%", "%%") for word in command
    )
    text = (
        "[Desktop Entry]\nType=Application\nName=Marina\nIcon=marina\nTerminal=false\n"
        f"Path={working_folder()}\nExec={words}\n"
    )
    return LoginFile(home / ".config" / "autostart" / "marina.desktop", text)
