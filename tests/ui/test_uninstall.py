"""Leaving Marina from its window: asked once, told what goes, and nothing written afterwards."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app import main
from app.services.app_folders import AppFolders
from app.services.computer.docker_command import DockerCommand
from app.services.computer.uninstall import Uninstaller
from app.services.errors import UserError
from app.services.updates.installation import Installation
from app.viewmodels.desktop import DesktopViewModel
from app.views import application
from app.views.application import REMOVE, Desktop
from app.views.dialogs.uninstall_dialog import UninstallDialog
from app.views.main_window import MainWindow
from tests.fakes.fake_machine import FakeMachine
from tests.ui.helpers import find, press, text_of, wait_for

Save = Callable[[QWidget, str], None]


def open_dialog(window: MainWindow, qtbot: QtBot) -> UninstallDialog:
    """Go there as a user does."""
    window.show_page("troubleshoot")
    press(qtbot, window, "troubleshoot.views.data")
    press(qtbot, window, "troubleshoot.uninstall")
    return find(window, UninstallDialog, "uninstall")


@pytest.mark.parametrize("with_data", [True, False])
def test_what_is_kept_is_removed_and_the_data_only_when_it_is_ticked(
    window: MainWindow, machine: FakeMachine, folder: Path, qtbot: QtBot, save_picture: Save, with_data: bool
) -> None:
    machine.set(disk_bytes=6_100_000_000)
    kept = [folder / "data.qcow2", folder / "data-disk.json"]
    for path in [*kept, folder / "console.log", folder / "machine.json"]:
        path.write_text("{}")
    dialog = open_dialog(window, qtbot)
    box = find(dialog, QCheckBox, "uninstall.data")
    assert not box.isChecked(), "the data stays unless somebody wants it gone"
    wait_for(qtbot, lambda: "6.10 GB" in box.text())
    save_picture(dialog, "uninstall")
    box.setChecked(with_data)
    press(qtbot, dialog, "uninstall.confirm")
    wait_for(qtbot, lambda: "is removed" in headings(dialog))
    assert [path.exists() for path in kept] == [not with_data] * 2
    assert not (folder / "console.log").exists()
    assert not (folder / "machine.json").exists()
    save_picture(dialog, "uninstall-done")


def test_the_way_the_program_goes_is_told(
    window: MainWindow, qtbot: QtBot, save_picture: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = "sudo apt purge marina"
    monkeypatch.setattr(Installation, "removal", property(lambda installation: command))
    undo = "sudo rm -f /var/run/docker.sock"
    monkeypatch.setattr(DockerCommand, "usual_removal", lambda docker: undo)
    dialog = open_dialog(window, qtbot)
    press(qtbot, dialog, "uninstall.confirm")
    wait_for(qtbot, lambda: text_of(dialog, "uninstall.command") == f"{undo}\n{command}")
    save_picture(dialog, "uninstall-command")


def test_it_stays_open_while_it_works_and_a_failure_can_be_tried_again(
    window: MainWindow, qtbot: QtBot, save_picture: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, wanted = threading.Event(), [UserError("The machine does not end", "pid 7", "Try again.")]

    def remove(uninstaller: Uninstaller, *, data: bool) -> None:
        gate.wait(60)
        if wanted:
            raise wanted.pop()

    monkeypatch.setattr(Uninstaller, "remove", remove)
    dialog = open_dialog(window, qtbot)
    press(qtbot, dialog, "uninstall.confirm")
    save_picture(dialog, "uninstall-working")
    dialog.close()
    dialog.reject()
    assert dialog.isVisible()
    gate.set()
    wait_for(qtbot, lambda: "The machine does not end" in text_of(dialog, "uninstall.problem"))
    save_picture(dialog, "uninstall-failed")
    press(qtbot, dialog, "uninstall.confirm")
    wait_for(qtbot, lambda: "is removed" in headings(dialog))


def test_afterwards_the_program_ends_and_writes_no_settings(
    qapp: QApplication,
    desktop: DesktopViewModel,
    machine: FakeMachine,
    folder: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running = Desktop(qapp, desktop, "0", [])
    quits: list[bool] = []
    monkeypatch.setattr(running, "_application", SimpleNamespace(quit=lambda: quits.append(True)))
    qtbot.addWidget(running.window)
    running.window.show()
    wait_for(qtbot, lambda: desktop.containers.is_loaded and not desktop.engine.is_busy)
    dialog = open_dialog(running.window, qtbot)
    press(qtbot, dialog, "uninstall.confirm")
    wait_for(qtbot, lambda: "is removed" in headings(dialog))
    (folder / "desktop.json").unlink(missing_ok=True)
    press(qtbot, dialog, "uninstall.quit")
    wait_for(qtbot, lambda: quits == [True])
    assert running.exit_code == REMOVE
    assert not (folder / "desktop.json").exists()


def test_cancel_removes_nothing(window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    (folder / "machine.json").write_text("{}")
    left: list[bool] = []
    window.uninstalled.connect(lambda: left.append(True))
    dialog = open_dialog(window, qtbot)
    press(qtbot, dialog, "uninstall.cancel")
    wait_for(qtbot, lambda: not window.findChildren(UninstallDialog))
    assert (folder / "machine.json").exists()
    assert left == []


def test_the_windows_folders_are_the_last_to_go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folders = AppFolders(tmp_path / "config", tmp_path / "cache", tmp_path / "marina" / "log")
    folders.config.mkdir()
    folders.logs.mkdir(parents=True)
    monkeypatch.setattr(AppFolders, "find", lambda: folders)
    monkeypatch.setattr(main, "write_log", lambda folders: None)
    monkeypatch.setattr(main, "has_display", lambda: True)
    monkeypatch.setattr(application, "run_application", lambda *_: REMOVE)
    monkeypatch.setattr(main, "end_log", lambda: None)
    assert main.main([]) == 0
    assert list(tmp_path.iterdir()) == []


def headings(dialog: UninstallDialog) -> str:
    """Return what the dialog's visible labels say."""
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())
