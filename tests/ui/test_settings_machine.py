"""Settings in the window: certificates, name servers, engine options, defaults, search, what is fixed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.cli import main
from app.services.app_folders import AppFolders
from app.services.fixed_settings import find_fixed_choices
from app.services.notices import KINDS
from app.services.settings import LANGUAGES as KNOWN_LANGUAGES
from app.services.settings import SettingsFile
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.frame.preferences import Preferences
from app.views.main_window import MainWindow
from app.views.pages.settings.notices_card import NoticesCard
from app.views.pages.settings.setting_search import SettingSearch
from app.views.pages.settings.settings_page import SettingsPage
from app.views.pages.settings.settings_parts import SettingLine
from app.views.pages.settings.settings_window_cards import LANGUAGES, WindowCard
from app.views.theme import Appearance, Theme
from app.views.widgets.banner import Banner
from tests.fakes.fake_machine import FakeMachine
from tests.support.tls_front import Authority
from tests.ui.helpers import WAIT_MS, find, press, text_of, wait_for
from vm.machine import managed_settings
from vm.machine.machine_files import MachineFiles

Save = Callable[[QWidget, str], None]


@pytest.fixture
def settings(window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot) -> MainWindow:
    """The window on its Settings page, the machine's settings read."""
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    window.show_page("settings")
    wait_for(qtbot, lambda: find(window, QWidget, "settings.options").isEnabled())
    return window


@pytest.fixture
def fixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What an administrator has fixed; root need not own it here."""
    path = tmp_path / "fixed.json"
    monkeypatch.setattr(managed_settings, "USUAL_PLACE", str(path))
    monkeypatch.setattr(managed_settings, "check_owner", lambda found: None)
    values = {"memory_mib": 1024, "https_proxy": "http://proxy.corp.test:1", "dns_servers": ["192.0.2.1"]}
    path.write_text(json.dumps({"by": "Example Corp", "machine": values}))
    return path


def stored(folder: Path) -> dict[str, object]:
    value = json.loads(MachineFiles.find(folder).settings.read_text())
    assert isinstance(value, dict)
    return value


def apply(settings: MainWindow, qtbot: QtBot) -> None:
    """Apply what was changed, which needs no restart."""
    assert find(settings, QAbstractButton, "settings.apply").text() == "Apply"
    press(qtbot, settings, "settings.apply")
    wait_for(qtbot, lambda: not find(settings, QWidget, "settings.bar").isVisible())


def test_certificates_are_added_told_of_and_taken_off(
    settings: MainWindow,
    machine: FakeMachine,
    folder: Path,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    save_picture: Save,
) -> None:
    path = str(Authority().write(tmp_path, "registry") / "ca.pem")
    chosen = [path, __file__]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (chosen.pop(0), ""))
    press(qtbot, settings, "settings.section.network")
    press(qtbot, settings, "settings.certificates.add")
    wait_for(qtbot, lambda: text_of(settings, "settings.certificates.0") == "test CA")
    assert text_of(settings, "settings.certificates.0.state").startswith("Holds until ")
    apply(settings, qtbot)
    assert stored(folder)["ca_certificates"] == [path]
    press(qtbot, settings, "settings.certificates.add")
    wait_for(qtbot, lambda: "no certificate" in text_of(settings, "settings.certificates.1.state"))
    assert not find(settings, QAbstractButton, "settings.apply").isEnabled()
    save_picture(settings, "settings-certificates")
    press(qtbot, settings, "settings.certificates.1.remove")
    assert not find(settings, QWidget, "settings.bar").isVisible()
    Path(path).unlink()
    settings.show_page("containers")
    settings.show_page("settings")  # what is gone since is told, and keeps nothing else from being applied
    find(settings, QSpinBox, "settings.idle").setValue(7)
    apply(settings, qtbot)
    assert stored(folder)["ca_certificates"] == [path]
    remove = "settings.certificates.0.remove"
    wait_for(qtbot, lambda: find(settings, QAbstractButton, remove).isVisible())
    press(qtbot, settings, remove)
    apply(settings, qtbot)
    assert stored(folder)["ca_certificates"] == []
    assert "restart" not in machine.requests


def test_what_is_typed_while_settings_are_read_stays(
    settings: MainWindow, desktop: DesktopViewModel, folder: Path, qtbot: QtBot
) -> None:
    field = find(settings, QSpinBox, "settings.idle")
    with qtbot.waitSignal(desktop.machine_settings.loaded, timeout=WAIT_MS):
        desktop.machine_settings.load()
        field.setValue(9)
    assert field.value() == 9
    desktop.machine_settings.load()  # begins before it is written, and may end after it
    apply(settings, qtbot)
    assert stored(folder)["idle_minutes"] == 9
    with qtbot.waitSignal(desktop.machine_settings.loaded, timeout=WAIT_MS):
        desktop.machine_settings.load()
    assert field.value() == 9


def test_name_servers_are_checked_as_typed(
    settings: MainWindow, folder: Path, qtbot: QtBot, save_picture: Save
) -> None:
    press(qtbot, settings, "settings.section.network")
    press(qtbot, settings, "settings.dns.manual")
    servers = find(settings, QLineEdit, "settings.dns-servers")
    servers.setText("resolver.test")
    assert "resolver.test is no name server" in text_of(settings, "settings.dns-servers.problem")
    servers.setText("192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4")
    assert text_of(settings, "settings.dns-servers.problem") == "There can be 3 at most"
    servers.setText("192.0.2.1, [2001:db8::1]:5353")
    assert not find(settings, QWidget, "settings.dns-servers.problem").isVisible()
    save_picture(settings, "settings-network")
    apply(settings, qtbot)
    assert stored(folder)["dns_servers"] == ["192.0.2.1", "[2001:db8::1]:5353"]
    press(qtbot, settings, "settings.dns.system")
    apply(settings, qtbot)
    assert stored(folder)["dns_servers"] == []


def test_engine_options_are_checked_as_typed_and_a_whole_daemon_json_finds_its_places(
    settings: MainWindow, machine: FakeMachine, folder: Path, qtbot: QtBot, save_picture: Save
) -> None:
    press(qtbot, settings, "settings.section.engine")
    options = find(settings, QPlainTextEdit, "settings.options")
    for text, reason in (
        ('{\n"log-driver": \n}', "Line 3, column 1: this is no JSON"),
        ('{"log-driver": "syslog"}', "log-driver must be one of json-file, local, none"),
        ('{"registry-mirrors": ["mirror"]}', "must be addresses such as https://host"),
        ('{"icc": false}', "There is no option 'icc'"),
    ):
        options.setPlainText(text)
        assert reason in text_of(settings, "settings.options.problem")
        assert not find(settings, QAbstractButton, "settings.apply").isEnabled()
    save_picture(settings, "settings-options-wrong")
    options.setPlainText(
        '{"registry-mirrors": ["https://m.test"],\n "log-opts": {"max-size": "10m", "max-file": "3"}}'
    )
    assert not find(settings, QWidget, "settings.options.problem").isVisible()
    apply(settings, qtbot)
    assert stored(folder)["engine_options"] == {"log-opts": {"max-size": "10m", "max-file": "3"}}
    assert stored(folder)["registry_mirrors"] == ["https://m.test"]
    assert find(settings, QPlainTextEdit, "settings.mirrors").toPlainText() == "https://m.test"
    assert '"max-size": "10m"' in options.toPlainText()
    save_picture(settings, "settings-options")
    assert "restart" not in machine.requests


def test_a_section_goes_back_to_its_defaults(settings: MainWindow, folder: Path, qtbot: QtBot) -> None:
    memory = find(settings, QSpinBox, "settings.memory")
    usual = memory.value()
    memory.setValue(usual - 256)
    find(settings, QSpinBox, "settings.idle").setValue(0)
    find(settings, QPlainTextEdit, "settings.mirrors").setPlainText("https://m.test")
    press(qtbot, settings, "settings.section.resources")
    press(qtbot, settings, "settings.resources.reset")
    assert (memory.value(), find(settings, QSpinBox, "settings.idle").value()) == (usual, 5)
    assert find(settings, QPlainTextEdit, "settings.mirrors").toPlainText() == "https://m.test"
    apply(settings, qtbot)
    assert stored(folder)["idle_minutes"] == 5


def test_the_windows_own_choices_go_back_to_their_defaults(
    settings: MainWindow, desktop: DesktopViewModel, qtbot: QtBot
) -> None:
    find(settings, QCheckBox, "settings.keep-running").setChecked(False)
    desktop.preferences.change(language="zh_CN", quit_choice="stop")
    press(qtbot, settings, "settings.general.reset")
    assert desktop.preferences.keep_running_when_closed
    assert (desktop.preferences.language, desktop.preferences.quit_choice) == ("", "")
    assert desktop.preferences.theme == "system"
    find(settings, QComboBox, "settings.notices.task").setCurrentIndex(0)
    find(settings, QComboBox, "settings.notices.task").activated.emit(0)
    assert desktop.preferences.notice_level("task", "list") == "off"
    press(qtbot, settings, "settings.section.notices")
    press(qtbot, settings, "settings.notices.reset")
    assert desktop.preferences.notice_level("task", "?") == KINDS["task"] != "off"


def test_a_setting_is_found_brought_into_sight_and_marked(
    settings: MainWindow, qtbot: QtBot, save_picture: Save
) -> None:
    page = settings.page
    assert isinstance(page, SettingsPage)
    settings.activateWindow()
    wait_for(qtbot, settings.isActiveWindow)
    search = find(settings, SettingSearch, "settings.search")
    search.setFocus()
    QTest.keyClicks(search, "without")
    assert search.titles[0] == "Registries without TLS · Registries"
    save_picture(search.popup, "settings-search")
    QTest.keyClick(search.popup, Qt.Key.Key_Escape)
    assert not search.popup.isVisible(), "the window's own Escape must not take the key from the list"
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert page.sections.current == "registries"
    insecure = find(settings, QPlainTextEdit, "settings.insecure")
    wait_for(qtbot, insecure.hasFocus)
    line = next(line for line in settings.findChildren(SettingLine) if line.isAncestorOf(insecure))
    assert line.property("found") is True
    assert search.text() == ""
    save_picture(settings, "settings-found")
    search.setFocus()
    QTest.keyClicks(search, "daemon.json")  # it is in a remark
    assert search.titles == ["Engine options"]
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert page.sections.current == "engine"
    assert line.property("found") is False
    search.setFocus()
    QTest.keyClicks(search, "xyzzy")
    assert search.titles == []
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert page.sections.current == "engine"


def test_what_an_administrator_has_fixed_is_shown_and_stays(
    fixed: Path, settings: MainWindow, folder: Path, qtbot: QtBot, save_picture: Save
) -> None:
    del fixed
    memory = find(settings, QSpinBox, "settings.memory")
    assert (memory.value(), memory.isEnabled()) == (1024, False)
    assert text_of(settings, "settings.memory.fixed") == "Fixed by Example Corp."
    assert find(settings, QSpinBox, "settings.cpus").isEnabled()
    assert not find(settings, QWidget, "settings.proxy").isEnabled()
    assert text_of(settings, "settings.proxy.fixed") == "Fixed by Example Corp."
    assert find(settings, QLineEdit, "settings.dns-servers").text() == "192.0.2.1"
    assert not find(settings, QLineEdit, "settings.dns-servers").isEnabled()
    press(qtbot, settings, "settings.section.resources")
    save_picture(settings, "settings-fixed")
    find(settings, QSpinBox, "settings.idle").setValue(9)
    press(qtbot, settings, "settings.resources.reset")
    assert memory.value() == 1024, "what is fixed has no other default"
    find(settings, QSpinBox, "settings.idle").setValue(9)
    apply(settings, qtbot)
    assert stored(folder)["idle_minutes"] == 9
    assert stored(folder)["memory_mib"] != 1024, "it is not taken for the user's own"


def test_settings_that_are_not_in_force_are_told(
    folder: Path, window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot
) -> None:
    MachineFiles.find(folder).settings.write_text('{"cpus": 0}')
    desktop.begin()
    window.show_page("settings")
    notice = find(window, Banner, "settings.notice")
    wait_for(qtbot, notice.isVisible)
    assert "Using the defaults" in notice.text
    assert find(window, QSpinBox, "settings.cpus").value() >= 1


def test_choices_of_the_window_that_are_fixed_cannot_be_changed_and_are_not_written(
    folder: Path, qtbot: QtBot
) -> None:
    file = SettingsFile(folder / "own.json")
    preferences = Preferences(
        file, fixed={"keep_running_when_closed": False, "notifications": False}, fixed_by="Example Corp"
    )
    preferences.change(keep_running_when_closed=True, zoom=110)
    assert not preferences.keep_running_when_closed
    preferences.save()
    assert file.load().keep_running_when_closed, "the user's own choice is back once nothing is fixed"
    assert file.load().zoom == 110
    card = WindowCard(preferences)
    notices = NoticesCard(preferences)
    qtbot.addWidget(card)
    qtbot.addWidget(notices)
    box = find(card, QCheckBox, "settings.keep-running")
    assert (box.isChecked(), box.isEnabled()) == (False, False)
    assert "Example Corp" in find(card, QWidget, "settings.keep-running.fixed").text()  # type: ignore[attr-defined]
    assert not find(notices, QCheckBox, "settings.notices").isEnabled()
    card.reset()
    assert not box.isChecked()


def test_looking_for_updates_is_fixed_in_the_command_as_in_the_window(
    fixed: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    fixed.write_text(json.dumps({"by": "Example Corp", "window": {"check_for_updates": False}}))
    monkeypatch.setenv("MARINA_HOME", str(folder))
    assert main(["update", "--automatic", "on"]) == 1
    assert "check_for_updates is fixed by Example Corp" in capfd.readouterr().err
    assert main(["update", "--automatic", "off"]) == 0
    found, choices = find_fixed_choices()
    assert (found.by, choices) == ("Example Corp", {"check_for_updates": False})
    fixed.write_text(json.dumps({"window": {"check_for_updates": 1, "theme": "pink", "zoom": 110}}))
    assert find_fixed_choices()[1] == {}, "what cannot be is left as the user has it"


def test_what_the_command_line_chooses_is_followed(
    window: MainWindow,
    desktop: DesktopViewModel,
    folder: Path,
    theme: Theme,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(AppFolders, "find", lambda: AppFolders(folder, folder, folder))
    desktop.begin()
    window.show_page("settings")
    desktop.preferences.save()  # the first file: the page that was shown
    try:
        assert main(["settings", "theme", "dark"]) == 0
        wait_for(qtbot, lambda: theme.appearance is Appearance.DARK)
        assert find(window, QAbstractButton, "settings.appearance.dark").isChecked()
        desktop.preferences.change(log_times=True)  # not written yet
        assert main(["settings", "notices.died", "off"]) == 0
        assert main(["settings", "keep_running_when_closed", "off"]) == 0
        box = find(window, QCheckBox, "settings.keep-running")
        wait_for(qtbot, lambda: not box.isChecked())
        assert find(window, QComboBox, "settings.notices.died").currentText() == "Off"
        desktop.preferences.save()
        kept = SettingsFile(folder / "desktop.json").load()
        assert (kept.theme, kept.log_times, kept.keep_running_when_closed) == ("dark", True, False)
        assert kept.notice_levels == {"died": "off"}
    finally:
        theme.choose(Appearance.LIGHT)


def test_a_settings_file_that_breaks_while_the_window_is_open_loses_nothing(
    window: MainWindow, desktop: DesktopViewModel, folder: Path
) -> None:
    del window
    desktop.preferences.change(zoom=125)
    desktop.preferences.save()
    (folder / "desktop.json").write_text("{")
    desktop.preferences.change(log_wrap=True)
    desktop.preferences.save()
    kept = SettingsFile(folder / "desktop.json").load()
    assert (kept.zoom, kept.log_wrap) == (125, True)


def test_the_command_line_knows_the_languages_of_the_window() -> None:
    assert tuple(LANGUAGES) == KNOWN_LANGUAGES
