"""The quick search: what it finds, in which order, and where Enter leads."""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QLineEdit, QListView, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.services.engine.engine_types import Container, ContainerState
from app.viewmodels.containers.containers import ContainerRow
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.frame.quick_search import Entry, QuickSearch, match
from app.views import keys
from app.views.dialogs.keys_dialog import KeysDialog
from app.views.icons import icon_pixmap
from app.views.main_window import MainWindow
from app.views.pages.containers.container_detail_view import ContainerDetailView
from app.views.theme import Appearance, Theme
from tests.fakes.demo import fill_engine
from tests.fakes.fake_engine import FakeEngine
from tests.ui.helpers import WAIT_MS, find, press, text_of, wait_for

Save = Callable[[QWidget, str], None]
CTRL = Qt.KeyboardModifier.ControlModifier


def container_row(number: int) -> ContainerRow:
    return ContainerRow(
        Container(f"{number:064d}", f"service-{number}-of-the-shop", "nginx", ContainerState.RUNNING)
    )


@pytest.fixture
def filled(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> MainWindow:
    """The window over the demo's objects."""
    fill_engine(engine)
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.total == 8 and desktop.images.total == 6)
    return window


def open_search(window: MainWindow, text: str = "") -> QLineEdit:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # the one before is gone
    QCoreApplication.processEvents()
    window.activateWindow()  # a window system would do so when a popup has gone
    assert QTest.qWaitForWindowActive(window, WAIT_MS)
    QTest.keyClick(window, Qt.Key.Key_K, CTRL)
    edit = find(window, QLineEdit, "search.text")
    QTest.keyClicks(edit, text)
    return edit


def found(window: MainWindow) -> list[str]:
    model = find(window, QListView, "search.found").model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_containers_are_found_and_opened(filled: MainWindow, qtbot: QtBot, save_picture: Save) -> None:
    edit = open_search(filled, "shop")
    assert found(filled)[0].startswith("shop-")
    wait_for(qtbot, lambda: any("shop_db" in title for title in found(filled)))
    save_picture(find(filled, QWidget, "search"), "quick-search")
    edit.setText("shop-db")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert isinstance(filled.containers.detail, ContainerDetailView)
    assert text_of(filled, "containers.detail.title") == "shop-db-1"


def test_every_place_is_drawn_with_an_icon(window: MainWindow) -> None:
    icons = {entry.icon for entry in window.quick.search.places}
    assert icons >= {"containers", "tools", "settings"}
    assert not [name for name in icons if icon_pixmap(name, "#000000").isNull()]


def test_arrows_move_and_escape_closes(filled: MainWindow, qtbot: QtBot) -> None:
    edit = open_search(filled)
    view = find(filled, QListView, "search.found")
    first = view.currentIndex().row()
    QTest.keyClick(edit, Qt.Key.Key_Down)
    QTest.keyClick(edit, Qt.Key.Key_Down)
    QTest.keyClick(edit, Qt.Key.Key_Up)
    assert view.currentIndex().row() == first + 1
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    wait_for(qtbot, lambda: not filled.findChildren(QLineEdit, "search.text"))


def test_networks_and_volumes_are_found(filled: MainWindow, desktop: DesktopViewModel, qtbot: QtBot) -> None:
    edit = open_search(filled, "blog_default")
    wait_for(qtbot, lambda: found(filled)[0].startswith("blog_default"))
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert text_of(filled, "networks.detail.title") == "blog_default"
    edit = open_search(filled, "blog_uploads")
    wait_for(qtbot, lambda: found(filled)[0].startswith("blog_uploads"))
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert filled.page.name == "volumes"
    assert find(filled, QLineEdit, "volumes.filter").text() == "blog_uploads"


def test_images_are_run_and_actions_done(filled: MainWindow, theme: Theme, qtbot: QtBot) -> None:
    edit = open_search(filled, ">dark")
    assert len(found(filled)) == 1
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert theme.appearance is Appearance.DARK
    theme.choose(Appearance.LIGHT)
    edit = open_search(filled, "python")
    QTest.keyClick(edit, Qt.Key.Key_Down)
    edit.setText("python:3.13")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: find(filled, QLineEdit, "run.name").text() == "python")


def test_the_button_opens_it_too_and_nothing_is_said(filled: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, filled, "header.search")
    find(filled, QLineEdit, "search.text").setText(">zzzzzz")
    assert found(filled) == []
    QTest.keyClick(find(filled, QLineEdit, "search.text"), Qt.Key.Key_Return)
    assert find(filled, QWidget, "search").isVisible()


@pytest.mark.parametrize(
    ("needle", "better", "worse"),
    [
        ("web", "web-1", "shop-web"),
        ("web", "shop-web", "cobweb"),
        ("web", "cobweb", "w-e-b"),
        ("db", "db", "db-of-the-shop"),
    ],
)
def test_better_fits_come_first(needle: str, better: str, worse: str) -> None:
    first, second = (match(needle, Entry("container", title, title)) for title in (better, worse))
    assert first is not None
    assert second is not None
    assert first > second


def test_what_does_not_fit_is_not_found() -> None:
    assert match("xyz", Entry("container", "1", "web", words="8080")) is None
    assert match("80", Entry("container", "1", "web", words="8080")) is not None


def test_five_thousand_objects_take_a_moment(desktop: DesktopViewModel) -> None:
    """Each key that is typed is answered in a moment: 50 ms are promised, and measured by the benchmarks.

    On a machine with other work the same takes five times as long.
    """
    engine_rows = [container_row(n) for n in range(5000)]
    desktop.containers.table.set_rows(engine_rows)
    rounds = []
    for _ in range(5):
        search = QuickSearch(desktop)
        search.begin()
        took = []
        for needle in ("s", "se", "service-4", "service-49 run", "zzz"):
            started = time.thread_time()
            found = search.find(needle)
            took.append(time.thread_time() - started)
            assert bool(found) is (needle != "zzz")
        rounds.append(took)
    # Of this thread alone, and of the best round: what else a machine does costs caches, and so time, too.
    assert min(max(took) for took in rounds) < 0.5, rounds
    assert min(statistics.median(took) for took in rounds) < 0.25, rounds


def test_states_are_those_of_now(desktop: DesktopViewModel) -> None:
    search = QuickSearch(desktop)
    desktop.containers.table.set_rows([container_row(1)])
    assert "Running" in search.find("service")[0].remark
    stopped = replace(container_row(1).container, state=ContainerState.EXITED)
    desktop.containers.table.set_rows([ContainerRow(stopped)])
    search.begin()
    assert "Running" not in search.find("service")[0].remark


def act_keys(edit: QLineEdit, *pressed: Qt.Key) -> None:
    for key in pressed:
        QTest.keyClick(edit, key, CTRL if key is Qt.Key.Key_Return else Qt.KeyboardModifier.NoModifier)


def test_ctrl_enter_does_the_second_thing(
    filled: MainWindow, engine: FakeEngine, opened_urls: list[str], qtbot: QtBot
) -> None:
    edit = open_search(filled, "shop-web")
    hint = text_of(filled, "search.hint")
    assert hint.startswith("Return: Show")
    assert "Ctrl+Return: Open in the browser" in hint
    act_keys(edit, Qt.Key.Key_Return)
    assert len(opened_urls) == 1
    edit = open_search(filled, "shop-db")
    assert "Ctrl+Return: Stop" in text_of(filled, "search.hint")
    act_keys(edit, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: engine.containers.get("shop-db-1").state == "exited")
    edit = open_search(filled, ">dark")
    assert "Ctrl+Return" not in text_of(filled, "search.hint")
    act_keys(edit, Qt.Key.Key_Return)
    assert find(filled, QWidget, "search").isVisible()


def test_tab_shows_all_that_can_be_done(filled: MainWindow, qtbot: QtBot, save_picture: Save) -> None:
    edit = open_search(filled, "nginx:1.27")
    act_keys(edit, Qt.Key.Key_Tab)
    menu = find(filled, QMenu, "search.menu")
    assert [action.text() for action in menu.actions()][:2] == ["Run", "Details"]
    save_picture(menu, "quick-search-menu")
    details = next(action for action in menu.actions() if action.text() == "Details")
    details.trigger()
    menu.close()
    assert filled.page.name == "images"
    assert filled.page.detail is not None
    edit = open_search(filled, "blog_uploads")
    wait_for(qtbot, lambda: found(filled)[0].startswith("blog_uploads"))
    act_keys(edit, Qt.Key.Key_Tab)
    menu = find(filled, QMenu, "search.menu")
    next(action for action in menu.actions() if action.text() == "Browse files").trigger()
    menu.close()
    assert filled.page.name == "volumes"
    assert filled.page.detail is not None


def test_a_compose_file_is_asked_for(
    filled: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    asked: list[str] = []

    def ask(*_: object) -> tuple[list[str], str]:
        asked.append("file")
        return [], ""

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", ask)
    edit = open_search(filled, "> compose f")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert filled.page.name == "compose"
    assert asked == ["file"]


def test_a_setting_is_found_and_shown(filled: MainWindow, qtbot: QtBot) -> None:
    edit = open_search(filled, "mirrors")
    assert found(filled)[0].startswith("Mirrors of Docker Hub")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert filled.page.name == "settings"
    mirrors = find(filled, QWidget, "settings.mirrors")
    assert not mirrors.visibleRegion().isEmpty()
    wait_for(qtbot, lambda: filled.focusWidget() is mirrors)


def test_all_keys_are_shown(filled: MainWindow, qtbot: QtBot, save_picture: Save) -> None:
    filled.containers.list.setFocus()
    QTest.keyClick(filled.containers.list, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    dialog = find(filled, KeysDialog, "keys")
    shown = {label.text() for label in dialog.findChildren(QLabel)}
    for key in (*keys.EVERYWHERE, *keys.LIST, *keys.CONTAINERS, *keys.CONTAINER, *keys.SHELL):
        assert {key.label, key.words} <= shown
    assert {"Containers", "Ctrl+1", "Learn", "F1"} <= shown
    save_picture(dialog, "keys")
    dialog.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    press(qtbot, filled, "header.keys")
    find(filled, KeysDialog, "keys").close()


def test_a_question_mark_can_be_typed(filled: MainWindow) -> None:
    field = filled.containers.filter_box
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert field.text() == "?"
    assert not filled.findChildren(KeysDialog)


@pytest.mark.parametrize(
    ("typed", "page", "dialog"),
    [
        ("> build an", "builds", "build"),
        ("> create a vol", "volumes", "volume"),
        ("> create a net", "networks", "network"),
        ("> sign in", "registries", "sign-in"),
    ],
)
def test_what_makes_something_new_opens_its_dialog(
    filled: MainWindow, typed: str, page: str, dialog: str
) -> None:
    edit = open_search(filled, typed)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert filled.page.name == page
    opened = [found for found in filled.findChildren(QDialog) if found.isVisible()]
    assert [dialog in found.objectName() for found in opened] == [True]
    opened[0].close()


def test_walkthroughs_are_found(filled: MainWindow) -> None:
    edit = open_search(filled, "keep data")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert filled.page.name == "learn"
    assert filled.page.detail is not None
