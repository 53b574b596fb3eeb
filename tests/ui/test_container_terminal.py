"""The Terminal tab: typing, sizes, several shells, copy and paste, and what happens when a shell ends."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.terminal.terminal_frame import MOST_SECONDS
from app.views.main_window import MainWindow
from app.views.pages.containers.container_terminal_view import ContainerTerminalView
from app.views.widgets.terminal.terminal_keys import encode_key, encode_paste
from app.views.widgets.terminal.terminal_view import TerminalView
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_state import FakeContainer
from tests.ui.helpers import find, press, text_of, wait_for
from tests.ui.test_look_and_models import STALL_LIMIT, Watchdog

Save = Callable[[QWidget, str], None]
CTRL, SHIFT, ALT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.NoModifier,
)


@pytest.fixture
def container(engine: FakeEngine) -> FakeContainer:
    """A running container."""
    made = engine.add_container("web", engine.add_image("nginx:1.27"))
    engine.containers.act(made, "start", {})
    return made


@pytest.fixture
def terminal(
    window: MainWindow, desktop: DesktopViewModel, container: FakeContainer, qtbot: QtBot
) -> TerminalView:
    """The container's first terminal, its prompt there."""
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.running == 1)
    window.containers.show_container(container.id, "terminal")
    view = find(window, TerminalView, "containers.terminal.1.screen")
    wait_for(qtbot, lambda: view.text() == "/ #")
    return view


def test_typing_runs_commands(
    terminal: TerminalView, window: MainWindow, qtbot: QtBot, save_picture: Save
) -> None:
    QTest.keyClicks(terminal, "echo hullo")
    QTest.keyClick(terminal, Qt.Key.Key_Backspace)
    QTest.keyClicks(terminal, "0 ")
    composed = QInputMethodEvent()
    composed.setCommitString("\u4f60\u597d")
    QApplication.sendEvent(terminal, composed)
    QTest.keyClick(terminal, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: terminal.text() == "/ # echo hull0 \u4f60\u597d\nhull0 \u4f60\u597d\n/ #")
    QTest.keyClicks(terminal, "ls\r")
    wait_for(qtbot, lambda: "bin  etc" in terminal.text())
    save_picture(window, "container-terminal")


def test_several_lines_are_pasted_after_a_question(
    terminal: TerminalView, window: MainWindow, qtbot: QtBot, save_picture: Save
) -> None:
    QGuiApplication.clipboard().setText("echo first\necho second\n")
    terminal.paste()
    dialog = find(window, QDialog, "containers.terminal.paste")
    assert text_of(dialog, "containers.terminal.paste.names") == "echo first\necho second"
    save_picture(dialog, "terminal-paste")
    assert terminal.text() == "/ #", "nothing is sent before the answer"
    press(qtbot, dialog, "containers.terminal.paste.confirm")
    wait_for(qtbot, lambda: "\nfirst\n" in terminal.text() and "\nsecond\n" in terminal.text())
    terminal._screen.modes.bracketed_paste = True
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    terminal.paste()
    assert not window.findChildren(QDialog, "containers.terminal.paste"), "a shell that knows waits itself"


def test_half_a_picture_is_not_shown(
    terminal: TerminalView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 0.0
    monkeypatch.setattr(terminal._viewmodel._parser.frames, "_clock", lambda: seconds)

    def take(data: bytes) -> None:
        nonlocal seconds
        seconds += 0.1
        terminal._viewmodel._parser.feed(data)
        terminal._refresh()

    whole = terminal.viewport().grab().toImage()
    take(b"\x1b[?2026h\x1b[Hthe next picture")
    assert terminal.viewport().grab().toImage() == whole
    take(b"\x1b[?2026l")
    after = terminal.viewport().grab().toImage()
    assert after != whole
    take(b"\x1b[?2026h\x1b[Hone without an end")
    assert terminal.viewport().grab().toImage() == after
    painted: list[object] = []
    terminal._late.timeout.connect(lambda: painted.append(1))
    wait_for(qtbot, lambda: bool(painted))
    seconds += MOST_SECONDS
    assert terminal.viewport().grab().toImage() != after


def test_the_shell_knows_the_size(
    terminal: TerminalView, window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    (shell,) = engine.state.execs.values()
    wait_for(qtbot, lambda: bool(shell.sizes))
    rows, columns = shell.sizes[-1]
    assert rows > 20
    assert columns > 80
    window.resize(900, 600)
    wait_for(qtbot, lambda: shell.sizes[-1][0] < rows and shell.sizes[-1][1] < columns)


def test_shells_go_on_out_of_sight(terminal: TerminalView, window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, window, "containers.terminal.more")
    second = find(window, TerminalView, "containers.terminal.2.screen")
    wait_for(qtbot, lambda: second.text() == "/ #")
    QTest.keyClicks(second, "echo two\r")
    wait_for(qtbot, lambda: "\ntwo\n" in second.text())
    assert terminal.text() == "/ #"
    detail = window.containers.detail
    assert detail is not None
    detail.show_tab("logs")  # type: ignore[attr-defined]
    detail.show_tab("terminal")  # type: ignore[attr-defined]
    assert "\ntwo\n" in second.text()
    press(qtbot, window, "containers.terminal.close")
    assert terminal.isVisible()


def test_leaving_ends_the_shells(
    terminal: TerminalView, window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    (shell,) = engine.state.execs.values()
    window.containers.go_back()
    wait_for(qtbot, lambda: shell.exit_code is not None)


def test_an_ended_shell_is_started_again(terminal: TerminalView, window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClicks(terminal, "exit 3\r")
    wait_for(qtbot, lambda: "code 3" in text_of(window, "containers.terminal.1.banner.text"))
    press(qtbot, window, "containers.terminal.1.banner.button")
    wait_for(
        qtbot,
        lambda: (
            terminal.text().endswith("/ #")
            and not find(window, QWidget, "containers.terminal.1.banner").isVisible()
        ),
    )


def test_a_shell_whose_last_command_was_not_found_is_a_shell(
    terminal: TerminalView, window: MainWindow, qtbot: QtBot
) -> None:
    QTest.keyClicks(terminal, "exit 127\r")
    wait_for(qtbot, lambda: "code 127" in text_of(window, "containers.terminal.1.banner.text"))
    press(qtbot, window, "containers.terminal.1.banner.button")
    wait_for(qtbot, lambda: terminal.text().endswith("/ #"))
    QTest.keyClicks(terminal, "exit 137\r")
    wait_for(qtbot, lambda: "It was killed" in text_of(window, "containers.terminal.1.banner.text"))


def test_tabs_say_which_shell_runs(
    terminal: TerminalView, window: MainWindow, container: FakeContainer, qtbot: QtBot
) -> None:
    del terminal
    bar = find(window, QTabBar, "containers.terminal.tabs")
    assert bar.tabText(0) == "Terminal 1 (sh)", "the best there is"
    [view] = window.findChildren(ContainerTerminalView)
    view.terminals[0].viewmodel._parser.feed(b"\x1b]0;root@web: <b>/\x07\x1b]1;a & b\x07\x1bc")
    view.terminals[0].viewmodel.changed.emit()
    assert bar.tabText(0) == "Terminal 1 (a && b)"
    container.shells = ("zsh", "sh")
    menu = shell_menu(window, qtbot)
    menu.actions()[1].trigger()
    menu.hide()
    wait_for(qtbot, lambda: bar.tabText(1) == "Terminal 2 (zsh)")
    assert bar.tabText(0) == "Terminal 1 (a && b)"


def test_an_image_without_a_shell_is_explained(
    window: MainWindow, desktop: DesktopViewModel, container: FakeContainer, qtbot: QtBot, save_picture: Save
) -> None:
    container.has_shell = False
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.running == 1)
    window.containers.show_container(container.id, "terminal")
    wait_for(qtbot, lambda: "has no shell" in text_of(window, "containers.terminal.1.banner.text"))
    save_picture(window, "container-terminal-no-shell")


def test_a_debug_shell_opens_beside_a_container_without_one(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, container: FakeContainer, qtbot: QtBot
) -> None:
    container.has_shell = False
    engine.add_image("marina/getting-started:latest")
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.running == 1)
    window.containers.show_container(container.id, "terminal")
    wait_for(qtbot, lambda: "has no shell" in text_of(window, "containers.terminal.1.banner.text"))
    press(qtbot, window, "containers.terminal.1.banner.link")
    view = find(window, TerminalView, "containers.terminal.1.screen")
    wait_for(qtbot, lambda: "/ #" in view.text())
    (helper,) = (other for other in engine.state.containers.values() if other is not container)
    assert helper.body["HostConfig"]["PidMode"] == f"container:{container.id}"
    QTest.keyClicks(view, "exit\r")
    wait_for(qtbot, lambda: list(engine.state.containers.values()) == [container])


def test_a_debug_shell_can_be_had_where_there_is_a_shell(
    terminal: TerminalView, window: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    del terminal
    engine.add_image("marina/getting-started:latest")
    press(qtbot, window, "containers.terminal.tools")
    view = find(window, TerminalView, "containers.terminal.2.screen")
    wait_for(qtbot, lambda: "/ #" in view.text())
    save_picture(window, "container-terminal-debug")


def shell_menu(window: MainWindow, qtbot: QtBot) -> QMenu:
    press(qtbot, window, "containers.terminal.shell")
    wait_for(qtbot, lambda: any(menu.isVisible() for menu in window.findChildren(QMenu, SHELLS)))
    return next(menu for menu in window.findChildren(QMenu, SHELLS) if menu.isVisible())


SHELLS = "containers.terminal.shells"


def test_a_shell_is_chosen_and_kept_for_this_container(
    terminal: TerminalView,
    window: MainWindow,
    engine: FakeEngine,
    container: FakeContainer,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    container.shells = ("zsh", "sh")
    menu = shell_menu(window, qtbot)
    assert [entry.text() for entry in menu.actions()] == ["The best there is", "zsh", "sh"]
    assert [entry.isChecked() for entry in menu.actions()] == [True, False, False]
    save_picture(menu, "terminal-shells")
    menu.actions()[1].trigger()
    menu.hide()
    second = find(window, TerminalView, "containers.terminal.2.screen")
    wait_for(qtbot, lambda: second.text() == "/ #")
    assert [shell.body["Cmd"] for shell in engine.state.execs.values()][-1] == ["zsh"]
    assert terminal.text() == "/ #", "the one before goes on"
    window.containers.go_back()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    window.containers.show_container(container.id, "terminal")
    again = find(window, TerminalView, "containers.terminal.1.screen")
    wait_for(qtbot, lambda: again.text() == "/ #")
    assert [shell.body["Cmd"] for shell in engine.state.execs.values()][-1] == ["zsh"]
    menu = shell_menu(window, qtbot)
    assert [entry.isChecked() for entry in menu.actions()] == [False, True, False]
    menu.hide()
    while find(window, QWidget, "containers.terminal.more").isEnabled():
        press(qtbot, window, "containers.terminal.more")
    assert not find(window, QWidget, "containers.terminal.shell").isEnabled(), "there are as many as can be"


def test_where_there_is_no_shell_none_is_offered(
    terminal: TerminalView, window: MainWindow, container: FakeContainer, qtbot: QtBot
) -> None:
    del terminal
    container.has_shell = False
    menu = shell_menu(window, qtbot)
    assert [(entry.text(), entry.isEnabled()) for entry in menu.actions()] == [
        ("The container has no shell", False)
    ]
    menu.hide()


def test_shells_of_a_stopped_container_are_not_known(
    terminal: TerminalView, window: MainWindow, engine: FakeEngine, container: FakeContainer, qtbot: QtBot
) -> None:
    del terminal
    engine.containers.act(container, "stop", {})
    menu = shell_menu(window, qtbot)
    (remark,) = menu.actions()
    assert remark.text()
    assert remark.text() != "The container has no shell"
    assert not remark.isEnabled()
    menu.hide()


def test_a_flood_does_not_stop_the_window(terminal: TerminalView, qtbot: QtBot) -> None:
    watchdog = Watchdog()
    watchdog.start()
    QTest.keyClicks(terminal, "yes 30\r")
    wait_for(qtbot, lambda: terminal._screen.history[-1:] != [] and terminal.text().endswith("/ #"))
    assert len(terminal._screen.history) >= 10_000
    assert watchdog.longest < STALL_LIMIT


def test_a_flood_can_be_left(
    terminal: TerminalView, window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    QTest.keyClicks(terminal, "yes 3000\r")
    wait_for(qtbot, lambda: len(terminal._screen.history) > 100)
    window.containers.go_back()
    background = window.desktop.background
    wait_for(qtbot, lambda: sum(stream.is_alive for stream in background._streams) <= 1)


def test_copy_and_paste(terminal: TerminalView, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("echo pasted\n")
    QTest.keyClick(terminal, Qt.Key.Key_V, CTRL | SHIFT)
    wait_for(qtbot, lambda: "\npasted\n" in terminal.text())
    place = QPoint(10, 10 + terminal._cell.height())
    QTest.mouseDClick(terminal.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.keyClick(terminal, Qt.Key.Key_C, CTRL | SHIFT)
    assert QGuiApplication.clipboard().text() == "pasted"
    terminal.select_all()
    assert terminal.selection.text == "/ # echo pasted\npasted\n/ #"


def test_keys_stay_in_the_terminal_and_one_leaves(
    terminal: TerminalView, window: MainWindow, qtbot: QtBot
) -> None:
    QTest.keyClick(terminal, Qt.Key.Key_Tab)
    QTest.keyClick(terminal, Qt.Key.Key_F, CTRL)
    QTest.keyClick(terminal, Qt.Key.Key_2, CTRL)
    QTest.keyClick(terminal, Qt.Key.Key_Escape)
    assert terminal.hasFocus()
    assert window.page.name == "containers"
    QTest.keyClick(terminal, Qt.Key.Key_Backtab, CTRL | SHIFT)
    assert not terminal.hasFocus()


@pytest.mark.parametrize(
    ("key", "modifiers", "text", "sent"),
    [
        (Qt.Key.Key_A, NONE, "a", b"a"),
        (Qt.Key.Key_C, CTRL, "\x03", b"\x03"),
        (Qt.Key.Key_B, ALT, "b", b"\x1bb"),
        (Qt.Key.Key_Up, NONE, "", b"\x1b[A"),
        (Qt.Key.Key_Left, CTRL, "", b"\x1b[1;5D"),
        (Qt.Key.Key_Delete, NONE, "\x7f", b"\x1b[3~"),
        (Qt.Key.Key_F1, NONE, "", b"\x1bOP"),
        (Qt.Key.Key_F5, SHIFT, "", b"\x1b[15;2~"),
        (Qt.Key.Key_Backtab, SHIFT, "", b"\x1b[Z"),
        (Qt.Key.Key_Shift, SHIFT, "", b""),
        (Qt.Key.Key_Eacute, NONE, "\u00e9", "\u00e9".encode()),
    ],
)
def test_keys(key: Qt.Key, modifiers: Qt.KeyboardModifier, text: str, sent: bytes) -> None:
    assert encode_key(QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text), False) == sent


def test_application_cursor_keys() -> None:
    assert encode_key(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Up, NONE), True) == b"\x1bOA"


def test_a_paste_cannot_end_its_brackets() -> None:
    assert encode_paste("a\x1b[201~b\r\nc", True) == b"\x1b[200~a[201~b\rc\x1b[201~"


def test_search_in_the_log_still_works(window: MainWindow, terminal: TerminalView) -> None:
    detail = window.containers.detail
    assert detail is not None
    detail.show_tab("logs")  # type: ignore[attr-defined]
    window.containers.focus_filter()
    assert find(window, QLineEdit, "containers.logs.search").hasFocus()
