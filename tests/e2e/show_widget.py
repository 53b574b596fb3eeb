"""Runs the real desktop and tells on stdout where things are: `python -m tests.e2e.show_widget NAME…`.

A NAME is a button's, or `TABLE:COLUMN` for the beginning of that cell in a table's first row; `NAME pressed`
tells that a click has met it. Nothing else differs from `python -m app`: the clicks themselves come from X.
"""

import sys

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QTableView, QWidget

from app.main import main

LOOK_MS = 100
INSIDE_LINK = 20  # pixels from a cell's edge


class Watcher:
    """Writes `NAME X Y`, in pixels of the screen, each time the place of something named changes."""

    def __init__(self, names: list[str]) -> None:
        self._told = dict.fromkeys(names, "")
        self._heard: set[str] = set()

    def begin(self) -> None:
        """Go on looking, as soon as there is an application."""
        self._timer = QTimer()
        self._timer.timeout.connect(self._look)
        self._timer.start(LOOK_MS)

    def _look(self) -> None:
        widgets = {
            widget.objectName(): widget
            for widget in QApplication.allWidgets()
            if widget.isVisible() and widget.isEnabled()
        }
        for name, told in self._told.items():
            widget_name, _, column = name.partition(":")
            widget = widgets.get(widget_name)
            place = find_place(widget, column)
            if place is not None and (line := f"{name} {place.x()} {place.y()}\n") != told:
                self._told[name] = line
                self._hear(name, widget, column)
                tell(line)

    def _hear(self, name: str, widget: QWidget | None, column: str) -> None:
        if name in self._heard:
            return
        self._heard.add(name)
        if isinstance(widget, QAbstractButton):
            widget.clicked.connect(lambda: tell(f"{name} pressed\n"))
        elif isinstance(widget, QTableView):
            widget.clicked.connect(
                lambda index: tell(f"{name} pressed\n") if index.column() == int(column) else None
            )


def tell(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line)
    sys.stdout.flush()


def find_place(widget: QWidget | None, column: str) -> QPoint | None:
    """Return where on the screen to click, None while there is nothing to click."""
    if isinstance(widget, QAbstractButton):
        return widget.mapToGlobal(widget.rect().center())
    if isinstance(widget, QTableView) and column and widget.model().rowCount():
        cell = widget.visualRect(widget.model().index(0, int(column)))
        return widget.viewport().mapToGlobal(QPoint(cell.left() + INSIDE_LINK, cell.center().y()))
    return None


def run() -> int:
    """Run the desktop, watched."""
    watcher = Watcher(sys.argv[1:])
    del sys.argv[1:]
    show = QApplication.exec

    def watched_exec(*_: object) -> int:
        watcher.begin()
        return show()

    QApplication.exec = watched_exec  # type: ignore[method-assign]
    return main()


if __name__ == "__main__":
    sys.exit(run())
