"""The keyboard alone: Tab goes through the window as it is looked at, Shift+F10 opens the menu of a row."""

import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.views.main_window import MainWindow
from tests.fakes.fake_engine import FakeEngine
from tests.ui.helpers import find, wait_for

PARTS = ("sidebar", "header", "page", "footer")


def part_of(window: MainWindow, widget: QWidget | None) -> str:
    for name, part in zip(PARTS, (window.sidebar, window.header, window.pages, window.footer), strict=True):
        if widget is not None and part.isAncestorOf(widget):
            return name
    return ""


def tabbed(window: MainWindow, key: Qt.Key) -> list[str]:
    """Press Tab until the beginning comes again; return the parts of the window that it came through."""
    parts: list[str] = []
    began = window.focusWidget()
    for _ in range(200):
        QTest.keyClick(window.focusWidget() or window, key)
        part = part_of(window, window.focusWidget())
        if not parts or parts[-1] != part:
            parts.append(part)
        if window.focusWidget() is began:
            return parts
    pytest.fail("Tab comes to no end")


@pytest.mark.parametrize("page", ["containers", "images", "volumes", "builds", "learn", "settings"])
def test_tab_goes_through_the_window_as_it_is_looked_at(
    window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot, page: str
) -> None:
    """Pages are made when they are first looked at, which must not put them before the header."""
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.is_loaded and desktop.images.is_loaded)
    window.show_page(page)
    window.activateWindow()
    qtbot.waitActive(window)
    find(window, QWidget, f"sidebar.{page}").setFocus()
    assert tabbed(window, Qt.Key.Key_Tab) == ["header", "page", "footer", "sidebar"]
    assert tabbed(window, Qt.Key.Key_Backtab) == ["footer", "page", "header", "sidebar"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system makes a menu of it")
def test_the_key_of_a_page_leads_the_keyboard_into_it(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.add_container("web", engine.add_image("nginx:1.27"))
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.total == 1)
    window.activateWindow()
    qtbot.waitActive(window)
    find(window, QWidget, "footer.engine").setFocus()
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.containers.list.hasFocus()
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    wait_for(qtbot, window.images.list.hasFocus)
    find(window, QWidget, "footer.engine").setFocus()
    QTest.keyClick(window, Qt.Key.Key_6, Qt.KeyboardModifier.ControlModifier)
    focused = window.focusWidget()
    assert focused is not None
    assert window.page.isAncestorOf(focused)
    for number, name in enumerate(window.pages.titles, start=1):
        if number <= 9:
            QTest.keyClick(window, Qt.Key(Qt.Key.Key_0 + number), Qt.KeyboardModifier.ControlModifier)
            assert window.page.name == name


def test_shift_f10_opens_the_menu_of_a_row(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.add_container("web", engine.add_image("nginx:1.27"))
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.total == 1)
    table = window.containers.list
    table.setFocus()
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menus = [menu for menu in window.findChildren(QMenu, "containers.menu") if menu.isVisible()]
    assert len(menus) == 1
    menus[0].close()
    QApplication.processEvents()
