"""Values that look like secrets: hidden until somebody asks for one of them, or for all."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.services.engine.json_values import get_list, get_object

HIDDEN = "••••••••"
_WORDS = ("PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "APIKEY", "PRIVATE_KEY", "CREDENTIAL")


def is_secret(name: str) -> bool:
    """Return whether a variable's name says that its value is nobody's business."""
    return any(word in name.upper() for word in _WORDS)


class Secrets(QObject):
    """Which of them are shown."""

    changed = Signal()
    all_shown = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shows_all = False
        self._shown: set[str] = set()  # names

    def hides(self, name: str, value: str) -> bool:
        """Return whether the value of a variable is hidden now."""
        return bool(value) and not self.shows_all and name not in self._shown and is_secret(name)

    def show(self, name: str) -> None:
        """Show the value of one variable."""
        self._shown.add(name)
        self.changed.emit()

    def show_all(self, shows: bool) -> None:
        """Show all values, or hide all again, those too that were shown one by one."""
        self.shows_all = shows
        self._shown.clear()
        self.all_shown.emit(shows)
        self.changed.emit()

    def line(self, line: str) -> str:
        """Return a line NAME=value as it may be seen now."""
        name, _, value = line.partition("=")
        return f"{name}={HIDDEN}" if self.hides(name, value) else line

    def inspection(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return what `inspect` tells of a container as it may be seen now."""
        config = get_object(raw, "Config")
        lines = [self.line(line) if isinstance(line, str) else line for line in get_list(config, "Env")]
        return {**raw, "Config": {**config, "Env": lines}} if lines else dict(raw)
