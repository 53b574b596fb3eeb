"""Short forms for UI tests."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.views.widgets.table import ActionsDelegate, RowTable

WAIT_MS = 30_000
W = TypeVar("W", bound=QWidget)


def find(parent: QWidget, kind: type[W], name: str) -> W:
    """Return the widget called `name`; fail when there is not exactly one."""
    found = [widget for widget in parent.findChildren(kind, name) if widget.objectName() == name]
    assert len(found) == 1, f"{len(found)} widgets are called {name}"
    return found[0]


def text_of(parent: QWidget, name: str) -> str:
    """Return what the label `name` says."""
    return find(parent, QLabel, name).text()


def press(qtbot: QtBot, parent: QWidget, name: str) -> None:
    """Click the button `name`, which must be in sight and usable."""
    button = find(parent, QAbstractButton, name)
    assert button.isVisible(), f"{name} is hidden"
    assert button.isEnabled(), f"{name} is disabled"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def press_row_action(qtbot: QtBot, table: RowTable, row: int, name: str) -> None:
    """Click a painted action of a row."""
    model = table.model()
    index = model.index(row, model.columnCount() - 1)
    delegate = table.itemDelegateForIndex(index)
    assert isinstance(delegate, ActionsDelegate)
    place = delegate.place_of(name, index)
    assert place.isValid(), f"no action {name}"
    point: QPoint = place.center()
    QTest.mouseMove(table.viewport(), point)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)


def wait_for(qtbot: QtBot, condition: Callable[[], bool], what: str = "") -> None:
    """Let the window work until `condition` holds; what it cannot look at yet may be there later."""

    def check() -> None:
        try:
            holds = condition()
        except Exception as error:
            raise AssertionError(what) from error
        assert holds, what

    qtbot.waitUntil(check, timeout=WAIT_MS)
