"""Engines of other computers: added in the settings, and a window that works with one."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from app.services.remote import remote_hosts, remote_machine
from app.services.remote.remote_hosts import HostKey
from app.viewmodels.desktop import DesktopViewModel
from app.views.dialogs.add_engine_dialog import AddEngineDialog
from app.views.main_window import MainWindow
from tests.fakes.fake_access import FakeAccess
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.ui.helpers import find, press, text_of, wait_for

Save = Callable[[QWidget, str], None]


@pytest.fixture
def settings(window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot) -> MainWindow:
    """The window on its Settings page, the list of engines read."""
    window.show_page("settings")
    wait_for(qtbot, lambda: bool(desktop.engines.rows))
    return window


def test_an_engine_is_added_chosen_and_removed(
    settings: MainWindow, access: FakeAccess, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    press(qtbot, settings, "settings.section.engines")
    press(qtbot, settings, "settings.engines.add")
    dialog = find(settings, AddEngineDialog, "add-engine")
    find(dialog, QLineEdit, "add-engine.name").setText("server")
    find(dialog, QLineEdit, "add-engine.url").setText("http://server")
    assert "begins with ssh://" in text_of(dialog, "add-engine.problem")
    find(dialog, QLineEdit, "add-engine.url").setText("unix:///nowhere/docker.sock")
    press(qtbot, dialog, "add-engine.confirm")
    wait_for(qtbot, lambda: text_of(dialog, "add-engine.problem") != "")
    save_picture(dialog, "add-engine")
    find(dialog, QLineEdit, "add-engine.url").setText(f"unix://{engine.socket_path}")
    press(qtbot, dialog, "add-engine.confirm")
    wait_for(qtbot, lambda: len(access.engines().list()) == 2)
    wait_for(qtbot, lambda: bool(settings.findChildren(QAbstractButton, "settings.engines.server.use")))
    find(settings, QAbstractButton, "settings.engines.server.use").click()
    wait_for(qtbot, lambda: access.engines().current().name == "server")
    wait_for(qtbot, lambda: "from before" in text_of(settings, "settings.engines.note"))
    with qtbot.waitSignal(settings.reopening_asked):
        press(qtbot, settings, "settings.engines.restart")
    save_picture(settings, "settings-engines")
    find(settings, QAbstractButton, "settings.engines.server.remove").click()
    wait_for(qtbot, lambda: access.engines().current().is_machine)
    wait_for(qtbot, lambda: not find(settings, QWidget, "settings.engines.note").isVisible())


def test_an_unknown_host_shows_its_key(
    settings: MainWindow, desktop: DesktopViewModel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        remote_hosts, "ask_host_key", lambda url: HostKey("ssh-ed25519 AAAA", "SHA256:x", False)
    )
    find(settings, QAbstractButton, "settings.engines.add").click()
    dialog = find(settings, AddEngineDialog, "add-engine")
    find(dialog, QLineEdit, "add-engine.name").setText("server")
    find(dialog, QLineEdit, "add-engine.url").setText("ssh://me@127.0.0.1:1")
    press(qtbot, dialog, "add-engine.confirm")
    wait_for(qtbot, lambda: "SHA256:x" in text_of(dialog, "add-engine.key"))
    assert len(desktop.engines.rows) == 1, "nothing is added before the key is confirmed"
    find(dialog, QLineEdit, "add-engine.url").setText("ssh://me@127.0.0.1:2")
    assert not find(dialog, QWidget, "add-engine.key").isVisible(), "another host has another key"
    dialog.close()


def test_a_window_that_works_with_an_engine_of_another_computer(
    access: FakeAccess,
    engine: FakeEngine,
    machine: FakeMachine,
    window: MainWindow,
    desktop: DesktopViewModel,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    access.engines().add("server", f"unix://{engine.socket_path}")
    access.engines().use("server")
    desktop.begin()
    wait_for(qtbot, lambda: window.chip.word == "server: Engine running")
    wait_for(qtbot, lambda: desktop.containers.is_loaded)
    assert window._shell.property("remote") is True
    save_picture(window, "remote-engine")
    assert not desktop.view.can_stop
    assert "start" not in machine.requests
    window.show_page("settings")
    assert "works with server" in text_of(window, "settings.banner.text")
    memory = find(window, QSpinBox, "settings.memory")
    wait_for(qtbot, memory.isEnabled)
    memory.stepUp()
    assert find(window, QAbstractButton, "settings.apply").text() == "Apply"
    save_picture(window, "remote-settings")
    window.show_page("troubleshoot")
    assert "works with server" in text_of(window, "troubleshoot.banner.text")
    assert not find(window, QAbstractButton, "troubleshoot.restart").isVisible()
    save_picture(window, "remote-troubleshoot")


def test_a_lost_engine_is_asked_again_at_once(
    access: FakeAccess,
    engine: FakeEngine,
    window: MainWindow,
    desktop: DesktopViewModel,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    save_picture: Save,
) -> None:
    monkeypatch.setattr(remote_machine, "PAUSE", 3_600.0)  # by itself it is not asked again
    engine.add_container("web", engine.add_image("nginx:1.27"))
    access.engines().add("server", f"unix://{engine.socket_path}")
    access.engines().use("server")
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.model.rowCount() == 1)
    engine.stop()
    desktop.engine.retry()
    wait_for(qtbot, lambda: window.chip.word == "server: Reconnecting")
    button = find(window, QAbstractButton, "containers.banner.button")
    assert button.text() == "Retry now"
    save_picture(window, "remote-lost-retry")
    press(qtbot, window, "containers.banner.button")
    assert text_of(window, "containers.banner.text") == "Asking server…"
    assert not button.isVisible()
    wait_for(qtbot, button.isVisible, "nobody tells that it does not answer yet")
    assert "connecting again" in text_of(window, "containers.banner.text")
    engine.start()
    press(qtbot, window, "containers.banner.button")
    wait_for(qtbot, lambda: window.chip.word == "server: Engine running")


def test_an_engine_of_another_computer_is_lost_and_comes_back(
    access: FakeAccess,
    engine: FakeEngine,
    window: MainWindow,
    desktop: DesktopViewModel,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    save_picture: Save,
) -> None:
    monkeypatch.setattr(remote_machine, "PAUSE", 0.1)
    engine.add_container("web", engine.add_image("nginx:1.27"))
    access.engines().add("server", f"unix://{engine.socket_path}")
    access.engines().use("server")
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.model.rowCount() == 1)
    engine.stop()
    wait_for(qtbot, lambda: window.chip.word == "server: Reconnecting")
    assert "connecting again" in text_of(window, "containers.banner.text")
    assert desktop.containers.model.rowCount() == 1, "the list is kept"
    save_picture(window, "remote-lost")
    engine.add_container("born meanwhile", engine.state.images[0])
    engine.start()
    wait_for(qtbot, lambda: window.chip.word == "server: Engine running")
    wait_for(qtbot, lambda: desktop.containers.model.rowCount() == 2)
    wait_for(qtbot, lambda: not find(window, QWidget, "containers.banner").isVisible())
