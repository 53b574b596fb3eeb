"""The tray's menu: what it offers in which state, and what runs. No tray is needed to look at it."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.services.engine.engine_types import Container, ContainerState
from app.services.engine.port_types import Port
from app.viewmodels.containers.container_rows import ContainerRow
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.engine.engine_view import EngineState, EngineView
from app.views import tray as tray_module
from app.views.main_window import MainWindow
from app.views.tray import Tray
from tests.fakes.fake_machine import FakeMachine
from tests.ui.helpers import press, wait_for


@pytest.fixture
def tray(qapp: QApplication) -> Iterator[Tray]:
    made = Tray()
    yield made
    made.deleteLater()


def row(name: str, *ports: Port, state: str = "running") -> ContainerRow:
    return ContainerRow(Container(name, name, "i", ContainerState(state), ports=ports))


def texts(tray: Tray) -> list[str]:
    return [action.text().strip() for action in tray.containers]


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


def test_a_published_port_opens_the_browser(tray: Tray, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(tray_module, "open_address", opened.append)
    tray.show_containers([row("web", Port(80, "tcp", 8088)), row("old", state="exited")])
    assert texts(tray) == ["web", "8088:80"]
    assert set(tray.containers) <= set(tray.menu.actions())
    tray.containers[1].trigger()
    assert opened == ["http://localhost:8088"]
    assert not any(action.isVisible() for action in tray.containers), "nothing runs before the engine does"
    tray.show_engine(EngineView(EngineState.RUNNING))
    assert all(action.isVisible() for action in tray.containers)
    tray.show_containers([])
    assert texts(tray) == []


def test_more_than_ten_are_in_the_window(tray: Tray, qtbot: QtBot) -> None:
    tray.show_containers([row(f"c{number:02}") for number in range(12)])
    assert texts(tray) == [*(f"c{number:02}" for number in range(10)), "… and 2 more"]
    with qtbot.waitSignal(tray.open_requested):
        tray.containers[-1].trigger()


def test_restart_and_settings(tray: Tray, qtbot: QtBot) -> None:
    tray.show_engine(EngineView(EngineState.RUNNING))
    with qtbot.waitSignal(tray.restart_requested):
        tray.restart_action.trigger()
    tray.show_engine(EngineView(EngineState.STOPPED))
    assert not tray.restart_action.isEnabled()
    entries = {action.text(): action for action in tray.menu.actions()}
    for text, name in (("Settings…", "appearance"), ("Updates…", "updates.check")):
        with qtbot.waitSignal(tray.setting_requested) as told:
            entries[text].trigger()
        assert told.args == [name]
