"""What the window says and offers while the engine is slow, full, asleep, stopped or broken."""

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtWidgets import QAbstractButton, QDialog, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.views.main_window import MainWindow
from app.views.pages.containers.container_processes_view import ContainerProcessesView
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.ui.helpers import find, press, wait_for
from vm.machine.status import MachineState, Problem

Save = Callable[[QWidget, str], None]


@pytest.fixture
def filled(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> MainWindow:
    """A window with a container in its list."""
    engine.add_container("web", engine.add_image("nginx:1.27"))
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.total == 1 and not desktop.engine.is_busy)
    return window


def is_state(desktop: DesktopViewModel, state: MachineState) -> bool:
    return desktop.view.state.value == state.value


def button_of(window: MainWindow) -> str:
    button = find(window, QAbstractButton, "containers.banner.button")
    return button.text() if button.isVisible() else ""


def test_a_list_of_before_offers_to_start_the_engine(
    filled: MainWindow, machine: FakeMachine, qtbot: QtBot, save_picture: Save
) -> None:
    desktop = filled.desktop
    for state, offered in (
        (MachineState.SUSPENDED, "Wake the engine"),
        (MachineState.RECONNECTING, ""),  # it is dialled every second: nothing to hurry
        (MachineState.STOPPED, "Start engine"),
    ):
        machine.set(state=state)
        wait_for(qtbot, partial(is_state, desktop, state))
        assert button_of(filled) == offered
        assert desktop.containers.total == 1, "the list is kept"
        told = "" if state is MachineState.SUSPENDED else "The engine is not running"
        assert filled.containers.list.toolTip() == told
    save_picture(filled, "list-of-a-stopped-engine")
    press(qtbot, filled, "containers.banner.button")
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    assert not filled.containers.banner.isVisible()


def test_a_list_of_before_says_why_the_engine_is_gone(
    filled: MainWindow, machine: FakeMachine, qtbot: QtBot, save_picture: Save
) -> None:
    machine.set(
        state=MachineState.FAILED,
        problem=Problem("The machine has ended.", "QEMU was killed.", "Start it again."),
    )
    wait_for(qtbot, filled.containers.banner.isVisible)
    assert filled.containers.banner.text == "The machine has ended. Start it again."
    assert button_of(filled) == "Try again"
    assert find(filled, QAbstractButton, "containers.banner.link").text() == "Open the console log"
    save_picture(filled, "list-of-a-failed-engine")


def test_an_engine_that_answers_late_is_told_of_until_it_is_dismissed(
    filled: MainWindow, machine: FakeMachine, qtbot: QtBot, save_picture: Save
) -> None:
    machine.set(state=MachineState.DEGRADED)
    wait_for(qtbot, filled.trouble.isVisible)
    assert "answers late" in filled.trouble.text
    save_picture(filled, "engine-slow")
    press(qtbot, filled, "window.trouble.link")
    machine.set(uptime=99.0)
    wait_for(qtbot, lambda: filled.desktop.view.uptime == 99.0)
    assert not filled.trouble.isVisible(), "it was dismissed"
    machine.set(state=MachineState.RUNNING)
    wait_for(qtbot, lambda: filled.chip.word == "Engine running")
    machine.set(state=MachineState.DEGRADED)
    wait_for(qtbot, filled.trouble.isVisible)
    press(qtbot, filled, "window.trouble.button")
    assert filled.page.name == "troubleshoot"


def test_a_full_disk_leads_to_what_can_go(filled: MainWindow, machine: FakeMachine, qtbot: QtBot) -> None:
    machine.set(disk_bytes=95, disk_limit_bytes=100)
    wait_for(qtbot, filled.trouble.isVisible)
    assert filled.trouble.text == "The engine's disk is nearly full: 95 bytes of 100 bytes are in use."
    press(qtbot, filled, "window.trouble.button")
    assert filled.page.name == "images"
    machine.set(disk_bytes=10)
    wait_for(qtbot, lambda: not filled.trouble.isVisible())


@pytest.mark.parametrize(
    ("page", "name", "dialog"),
    [
        ("containers", "containers.run", "run"),
        ("images", "images.pull", "pull"),
        ("volumes", "volumes.create", "create-volume"),
        ("networks", "networks.create", "create-network"),
        ("builds", "builds.build", "build"),
    ],
)
def test_what_a_page_offers_first_waits_for_the_engine(
    window: MainWindow,
    desktop: DesktopViewModel,
    machine: FakeMachine,
    qtbot: QtBot,
    page: str,
    name: str,
    dialog: str,
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: window.chip.word == "Engine running")
    machine.set(state=MachineState.RECONNECTING)
    wait_for(qtbot, lambda: not desktop.view.can_be_used)
    window.show_page(page)
    press(qtbot, window, name)
    assert len(desktop.tasks.running) == 1
    assert not window.findChildren(QDialog)
    machine.set(state=MachineState.RUNNING)
    wait_for(qtbot, lambda: bool(window.findChildren(QDialog, dialog)))
    assert desktop.tasks.running == []


def test_an_action_wakes_a_sleeping_engine_and_is_done_then(
    filled: MainWindow, engine: FakeEngine, machine: FakeMachine, qtbot: QtBot
) -> None:
    desktop = filled.desktop
    (row,) = desktop.containers.table.rows
    machine.set(state=MachineState.SUSPENDED)
    wait_for(qtbot, lambda: desktop.view.is_asleep)
    assert filled.containers.list.isEnabled()
    before = machine.requests.count("start")
    filled.containers.act(row, "start")
    assert [task.words.going_on for task in desktop.tasks.running] == ["web: Start"]
    wait_for(qtbot, lambda: machine.requests.count("start") == before + 1)
    wait_for(qtbot, lambda: desktop.containers.running == 1)
    machine.set(state=MachineState.STOPPED)
    wait_for(qtbot, lambda: not desktop.view.is_asleep and not desktop.view.can_be_used)
    filled.containers.act(row, "stop")
    assert desktop.tasks.running == [], "its list is of before"


def test_a_list_in_sight_does_not_wake_a_sleeping_engine(
    filled: MainWindow, engine: FakeEngine, machine: FakeMachine, qtbot: QtBot
) -> None:
    """The machine goes on as soon as anything is asked of its engine: ages and figures must not ask."""
    viewmodel = filled.containers.viewmodel
    clocks = viewmodel._age, viewmodel.usage.timer
    wait_for(qtbot, lambda: all(clock.isActive() for clock in clocks))
    machine.set(state=MachineState.SUSPENDED)
    wait_for(qtbot, lambda: filled.desktop.view.is_asleep)
    assert not any(clock.isActive() for clock in clocks)
    filled.show_page("volumes")
    filled.show_page("containers")
    assert not any(clock.isActive() for clock in clocks)
    machine.set(state=MachineState.RUNNING)
    wait_for(qtbot, lambda: all(clock.isActive() for clock in clocks))
    filled.show_page("volumes")
    assert not any(clock.isActive() for clock in clocks)


def test_an_open_container_does_not_wake_a_sleeping_engine(
    filled: MainWindow, engine: FakeEngine, machine: FakeMachine, qtbot: QtBot
) -> None:
    (container,) = engine.state.containers.values()
    engine.containers.act(container, "start", {})
    filled.containers.show_container(container.id, "processes")
    [tab] = filled.findChildren(ContainerProcessesView)
    clock = tab._viewmodel._timer
    wait_for(qtbot, clock.isActive)
    machine.set(state=MachineState.SUSPENDED)
    wait_for(qtbot, lambda: filled.desktop.view.is_asleep)
    assert not clock.isActive()
    filled.show_page("volumes")
    filled.show_page("containers")
    assert not clock.isActive()
    machine.set(state=MachineState.RUNNING)
    wait_for(qtbot, clock.isActive)


def test_a_failed_start_leads_to_the_checks(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot
) -> None:
    machine.set(state=MachineState.FAILED, problem=Problem("The machine has ended.", "", "Start it again."))
    desktop.engine.watch()
    wait_for(qtbot, lambda: desktop.view.failure is not None)
    press(qtbot, window, "containers.engine.failure.diagnose")
    assert window.page.name == "troubleshoot"
