"""What somebody before the window does: look, wait, press, type; each waits until it can be done."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QLineEdit, QMenu, QPlainTextEdit, QWidget
from pytestqt.exceptions import TimeoutError
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.lists.row_table_model import RowTableModel
from app.views.main_window import MainWindow
from app.views.widgets.table import RowTable
from tests.ui.helpers import find, press_row_action

WAIT_MS = 60_000
"""Longest wait for anything: reached only when it never comes."""

W = TypeVar("W", bound=QWidget)


class Hands:
    """One user of one window."""

    def __init__(self, window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot) -> None:
        self.window, self.desktop = window, desktop
        self._qtbot = qtbot

    def wait(self, condition: Callable[[], object], what: str | Callable[[], str] = "") -> None:
        """Let the window work until `condition` holds; `what` says what is wrong when it never does."""

        try:
            self._qtbot.waitUntil(lambda: bool(condition()), timeout=WAIT_MS)
        except TimeoutError as error:
            raise AssertionError(what() if callable(what) else what) from error

    def see(self, kind: type[W], name: str) -> W:
        """Return the widget called `name` once it is in sight."""
        self.wait(
            lambda: len(self._in_sight(kind, name)) == 1,
            lambda: f"{len(self._in_sight(kind, name))} widgets in sight are called {name}",
        )
        [made] = self._in_sight(kind, name)
        return made

    def sees(self, name: str, words: str) -> bool:
        """Return whether the label `name` is in sight and says `words`."""
        return any(words in label.text() for label in self._in_sight(QLabel, name))

    def the(self, kind: type[W]) -> W:
        """Return the only widget of a kind in sight."""
        [made] = [made for made in self.window.findChildren(kind) if made.isVisible()]
        return made

    def wait_for_text(self, name: str, words: str) -> None:
        """Wait until the label `name` in sight says `words`."""
        self.wait(
            lambda: self.sees(name, words),
            lambda: f"{name} says {[label.text() for label in self._in_sight(QLabel, name)]}, not {words!r}",
        )

    def _in_sight(self, kind: type[W], name: str) -> list[W]:
        found = self.window.findChildren(kind, name)
        return [made for made in found if made.objectName() == name and made.isVisible()]

    def press(self, name: str) -> None:
        """Click a button as soon as it is in sight and usable."""

        def usable() -> list[QAbstractButton]:  # looked for each time: lists make theirs anew
            return [button for button in self._in_sight(QAbstractButton, name) if button.isEnabled()]

        self.wait(lambda: len(usable()) == 1, f"no button {name} can be pressed")
        QTest.mouseClick(usable()[0], Qt.MouseButton.LeftButton)

    def write(self, name: str, text: str) -> None:
        """Put a text into a field."""
        field = self.see(QWidget, name)
        if isinstance(field, QPlainTextEdit):
            field.setPlainText(text)
        else:
            assert isinstance(field, QLineEdit)
            field.setText(text)

    def gone(self, name: str) -> None:
        """Wait until a dialog has closed."""
        self.wait(lambda: not self._in_sight(QWidget, name), f"{name} stays open")

    def show(self, page: str) -> None:
        """Bring a page into sight."""
        self.window.show_page(page)

    def leave(self) -> None:
        """Close what is open, and go back to the list of containers."""
        for dialog in self.window.findChildren(QWidget):
            if dialog.isWindow() and dialog.isVisible() and not isinstance(dialog, QMenu):
                dialog.close()
        self.window.page.go_back()
        self.window.banner.hide()
        self.window.show_page("containers")
        self.window.containers.go_back()

    def row_of(self, table: RowTable, name: str) -> int:
        """Return the row of what is called `name`, once there is one."""
        self.wait(lambda: name in names(table), lambda: f"{name} is not in {names(table)}")
        return names(table).index(name)

    def wait_for_end(self, table: RowTable, name: str) -> None:
        """Wait until there is no row called `name`."""
        self.wait(lambda: name not in names(table), f"{name} stays")

    def press_action(self, table: RowTable, name: str, action: str) -> None:
        """Click an action that is painted in a row."""
        press_row_action(self._qtbot, table, self.row_of(table, name), action)

    def choose(self, table: RowTable, name: str, action: str) -> None:
        """Choose an action in the menu of a row."""
        page = table.objectName().partition(".")[0]
        self.press_action(table, name, "more")
        menu = find(self.window, QMenu, f"{page}.menu")
        entry = menu.findChild(QAction, f"{page}.menu.{action}")
        assert entry is not None, f"the menu has no {action}"
        assert entry.isEnabled(), f"{action} is disabled"
        menu.close()
        entry.trigger()

    def pick_file(self, name: str, path: Path) -> None:
        """Choose a file in a file dialog."""
        dialog = self.see(QFileDialog, name)
        dialog.fileSelected.emit(str(path))
        dialog.close()

    def type(self, widget: QWidget, text: str) -> None:
        """Press keys."""
        widget.setFocus()
        QTest.keyClicks(widget, text)


def names(table: RowTable) -> list[str]:
    """Return what a table's rows are called, from top to bottom."""
    model = table.model()
    return [row.name for row in model.shown] if isinstance(model, RowTableModel) else texts(table)


def texts(table: RowTable, column: int = 0) -> list[str]:
    """Return what a column of a table says, from top to bottom."""
    model = table.model()
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def drop(widget: QWidget, path: Path) -> None:
    """Drop a file of this computer on a widget."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    widget.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, left, none))
