"""The ways out: closing asks where no tray is, the engine is left alone unless the user says so."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app import main
from app.services.app_folders import AppFolders
from app.services.computer import restart
from app.viewmodels.containers.compose import ComposeViewModel
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.tasks import TaskWords
from app.views import application
from app.views.application import GETTING_STARTED, RENEW, REOPEN, Desktop
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.dialogs.quit_dialog import QuitDialog
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.ui.helpers import find, press, text_of, wait_for
from tests.ui.test_containers_page import start_container
from vm.machine.status import MachineState


@pytest.fixture
def ended(
    qapp: QApplication, desktop: DesktopViewModel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> tuple[Desktop, list[bool]]:
    """The running application without a tray, and what it said at its end."""
    running = Desktop(qapp, desktop, "0", [])
    quits: list[bool] = []
    monkeypatch.setattr(running, "_application", SimpleNamespace(quit=lambda: quits.append(True)))
    assert running.tray is None, "offscreen has no tray"
    qtbot.addWidget(running.window)
    running.window.show()
    # A start that comes late would undo what a test does to the machine.
    wait_for(qtbot, lambda: desktop.containers.is_loaded and not desktop.engine.is_busy)
    return running, quits


def test_closing_asks_and_leaves_the_engine_alone(
    ended: tuple[Desktop, list[bool]],
    engine: FakeEngine,
    machine: FakeMachine,
    qtbot: QtBot,
    save_picture: Callable[[QWidget, str], None],
) -> None:
    running, quits = ended
    start_container(engine, "web")
    wait_for(qtbot, lambda: running.window.desktop.containers.running == 1)
    running.window.close()
    assert running.window.isVisible()
    dialog = find(running.window, QuitDialog, "quit")
    save_picture(dialog, "quit")
    for button in dialog.findChildren(QAbstractButton):
        assert button.width() >= button.minimumSizeHint().width(), f"{button.text()} is cut"
    press(qtbot, dialog, "quit.leave")
    assert quits == [True]
    assert not running.window.isVisible()
    assert machine.status.state is MachineState.RUNNING


def test_a_key_asks_to_quit(ended: tuple[Desktop, list[bool]], qtbot: QtBot) -> None:
    running, quits = ended
    QTest.keyClick(running.window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    press(qtbot, find(running.window, QuitDialog, "quit"), "quit.leave")
    assert quits == [True]


def test_stopping_the_engine_first(
    ended: tuple[Desktop, list[bool]], machine: FakeMachine, qtbot: QtBot
) -> None:
    running, quits = ended
    running.ask_to_quit()
    press(qtbot, running.window, "quit.stop")
    wait_for(qtbot, lambda: machine.status.state is MachineState.STOPPED)
    machine.socket_path.unlink(missing_ok=True)  # as the supervisor does at its end
    wait_for(qtbot, lambda: quits == [True])


def test_work_under_way_is_not_broken_off_unasked(
    ended: tuple[Desktop, list[bool]],
    desktop: DesktopViewModel,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running, quits = ended
    task = desktop.tasks.begin(TaskWords("Pulling redis:7"))
    running.window.reopening_asked.emit()
    assert text_of(running.window, "unfinished.names") == "Pulling redis:7"
    press(qtbot, running.window, "unfinished.cancel")
    wait_for(qtbot, lambda: not running.window.findChildren(ConfirmDeleteDialog))
    assert (running.exit_code, quits) == (0, [])
    running.ask_to_quit()
    press(qtbot, running.window, "unfinished.confirm")
    press(qtbot, running.window, "quit.cancel")
    assert quits == []
    task.succeed()
    desktop.compose.at_work_on, desktop.compose.at_work_with = "shop", "watch"
    monkeypatch.setattr(ComposeViewModel, "is_running", True)
    wait_for(qtbot, lambda: not running.window.findChildren(ConfirmDeleteDialog))
    running.ask_to_quit()
    assert text_of(running.window, "unfinished.names") == "Watching the sources of shop"
    press(qtbot, running.window, "unfinished.cancel")
    monkeypatch.setattr(ComposeViewModel, "is_running", False)
    running.window.reopening_asked.emit()
    wait_for(qtbot, lambda: quits == [True])
    assert running.exit_code == REOPEN


def test_another_version_is_started_once_the_engine_has_stopped(
    ended: tuple[Desktop, list[bool]], engine: FakeEngine, machine: FakeMachine, qtbot: QtBot
) -> None:
    running, quits = ended
    start_container(engine, "web")
    wait_for(qtbot, lambda: running.window.desktop.containers.running == 1)
    running.window.renewal_asked.emit()
    assert text_of(running.window, "renew.names") == "web"
    press(qtbot, running.window, "renew.cancel")
    assert running.exit_code == 0
    wait_for(qtbot, lambda: not running.window.findChildren(ConfirmDeleteDialog))
    running.window.renewal_asked.emit()
    press(qtbot, running.window, "renew.confirm")
    wait_for(qtbot, lambda: machine.status.state is MachineState.STOPPED)
    machine.socket_path.unlink(missing_ok=True)  # as the supervisor does at its end
    wait_for(qtbot, lambda: quits == [True])
    assert running.exit_code == RENEW


def test_the_program_is_exchanged_for_the_other_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    renewed: list[list[str]] = []
    folders = AppFolders(tmp_path, tmp_path, tmp_path)
    monkeypatch.setattr(AppFolders, "find", lambda: folders)
    monkeypatch.setattr(main, "write_log", lambda folders: None)
    monkeypatch.setattr(main, "has_display", lambda: True)
    monkeypatch.setattr(restart, "start_anew", lambda without: renewed.append(list(without)))
    for code in (0, RENEW, REOPEN):
        monkeypatch.setattr(application, "run_application", lambda *_, code=code: code)
        assert main.main([]) == code
    assert renewed == [[], [GETTING_STARTED]], "what was asked for at the first start is not done again"


def test_the_answer_can_be_kept(
    ended: tuple[Desktop, list[bool]], desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot
) -> None:
    running, quits = ended
    running.ask_to_quit()
    dialog = find(running.window, QuitDialog, "quit")
    press(qtbot, dialog, "quit.keep")
    press(qtbot, dialog, "quit.cancel")
    assert desktop.preferences.quit_choice == ""
    wait_for(qtbot, lambda: not running.window.findChildren(QuitDialog))
    running.ask_to_quit()
    dialog = find(running.window, QuitDialog, "quit")
    press(qtbot, dialog, "quit.keep")
    press(qtbot, dialog, "quit.leave")
    assert desktop.preferences.quit_choice == "leave"
    assert quits == [True]


def test_nothing_is_asked_when_the_answer_is_known(
    ended: tuple[Desktop, list[bool]], desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot
) -> None:
    running, quits = ended
    desktop.preferences.change(quit_choice="stop")
    running.ask_to_quit()
    assert not running.window.findChildren(QuitDialog)
    wait_for(qtbot, lambda: machine.status.state is MachineState.STOPPED)
    machine.socket_path.unlink(missing_ok=True)  # as the supervisor does at its end
    wait_for(qtbot, lambda: quits == [True])


def test_nothing_is_asked_when_nothing_runs(
    ended: tuple[Desktop, list[bool]], machine: FakeMachine, qtbot: QtBot
) -> None:
    running, quits = ended
    machine.set(state=MachineState.STOPPED)
    wait_for(qtbot, lambda: running.window.chip.word == "Stopped")
    running.window.close()
    assert quits == [True]
    assert not running.window.findChildren(QuitDialog)
