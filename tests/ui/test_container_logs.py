"""The log of one container: follow, search, times, copy, resume, and the way back."""

import errno
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.services.settings import SettingsFile
from app.viewmodels.containers import container_stream
from app.viewmodels.containers.container_logs import to_unix_seconds
from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.terminal.terminal_text import Span, parse_line
from app.views.clipboard import release_clipboard
from app.views.main_window import MainWindow
from app.views.pages.containers.container_logs_view import ContainerLogsView
from app.views.widgets.log.log_expression import LogExpression
from app.views.widgets.log.log_painter import row_starts
from app.views.widgets.log.log_search import LogSearch
from app.views.widgets.log.log_store import BLOCK, LogStore
from app.views.widgets.log.log_text import LogText, Place
from app.views.widgets.log.log_view import MAX_LINES, LogView
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


def test_a_container_that_says_nothing_is_not_waited_for(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    silent = engine.add_container("silent", engine.add_image("nginx:1.27"))
    engine.containers.act(silent, "start", {})
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.running == 1)
    window.containers.show_container(silent.id)
    wait_for(qtbot, lambda: text_of(window, "containers.logs.state") == "No output yet")
    silent.write(1, b"at last\n")
    wait_for(qtbot, lambda: text_of(window, "containers.logs.state") == "Live")
    engine.containers.act(silent, "stop", {})
    wait_for(qtbot, lambda: "the whole log" in text_of(window, "containers.logs.state"))


def test_a_long_text_is_copied_without_the_window(
    window: MainWindow, chatty: FakeContainer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6_000):
        chatty.write(1, b"number %d\n" % number)
    log = open_log(window, qtbot, 6_300)
    makers: list[int] = []
    encode = LogText.encode

    def encode_here(text: LogText) -> QByteArray:
        makers.append(threading.get_ident())
        return encode(text)

    monkeypatch.setattr(LogText, "encode", encode_here)
    press(qtbot, window, "containers.logs.copy")
    wait_for(qtbot, lambda: "6,300 lines were copied" in text_of(window, "containers.logs.banner.text"))
    text = QGuiApplication.clipboard().text()
    assert text.count("\n") == 6_299
    assert text.endswith("number 5999")
    log.selection.take(Place(300, 7), Place(6_299, 6))
    QTest.keyClick(log, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    wait_for(qtbot, lambda: "6,000 lines were copied" in text_of(window, "containers.logs.banner.text"))
    text = QGuiApplication.clipboard().text()
    assert text.startswith("0\nnumber 1\n")
    assert text.endswith("number 5998\nnumber")
    release_clipboard()
    assert QGuiApplication.clipboard().text() == text
    assert len(makers) == 2
    assert threading.get_ident() not in makers


def test_a_text_is_the_same_in_pieces() -> None:
    lines = [LogLine(f"größe {n} 😀", time=f"t{n}") for n in range(1234)]
    store = LogStore()
    store.extend(lines)
    whole = "\n".join(f"{line.time} {line.text}" for line in lines)
    for start, end, expected in (
        (Place(0, 0), Place(1234, 0), whole),
        (Place(3, 2), Place(1002, 4), whole[whole.index("t3 ") + 5 : whole.index("t1002 ") + 10]),
    ):
        text = LogText(store, start, end, has_times=True)
        assert text.make() == expected
        assert bytes(text.encode().data()).decode() == expected
    assert LogText(LogStore(), Place(0, 0), Place(0, 0), has_times=False).make() == ""


def test_escape_clears_the_search_before_it_leaves(
    window: MainWindow, chatty: FakeContainer, qtbot: QtBot
) -> None:
    open_log(window, qtbot, 300)
    view = find(window, ContainerLogsView, "containers.logs")
    view.focus_search()
    QTest.keyClicks(view.search, "warn")
    QTest.keyClick(view.search, Qt.Key.Key_Escape)
    assert not view.search.text()
    assert window.containers.detail is not None
    QTest.keyClick(view.search, Qt.Key.Key_Escape)
    assert window.containers.detail is None


def test_times_and_wrapping_are_remembered(
    window: MainWindow, desktop: DesktopViewModel, chatty: FakeContainer, qtbot: QtBot, folder: Path
) -> None:
    open_log(window, qtbot, 300)
    press(qtbot, window, "containers.logs.timestamps")
    press(qtbot, window, "containers.logs.wrap")
    window.containers.go_back()
    wait_for(qtbot, lambda: not window.findChildren(LogView, "containers.logs.text"))
    log = open_log(window, qtbot, 300)
    assert log.all_text().startswith("20")
    assert log._rows.wraps
    press(qtbot, window, "containers.logs.wrap")
    desktop.preferences.save()
    kept = SettingsFile(folder / "desktop.json").load()
    assert (kept.log_times, kept.log_wrap) == (True, False)


def test_scrolling_up_stops_following(window: MainWindow, chatty: FakeContainer, qtbot: QtBot) -> None:
    log = open_log(window, qtbot, 300)
    bar = log.verticalScrollBar()
    assert bar.value() == bar.maximum()
    QTest.keyClick(log, Qt.Key.Key_PageUp)
    assert not log.follow
    newest = find(window, QAbstractButton, "containers.logs.newest")
    assert newest.text().strip() == "Go to the newest line"
    place = bar.value()
    chatty.write(1, b"new line\n" * 20)
    wait_for(qtbot, lambda: log.line_count == 320)
    assert newest.text().strip() == "20 new lines"
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
    window: MainWindow,
    chatty: FakeContainer,
    engine: FakeEngine,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(container_stream, "_RETRY_MS", 600_000)  # it is we who ask for it
    log = open_log(window, qtbot, 300)
    engine.cut_connections()
    wait_for(qtbot, lambda: text_of(window, "containers.logs.state") == "Interrupted")
    press(qtbot, window, "containers.logs.banner.button")
    wait_for(qtbot, lambda: any("since=" in line for line in engine.requests))
    chatty.write(1, b"after the break\n")
    wait_for(qtbot, lambda: log.all_text().endswith("after the break"))
    assert log.line_count == 301


def test_a_million_lines_are_the_limit(qtbot: QtBot) -> None:
    log = LogView("log", "Log")
    qtbot.addWidget(log)
    log.resize(800, 400)
    log.show()
    for first in range(0, MAX_LINES + 50_000, 50_000):
        log.append([LogLine(f"line {number}") for number in range(first, first + 50_000)])
        log.flush()
    assert MAX_LINES - 20_000 < log.line_count <= MAX_LINES
    newest = MAX_LINES + 49_999
    assert log.all_text().endswith(f"line {newest}")
    log.finder.begin("LINE 7777", is_expression=False)
    wait_for(qtbot, lambda: not log.finder.is_under_way)
    expected = sum(
        str(number).startswith("7777") for number in range(newest + 1 - log.line_count, newest + 1)
    )
    found: list[tuple[int, int]] = []
    log.finder.changed.connect(lambda *numbers: found.append(numbers))
    log.next_match()
    assert found == [(1, expected)], "after the last one comes the first"


def test_blocks_give_back_what_went_in() -> None:
    spans = (Span(0, 2, 3, True), Span(3, 5, None, False))
    lines = [
        LogLine(f"größe {n} 日本語", spans if n % 3 else (), f"t{n}" if n % 2 else "", n % 5 == 0)
        for n in range(3 * BLOCK + 7)
    ]
    store = LogStore()
    for first in range(0, len(lines), 100):
        store.extend(lines[first : first + 100])
    assert list(store) == lines
    assert [store[place] for place in (0, BLOCK - 1, BLOCK, len(lines) - 1)] == [
        lines[place] for place in (0, BLOCK - 1, BLOCK, len(lines) - 1)
    ]
    assert store[-1] == lines[-1]
    kept = store.copy()
    assert store.trim(BLOCK + 1) == 2 * BLOCK
    assert list(store) == lines[2 * BLOCK :]
    assert len(kept) == len(lines)


def find_all(store: LogStore, qtbot: QtBot, needle: str, is_expression: bool) -> list[tuple[int, int, int]]:
    with_parent = QObject()
    finder = LogSearch(store, with_parent)
    assert finder.begin(needle, is_expression)
    wait_for(qtbot, lambda: not finder.is_under_way)
    return [(n, column, size) for n in range(len(store)) for column, size, _ in finder.in_line(n)]


@pytest.mark.parametrize(("needle", "is_expression"), [("needle", False), (r"n[e]+dle\b", True)])
def test_both_searches_find_the_same(needle: str, is_expression: bool, qtbot: QtBot) -> None:
    store = LogStore()
    store.extend(
        [LogLine(f"{n} 😀 Needle and needle" if n % 100 == 7 else f"{n} hay") for n in range(3 * BLOCK + 9)]
    )
    first = [(n, len(str(n)) + 3, 6) for n in range(7, 3 * BLOCK + 9, 100)]
    expected = sorted(first + [(n, column + 11, size) for n, column, size in first])
    assert find_all(store, qtbot, needle, is_expression) == expected


def test_an_expression_finds_nothing_in_a_place_of_no_length(qtbot: QtBot) -> None:
    store = LogStore()
    store.extend([LogLine("😀aab"), LogLine("")])
    assert find_all(store, qtbot, "a*", is_expression=True) == [(0, 1, 2)]


SLOW = "(a+)+$"  # takes twice as long with each letter


def test_an_expression_that_takes_for_ever_leaves_lines_out(
    window: MainWindow, chatty: FakeContainer, qtbot: QtBot
) -> None:
    log = open_log(window, qtbot, 300)
    view = find(window, ContainerLogsView, "containers.logs")
    log.append([LogLine("a" * 5_000 + "!"), LogLine("aaa")])
    press(qtbot, window, "containers.logs.regex")
    view.search.setText(SLOW)
    wait_for(qtbot, lambda: not log.finder.is_under_way)
    assert text_of(window, "containers.logs.matches") == "1 of 1 (1 line takes too long)"
    assert not view.search.property("invalid")
    log.append([LogLine("a" * 5_000 + "!")] * 200)
    log.flush()
    wait_for(qtbot, lambda: log.finder.has_given_up)
    assert text_of(window, "containers.logs.matches") == "the expression takes too long"
    assert view.search.property("invalid")
    view.search.setText("request 1")
    assert not view.search.property("invalid")
    wait_for(qtbot, lambda: text_of(window, "containers.logs.matches") == "111 of 111")


def test_many_matches_of_a_slow_expression_in_one_line_end(qtbot: QtBot) -> None:
    expression = LogExpression(r"(a+)+!|x")
    begin = time.thread_time()
    with pytest.raises(TimeoutError):
        expression.find(("x" + "a" * 30) * 600)
    assert time.thread_time() - begin < 1


def test_an_expression_cannot_lift_the_limit() -> None:
    with pytest.raises(ValueError, match="VERB"):
        LogExpression("(*LIMIT_MATCH=4000000000)(a+)+$")


def test_search_by_expression(
    window: MainWindow, chatty: FakeContainer, qtbot: QtBot, save_picture: Save
) -> None:
    open_log(window, qtbot, 300)
    view = find(window, ContainerLogsView, "containers.logs")
    press(qtbot, window, "containers.logs.regex")
    QTest.keyClicks(view.search, r"request \d7 ")
    assert text_of(window, "containers.logs.matches") == "9 of 9"
    save_picture(window, "logs-expression")
    view.search.setText("request (")
    assert text_of(window, "containers.logs.matches") == "not an expression"
    press(qtbot, window, "containers.logs.regex")
    assert text_of(window, "containers.logs.matches") == "nothing found"


def test_save_to_a_file(window: MainWindow, chatty: FakeContainer, qtbot: QtBot, tmp_path: Path) -> None:
    open_log(window, qtbot, 300)
    target = tmp_path / "chatty.log"
    press(qtbot, window, "containers.logs.save")
    dialog = find(window, QFileDialog, "containers.logs.file")
    dialog.fileSelected.emit(str(target))
    dialog.close()
    wait_for(qtbot, lambda: str(target) in text_of(window, "containers.logs.banner.text"))
    lines = target.read_text().splitlines()
    assert len(lines) == 300
    assert lines[0] == "INFO request 0 served in 3 ms"
    find(window, ContainerLogsView, "containers.logs").save_to(str(tmp_path / "no" / "such.log"))
    wait_for(qtbot, lambda: str(target) not in text_of(window, "containers.logs.banner.text"))


def test_a_saved_log_is_whole_or_the_file_stays_as_it_was(
    window: MainWindow, chatty: FakeContainer, qtbot: QtBot, tmp_path: Path
) -> None:
    open_log(window, qtbot, 300)
    log = window.desktop.inside.open_log(chatty.id)
    target = tmp_path / "chatty.log"
    target.write_text("of yesterday")

    def lines() -> Iterator[LogLine]:
        yield LogLine("first")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with qtbot.waitSignal(log.save_failed):
        log.save(lines(), 1, False, str(target))
    assert target.read_text() == "of yesterday"
    assert list(tmp_path.iterdir()) == [target]
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with qtbot.waitSignal(log.save_failed):
        log.save([LogLine("first")], 1, False, str(pipe))
    assert stat.S_ISFIFO(pipe.stat().st_mode), "what is no file is not replaced by one"


def test_a_container_that_starts_again_is_followed_on(
    window: MainWindow, chatty: FakeContainer, engine: FakeEngine, qtbot: QtBot
) -> None:
    """Among others, too, whose list tells no log of it."""
    log = window.desktop.inside.open_logs([(chatty.id, "chatty")])
    shown: list[str] = []
    log.lines_added.connect(lambda lines: shown.extend(line.text for line in lines))
    log.open()
    wait_for(qtbot, lambda: len(shown) == 300)
    engine.containers.act(chatty, "stop", {})
    wait_for(qtbot, lambda: log.state == "ended")
    engine.containers.act(chatty, "start", {})
    chatty.write(1, b"again\n")
    wait_for(qtbot, lambda: shown[300:] == ["chatty | again"], "it is followed no more, or read twice")
    log.close()


def test_a_start_that_is_told_before_the_last_run_is_read_is_not_missed(
    window: MainWindow, chatty: FakeContainer, engine: FakeEngine, qtbot: QtBot
) -> None:
    log = window.desktop.inside.open_log(chatty.id)
    states: list[str] = []
    log.state_changed.connect(states.append)
    log.open()
    wait_for(qtbot, lambda: log.state == "following")
    log.see_start("another")
    log.see_start(chatty.id)
    states.clear()
    engine.containers.act(chatty, "stop", {})
    wait_for(qtbot, lambda: states.count("ended") == 2)
    assert [state for state in states if state != "following"] == ["ended", "opening", "ended"]
    log.close()


def test_saving_a_log_is_a_task_that_can_be_given_up(
    window: MainWindow, chatty: FakeContainer, qtbot: QtBot, tmp_path: Path
) -> None:
    open_log(window, qtbot, 300)
    log = window.desktop.inside.open_log(chatty.id)
    target = tmp_path / "chatty.log"
    target.write_text("of yesterday")
    gate = threading.Event()

    def lines() -> Iterator[LogLine]:
        for number in range(10_000):
            if number == 5_000:
                gate.wait(60)
            yield LogLine(f"line {number}")

    log.save(lines(), 10_000, False, str(target))
    (task,) = window.desktop.tasks.running
    wait_for(qtbot, lambda: task.percent == 40)
    assert (task.words.going_on, task.detail) == ("Saving the log chatty.log", "4,000 of 10,000 lines")
    assert len(list(tmp_path.iterdir())) == 2, "it grows beside what is there"
    task.cancel()
    assert window.desktop.tasks.running == []
    gate.set()
    wait_for(qtbot, lambda: list(tmp_path.iterdir()) == [target], "a part is left")
    assert target.read_text() == "of yesterday"


def test_a_log_is_saved_though_its_page_is_left(
    window: MainWindow, chatty: FakeContainer, qtbot: QtBot, tmp_path: Path
) -> None:
    log = open_log(window, qtbot, 300)
    target = tmp_path / "chatty.log"
    told: list[str] = []
    window.desktop.tasks.ended.connect(lambda end: told.append(end.title))
    find(window, ContainerLogsView, "containers.logs").save_to(str(target))
    QTest.keyClick(log, Qt.Key.Key_Escape)
    wait_for(qtbot, lambda: told == [f"The log was saved: {target}"])
    assert len(target.read_text().splitlines()) == 300


def test_older_lines_are_read_when_asked_for(
    window: MainWindow, chatty: FakeContainer, qtbot: QtBot, engine: FakeEngine
) -> None:
    chatty.write(1, b"")
    with chatty.changed:
        chatty.log.extend((1, b"old %d\n" % number) for number in range(10_000))
    log = open_log(window, qtbot, 10_000)
    assert log.line_count == 10_000
    press(qtbot, window, "containers.logs.older")
    wait_for(qtbot, lambda: log.line_count == 10_300)
    assert not find(window, QAbstractButton, "containers.logs.older").isVisible()
    assert log.all_text().startswith("INFO request 0")


def choose_source(window: MainWindow, place: int) -> None:
    box = find(window, QComboBox, "containers.logs.source")
    box.setCurrentIndex(place)
    box.activated.emit(place)  # as the keyboard and the mouse do


def test_one_stream_can_be_chosen(
    window: MainWindow, chatty: FakeContainer, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    log = open_log(window, qtbot, 300)
    box = find(window, QComboBox, "containers.logs.source")
    assert box.isEnabled()
    choose_source(window, 2)
    wait_for(qtbot, lambda: log.line_count == 3 and log.all_text().endswith("request 207 served in 3 ms"))
    assert [line.is_error for line in log.lines()] == [True] * 3
    save_picture(window, "logs-one-stream")
    chatty.write(1, b"to the other one\n")
    chatty.write(2, b"an error\n")
    wait_for(qtbot, lambda: log.all_text().endswith("an error"))
    assert log.line_count == 4
    engine.containers.act(chatty, "stop", {})
    wait_for(qtbot, lambda: text_of(window, "containers.logs.state") == "Not running")
    choose_source(window, 1)
    wait_for(qtbot, lambda: log.line_count == 298 and log.all_text().endswith("to the other one"))
    choose_source(window, 0)
    wait_for(qtbot, lambda: log.line_count == 302 and log.all_text().endswith("an error"))
    wait_for(qtbot, lambda: "the whole log" in text_of(window, "containers.logs.state"))
    window.resize(window.minimumSize())
    view = find(window, ContainerLogsView, "containers.logs")
    wait_for(qtbot, lambda: view.minimumSizeHint().width() <= view.width())
    assert window.width() == window.minimumWidth(), "the tools fit into the smallest window"
    save_picture(window, "logs-ended-small")


def test_a_terminal_has_one_stream(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    container = start_container(engine, "console")
    container.body["Tty"] = True
    container.write(1, b"hello\n")
    desktop.begin()
    wait_for(qtbot, lambda: names(window) == ["console"])
    log = open_log(window, qtbot, 1)
    box = find(window, QComboBox, "containers.logs.source")
    assert log.line_count == 1
    assert not box.isEnabled()
    assert box.toolTip() == "A container with a terminal has one output only"


LONG = "word " * 100  # much more than a row of the views below


@pytest.fixture
def narrow(qtbot: QtBot) -> LogView:
    """A log whose rows have few cells, wrapped; at its end stands a line that no page is high enough for."""
    log = LogView("log", "Log")
    qtbot.addWidget(log)
    log.resize(300, 200)
    log.show()
    log.wrap(True)
    log.append([LogLine(f"{number} {LONG}") for number in range(20)] + [LogLine(LONG * 5)])
    log.flush()
    return log


def places_in_sight(log: LogView) -> list[tuple[int, int, int]]:
    return [(row.line, row.start, row.end) for row in log._rows.in_sight(log._first)]


def test_all_of_a_short_log_is_selected_to_its_last_character(narrow: LogView) -> None:
    QTest.keyClick(narrow, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert narrow.selection.ends == (Place(0, 0), Place(20, len(LONG * 5)))


def test_wrapped_lines_show_all_of_their_text(narrow: LogView) -> None:
    assert narrow.horizontalScrollBar().maximum() == 0
    assert narrow.follow
    assert places_in_sight(narrow)[-1][2] == len(LONG * 5), "the end of the last line is at the bottom"
    narrow._go_to(Place(0, 0))
    seen: set[tuple[int, int, int]] = set()
    while not narrow.follow:
        seen.update(places_in_sight(narrow))
        QTest.keyClick(narrow, Qt.Key.Key_PageDown)
    seen.update(places_in_sight(narrow))
    for number in range(21):
        text = narrow.lines()[number].text
        assert "".join(text[start:end] for line, start, end in sorted(seen) if line == number) == text


def test_wrapped_lines_are_scrolled_by_rows(narrow: LogView) -> None:
    end = places_in_sight(narrow)
    QTest.keyClick(narrow, Qt.Key.Key_Up)
    assert not narrow.follow
    assert places_in_sight(narrow)[1:] == end[: len(places_in_sight(narrow)) - 1]
    QTest.keyClick(narrow, Qt.Key.Key_Down)
    assert narrow.follow
    assert places_in_sight(narrow) == end
    narrow.wrap(False)
    assert narrow.horizontalScrollBar().maximum() > 0
    assert all(start == 0 for _, start, _ in places_in_sight(narrow))


def test_a_match_within_a_wrapped_line_comes_into_sight(narrow: LogView) -> None:
    narrow.append([LogLine(LONG + "needle" + LONG), *(LogLine(f"after {number}") for number in range(50))])
    narrow.flush()
    narrow.finder.begin("needle", is_expression=False)
    assert not narrow.follow
    assert any(n == 21 and start <= len(LONG) < end for n, start, end in places_in_sight(narrow))
    narrow.grab()  # with its mark


@pytest.mark.parametrize(
    ("text", "starts"),
    [("", [0]), ("a" * 10, [0]), ("a" * 11, [0, 10]), ("日" * 6, [0, 5]), ("a" + "日" * 5, [0, 5])],
)
def test_rows_break_between_characters(text: str, starts: list[int]) -> None:
    assert row_starts(text, 10) == starts


def test_the_log_of_a_container_is_wrapped(
    window: MainWindow, chatty: FakeContainer, qtbot: QtBot, save_picture: Save
) -> None:
    chatty.write(1, b'{"level":"info","message":"' + b"a long story " * 40 + b'"}\n')
    log = open_log(window, qtbot, 301)
    assert log.horizontalScrollBar().maximum() > 0
    press(qtbot, window, "containers.logs.wrap")
    press(qtbot, window, "containers.logs.timestamps")
    assert log.horizontalScrollBar().maximum() == 0
    save_picture(window, "logs-wrapped")


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
