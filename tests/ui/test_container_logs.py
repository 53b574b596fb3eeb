"""The log of one container: follow, search, times, copy, resume, and the way back."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.container_logs import LogLine, to_unix_seconds
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.terminal_text import parse_line
from app.views.main_window import MainWindow
from app.views.pages.container_logs_view import ContainerLogsView
from app.views.widgets.log_view import MAX_LINES, LogView
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_state import FakeContainer
from tests.ui.helpers import find, press, text_of, wait_for
from tests.ui.test_containers_page import names, start_container

Save = Callable[[QWidget, str], None]


@pytest.fixture
def chatty(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> FakeContainer:
    """A container with 300 lines, shown in the list."""
    container = start_container(engine, "chatty")
    for number in range(300):
        level = "\x1b[33mWARN\x1b[0m" if number % 50 == 7 else "\x1b[32mINFO\x1b[0m"
        container.write(2 if number % 97 == 13 else 1, f"{level} request {number} served in 3 ms\n".encode())
    desktop.begin()
    wait_for(qtbot, lambda: names(window) == ["chatty"])
    return container


def open_log(window: MainWindow, qtbot: QtBot, lines: int) -> LogView:
    window.containers.list.selectRow(0)
    QTest.keyClick(window.containers.list, Qt.Key.Key_Return)
    log = find(window, LogView, "containers.logs.text")
    wait_for(qtbot, lambda: log.line_count >= lines)
    return log


def test_enter_opens_and_escape_leaves(
    window: MainWindow, chatty: FakeContainer, qtbot: QtBot, save_picture: Save
) -> None:
    log = open_log(window, qtbot, 300)
    assert log.line_count == 300
    assert text_of(window, "containers.logs.state") == "Live"
    save_picture(window, "logs")
    chatty.write(1, "one more — 日本語\n".encode())
    wait_for(qtbot, lambda: log.line_count == 301)
    assert log.all_text().endswith("one more — 日本語")
    QTest.keyClick(log, Qt.Key.Key_Escape)
    assert window.containers.detail is None
    assert window.containers.list.isVisible()


def test_scrolling_up_stops_following(window: MainWindow, chatty: FakeContainer, qtbot: QtBot) -> None:
    log = open_log(window, qtbot, 300)
    bar = log.verticalScrollBar()
    assert bar.value() == bar.maximum()
    QTest.keyClick(log, Qt.Key.Key_PageUp)
    assert not log.follow
    place = bar.value()
    chatty.write(1, b"new line\n" * 20)
    wait_for(qtbot, lambda: log.line_count == 320)
    assert bar.value() == place
    press(qtbot, window, "containers.logs.newest")
    assert bar.value() == bar.maximum()
    assert log.follow


def test_search_times_and_copy(
    window: MainWindow, chatty: FakeContainer, qtbot: QtBot, save_picture: Save
) -> None:
    log = open_log(window, qtbot, 300)
    QTest.keyClick(log, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    view = find(window, ContainerLogsView, "containers.logs")
    wait_for(qtbot, lambda: view.search.hasFocus())
    QTest.keyClicks(view.search, "warn")
    assert text_of(window, "containers.logs.matches") == "6 of 6"
    QTest.keyClick(view.search, Qt.Key.Key_Return)
    assert text_of(window, "containers.logs.matches") == "1 of 6"
    save_picture(window, "logs-search")
    QTest.keyClick(view.search, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert text_of(window, "containers.logs.matches") == "6 of 6"
    press(qtbot, window, "containers.logs.timestamps")
    press(qtbot, window, "containers.logs.copy")
    copied = QApplication.clipboard().text().splitlines()
    assert len(copied) == 300
    assert copied[0].endswith("INFO request 0 served in 3 ms"), "no escape sequences"
    assert copied[0][:2] == "20", "with its time"


def test_log_resumes_without_doubles(
    window: MainWindow, chatty: FakeContainer, engine: FakeEngine, qtbot: QtBot
) -> None:
    log = open_log(window, qtbot, 300)
    engine.cut_connections()
    wait_for(qtbot, lambda: text_of(window, "containers.logs.state") == "Interrupted")
    press(qtbot, window, "containers.logs.banner.button")
    wait_for(qtbot, lambda: any("since=" in line for line in engine.requests))
    chatty.write(1, b"after the break\n")
    wait_for(qtbot, lambda: log.all_text().endswith("after the break"))
    assert log.line_count == 301


def test_a_hundred_thousand_lines_are_the_limit(qtbot: QtBot) -> None:
    log = LogView("log", "Log")
    qtbot.addWidget(log)
    log.resize(800, 400)
    log.show()
    log.append([LogLine(f"line {number}") for number in range(MAX_LINES + 5)])
    log.flush()
    assert MAX_LINES - 10_000 < log.line_count <= MAX_LINES
    assert log.all_text().endswith(f"line {MAX_LINES + 4}")
    log.select_all()
    assert log.selected_text().count("\n") == log.line_count - 1


@pytest.mark.parametrize(
    ("raw", "text", "spans"),
    [
        ("plain", "plain", []),
        ("\x1b[31mred\x1b[0m end", "red end", [(0, 3, 1, False)]),
        ("\x1b[1;92mok\x1b[m", "ok", [(0, 2, 10, True)]),
        ("\x1b[38;5;3mx\x1b[39my", "xy", [(0, 1, 3, False)]),
        ("\x1b[38;2;1;2;3mx", "x", []),
        ("10 %\r20 %\r30 %", "30 %", []),
        ("a\tb", "a       b", []),
        ("\x1b]0;title\x07text\x1b[2K\x1b[1A", "text", []),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link", []),
        ("null\x00bell\x07del\x7f", "nullbelldel", []),
        ("left\u202eright", "leftright", []),
        ("unfinished \x1b[3", "unfinished ", []),
        ("unfinished \x1b", "unfinished ", []),
    ],
)
def test_lines_are_made_safe(raw: str, text: str, spans: list[tuple[int, int, int, bool]]) -> None:
    styled = parse_line(raw)
    assert styled.text == text
    assert [(span.start, span.end, span.color, span.bold) for span in styled.spans] == spans


def test_since_keeps_all_digits() -> None:
    assert to_unix_seconds("2026-11-24T03:16:05.123456789Z") == "1795490165.123456789"
    assert to_unix_seconds("1970-01-01T00:00:01Z") == "1.0"
