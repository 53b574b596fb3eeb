"""Settings: the docker command comes to Marina when the user says so."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.views.main_window import MainWindow
from app.views.pages.settings.settings_page import SettingsPage
from tests.fakes.fake_engine import FakeEngine
from tests.ui.helpers import find, press, text_of, wait_for

Save = Callable[[QWidget, str], None]


@pytest.fixture
def box(window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot) -> QCheckBox:
    """The choice on the Settings page, once it is known how it is."""
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    window.show_page("settings")
    press(qtbot, window, "settings.section.docker")
    found = find(window, QCheckBox, "settings.docker.use")
    wait_for(qtbot, found.isEnabled)
    return found


def chosen_context(folder: Path) -> str:
    """Return the current context in docker's own file."""
    try:
        text = (folder / "docker" / "config.json").read_text("utf-8")
    except FileNotFoundError:  # nothing is chosen; it may go at any moment
        return ""
    return str(json.loads(text).get("currentContext", ""))


def test_the_docker_command_is_led_here_and_back(
    box: QCheckBox, window: MainWindow, folder: Path, qtbot: QtBot, save_picture: Save
) -> None:
    assert not box.isChecked()
    box.click()
    wait_for(qtbot, lambda: chosen_context(folder) == "marina")
    wait_for(qtbot, box.isChecked)
    assert isinstance(window.page, SettingsPage)
    window.page.show_setting("docker.use")
    save_picture(window, "settings-docker")
    box.click()
    wait_for(qtbot, lambda: chosen_context(folder) == "")
    wait_for(qtbot, lambda: not box.isChecked())


def test_the_command_for_the_usual_socket_can_be_copied(
    box: QCheckBox, window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    del box
    command = find(window, QLineEdit, "settings.docker.command")
    assert str(engine.socket_path) in command.text()
    press(qtbot, window, "settings.docker.copy")
    assert QGuiApplication.clipboard().text() == command.text()
    assert find(window, QLineEdit, "settings.docker.socket").text() == str(engine.socket_path)
    press(qtbot, window, "settings.docker.socket.copy")
    assert QGuiApplication.clipboard().text() == str(engine.socket_path)


def test_a_terminal_finds_marina_and_no_longer(
    box: QCheckBox, window: MainWindow, folder: Path, qtbot: QtBot, save_picture: Save
) -> None:
    del box
    own = find(window, QCheckBox, "settings.own-command")
    wait_for(qtbot, own.isEnabled)
    link = folder / "home" / ".local" / "bin" / "marina"
    assert text_of(window, "settings.own-command.where").endswith(str(link))
    own.click()
    wait_for(qtbot, link.is_symlink)
    command = find(window, QLineEdit, "settings.own-command.command")
    wait_for(qtbot, command.isVisible)  # no file of this home has terminals look there
    assert isinstance(window.page, SettingsPage)
    window.page.show_setting("own-command")
    save_picture(window, "settings-own-command")
    press(qtbot, window, "settings.own-command.copy")
    assert QGuiApplication.clipboard().text() == command.text()
    own.click()
    wait_for(qtbot, lambda: not link.is_symlink())
    wait_for(qtbot, lambda: not command.isVisible())
    link.parent.mkdir(parents=True)
    link.write_text("another program")
    own.click()
    wait_for(qtbot, lambda: "Another program is called marina" in window.page.notice.text)
    wait_for(qtbot, lambda: not own.isChecked())


def test_a_command_that_a_package_brought_needs_no_switch(
    window: MainWindow, desktop: DesktopViewModel, folder: Path, qtbot: QtBot
) -> None:
    (folder / "bin").mkdir()
    (folder / "bin" / "marina").touch(mode=0o755)
    desktop.begin()
    window.show_page("settings")
    press(qtbot, window, "settings.section.docker")
    where = f"A terminal finds marina at {folder}/bin/marina."
    wait_for(qtbot, lambda: text_of(window, "settings.own-command.where") == where)
    assert not find(window, QCheckBox, "settings.own-command").isVisible()


def test_a_usual_socket_of_another_program_is_told(
    window: MainWindow, desktop: DesktopViewModel, folder: Path, qtbot: QtBot
) -> None:
    (folder / "usual.sock").touch()
    desktop.begin()
    window.show_page("settings")
    press(qtbot, window, "settings.section.docker")
    wait_for(qtbot, lambda: "another program" in text_of(window, "settings.docker.usual"))
    assert not find(window, QLineEdit, "settings.docker.command").isVisible()


def test_a_configuration_that_cannot_be_read_is_told_and_stays(
    window: MainWindow, desktop: DesktopViewModel, folder: Path, qtbot: QtBot
) -> None:
    broken = folder / "docker" / "config.json"
    broken.parent.mkdir()
    broken.write_text("{", "utf-8")
    desktop.begin()
    window.show_page("settings")
    wait_for(qtbot, lambda: "cannot be read" in window.page.notice.text)
    assert not find(window, QCheckBox, "settings.docker.use").isEnabled()
    assert broken.read_text("utf-8") == "{"
