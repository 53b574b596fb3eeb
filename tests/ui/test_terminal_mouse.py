"""The mouse in a terminal: told to a program that asks for it, links, selections, and the search."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QCursor, QFocusEvent, QHelpEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.terminal.terminal_modes import Modes, Mouse
from app.views.main_window import MainWindow
from app.views.widgets.terminal.terminal_mouse import MouseReports
from app.views.widgets.terminal.terminal_view import TerminalView
from tests.fakes.fake_engine import FakeEngine
from tests.ui.helpers import find, press, text_of, wait_for

Save = Callable[[QWidget, str], None]
LEFT, MIDDLE, RIGHT, NO_BUTTON = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.MiddleButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.NoButton,
)
CTRL, SHIFT, ALT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.NoModifier,
)
PRESS, RELEASE, MOVE = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseMove,
)


@pytest.fixture
def terminal(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> TerminalView:
    """A container's terminal, its prompt there."""
    container = engine.add_container("web", engine.add_image("nginx:1.27"))
    engine.containers.act(container, "start", {})
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.running == 1)
    window.containers.show_container(container.id, "terminal")
    view = find(window, TerminalView, "containers.terminal.1.screen")
    wait_for(qtbot, lambda: view.text() == "/ #")
    return view


@pytest.fixture
def sent(terminal: TerminalView, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the terminal sends from now on; the shell does not get it."""
    data: list[bytes] = []
    monkeypatch.setattr(terminal._viewmodel, "write", data.append)
    return data


def show(terminal: TerminalView, text: str) -> None:
    """Let the program write."""
    terminal._viewmodel._parser.feed(text.encode())
    terminal._refresh()


def point(terminal: TerminalView, column: int, row: int) -> QPoint:
    """Return the middle of a cell."""
    return terminal._painter.rect(column, row).center()


def turn(terminal: TerminalView, notches: int, keys: Qt.KeyboardModifier = NONE) -> None:
    place = QPointF(point(terminal, 2, 1))
    event = QWheelEvent(
        place,
        place,
        QPoint(),
        QPoint(0, 120 * notches),
        NO_BUTTON,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(terminal.viewport(), event)


def mouse_event(
    kind: QEvent.Type, button: Qt.MouseButton = NO_BUTTON, keys: Qt.KeyboardModifier = NONE
) -> QMouseEvent:
    return QMouseEvent(kind, QPointF(), QPointF(), button, button, keys)


# --- reports ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("button", "keys", "pressed", "released"),
    [
        (LEFT, NONE, b"\x1b[<0;3;5M", b"\x1b[<0;3;5m"),
        (MIDDLE, CTRL, b"\x1b[<17;3;5M", b"\x1b[<17;3;5m"),
        (RIGHT, ALT, b"\x1b[<10;3;5M", b"\x1b[<10;3;5m"),
    ],
)
def test_presses_and_releases_are_told(
    button: Qt.MouseButton, keys: Qt.KeyboardModifier, pressed: bytes, released: bytes
) -> None:
    reports, modes = MouseReports(), Modes(mouse=Mouse.BUTTONS, long_reports=True)
    cell = QPoint(2, 4)
    assert reports.take_mouse(mouse_event(PRESS, button, keys), cell, modes) == pressed
    assert reports.take_mouse(mouse_event(MOVE), QPoint(3, 4), modes) == b""
    assert reports.take_mouse(mouse_event(RELEASE, button, keys), cell, modes) == released
    assert reports.take_mouse(mouse_event(RELEASE, button, keys), cell, modes) == b""


def test_moves_are_told_once_for_each_cell() -> None:
    reports, modes = MouseReports(), Modes(mouse=Mouse.DRAGS, long_reports=True)
    assert reports.take_mouse(mouse_event(MOVE), QPoint(1, 1), modes) == b""
    reports.take_mouse(mouse_event(PRESS, LEFT), QPoint(1, 1), modes)
    assert reports.take_mouse(mouse_event(MOVE), QPoint(1, 1), modes) == b""
    assert reports.take_mouse(mouse_event(MOVE), QPoint(2, 1), modes) == b"\x1b[<32;3;2M"
    reports.take_mouse(mouse_event(RELEASE, LEFT), QPoint(2, 1), modes)
    modes.mouse = Mouse.MOVES
    assert reports.take_mouse(mouse_event(MOVE), QPoint(2, 1), modes) == b""
    assert reports.take_mouse(mouse_event(MOVE), QPoint(2, 2), modes) == b"\x1b[<35;3;3M"


def test_short_reports_have_an_end() -> None:
    reports, modes = MouseReports(), Modes(mouse=Mouse.BUTTONS)
    assert reports.take_mouse(mouse_event(PRESS, RIGHT), QPoint(0, 222), modes) == b"\x1b[M\x22\x21\xff"
    assert reports.take_mouse(mouse_event(RELEASE, RIGHT), QPoint(0, 0), modes) == b"\x1b[M\x23\x21\x21"
    assert reports.take_mouse(mouse_event(PRESS, LEFT), QPoint(223, 0), modes) == b""


def test_the_oldest_mode_tells_presses_alone() -> None:
    reports, modes = MouseReports(), Modes(mouse=Mouse.PRESSES)
    assert reports.take_mouse(mouse_event(PRESS, LEFT, CTRL), QPoint(0, 0), modes) == b"\x1b[M\x20\x21\x21"
    assert reports.take_mouse(mouse_event(RELEASE, LEFT), QPoint(0, 0), modes) == b""


def test_a_program_gets_clicks_and_the_wheel(terminal: TerminalView, sent: list[bytes]) -> None:
    show(terminal, "\x1b[?1002;1006h")
    assert terminal.viewport().cursor().shape() is Qt.CursorShape.ArrowCursor
    QTest.mouseClick(terminal.viewport(), LEFT, pos=point(terminal, 4, 2))
    assert sent == [b"\x1b[<0;5;3M", b"\x1b[<0;5;3m"]
    assert not terminal.selection.text
    sent.clear()
    turn(terminal, 2)
    turn(terminal, -1, CTRL)
    assert sent == [b"\x1b[<64;3;2M" * 2, b"\x1b[<81;3;2M"]
    sent.clear()
    show(terminal, "\x1b[?1002l")
    QTest.mouseClick(terminal.viewport(), LEFT, pos=point(terminal, 4, 2))
    assert sent == []
    assert terminal.viewport().cursor().shape() is Qt.CursorShape.IBeamCursor


def test_shift_selects_all_the_same(terminal: TerminalView, sent: list[bytes]) -> None:
    show(terminal, "\x1b[?1003;1006h\x1b[2;1Hselect me")
    QTest.mousePress(terminal.viewport(), LEFT, SHIFT, point(terminal, 0, 1))
    for keys in (SHIFT, NONE):  # once begun, it does not depend on the key any more
        place = QPointF(point(terminal, 6 if keys is SHIFT else 9, 1))
        QApplication.sendEvent(terminal.viewport(), QMouseEvent(MOVE, place, place, NO_BUTTON, LEFT, keys))
    QTest.mouseRelease(terminal.viewport(), LEFT, NONE, point(terminal, 9, 1))
    assert terminal.selection.text == "select me"
    assert sent == []


def test_what_scrolled_away_is_not_the_programs(terminal: TerminalView, sent: list[bytes]) -> None:
    show(terminal, "line\r\n" * 200 + "\x1b[?1000;1006h")
    terminal.verticalScrollBar().setValue(10)
    QTest.mouseDClick(terminal.viewport(), LEFT, pos=point(terminal, 1, 1))
    assert sent == []
    assert terminal.selection.text == "line"


def test_a_click_while_the_history_goes(terminal: TerminalView) -> None:
    show(terminal, "line\r\n" * 200)
    terminal._viewmodel._parser.feed(b"\x1b[3J\x1b[2J\x1b[Hword")  # not drawn yet
    QTest.mouseDClick(terminal.viewport(), LEFT, pos=point(terminal, 1, 0))
    QTest.mouseClick(terminal.viewport(), LEFT, CTRL, point(terminal, 1, 5))
    terminal.grab()
    terminal._refresh()
    QTest.mouseDClick(terminal.viewport(), LEFT, pos=point(terminal, 1, 0))
    assert terminal.selection.text == "word"


def test_the_menu_leaves_the_right_button_to_the_program(
    terminal: TerminalView, window: MainWindow, sent: list[bytes]
) -> None:
    place = point(terminal, 1, 1)

    def menus() -> list[QMenu]:
        return window.findChildren(QMenu, "terminal.menu")

    show(terminal, "\x1b[?1000h")
    for keys in (NONE, SHIFT):
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, QCursor.pos(), keys)
        QApplication.sendEvent(terminal.viewport(), event)
        assert len(menus()) == (keys is SHIFT)
    menus()[0].close()
    assert sent == []


def test_reset_takes_the_mouse_back(terminal: TerminalView, sent: list[bytes]) -> None:
    show(terminal, "\x1b[?1003;1006h\x1b[?1049hfull")
    terminal._viewmodel.reset()
    QTest.mouseClick(terminal.viewport(), LEFT, pos=point(terminal, 4, 2))
    assert sent == []
    assert terminal.text() == "/ #"


def test_focus_is_told_to_who_asks(terminal: TerminalView, sent: list[bytes]) -> None:
    for kind in (QEvent.Type.FocusOut, QEvent.Type.FocusIn):
        QApplication.sendEvent(terminal, QFocusEvent(kind))
    assert sent == []
    show(terminal, "\x1b[?1004h")
    for kind in (QEvent.Type.FocusOut, QEvent.Type.FocusIn):
        QApplication.sendEvent(terminal, QFocusEvent(kind))
    assert sent == [b"\x1b[O", b"\x1b[I"]


# --- links and selections ---------------------------------------------------------------------------------


def test_a_link_opens_with_ctrl_alone(
    terminal: TerminalView, opened_urls: list[str], window: MainWindow, save_picture: Save
) -> None:
    show(terminal, "\x1b[2;1Hsee \x1b]8;;https://example.org/\x07the page\x1b]8;;\x07 \x1b[?1002h")
    on, beside = point(terminal, 4, 1), point(terminal, 13, 1)
    QTest.mouseClick(terminal.viewport(), LEFT, pos=on)
    QTest.mouseClick(terminal.viewport(), LEFT, CTRL, beside)
    QTest.mouseClick(terminal.viewport(), RIGHT, CTRL, on)
    assert opened_urls == []
    QTest.mouseClick(terminal.viewport(), LEFT, CTRL, on)
    assert opened_urls == ["https://example.org/"]
    save_picture(window, "container-terminal-link")


def test_a_link_says_where_it_leads(
    terminal: TerminalView, monkeypatch: pytest.MonkeyPatch, sent: list[bytes]
) -> None:
    told: list[str] = []
    monkeypatch.setattr(
        "app.views.widgets.terminal.terminal_view.QToolTip.showText",
        lambda place, text, widget: told.append(text),
    )
    show(terminal, "\x1b[2;1H\x1b]8;;https://example.org/?<b>\x07page\x1b]8;;\x07")
    for column in (1, 6):
        event = QHelpEvent(QEvent.Type.ToolTip, point(terminal, column, 1), QCursor.pos())
        QApplication.sendEvent(terminal.viewport(), event)
    assert len(told) == 1
    assert "https://example.org/?&lt;b&gt;" in told[0]
    assert sent == []


def test_a_third_click_takes_the_line(terminal: TerminalView) -> None:
    show(terminal, "\x1b[2;1Hsome words on a line")
    place = QPointF(point(terminal, 6, 1))
    for kind, time in (
        (PRESS, 1000),
        (RELEASE, 1010),
        (QEvent.Type.MouseButtonDblClick, 1020),
        (PRESS, 1030),
    ):
        event = QMouseEvent(kind, place, place, LEFT, LEFT, NONE)
        event.setTimestamp(time)
        QApplication.sendEvent(terminal.viewport(), event)
        if kind is QEvent.Type.MouseButtonDblClick:
            assert terminal.selection.text == "words"
    assert terminal.selection.text == "some words on a line"


# --- flowing and searching --------------------------------------------------------------------------------


def test_lines_flow_with_the_width(terminal: TerminalView, window: MainWindow, qtbot: QtBot) -> None:
    text = "".join(f"{number:05d}" for number in range(60))
    show(terminal, f"\r\n{text}\r\n" * 400 + "$ ")
    columns = terminal._screen.columns
    history = terminal._screen.history
    window.resize(860, 600)
    wait_for(qtbot, lambda: terminal._screen.columns < columns and not terminal._viewmodel._flow.isActive())
    assert all(len(row.cells) <= terminal._screen.columns for row in history)
    assert terminal.text().endswith("$")
    terminal.select_all()
    assert terminal.selection.text.count(text) == 400


def test_search(terminal: TerminalView, window: MainWindow, sent: list[bytes], save_picture: Save) -> None:
    name = "containers.terminal.1.search"
    show(terminal, "".join(f"\r\nline {number} of words" for number in range(300)) + "\r\n$ ")
    QTest.keyClick(terminal, Qt.Key.Key_F, CTRL | SHIFT)
    field = find(window, QLineEdit, f"{name}.text")
    assert field.hasFocus()
    QTest.keyClicks(field, "LINE 12")
    assert terminal.selection.text == "line 129"[: len("line 12")]
    newest = terminal.verticalScrollBar().value()
    assert newest < terminal.verticalScrollBar().maximum()
    save_picture(window, "container-terminal-search")
    for _ in range(10):
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert terminal.verticalScrollBar().value() < newest
    QTest.keyClick(field, Qt.Key.Key_Return, SHIFT)
    assert terminal.selection.text == "line 12"
    QTest.keyClicks(field, " of nothing")
    assert text_of(window, f"{name}.answer") == "nothing found"
    assert not terminal.selection.text
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert terminal.hasFocus()
    assert window.containers.detail is not None
    assert sent == []
    press_search = find(window, QWidget, name)
    assert not press_search.isVisible()


def test_search_by_its_button(terminal: TerminalView, window: MainWindow, qtbot: QtBot) -> None:
    show(terminal, "\x1b[2;1Hfind this word")
    QTest.mouseDClick(terminal.viewport(), LEFT, pos=point(terminal, 6, 1))
    press(qtbot, window, "containers.terminal.search")
    assert find(window, QLineEdit, "containers.terminal.1.search.text").text() == "this"
    press(qtbot, window, "containers.terminal.1.search.close")
    assert terminal.hasFocus()
