"""The boxes at the left of a list: rows are selected one by one, up to one, and all, by the mouse alone."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.storage.volumes import VolumeRow
from app.views.main_window import MainWindow
from app.views.widgets.table import RowTable
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_state import FakeVolume
from tests.ui.helpers import find, wait_for

Key = Qt.KeyboardModifier
NAMES = ["alpha", "beta", "gamma", "mid"]


@pytest.fixture
def volumes(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> MainWindow:
    """The window on a list with four rows of the user's."""
    for name in NAMES:
        engine.state.volumes.append(FakeVolume(name, size=1))
    desktop.begin()
    window.show_page("volumes")
    wait_for(qtbot, lambda: desktop.volumes.total == len(NAMES))
    return window


def list_of(window: MainWindow) -> RowTable:
    """Return the list of volumes."""
    return find(window, RowTable, "volumes.table")


def press_box(window: MainWindow, row: int, keys: Key = Key.NoModifier) -> None:
    """Press a row's box with the mouse."""
    table = list_of(window)
    header = table.verticalHeader()
    middle = QPoint(header.width() // 2, table.rowViewportPosition(row) + table.rowHeight(row) // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, keys, middle)


def selected(window: MainWindow) -> list[str]:
    """Return the names of the selected rows."""
    rows = list_of(window).selected_rows()
    return [row.name for row in rows if isinstance(row, VolumeRow)]


def test_boxes_select_without_keys_held_down(volumes: MainWindow) -> None:
    everything = find(volumes, QCheckBox, "volumes.all")
    press_box(volumes, 0)
    press_box(volumes, 2)
    assert selected(volumes) == ["alpha", "gamma"]
    assert everything.checkState() is Qt.CheckState.PartiallyChecked
    press_box(volumes, 0)
    assert selected(volumes) == ["gamma"]
    press_box(volumes, 3, Key.ShiftModifier)
    assert selected(volumes) == ["alpha", "beta", "gamma", "mid"], "from the last one pressed"


def test_the_box_above_selects_all_and_none(volumes: MainWindow) -> None:
    everything = find(volumes, QCheckBox, "volumes.all")
    press_box(volumes, 1)
    everything.click()
    assert selected(volumes) == NAMES
    assert everything.checkState() is Qt.CheckState.Checked
    press_box(volumes, 1)
    assert everything.checkState() is Qt.CheckState.PartiallyChecked
    everything.click()
    everything.click()
    assert selected(volumes) == []
    assert everything.checkState() is Qt.CheckState.Unchecked
