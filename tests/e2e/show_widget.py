"""Runs the real desktop and tells on stdout where a button is: `python -m tests.e2e.show_widget NAME`.

Nothing else differs from `python -m app`: the click itself comes from X.
"""

import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication

from app.main import main

LOOK_MS = 100


class Watcher:
    """Writes `NAME X Y`, in pixels of the screen, each time the named button's place changes."""

    def __init__(self, name: str) -> None:
        self._name, self._told = name, ""

    def begin(self) -> None:
        """Go on looking, as soon as there is an application."""
        self._timer = QTimer()
        self._timer.timeout.connect(self._look)
        self._timer.start(LOOK_MS)

    def _look(self) -> None:
        for widget in QApplication.allWidgets():
            usable = widget.isVisible() and widget.isEnabled()
            if isinstance(widget, QAbstractButton) and widget.objectName() == self._name and usable:
                place = widget.mapToGlobal(widget.rect().center())
                line = f"{self._name} {place.x()} {place.y()}\n"
                if line != self._told:
                    self._told = line
                    sys.stdout.write(line)
                    sys.stdout.flush()


def run() -> int:
    """Run the desktop, watched."""
    watcher = Watcher(sys.argv.pop(1))
    show = QApplication.exec

    def watched_exec() -> int:
        watcher.begin()
        return show()

    QApplication.exec = watched_exec  # type: ignore[method-assign]
    return main()


if __name__ == "__main__":
    sys.exit(run())
