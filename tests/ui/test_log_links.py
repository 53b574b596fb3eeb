"""Links in logs: what counts as one, and what a click does."""

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.terminal.terminal_text import parse_line
from app.views.main_window import MainWindow
from app.views.widgets.log.log_links import find_links, link_at
from app.views.widgets.log.log_text import Place
from app.views.widgets.log.log_view import LogView
from tests.fakes.fake_engine import FakeEngine
from tests.ui.helpers import find, wait_for
from tests.ui.test_containers_page import start_container


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("see http://a.example/x?y=1&z=(2)#top.", ["http://a.example/x?y=1&z=(2)#top"]),
        ("(https://a.example/b), [http://[::1]:8080/]", ["https://a.example/b", "http://[::1]:8080/"]),
        (
            '{"url":"http://a.example/","next":\'http://b.example\'}',
            ["http://a.example/", "http://b.example"],
        ),
        ("HTTP://A.example:80 and http://localhost", ["HTTP://A.example:80", "http://localhost"]),
        ("见http://a.example/b。", ["http://a.example/b"]),
        ("<a href=http://a.example>", ["http://a.example"]),
        ("http://a.example/%E6%97%A5", ["http://a.example/%E6%97%A5"]),
        ("\x1b[4mhttp://a.example/\x1b[1mb\x1b[0mc", ["http://a.example/bc"]),
    ],
)
def test_addresses_are_found(text: str, addresses: list[str]) -> None:
    assert [link.address for link in find_links(parse_line(text).text)] == addresses


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1) file:///etc/passwd ftp://a.example data:text/html,x vscode://x",
        "http://bank.example@evil.example/",
        "http://user:secret@a.example/",
        "http://",
        "http:///etc/passwd",
        "http://?x",
        "http://a.example:0/ http://a.example:99999/",
        "http://раypal.example/",
        "xhttp://a.example view-source:-http://a.example",
        "cut off: http://a.example/very/lo…",
        "http://a.example/" + "x" * 3_000,
    ],
)
def test_what_is_none_is_left_alone(text: str) -> None:
    assert find_links(text) == ()


def test_a_link_ends_where_it_does() -> None:
    text = "go to http://a.example/ now"
    assert [link_at(text, column) is not None for column in (5, 6, 22, 23)] == [False, True, True, False]


@pytest.mark.parametrize(
    "text", ["http://", "http://a.example ", "http://a" + ")" * 2_000 + " ", "https://[", "a."]
)
def test_a_hostile_line_is_looked_at_quickly(text: str) -> None:
    begin = time.thread_time()
    find_links((text * 4_000)[:20_000])
    assert time.thread_time() - begin < 0.2


@pytest.fixture
def log(qtbot: QtBot) -> LogView:
    """A log with a link in its second line, between wide characters."""
    made = LogView("log", "Log")
    qtbot.addWidget(made)
    made.resize(600, 200)
    made.append([LogLine("nothing"), LogLine("日本 http://a.example/b 日本"), LogLine("last")])
    made.show()
    qtbot.waitExposed(made)
    made.flush()
    return made


def point_of(log: LogView, line: int, cell: int) -> QPoint:
    """Return a point in the left half of a cell."""
    row = next(row for row in log._rows.in_sight(log._first) if row.line == line)
    painter = log._painter
    left = log._rows.left(log._shift)
    return QPoint(left + cell * painter.cell + painter.cell // 4, row.top + painter.line_height // 2)


def test_a_click_opens(log: LogView, opened_urls: list[str]) -> None:
    for cell in (4, 23):  # before and after
        QTest.mouseClick(log.viewport(), Qt.MouseButton.LeftButton, pos=point_of(log, 1, cell))
    QTest.mouseClick(log.viewport(), Qt.MouseButton.LeftButton, pos=point_of(log, 0, 7))
    QTest.mouseClick(log.viewport(), Qt.MouseButton.RightButton, pos=point_of(log, 1, 8))
    assert opened_urls == []
    for cell in (5, 22):
        QTest.mouseClick(log.viewport(), Qt.MouseButton.LeftButton, pos=point_of(log, 1, cell))
    assert opened_urls == ["http://a.example/b"] * 2


def test_a_selection_or_another_line_below_the_mouse_opens_nothing(
    log: LogView, opened_urls: list[str]
) -> None:
    QTest.mousePress(log.viewport(), Qt.MouseButton.LeftButton, pos=point_of(log, 1, 8))
    QTest.mouseMove(log.viewport(), point_of(log, 1, 14))
    QTest.mouseRelease(log.viewport(), Qt.MouseButton.LeftButton, pos=point_of(log, 1, 14))
    log.copy()
    assert QGuiApplication.clipboard().text() == "p://a."
    QTest.mousePress(log.viewport(), Qt.MouseButton.LeftButton, pos=point_of(log, 1, 8))
    log.append([LogLine("http://evil.example/evil/evil")] * 40)  # all scrolls, as the log is followed
    log.flush()
    QTest.mouseRelease(log.viewport(), Qt.MouseButton.LeftButton, pos=point_of(log, 40, 8))
    assert opened_urls == []


def test_the_mouse_shows_what_a_click_would_open(log: LogView) -> None:
    plain = log.grab().toImage()
    QTest.mouseMove(log.viewport(), point_of(log, 1, 8))
    assert log.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor
    assert log.grab().toImage() != plain, "it is underlined"
    QTest.mouseMove(log.viewport(), point_of(log, 0, 2))
    assert log.viewport().cursor().shape() is Qt.CursorShape.IBeamCursor
    assert log.grab().toImage() == plain


def open_menu(
    log: LogView, reason: QContextMenuEvent.Reason, point: QPoint, qtbot: QtBot
) -> dict[str, QAction]:
    QApplication.sendEvent(
        log.viewport(), QContextMenuEvent(reason, point, log.viewport().mapToGlobal(point))
    )
    wait_for(qtbot, lambda: any(menu.isVisible() for menu in log.findChildren(QMenu)))
    [menu] = [menu for menu in log.findChildren(QMenu) if menu.isVisible()]
    entries = {entry.text(): entry for entry in menu.actions() if entry.text()}
    menu.close()
    return entries


def test_the_menu_opens_and_copies(log: LogView, opened_urls: list[str], qtbot: QtBot) -> None:
    by_mouse, by_keys = QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard
    assert list(open_menu(log, by_mouse, point_of(log, 0, 2), qtbot)) == ["Copy all", "Select all"]
    entries = open_menu(log, by_mouse, point_of(log, 1, 8), qtbot)
    entries["Copy the address"].trigger()
    assert QGuiApplication.clipboard().text() == "http://a.example/b"
    log.append([LogLine("http://c.example/?a&b")])
    log.flush()
    entries = open_menu(log, by_keys, QPoint(1, 1), qtbot)
    entries["Open http://c.example/?a&&b"].trigger()
    entries["Open http://a.example/b"].trigger()
    assert opened_urls == ["http://c.example/?a&b", "http://a.example/b"]
    log.selection.take(Place(0, 0), Place(0, 3))
    open_menu(log, by_mouse, point_of(log, 0, 2), qtbot)["Copy the selection"].trigger()
    assert QGuiApplication.clipboard().text() == "not"


def test_an_address_of_the_containers_own_leads_to_its_published_port(
    window: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    opened_urls: list[str],
    qtbot: QtBot,
) -> None:
    container = start_container(engine, "web", port=18741)
    container.write(1, b"http://0.0.0.0:80/hello\n")
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.running == 1)
    window.containers.show_container(container.id)
    log = find(window, LogView, "containers.logs.text")
    wait_for(qtbot, lambda: log.line_count == 1)
    log.flush()
    QTest.mouseClick(log.viewport(), Qt.MouseButton.LeftButton, pos=point_of(log, 0, 3))
    assert opened_urls == ["http://localhost:18741/hello"]
    assert log.links_in_sight() == ["http://localhost:18741/hello"]


def test_what_no_browser_takes_is_told(log: LogView, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setattr("app.views.widgets.log.log_view.open_address", lambda address: False)
    with qtbot.waitSignal(log.not_opened) as told:
        QTest.mouseClick(log.viewport(), Qt.MouseButton.LeftButton, pos=point_of(log, 1, 8))
    assert told.args == ["http://a.example/b"]
