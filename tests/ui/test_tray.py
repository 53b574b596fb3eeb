"""The tray's menu: what it offers in which state, and what runs. No tray is needed to look at it."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QSystemTrayIcon, QWidget
from pytestqt.qtbot import QtBot

from app.services.engine.engine_types import Container, ContainerState
from app.services.engine.port_types import Port
from app.viewmodels.containers.container_rows import ContainerRow
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.engine.engine_view import EngineState, EngineView
from app.views import tray as tray_module
from app.views.application import Desktop
from app.views.main_window import MainWindow
from app.views.tray import Tray
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.ui.helpers import press, text_of, wait_for
from tests.ui.test_containers_page import start_container


@pytest.fixture
def tray(qapp: QApplication) -> Iterator[Tray]:
    made = Tray()
    yield made
    made.deleteLater()


def row(name: str, *ports: Port, state: str = "running") -> ContainerRow:
    return ContainerRow(Container(name, name, "i", ContainerState(state), ports=ports))


def with_tray(
    qapp: QApplication, desktop: DesktopViewModel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Desktop:
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "show", lambda _: None)  # offscreen has none: its menu will do
    running = Desktop(qapp, desktop, "0", [])
    qtbot.addWidget(running.window)
    running.window.show()
    return running


def texts(tray: Tray) -> list[str]:
    return [action.text().strip() for action in tray.containers]


def entries(container: QAction) -> dict[str, QAction]:
    menu = container.menu()
    assert isinstance(menu, QMenu)
    return {action.text(): action for action in menu.actions()}


def test_a_running_engine_pauses_and_a_paused_one_goes_on(tray: Tray, qtbot: QtBot) -> None:
    tray.show_engine(EngineView(EngineState.RUNNING))
    assert tray.pause_action.isEnabled()
    assert not tray.start_action.isEnabled()
    with qtbot.waitSignal(tray.pause_requested):
        tray.pause_action.trigger()
    tray.show_engine(EngineView(EngineState.PAUSED))
    assert not tray.pause_action.isEnabled()
    assert tray.start_action.text() == "Resume engine"
    with qtbot.waitSignal(tray.start_requested):
        tray.start_action.trigger()


def test_a_refused_pause_is_told(
    tray: Tray,
    window: MainWindow,
    desktop: DesktopViewModel,
    machine: FakeMachine,
    qtbot: QtBot,
    save_picture: Callable[[QWidget, str], None],
) -> None:
    machine.pause_fails_with = {
        "error": "The machine cannot be paused.",
        "details": "QEMU gave no answer.",
        "what_to_do": "Try again.",
    }
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_pause)
    tray.show_engine(desktop.view)
    tray.pause_requested.connect(desktop.engine.pause)
    tray.pause_action.trigger()
    wait_for(qtbot, window.banner.isVisible)
    assert window.banner.text == "The machine cannot be paused.\nQEMU gave no answer.\nTry again."
    assert [notice.title for notice in desktop.notifications.notices] == ["The engine could not be paused"]
    assert desktop.view.state is EngineState.RUNNING
    save_picture(window, "pause-refused")
    press(qtbot, window, "window.banner.link")
    assert not window.banner.isVisible()


def test_the_engine_of_another_computer_is_not_paused(tray: Tray) -> None:
    tray.show_engine(EngineView(EngineState.RUNNING, remote="server"))
    assert not tray.pause_action.isEnabled()


def test_a_container_has_its_ports_its_log_and_its_end(
    tray: Tray, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(tray_module, "open_address", opened.append)
    ports = (Port(80, "tcp", 8088), Port(53, "udp", 5353))
    tray.show_containers([row("web", *ports), row("a&b"), row("old", state="exited")])
    assert texts(tray) == ["a&&b", "web"]
    assert set(tray.containers) <= set(tray.menu.actions())
    assert list(entries(tray.containers[0])) == ["Logs", "Stop"]
    web = entries(tray.containers[1])
    assert list(web) == ["Open 8088:80", "Open 5353:53/udp", "Logs", "Stop"]
    assert not web["Open 5353:53/udp"].isEnabled(), "no browser speaks it"
    web["Open 8088:80"].trigger()
    assert opened == ["http://localhost:8088"]
    with qtbot.waitSignal(tray.container_logs_requested) as told:
        web["Logs"].trigger()
    assert told.args == ["web"]
    with qtbot.waitSignal(tray.container_stop_requested) as told:
        web["Stop"].trigger()
    assert told.args == ["web"]
    assert not any(action.isVisible() for action in tray.containers), "nothing runs before the engine does"
    tray.show_engine(EngineView(EngineState.RUNNING))
    assert all(action.isVisible() for action in tray.containers)
    tray.show_containers([])
    assert texts(tray) == []
    wait_for(qtbot, lambda: not tray.menu.findChildren(QMenu))


def test_more_than_eight_are_in_the_window(tray: Tray, qtbot: QtBot) -> None:
    tray.show_containers([row(f"c{number:02}") for number in range(10)])
    assert texts(tray) == [*(f"c{number:02}" for number in range(8)), "… and 2 more"]
    with qtbot.waitSignal(tray.open_requested):
        tray.containers[-1].trigger()


def test_a_container_is_looked_at_and_stopped_from_the_tray(
    qapp: QApplication,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running = with_tray(qapp, desktop, qtbot, monkeypatch)
    tray = running.tray
    assert tray is not None
    web = start_container(engine, "web")
    wait_for(qtbot, lambda: texts(tray) == ["web"])
    running.window.show_page("images")
    running.window.hide()
    entries(tray.containers[0])["Logs"].trigger()
    assert running.window.isVisible()
    assert running.window.page.name == "containers"
    assert text_of(running.window, "containers.detail.title") == "web"
    entries(tray.containers[0])["Stop"].trigger()
    wait_for(qtbot, lambda: web.state == "exited" and not texts(tray))


def test_restart_and_settings(tray: Tray, qtbot: QtBot) -> None:
    tray.show_engine(EngineView(EngineState.RUNNING))
    with qtbot.waitSignal(tray.restart_requested):
        tray.restart_action.trigger()
    tray.show_engine(EngineView(EngineState.STOPPED))
    assert not tray.restart_action.isEnabled()
    entries = {action.text(): action for action in tray.menu.actions()}
    with qtbot.waitSignal(tray.setting_requested) as told:
        entries["Settings…"].trigger()
    assert told.args == ["appearance"]
    for text, asked in (
        ("Run image…", tray.run_requested),
        ("Troubleshoot…", tray.diagnosis_requested),
        ("Check for updates…", tray.update_check_requested),
    ):
        with qtbot.waitSignal(asked):
            entries[text].trigger()


def test_the_tray_leads_into_the_window(
    qapp: QApplication, desktop: DesktopViewModel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = with_tray(qapp, desktop, qtbot, monkeypatch)
    tray, window = running.tray, running.window
    assert tray is not None
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    window.hide()
    tray.diagnosis_requested.emit()
    assert window.isVisible()
    assert window.page.name == "troubleshoot"
    tray.update_check_requested.emit()
    assert window.page.name == "settings"
    wait_for(qtbot, lambda: desktop.updates.view.is_known)
    tray.run_requested.emit()
    wait_for(qtbot, lambda: bool(window.findChildren(QDialog, "run")))
