"""The quick search: what it finds, in which order, and where Enter leads."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QListView, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.frame.quick_search import Entry, match
from app.views.icons import icon_pixmap
from app.views.main_window import MainWindow
from app.views.pages.containers.container_detail_view import ContainerDetailView
from app.views.theme import Appearance, Theme
from tests.fakes.demo import fill_engine
from tests.fakes.fake_engine import FakeEngine
from tests.ui.helpers import WAIT_MS, find, press, text_of, wait_for

Save = Callable[[QWidget, str], None]
CTRL = Qt.KeyboardModifier.ControlModifier


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
    press(qtbot, filled, "sidebar.search")
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


def test_five_thousand_objects_take_a_moment() -> None:
    import time

    entries = [Entry("container", str(n), f"service-{n}-of-the-shop", "nginx · Running") for n in range(5000)]
    started = time.thread_time()
    assert sum(match("service-4", entry) is not None for entry in entries) >= 1111
    assert time.thread_time() - started < 0.2


def test_a_setting_is_found_and_shown(filled: MainWindow, qtbot: QtBot) -> None:
    edit = open_search(filled, "mirrors")
    assert found(filled)[0].startswith("Mirrors of Docker Hub")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert filled.page.name == "settings"
    mirrors = find(filled, QWidget, "settings.mirrors")
    assert not mirrors.visibleRegion().isEmpty()
    wait_for(qtbot, lambda: filled.focusWidget() is mirrors)


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
