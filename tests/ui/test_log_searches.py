"""Searches in logs that are found again: the last ones, and those that were given a name."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.services.settings import SettingsFile
from app.viewmodels.containers.log_searches import LONGEST_TEXT, MOST_SAVED, LogQuery, LogSearches
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.frame.preferences import Preferences
from app.views.dialogs.log_search_dialog import LogSearchDialog
from app.views.main_window import MainWindow
from app.views.pages.containers.container_logs_view import ContainerLogsView
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_state import FakeContainer
from tests.ui.helpers import find, press, text_of, wait_for
from tests.ui.test_containers_page import names, start_container

Save = Callable[[QWidget, str], None]


@pytest.fixture
def web(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> FakeContainer:
    """Two containers with a log each, shown in the list: db and web."""
    for name in ("web", "db"):
        container = start_container(engine, name)
        container.write(1, f"{name}: request 1 took 20 ms\n".encode())
        container.write(1, f"{name}: request 2 took 4000 ms\n".encode())
        container.write(2, f"{name}: no such file\n".encode())
    desktop.begin()
    wait_for(qtbot, lambda: set(names(window)) == {"db", "web"})
    return engine.containers.get("web")


def open_log(window: MainWindow, container: FakeContainer, qtbot: QtBot) -> ContainerLogsView:
    window.containers.show_logs(container.id)
    wait_for(qtbot, lambda: len(window.findChildren(ContainerLogsView)) == 1)
    view = find(window, ContainerLogsView, "containers.logs")
    wait_for(qtbot, lambda: view.log.line_count == 3)
    return view


def open_menu(view: ContainerLogsView) -> dict[str, QAction]:
    """Press ↓ in the search field; return what the menu has, submenus as "menu/entry"."""
    QTest.keyClick(view.search, Qt.Key.Key_Down)
    menu = find(view, QMenu, "log.searches")
    entries = {entry.text(): entry for entry in menu.actions() if not entry.isSeparator()}
    for below in menu.findChildren(QMenu):
        entries |= {f"{below.title()}/{entry.text()}": entry for entry in below.actions()}
    return entries


def choose(view: ContainerLogsView, name: str, qtbot: QtBot) -> None:
    entry = open_menu(view)[name]
    assert entry.isEnabled()
    entry.trigger()
    close_menu(view, qtbot)


def close_menu(view: ContainerLogsView, qtbot: QtBot) -> None:
    find(view, QMenu, "log.searches").close()
    wait_for(qtbot, lambda: not isValid(view) or view.findChild(QMenu, "log.searches") is None)


def searches_of(window: MainWindow) -> LogSearches:
    return LogSearches(window.desktop.preferences)


def test_the_last_searches_come_again_by_arrow_down(
    window: MainWindow, web: FakeContainer, qtbot: QtBot
) -> None:
    view = open_log(window, web, qtbot)
    press(qtbot, window, "containers.logs.regex")
    QTest.keyClicks(view.search, r"took \d{4}")
    QTest.keyClick(view.search, Qt.Key.Key_Return)
    press(qtbot, window, "containers.logs.regex")
    view.search.setText("request")
    QTest.keyClick(view.search, Qt.Key.Key_Return)
    view.search.clear()
    QTest.keyClick(view.search, Qt.Key.Key_Return)
    entries = open_menu(view)
    assert list(entries)[:2] == ["request", r"took \d{4}"]
    assert not entries["Save this search…"].isEnabled(), "there is nothing in the field"
    close_menu(view, qtbot)
    choose(view, r"took \d{4}", qtbot)
    assert (view.search.text(), view.expression.isChecked()) == (r"took \d{4}", True)
    assert text_of(window, "containers.logs.matches") == "1 of 1"
    choose(view, "Forget the last searches", qtbot)
    assert searches_of(window).recent == []


def test_what_is_no_expression_is_not_remembered(
    window: MainWindow, web: FakeContainer, qtbot: QtBot
) -> None:
    view = open_log(window, web, qtbot)
    press(qtbot, window, "containers.logs.regex")
    view.search.setText("took (")
    QTest.keyClick(view.search, Qt.Key.Key_Return)
    assert searches_of(window).recent == []
    assert not open_menu(view)["Save this search…"].isEnabled()
    close_menu(view, qtbot)


def test_a_search_is_saved_with_a_name_renamed_and_removed(
    window: MainWindow, web: FakeContainer, qtbot: QtBot, save_picture: Save
) -> None:
    view = open_log(window, web, qtbot)
    box = find(window, QComboBox, "containers.logs.source")
    wait_for(qtbot, box.isEnabled)
    box.setCurrentIndex(2)
    box.activated.emit(2)
    wait_for(qtbot, lambda: view.log.line_count == 1)
    view.search.setText("no such")
    searches_of(window).save("taken", LogQuery("x"))
    choose(view, "Save this search…", qtbot)
    dialog = find(window, LogSearchDialog, "log-search")
    line, save = (
        find(dialog, QLineEdit, "log-search.name"),
        find(dialog, QAbstractButton, "log-search.save"),
    )
    assert line.text() == "no such"
    line.setText("taken")
    assert not save.isEnabled()
    assert text_of(dialog, "log-search.problem") == "This name is taken."
    line.setText("Missing & lost")
    save_picture(dialog, "log-search-dialog")
    press(qtbot, dialog, "log-search.save")
    wait_for(qtbot, lambda: window.findChild(LogSearchDialog) is None)
    assert searches_of(window).saved["Missing & lost"] == LogQuery("no such", False, "stderr")
    box.setCurrentIndex(0)
    box.activated.emit(0)
    view.search.clear()
    wait_for(qtbot, lambda: view.log.line_count == 3)
    save_picture(window, "log-searches-closed")
    QTest.keyClick(view.search, Qt.Key.Key_Down)
    save_picture(find(view, QMenu, "log.searches"), "log-searches")
    close_menu(view, qtbot)
    choose(view, "Missing && lost", qtbot)
    wait_for(qtbot, lambda: view.log.line_count == 1)
    wait_for(qtbot, lambda: text_of(window, "containers.logs.matches") == "1 of 1")
    assert (view.search.text(), box.currentIndex()) == ("no such", 2)
    choose(view, "Rename/Missing && lost", qtbot)
    dialog = find(window, LogSearchDialog, "log-search")
    assert not find(dialog, QAbstractButton, "log-search.save").isEnabled(), "it has this name"
    find(dialog, QLineEdit, "log-search.name").setText("Gone")
    press(qtbot, dialog, "log-search.save")
    wait_for(qtbot, lambda: window.findChild(LogSearchDialog) is None)
    assert list(searches_of(window).saved) == ["Gone", "taken"]
    choose(view, "Remove/Gone", qtbot)
    assert list(searches_of(window).saved) == ["taken"]


def test_a_search_of_several_containers_opens_their_logs(
    window: MainWindow, web: FakeContainer, engine: FakeEngine, qtbot: QtBot
) -> None:
    window.containers.show_merged_logs(window.containers.viewmodel.table.rows)
    view = find(window, ContainerLogsView, "containers.logs")
    wait_for(qtbot, lambda: view.log.line_count == 6)
    view.search.setText("request 2")
    choose(view, "Save this search…", qtbot)
    press(qtbot, find(window, LogSearchDialog, "log-search"), "log-search.save")
    wait_for(qtbot, lambda: window.findChild(LogSearchDialog) is None)
    saved = searches_of(window).saved["request 2"]
    assert set(saved.containers) == {"db", "web"}
    choose(open_log(window, web, qtbot), "request 2", qtbot)
    wait_for(qtbot, lambda: text_of(window, "containers.logs.matches").endswith(" of 2"))
    assert text_of(window, "containers.merged.title") == "2 containers"

    searches_of(window).save("of old", LogQuery("took", containers=("gone", "past")))
    view = open_log(window, web, qtbot)
    choose(view, "of old", qtbot)
    wait_for(qtbot, lambda: text_of(window, "containers.logs.matches") == "2 of 2")
    told = "There is no gone, past any more: this log is searched instead."
    assert text_of(window, "containers.logs.banner.text") == told


@pytest.fixture
def preferences(tmp_path: Path, qapp: QApplication) -> Preferences:
    return Preferences(SettingsFile(tmp_path / "settings.json"))


def test_the_last_searches_come_first_and_once(preferences: Preferences) -> None:
    searches = LogSearches(preferences)
    for text in ("one", "two", "one", " ", "x" * (LONGEST_TEXT + 1)):
        searches.remember(text, False)
    searches.remember("one", True)
    assert searches.recent == [LogQuery("one", True), LogQuery("one"), LogQuery("two")]
    for number in range(30):
        searches.remember(f"{number}", False)
    assert [query.text for query in searches.recent] == [f"{number}" for number in range(29, 19, -1)]
    searches.save("kept", LogQuery("one"))
    searches.forget_recent()
    assert (searches.recent, list(searches.saved)) == ([], ["kept"])


def test_saved_searches_are_there_in_the_next_run(preferences: Preferences, tmp_path: Path) -> None:
    searches = LogSearches(preferences)
    slow = LogQuery(r"took \d{4} ms", True, "stderr", ("web", "db"))
    searches.save("slow", slow)
    searches.save("Errors", LogQuery("error"))
    searches.rename("slow", "Too slow")
    preferences.save()
    after = LogSearches(Preferences(SettingsFile(tmp_path / "settings.json")))
    assert list(after.saved.items()) == [("Errors", LogQuery("error")), ("Too slow", slow)]
    after.remove("Errors")
    after.remove("never there")
    after.rename("never there", "other")
    assert list(after.saved) == ["Too slow"]


@pytest.mark.parametrize(
    "kept",
    [
        None,
        [],
        "text",
        {"text": 3},
        {"text": ""},
        {"text": "x" * (LONGEST_TEXT + 1)},
        {"text": "x", "source": "stdin"},
    ],
)
def test_what_is_no_search_is_left_out(preferences: Preferences, kept: object) -> None:
    good = {"text": "fine", "is_expression": "no", "containers": ["web", 3] + ["db"] * 100}
    preferences.change(
        log_searches={"recent": [kept, good], "saved": {"a": kept, "": good, "n" * 61: good, "b": good}}
    )
    searches = LogSearches(preferences)
    assert [query.text for query in searches.recent] == ["fine"]
    assert list(searches.saved) == ["b"]
    assert not searches.saved["b"].is_expression
    assert len(searches.saved["b"].containers) == 16
    preferences.change(log_searches={"recent": {"no": "list"}, "saved": ["no object"]})
    assert (searches.recent, searches.saved) == ([], {})


def test_no_more_are_kept_than_a_menu_holds(preferences: Preferences) -> None:
    searches = LogSearches(preferences)
    for number in range(MOST_SAVED + 5):
        searches.save(f"search {number:03}", LogQuery("x"))
    assert len(searches.saved) == MOST_SAVED
