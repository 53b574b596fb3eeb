"""Every control of every page and dialog has a name for screen readers and is reached by the Tab key."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QTabBar,
    QTableView,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.services.settings import SettingsFile
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.frame.notifications import Notice
from app.viewmodels.frame.preferences import Preferences
from app.views.dialogs.edit_container_dialog import EditContainerDialog
from app.views.main_window import MainWindow
from app.views.pages.containers.compose_page import ComposePage
from app.views.pages.containers.container_detail_view import ContainerDetailView
from app.views.pages.containers.merged_logs_view import MergedLogsView
from app.views.pages.images.build_detail_view import BuildDetailView
from app.views.pages.learn.learn_page import LearnPage
from app.views.pages.settings.settings_page import SettingsPage
from app.views.pages.storage.networks_page import NetworksPage
from app.views.pages.storage.volumes_page import VolumesPage
from app.views.widgets.terminal.terminal_view import TerminalView
from tests.fakes.demo import DemoWorld
from tests.ui.conftest import delete_now
from tests.ui.dialogs import DIALOGS
from tests.ui.helpers import find, press, wait_for

PAGES = (
    *("containers", "images", "volumes", "networks", "builds", "compose"),
    *("registries", "learn", "troubleshoot", "settings"),
)
TABS = (
    *("logs", "terminal", "files", "inspect", "environment"),
    *("joints", "stats", "processes", "health"),
)
BUILD = {
    "Id": "b1" * 16,
    "Started": "2026-11-25T20:00:00Z",
    "Finished": "2026-11-25T20:00:02Z",
    "Status": "failed",
    "Tags": ["shop:2"],
    "StepsTotal": 1,
    "StepsCached": 0,
    "DurationMs": 2100,
    "Error": "The command '/bin/sh -c false' returned a non-zero code: 1",
    "ErrorLine": 2,
    "DockerfileText": "FROM alpine:3.22\nRUN false\n",
    "Steps": [
        {
            "Number": 1,
            "Total": 1,
            "Code": "RUN false",
            "Line": 2,
            "DurationMs": 300,
            "Status": "failed",
            "Log": "no\n",
            "Error": "The command '/bin/sh -c false' returned a non-zero code: 1",
        }
    ],
}
SECTIONS = (
    *("general", "notices", "resources", "folders", "network", "registries"),
    *("docker", "engines", "updates"),
)
KINDS = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractScrollArea, QTabBar)
MOST_STEPS = 400


@pytest.fixture(scope="module")
def demo(qapp: QApplication) -> Iterator[MainWindow]:
    """One window over the demo for all tests: none of them changes anything."""
    with DemoWorld() as world:
        world.engine.state.builds.append(BUILD)
        desktop = DesktopViewModel(world.access, Preferences(SettingsFile(world.folder / "desktop.json")))
        window = MainWindow(desktop, "0.0-demo")
        window.may_close = True
        window.show()
        desktop.begin()
        while not (desktop.containers.total == 8 and desktop.images.total == 6):
            QTest.qWait(20)
        yield window
        window.close()
        desktop.close()
        delete_now(window)
        delete_now(desktop)
        del qapp


def controls(top: QWidget) -> list[QWidget]:
    """Return what can be used in a window: its own parts, not those inside Qt's widgets."""
    return [
        widget
        for widget in top.findChildren(QWidget)
        if isinstance(widget, KINDS)
        and widget.window() is top
        and widget.isVisible()
        and not isinstance(widget.parent(), (QLineEdit, QComboBox, QAbstractSpinBox, QTabBar))
        and not isinstance(widget, QHeaderView)  # see `without_title`
        and not widget.objectName().startswith("qt_")
    ]


def without_name(top: QWidget) -> list[str]:
    """Return the controls and progress bars that a screen reader could only call by their kind."""
    shown = [*controls(top), *(bar for bar in top.findChildren(QProgressBar) if bar.isVisible())]
    found = []
    for widget in shown:
        if is_frame(widget):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if not interface.text(QAccessible.Text.Name).strip():
            found.append(describe(widget))
    return found


def without_title(top: QWidget) -> list[str]:
    """Return the columns in sight that a screen reader can call by no name."""
    found = []
    for view in top.findChildren(QAbstractItemView):
        if not (isinstance(view, QTableView | QTreeView) and view.isVisible() and view.model() is not None):
            continue
        header = view.horizontalHeader() if isinstance(view, QTableView) else view.header()
        if not header.isVisible():
            continue
        for place in range(view.model().columnCount()):
            # The order of Qt's own QAccessibleTableHeaderCell.
            roles = (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole)
            names = [view.model().headerData(place, Qt.Orientation.Horizontal, role) for role in roles]
            if not header.isSectionHidden(place) and not any(names):
                found.append(f"column {place} of {describe(view)}")
    return found


def is_frame(widget: QWidget) -> bool:
    """Return whether it only scrolls controls, each of which Tab brings into sight."""
    return isinstance(widget, QScrollArea) and widget.focusPolicy() is Qt.FocusPolicy.NoFocus


def describe(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()}"


def reached_by_tab(top: QWidget, qtbot: QtBot) -> set[QWidget]:
    """Press Tab until the beginning comes again; fail where it goes no further."""
    top.activateWindow()
    wait_for(qtbot, top.isActiveWindow)
    reached: list[QWidget] = []
    for _ in range(MOST_STEPS):
        focus = QApplication.focusWidget() or top
        if isinstance(focus, TerminalView):  # every key is the program's but this one
            QTest.keyClick(focus, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
            focus.focusNextPrevChild(True)
        else:
            QTest.keyClick(focus, Qt.Key.Key_Tab)
        after = QApplication.focusWidget()
        assert after is not None, f"Tab leads nowhere from {describe(focus)}"
        assert after is not focus or sum(not is_frame(made) for made in controls(top)) == 1, (
            f"Tab does not leave {describe(focus)}"
        )
        if after in reached:
            return set(reached)
        reached.append(after)
    pytest.fail("Tab comes to no end")


def not_reached(top: QWidget, qtbot: QtBot) -> list[str]:
    """Return the controls that Tab does not come to; of a group of which one is chosen, one is enough."""
    reached = reached_by_tab(top, qtbot)
    groups = {w.group() for w in reached if isinstance(w, QAbstractButton) and w.group() is not None}
    found = []
    for widget in controls(top):
        grouped = isinstance(widget, QAbstractButton) and widget.group() in groups
        if not widget.isEnabled() or grouped or is_frame(widget):
            continue
        if widget not in reached and widget.focusProxy() not in reached:
            found.append(describe(widget))
    return found


def check(top: QWidget, qtbot: QtBot) -> None:
    assert not without_name(top)
    assert not without_title(top)
    assert not not_reached(top, qtbot)


@pytest.mark.parametrize("page", PAGES)
def test_pages(demo: MainWindow, page: str, qtbot: QtBot) -> None:
    demo.show_page(page)
    wait_for(qtbot, lambda: demo.page.count.text() not in ("", "Loading…") or page in ("troubleshoot",))
    check(demo, qtbot)


def test_sections_of_the_settings(demo: MainWindow, qtbot: QtBot) -> None:
    demo.show_page("settings")
    page = demo.page
    assert isinstance(page, SettingsPage)
    wait_for(qtbot, lambda: find(demo, QWidget, "settings.memory").isEnabled())
    for name in SECTIONS:
        press(qtbot, demo, f"settings.section.{name}")
        assert page.sections.current == name
        check(demo, qtbot)
    press(qtbot, demo, "settings.section.general")


@pytest.mark.parametrize("tab", TABS)
def test_tabs_of_a_container(demo: MainWindow, tab: str, qtbot: QtBot) -> None:
    demo.show_page("containers")
    row = next(row for row in demo.desktop.containers.table.rows if getattr(row, "name", "") == "scratch")
    demo.containers.show_container(row.key, tab)
    assert isinstance(demo.containers.detail, ContainerDetailView)
    check(demo, qtbot)
    demo.containers.go_back()


def test_details(demo: MainWindow, qtbot: QtBot) -> None:
    demo.show_page("images")
    demo.images.show_image(demo.desktop.images.table.rows[0])
    check(demo, qtbot)
    demo.images.go_back()
    demo.show_page("volumes")
    wait_for(qtbot, lambda: demo.desktop.volumes.total == 4)
    assert isinstance(demo.page, VolumesPage)
    demo.page.show_volume(demo.desktop.volumes.table.rows[0])
    check(demo, qtbot)
    demo.page.go_back()
    demo.show_page("networks")
    wait_for(qtbot, lambda: demo.desktop.networks.total > 3)
    assert isinstance(demo.page, NetworksPage)
    demo.page.show_network(demo.desktop.networks.table.rows[0])
    check(demo, qtbot)
    demo.page.go_back()
    demo.show_page("learn")
    assert isinstance(demo.page, LearnPage)
    demo.page.show_lesson("run")
    wait_for(qtbot, lambda: demo.desktop.learn.lesson is not None and bool(demo.desktop.learn.lesson.steps))
    check(demo, qtbot)
    demo.page.go_back()


def test_details_of_projects_and_builds(demo: MainWindow, qtbot: QtBot) -> None:
    demo.show_page("compose")
    wait_for(qtbot, lambda: len(demo.desktop.compose.projects) == 2)
    assert isinstance(demo.page, ComposePage)
    demo.page.show_project(demo.desktop.compose.find_project("shop"))
    check(demo, qtbot)
    demo.page.go_back()
    demo.show_page("builds")
    wait_for(qtbot, lambda: len(demo.desktop.builds.history) == 1)
    press(qtbot, demo, f"builds.{str(BUILD['Id'])[:12]}.show")
    wait_for(qtbot, lambda: isinstance(demo.page.detail, BuildDetailView))
    check(demo, qtbot)
    demo.page.go_back()


def test_logs_of_several_containers(demo: MainWindow, qtbot: QtBot) -> None:
    demo.show_page("containers")
    rows = [row for row in demo.desktop.containers.table.rows if row.project == "shop"]
    assert len(rows) == 4
    demo.containers.show_merged_logs(rows)
    assert isinstance(demo.containers.detail, MergedLogsView)
    check(demo, qtbot)
    demo.containers.go_back()


def test_the_notices(demo: MainWindow, qtbot: QtBot) -> None:
    for number in range(2):
        demo.desktop.notifications.add(Notice(f"test {number}", "warn", "A notice", "", "images"))
    demo.bell.open()
    try:
        assert len(controls(demo.bell.panel)) >= 4
        check(demo.bell.panel, qtbot)
    finally:
        demo.bell.panel.hide()
        demo.desktop.notifications.clear()


def test_what_opens_above_the_window(demo: MainWindow, qtbot: QtBot) -> None:
    demo.chip.click()
    wait_for(qtbot, demo.chip.popover.isVisible)
    assert controls(demo.chip.popover)
    assert not without_name(demo.chip.popover)
    demo.chip.popover.close()
    demo.quick.open()
    search = find(demo, QDialog, "search")
    assert controls(search)
    assert not without_name(search)
    search.close()


@pytest.mark.parametrize("name", DIALOGS)
def test_dialogs(demo: MainWindow, name: str, qtbot: QtBot) -> None:
    for page in ("volumes", "networks"):
        demo.show_page(page)
    desktop = demo.desktop
    wait_for(qtbot, lambda: desktop.volumes.total == 4 and desktop.containers.is_loaded)
    wait_for(qtbot, lambda: desktop.networks.total > 3)
    dialog = DIALOGS[name](demo)
    assert dialog.objectName() == name
    dialog.open()
    try:
        if isinstance(dialog, EditContainerDialog):
            wait_for(qtbot, lambda: "LANG" in dialog.environment.toPlainText())
        check(dialog, qtbot)
    finally:
        dialog.close()
        delete_now(dialog)
