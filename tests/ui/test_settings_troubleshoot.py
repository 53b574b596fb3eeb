"""The Settings page and the Troubleshoot page."""

import getpass
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.services.errors import UserError
from app.services.machine.at_login import start_at_login
from app.services.machine.log_tail import read_tail
from app.services.machine.virtual_machine import VirtualMachine
from app.viewmodels.containers.containers import ACTIONS
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.engine.troubleshoot import CheckView
from app.views.dialogs.report_dialog import LISTED
from app.views.main_window import MainWindow
from app.views.pages.page import FilterBox
from app.views.pages.settings.settings_page import SettingsPage
from app.views.pages.settings.troubleshoot_page import TroubleshootPage
from app.views.theme import CONTRAST, Appearance, Theme
from app.views.widgets.log.log_view import LogView
from app.views.widgets.table import RowTable
from tests.fakes.fake_machine import FakeMachine
from tests.ui.conftest import SCREENSHOTS
from tests.ui.helpers import find, press, text_of, wait_for
from vm import removal
from vm.machine.machine_files import MachineFiles
from vm.machine.status import MachineState, Problem

Save = Callable[[QWidget, str], None]


@pytest.fixture
def settings(window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot) -> MainWindow:
    """The window on its Settings page, the machine's settings read."""
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert window.page.name == "settings"
    wait_for(qtbot, lambda: find(window, QSpinBox, "settings.memory").isEnabled())
    return window


def stored(folder: Path) -> dict[str, object]:
    value = json.loads(MachineFiles.find(folder).settings.read_text())
    assert isinstance(value, dict)
    return value


def test_the_machine_gets_what_was_chosen_with_a_restart(
    settings: MainWindow, machine: FakeMachine, folder: Path, qtbot: QtBot, save_picture: Save
) -> None:
    save_picture(settings, "settings")
    assert not find(settings, QWidget, "settings.bar").isVisible()
    press(qtbot, settings, "settings.section.resources")
    find(settings, QSpinBox, "settings.memory").setValue(1536)
    find(settings, QPlainTextEdit, "settings.mirrors").setPlainText("https://mirror.example.com\n")
    assert find(settings, QWidget, "settings.bar").isVisible()
    save_picture(settings, "settings-changed")
    press(qtbot, settings, "settings.apply")
    wait_for(qtbot, lambda: "restart" in machine.requests)
    assert stored(folder)["memory_mib"] == 1536
    assert stored(folder)["registry_mirrors"] == ["https://mirror.example.com"]
    assert not find(settings, QWidget, "settings.bar").isVisible()


def test_nonsense_is_refused_as_typed(settings: MainWindow, qtbot: QtBot, save_picture: Save) -> None:
    find(settings, QPlainTextEdit, "settings.mirrors").setPlainText("mirror")
    find(settings, QPlainTextEdit, "settings.folders").setPlainText("here")
    find(settings, QAbstractButton, "settings.proxy.manual").click()
    find(settings, QLineEdit, "settings.http-proxy").setText("proxy")
    assert "begins with https://" in text_of(settings, "settings.mirrors.problem")
    assert "no whole path" in text_of(settings, "settings.folders.problem")
    assert "is no proxy" in text_of(settings, "settings.http-proxy.problem")
    assert text_of(settings, "settings.https-proxy.problem") == ""
    assert text_of(settings, "settings.bar.text").endswith(
        "beside the fields of Shared folders, Network, Registries."
    )
    assert not find(settings, QAbstractButton, "settings.apply").isEnabled()
    press(qtbot, settings, "settings.section.registries")
    save_picture(settings, "settings-wrong")
    press(qtbot, settings, "settings.undo")
    assert find(settings, QPlainTextEdit, "settings.mirrors").toPlainText() == ""
    assert not find(settings, QWidget, "settings.bar").isVisible()


def test_what_the_machine_follows_while_it_runs_needs_no_restart(
    settings: MainWindow, machine: FakeMachine, folder: Path, qtbot: QtBot, save_picture: Save
) -> None:
    find(settings, QSpinBox, "settings.idle").setValue(0)
    ports = find(settings, QCheckBox, "settings.host-ports")
    assert ports.isChecked()
    ports.setChecked(False)
    find(settings, QAbstractButton, "settings.proxy.manual").click()
    find(settings, QLineEdit, "settings.http-proxy").setText("http://me:secret@proxy.example.com:3128")
    find(settings, QLineEdit, "settings.no-proxy").setText(".example.com")
    page = settings.page
    assert isinstance(page, SettingsPage)
    page.show_setting("no-proxy")
    assert find(settings, QAbstractButton, "settings.apply").text() == "Apply"
    save_picture(settings, "settings-proxy")
    press(qtbot, settings, "settings.apply")
    wait_for(qtbot, lambda: not find(settings, QWidget, "settings.bar").isVisible())
    assert stored(folder)["idle_minutes"] == 0
    assert stored(folder)["host_network_ports"] is False
    assert stored(folder)["http_proxy"] == "http://me:secret@proxy.example.com:3128"
    assert (stored(folder)["https_proxy"], stored(folder)["no_proxy"]) == ("", ".example.com")
    find(settings, QAbstractButton, "settings.proxy.none").click()
    press(qtbot, settings, "settings.apply")
    wait_for(qtbot, lambda: not find(settings, QWidget, "settings.bar").isVisible())
    assert stored(folder)["http_proxy"] == stored(folder)["no_proxy"] == ""
    assert "restart" not in machine.requests


def test_start_at_login(settings: MainWindow, folder: Path, qtbot: QtBot) -> None:
    box = find(settings, QCheckBox, "settings.at-login")
    wait_for(qtbot, box.isEnabled)
    assert not box.isChecked()
    unit = folder / "home" / ".config" / "systemd" / "user" / "marina.service"
    box.click()
    wait_for(qtbot, unit.exists)
    wait_for(qtbot, box.isChecked)
    box.click()
    wait_for(qtbot, lambda: not unit.exists())
    (folder / "home" / ".config").rename(folder / "home" / "gone")
    (folder / "home" / ".config").write_text("in the way")
    box.click()
    wait_for(qtbot, lambda: find(settings, QWidget, "settings.notice").isVisible())
    wait_for(qtbot, lambda: not box.isChecked())


def test_the_window_opens_at_login(settings: MainWindow, folder: Path, qtbot: QtBot) -> None:
    box = find(settings, QCheckBox, "settings.window-at-login")
    wait_for(qtbot, box.isEnabled)
    assert not box.isChecked()
    entry = folder / "home" / ".config" / "autostart" / "marina.desktop"
    box.click()
    wait_for(qtbot, entry.exists)
    wait_for(qtbot, box.isChecked)
    box.click()
    wait_for(qtbot, lambda: not entry.exists())


def test_the_start_before_login_is_told_with_the_way_back(
    settings: MainWindow,
    folder: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    save_picture: Save,
) -> None:
    monkeypatch.setattr(start_at_login, "LINGER", folder / "linger")
    monkeypatch.setattr(shutil, "which", lambda name, **_: f"/usr/bin/{name}")
    box = find(settings, QCheckBox, "settings.at-login")
    command = find(settings, QLineEdit, "settings.before-login.command")
    settings.page.resume()
    wait_for(qtbot, lambda: text_of(settings, "settings.before-login") == "Needs the start at login.")
    assert not command.isVisible()
    box.click()
    wait_for(qtbot, lambda: command.text() == f"loginctl enable-linger {getpass.getuser()}")
    save_picture(settings, "settings-before-login")
    press(qtbot, settings, "settings.before-login.copy")
    assert QGuiApplication.clipboard().text() == command.text()
    (folder / "linger").mkdir()
    (folder / "linger" / getpass.getuser()).touch()  # the command was run in a terminal
    QApplication.sendEvent(find(settings, QWidget, "settings.login"), QEvent(QEvent.Type.WindowActivate))
    wait_for(qtbot, lambda: command.text() == f"loginctl disable-linger {getpass.getuser()}")
    assert "before anybody logs in" in text_of(settings, "settings.before-login")


def test_everything_can_be_larger(
    settings: MainWindow, desktop: DesktopViewModel, theme: Theme, qtbot: QtBot
) -> None:
    settings.activateWindow()
    wait_for(qtbot, settings.isActiveWindow)
    before = settings.page.title.height()

    def icon_side() -> int:
        return find(settings, QAbstractButton, "settings.engines.add").iconSize().width()

    side = icon_side()
    actions = find(settings, RowTable, "containers.table").columnWidth(ACTIONS)
    margin = find(settings, FilterBox, "containers.filter").textMargins().left()
    try:
        QTest.keyClick(settings, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
        assert desktop.preferences.zoom == theme.zoom == 110
        zoom = find(settings, QComboBox, "settings.zoom")
        assert zoom.currentText() == "110 %"
        zoom.setCurrentIndex(zoom.count() - 1)
        zoom.activated.emit(zoom.currentIndex())
        assert desktop.preferences.zoom == theme.zoom == 200
        wait_for(qtbot, lambda: settings.page.title.height() > before * 1.5)
        assert icon_side() == 2 * side
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        table = find(settings, RowTable, "containers.table")
        assert table.columnWidth(ACTIONS) == 2 * actions
        lens = find(settings, FilterBox, "containers.filter")
        assert lens.textMargins().left() == 2 * margin
        for page in ("settings", "containers"):
            settings.show_page(page)
            qtbot.wait(50)  # for the picture only: layouts settle
            assert settings.grab().save(str(SCREENSHOTS / f"{page}-zoom.png"))
        QTest.keyClick(settings, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
        assert theme.zoom == 175
    finally:
        QTest.keyClick(settings, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
        theme.choose_zoom(100)
    assert desktop.preferences.zoom == 100
    assert icon_side() == side
    assert find(settings, RowTable, "containers.table").columnWidth(ACTIONS) == actions
    wait_for(qtbot, lambda: settings.page.title.height() <= before + 2)


def test_the_disk_never_shrinks(settings: MainWindow) -> None:
    disk = find(settings, QSpinBox, "settings.disk")
    disk.setValue(1)
    assert disk.value() == 64


def test_an_appearance_that_is_chosen_elsewhere_is_shown(settings: MainWindow, theme: Theme) -> None:
    before = theme.appearance
    try:
        settings.choose_appearance("contrast")
        assert find(settings, QAbstractButton, "settings.appearance.contrast").isChecked()
    finally:
        theme.choose(before)


def test_appearance_and_language_are_kept(
    settings: MainWindow, desktop: DesktopViewModel, theme: Theme
) -> None:
    find(settings, QAbstractButton, "settings.appearance.dark").click()
    assert theme.appearance is Appearance.DARK
    theme.choose(Appearance.LIGHT)
    language = find(settings, QComboBox, "settings.language")
    language.setCurrentIndex(2)
    language.activated.emit(2)
    assert desktop.preferences.language == "zh_CN"
    find(settings, QAbstractButton, "settings.keep-running").click()
    assert not desktop.preferences.keep_running_when_closed


def test_high_contrast_is_chosen_and_kept(
    settings: MainWindow, desktop: DesktopViewModel, theme: Theme
) -> None:
    find(settings, QAbstractButton, "settings.appearance.contrast").click()
    try:
        assert theme.tokens is CONTRAST
        assert desktop.preferences.theme == "contrast"
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        assert settings.grab().save(str(SCREENSHOTS / "settings-contrast.png"))
    finally:
        theme.choose(Appearance.LIGHT)


def test_settings_that_are_not_valid_are_not_written(folder: Path) -> None:
    from dataclasses import replace

    machine = VirtualMachine(folder)
    with pytest.raises(UserError):
        machine.save_settings(replace(machine.settings(), memory_mib=10))
    assert not MachineFiles.find(folder).settings.exists()


def test_troubleshoot_shows_state_steps_and_logs(
    window: MainWindow,
    desktop: DesktopViewModel,
    machine: FakeMachine,
    folder: Path,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    files = MachineFiles.find(folder)
    files.create_folders()
    files.console_log.write_text("".join(f"[ {number}.0] kernel line\n" for number in range(40)))
    files.supervisor_log.write_text("\x1b[31msupervisor <b>line</b>\n")
    machine.set(state=MachineState.STOPPED)
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    window.show_page("troubleshoot")
    press(qtbot, window, "troubleshoot.views.logs")
    log = find(window, LogView, "troubleshoot.log")
    wait_for(qtbot, lambda: log.line_count == 40)
    assert text_of(window, "troubleshoot.word") == "Engine running"
    assert text_of(window, "troubleshoot.steps.0.title") == "Start the machine"
    save_picture(window, "troubleshoot")
    press(qtbot, window, "troubleshoot.logs.supervisor")
    wait_for(qtbot, lambda: log.all_text() == "supervisor <b>line</b>")
    press(qtbot, window, "troubleshoot.logs.qemu")
    wait_for(qtbot, lambda: log.line_count == 0)
    press(qtbot, window, "troubleshoot.force-stop")
    wait_for(qtbot, lambda: "force-stop" in machine.requests)
    wait_for(qtbot, lambda: find(window, QAbstractButton, "troubleshoot.start").isVisible())


def test_a_failed_start_is_told_in_full(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot, save_picture: Save
) -> None:
    machine.set(state=MachineState.STOPPED)
    machine.start_fails_with = Problem("The machine did not start", "qemu: no KVM", "Enable it.")
    window.show_page("troubleshoot")
    desktop.begin()
    wait_for(qtbot, lambda: "no KVM" in text_of(window, "troubleshoot.problem"))
    save_picture(window, "troubleshoot-failed")
    machine.start_fails_with = None
    press(qtbot, window, "troubleshoot.start")
    wait_for(qtbot, lambda: desktop.view.can_be_used)


def test_checks_are_made_and_the_report_is_packed(
    window: MainWindow,
    desktop: DesktopViewModel,
    folder: Path,
    qtbot: QtBot,
    save_picture: Save,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    window.show_page("troubleshoot")
    assert text_of(window, "troubleshoot.verdict") == "Looking…"
    wait_for(qtbot, lambda: text_of(window, "troubleshoot.verdict") != "Looking…")
    assert text_of(window, "troubleshoot.check.supervisor") == "The supervisor answers"
    page = window.page
    assert isinstance(page, TroubleshootPage)
    report = folder / "report.tar.gz"
    for log in ("supervisor.log", "qemu.log", "console.log"):
        (folder / log).touch()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(report), ""))
    press(qtbot, window, "troubleshoot.report")
    assert "what the checks have found" in text_of(window, "report.contents")
    save_picture(find(window, QDialog, "report"), "troubleshoot-report")
    press(qtbot, window, "report.save")
    wait_for(qtbot, lambda: text_of(window, "troubleshoot.report-banner.text").startswith("Saved as"))
    with tarfile.open(report) as archive:
        names = {name.removeprefix("marina-diagnosis/") for name in archive.getnames()}
    assert {"diagnosis.json", "status.json", "console.log"} <= names
    assert names <= set(LISTED), "what is in it is told before"
    page.checks.save_report(str(report))
    wait_for(qtbot, lambda: "there already" in text_of(window, "troubleshoot.report-banner.text"))
    page.checks.show_checks(
        [
            CheckView("supervisor", "The supervisor answers", "ok", "process 1203, the machine is running"),
            CheckView("memory", "This computer has memory", "warning", "612 MB are free.", "Close programs."),
            CheckView("engine", "The engine answers", "failed", "timed out", "Restart the machine."),
            CheckView("shares", "The shared folders are there", "skipped", "No folder is shared."),
        ]
    )
    find(window, QWidget, "troubleshoot.report-banner").hide()
    assert text_of(window, "troubleshoot.verdict") == "1 check failed"
    save_picture(window, "troubleshoot-checks")
    wait_for(qtbot, lambda: find(window, QAbstractButton, "troubleshoot.fix.memory").isVisible())
    press(qtbot, window, "troubleshoot.fix.memory")
    assert window.page.name == "settings"


def test_snapshots_are_made_gone_back_to_and_all_is_removed(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot, save_picture: Save
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    window.show_page("troubleshoot")
    press(qtbot, window, "troubleshoot.views.data")
    wait_for(qtbot, lambda: find(window, QWidget, "troubleshoot.data.none").isVisible())
    press(qtbot, window, "troubleshoot.data.create")
    find(window, QLineEdit, "snapshot.name").setText("before")
    press(qtbot, window, "snapshot.create")
    restore = "troubleshoot.snapshot.before.restore"
    wait_for(qtbot, lambda: len(desktop.machine_data.snapshots) == 1)
    wait_for(qtbot, lambda: find(window, QAbstractButton, restore).isVisible())
    save_picture(window, "troubleshoot-data")
    press(qtbot, window, restore)
    press(qtbot, window, "troubleshoot.restore-ask.confirm")
    wait_for(qtbot, lambda: text_of(window, "troubleshoot.data.banner.text") == "All data is as in before.")
    assert "snapshot-restore" in machine.requests
    press(qtbot, window, "troubleshoot.data.compact")
    wait_for(qtbot, lambda: "were given back" in text_of(window, "troubleshoot.data.banner.text"))
    press(qtbot, window, "troubleshoot.data.reset")
    press(qtbot, window, "troubleshoot.reset-ask.confirm")
    wait_for(qtbot, lambda: "first day" in text_of(window, "troubleshoot.data.banner.text"))
    press(qtbot, window, "troubleshoot.snapshot.before.delete")
    press(qtbot, window, "troubleshoot.snapshot-ask.confirm")
    wait_for(qtbot, lambda: not desktop.machine_data.snapshots)


def test_all_data_moves_to_another_folder(
    window: MainWindow,
    desktop: DesktopViewModel,
    machine: FakeMachine,
    folder: Path,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    window.show_page("troubleshoot")
    press(qtbot, window, "troubleshoot.views.data")
    wait_for(qtbot, lambda: text_of(window, "troubleshoot.data.place") == f"It is kept in {folder}.")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    press(qtbot, window, "troubleshoot.data.move")
    assert "data-move" not in machine.requests
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    press(qtbot, window, "troubleshoot.data.move")
    told = f"All data is in {tmp_path} now."
    wait_for(qtbot, lambda: text_of(window, "troubleshoot.data.banner.text") == told)
    assert "data-move" in machine.requests


def test_a_reset_to_factory_wants_a_word_and_takes_the_settings_along(
    window: MainWindow,
    desktop: DesktopViewModel,
    machine: FakeMachine,
    folder: Path,
    theme: Theme,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    save_picture: Save,
) -> None:
    removed: list[tuple[Path, bool, bool]] = []

    def remove(files: MachineFiles, *, data: bool, settings: bool) -> None:
        removed.append((files.data, data, settings))
        machine.set(state=MachineState.STOPPED)

    monkeypatch.setattr(removal, "remove_machine", remove)
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    try:
        window.choose_appearance("dark")
        window.show_page("troubleshoot")
        press(qtbot, window, "troubleshoot.views.data")
        press(qtbot, window, "troubleshoot.data.factory")
        confirm = find(window, QAbstractButton, "factory-reset.confirm")
        word = find(window, QLineEdit, "factory-reset.word")
        for wrong in ("", "yes", "marin"):
            word.setText(wrong)
            assert not confirm.isEnabled()
        word.setText("Marina")
        save_picture(confirm.window(), "factory-reset")
        confirm.click()
        wait_for(qtbot, lambda: removed == [(folder, True, True)])
        wait_for(qtbot, lambda: theme.appearance is Appearance.SYSTEM)
        assert desktop.preferences.theme == "system"
        wait_for(qtbot, lambda: desktop.view.can_be_used, "a new machine is started")
    finally:
        theme.choose(Appearance.LIGHT)


def show_finding(window: MainWindow, qtbot: QtBot, check: str, verdict: str) -> str:
    """Show one finding on the Troubleshoot page; return the name of its button."""
    window.show_page("troubleshoot")
    wait_for(qtbot, lambda: find(window, QAbstractButton, "troubleshoot.check").isEnabled())
    assert isinstance(window.page, TroubleshootPage)
    window.page.checks.show_checks([CheckView(check, "A check", verdict, "It is wrong.", "Mend it.")])
    button = f"troubleshoot.fix.{check}"
    wait_for(qtbot, lambda: find(window, QAbstractButton, button).isVisible())
    return button


@pytest.mark.parametrize(
    ("check", "section"),
    [
        ("settings", "resources"),
        ("memory", "resources"),
        ("shares", "folders"),
        ("proxy", "network"),
        ("docker-host", "docker"),
    ],
)
def test_a_remedy_in_the_settings_is_led_to(
    window: MainWindow, qtbot: QtBot, check: str, section: str
) -> None:
    press(qtbot, window, show_finding(window, qtbot, check, "failed"))
    assert window.page.name == "settings"
    wait_for(qtbot, lambda: find(window, QAbstractButton, f"settings.section.{section}").isChecked())


def test_want_of_room_leads_to_where_room_is_given_back(window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, window, show_finding(window, qtbot, "space", "warning"))
    assert find(window, QAbstractButton, "troubleshoot.data.compact").isVisible()


def test_only_the_end_of_a_long_log_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    path.write_text("".join(f"line {number}\n" for number in range(200_000)))
    tail = read_tail(path)
    assert tail.lines[-1] == "line 199999"
    assert tail.lines[0].startswith("line ")
    assert 1000 < len(tail.lines) < 200_000
    assert read_tail(tmp_path / "none").lines == ()
