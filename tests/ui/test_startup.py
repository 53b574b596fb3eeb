"""Every state of the engine as the window shows it: starting, failed, stopped, lost, slow."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.services.machine.virtual_machine import MachineWatch, StatusCallback
from app.viewmodels.desktop import DesktopViewModel
from app.views.main_window import MainWindow
from app.views.widgets.buttons import Button
from tests.fakes.fake_access import FakeAccess
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.ui.helpers import find, press, text_of, wait_for
from tests.ui.test_containers_page import names, start_container
from vm.machine.status import MachineState, MachineStatus, Problem, Step, StepState

Save = Callable[[QWidget, str], None]


def test_window_is_there_before_the_engine_is_asked(window: MainWindow, machine: FakeMachine) -> None:
    assert window.isVisible()
    assert not machine.requests
    assert window.chip.word == "Looking for the engine…"


def test_start_shows_named_steps_with_times(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot, save_picture: Save
) -> None:
    machine.set(state=MachineState.STOPPED)
    machine.gate.clear()
    desktop.begin()
    wait_for(qtbot, lambda: window.chip.word == "Starting 0 %" and bool(desktop.view.steps))
    assert text_of(window, "containers.engine.steps.0.title") == "Start the machine"
    first = text_of(window, "containers.engine.steps.0.time")
    wait_for(qtbot, lambda: text_of(window, "containers.engine.steps.0.time") != first, "the clock stands")
    machine.set(
        progress=0.55,
        accelerator="tcg",
        accelerator_reason="/dev/kvm is there, but a test machine did not start with it within 10 s.",
        steps=(
            Step("image", "Check the machine's image", StepState.DONE, 0.4, 10),
            Step("boot", "Start the machine", StepState.DONE, 4.2, 60),
            Step("ssh", "Open the tunnel", StepState.ACTIVE, 3.1, 60, "waiting for the host key"),
            Step("engine", "Start the engine", StepState.WAITING, 0, 30),
        ),
    )
    wait_for(qtbot, lambda: window.chip.word == "Starting 55 %")
    assert text_of(window, "containers.engine.steps.2.detail") == "waiting for the host key"
    assert "/dev/kvm" in text_of(window, "containers.engine.starting.note")
    save_picture(window, "start-up")
    window.show_page("images")
    assert text_of(window, "images.engine.steps.2.title") == "Open the tunnel"
    machine.gate.set()
    wait_for(qtbot, lambda: desktop.containers.is_loaded)
    assert window.chip.word == "Engine running"


def test_failed_start_says_why_and_can_be_retried(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot, save_picture: Save
) -> None:
    machine.set(state=MachineState.STOPPED)
    machine.start_fails_with = Problem(
        "The machine's disk is damaged", "EXT4-fs error (device vdc)\ncannot mount /data", "Run a check."
    )
    desktop.begin()
    wait_for(qtbot, lambda: window.chip.word == "Error")
    card = "containers.engine.failure"
    assert text_of(window, f"{card}.summary") == "The machine's disk is damaged"
    assert text_of(window, f"{card}.advice") == "Run a check."
    details = find(window.containers, QPlainTextEdit, f"{card}.details")
    assert not details.isVisible()
    press(qtbot, window.containers, f"{card}.toggle")
    assert details.isVisible()
    assert "cannot mount /data" in details.toPlainText()
    save_picture(window, "start-up-failed")
    press(qtbot, window.containers, f"{card}.copy")
    assert "cannot mount /data" in QApplication.clipboard().text()
    machine.start_fails_with = None
    press(qtbot, window.containers, f"{card}.retry")
    wait_for(qtbot, lambda: window.chip.word == "Engine running")
    assert not find(window.containers, QLabel, f"{card}.summary").isVisible()


def test_what_is_missing_for_a_start_is_told_once_and_goes_on_when_it_is_there(
    window: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    machine: FakeMachine,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    machine.set(state=MachineState.STOPPED)
    machine.steps = (("image", "Check the image", 60.0), *machine.steps)
    command = "sudo apt install qemu-system-x86 qemu-utils"
    machine.start_fails_with = Problem(
        "QEMU is not installed.",
        "qemu-system-x86_64: not found",
        f"Install it, then try again: {command}",
    )
    desktop.begin()
    wait_for(qtbot, lambda: window.chip.word == "Not set up")
    assert command in text_of(window, "containers.engine.failure.advice")
    press(qtbot, window, "containers.welcome.run")
    wait_for(qtbot, find(window, QWidget, "containers.welcome.failure").isVisible)
    assert command in text_of(window, "containers.welcome.failure.advice")
    assert not window.containers.engine_panel.isVisible(), "the same is told once"
    save_picture(window, "not-set-up")
    machine.start_fails_with = None
    engine.offer_image("marina/getting-started", serves="hello")
    press(qtbot, window, "containers.welcome.failure.retry")
    wait_for(qtbot, lambda: window.chip.word == "Engine running")


def test_what_is_asked_for_while_the_engine_is_stopped_waits_for_it(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot, save_picture: Save
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: window.chip.word == "Engine running")
    desktop.engine.stop()
    wait_for(qtbot, lambda: window.chip.word == "Stopped")
    before = machine.requests.count("start")
    window.run_image("nginx:1.27")
    assert text_of(window, "window.banner.text") == "Waiting for the engine: Run a container"
    save_picture(window, "waits-for-engine")
    wait_for(qtbot, lambda: bool(window.findChildren(QDialog, "run")))
    assert machine.requests.count("start") == before + 1
    assert not window.banner.isVisible()


def test_what_waits_for_the_engine_can_be_given_up(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: window.chip.word == "Engine running")
    machine.set(state=MachineState.RECONNECTING)
    wait_for(qtbot, lambda: not desktop.view.can_be_used)
    window.pull_image("nginx:1.27")
    press(qtbot, window, "window.banner.link")
    machine.set(state=MachineState.RUNNING)
    wait_for(qtbot, lambda: window.chip.word == "Engine running")
    assert not window.findChildren(QDialog, "pull")


def test_the_chip_leads_to_the_checks(window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: window.chip.word == "Engine running")
    window.chip.click()
    assert window.chip.popover.height() > 80, "also without facts to show"
    press(qtbot, window.chip.popover, "engine.diagnose")
    assert window.page.name == "troubleshoot"


def test_stop_and_start_from_the_chip(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot, save_picture: Save
) -> None:
    machine.set(
        accelerator="tcg",
        accelerator_reason="This computer's processor offers no virtualisation.",
        uptime=754.0,
        boot_seconds=11.2,
        cpus=2,
        memory_bytes=412_000_000,
        memory_limit_bytes=2_000_000_000,
        disk_bytes=1_230_000_000,
    )
    desktop.begin()
    wait_for(qtbot, lambda: window.chip.word == "Engine running" and desktop.view.cpus == 2)
    window.chip.click()
    popover = window.chip.popover
    assert popover.isVisible()
    assert "Up 12 min 34 s" in text_of(popover, "engine.facts")
    assert "no virtualisation" in text_of(popover, "engine.warning.text")
    save_picture(popover, "engine-popover")
    press(qtbot, popover, "engine.stop")
    wait_for(qtbot, lambda: window.chip.word == "Stopped")
    assert text_of(window, "containers.engine.stopped.title") == "The engine is stopped"
    save_picture(window, "stopped")
    press(qtbot, window.containers, "containers.engine.stopped.start")
    wait_for(qtbot, lambda: window.chip.word == "Engine running")
    assert machine.requests.count("stop") == 1


def test_a_stop_does_not_overtake_the_start_before_it(
    desktop: DesktopViewModel,
    access: FakeAccess,
    machine: FakeMachine,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As when the start brings up the supervisor first: the stop would find none, and leave the start."""
    machine.set(state=MachineState.STOPPED)
    came: list[str] = []
    stop_came = threading.Event()
    real = access.machine()

    class SlowToStart:
        def start(self, on_status: StatusCallback) -> MachineStatus:
            stop_came.wait(0.5)  # what overtakes has its chance
            came.append("start")
            return real.start(on_status)

        def stop(self, on_status: StatusCallback) -> MachineStatus:
            came.append("stop")
            stop_came.set()
            return real.stop(on_status)

    monkeypatch.setattr(access, "engine", SlowToStart)
    desktop.engine.start()
    desktop.engine.stop()
    wait_for(qtbot, lambda: len(came) == 2 and not desktop.engine.is_busy)
    assert came == ["start", "stop"]


def test_a_watch_that_begins_after_the_end_ends_too(
    desktop: DesktopViewModel, access: FakeAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the window is closed before the answer of the worker that begins it has come."""
    real, asked, closed = access.machine(), threading.Event(), threading.Event()
    watches: list[MachineWatch] = []

    class SlowToWatch:
        def watch(self, on_status: StatusCallback) -> MachineWatch:
            asked.set()
            closed.wait(30)
            watches.append(real.watch(on_status))
            return watches[0]

    monkeypatch.setattr(access, "engine", SlowToWatch)
    desktop.engine.watch()
    assert asked.wait(30)
    desktop.engine.close()
    closed.set()
    desktop.background.close(wait_ms=30_000)
    assert not watches[0]._thread.is_alive()


def test_lost_connection_keeps_the_list(
    window: MainWindow,
    desktop: DesktopViewModel,
    machine: FakeMachine,
    engine: FakeEngine,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    start_container(engine, "web")
    desktop.begin()
    wait_for(qtbot, lambda: names(window) == ["web"] and not desktop.engine.is_busy)
    machine.set(state=MachineState.RECONNECTING)
    wait_for(qtbot, lambda: window.chip.word == "Reconnecting")
    assert names(window) == ["web"]
    assert not window.containers.list.isEnabled()
    assert "connecting again" in window.containers.banner.text
    save_picture(window, "reconnecting")
    machine.set(state=MachineState.RUNNING)
    wait_for(qtbot, lambda: window.containers.list.isEnabled())
    assert not window.containers.banner.isVisible()


def test_what_happens_while_the_engine_is_out_of_reach_comes_by_the_same_feed(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, engine: FakeEngine, qtbot: QtBot
) -> None:
    """It only stood still: its streams go on with it, and nothing need be listed for that."""
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.is_loaded and not desktop.engine.is_busy)
    machine.set(state=MachineState.RECONNECTING)
    wait_for(qtbot, lambda: window.chip.word == "Reconnecting")
    start_container(engine, "web")
    wait_for(qtbot, lambda: names(window) == ["web"])
    machine.set(state=MachineState.RUNNING)
    wait_for(qtbot, lambda: window.containers.list.isEnabled())
    assert sum("/events" in request for request in engine.requests) == 1
    engine.cut_connections()
    wait_for(qtbot, lambda: sum("/events" in request for request in engine.requests) == 2)


def test_a_report_that_comes_late_has_not_the_last_word(
    window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot
) -> None:
    """As when a start's last report is overtaken by the watch's next one."""
    late = MachineStatus(MachineState.RUNNING)
    desktop.engine._reported.emit(MachineStatus(MachineState.DEGRADED))
    assert window.chip.word == "Slow"
    desktop.engine._reported.emit(late)
    assert window.chip.word == "Slow"
    desktop.engine._reported.emit(MachineStatus(MachineState.RUNNING))
    assert window.chip.word == "Engine running"


def test_the_footer_shows_what_the_machine_uses(
    window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot
) -> None:
    def report(seconds: float, cpu_seconds: float) -> str:
        status = MachineStatus(
            MachineState.RUNNING,
            cpus=2,
            cpu_seconds=cpu_seconds,
            memory_bytes=412_000_000,
            memory_limit_bytes=2_000_000_000,
            moment=seconds,
        )
        desktop.engine._reported.emit(status)
        return find(window, Button, "footer.resources").text()

    assert not window.footer.use.isVisible()
    assert report(100.0, 10.0) == "Memory 412.0 MB of 2.00 GB", "a share needs two looks"
    assert report(104.0, 14.0) == "CPU 50 %   Memory 412.0 MB of 2.00 GB"
    assert report(104.1, 14.2).startswith("CPU 50 %"), "over a moment it would say nothing"
    assert report(108.0, 14.0).startswith("CPU 0 %")
    assert report(112.0, 1.0).startswith("Memory"), "another process"
    press(qtbot, window, "footer.resources")
    assert window.page.name == "settings"


def test_what_the_machine_uses_is_asked_for_while_the_window_is_in_sight(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: window.chip.word == "Engine running")
    assert desktop.engine._use_timer.isActive()
    machine._status = replace(machine._status, memory_bytes=77_000_000)  # of which no watch tells
    desktop.engine._ask_use()
    wait_for(qtbot, lambda: "77.0 MB" in window.footer.use.text())
    window.hide()
    assert not desktop.engine._use_timer.isActive()


def test_a_dead_supervisor_is_a_stopped_engine(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: window.chip.word == "Engine running" and not desktop.engine.is_busy)
    machine.set(state=MachineState.DEGRADED, warnings=("The disk is 93 % full.",))
    wait_for(qtbot, lambda: window.chip.word == "Slow")
    assert "93 %" in window.banner.text


def test_what_goes_wrong_while_it_runs_is_told_once_above_the_page(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot, save_picture: Save
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    assert window.banner.isHidden()
    gone = "The shared folder /media/ann/disk cannot be used: there is no such folder."
    machine.set(warnings=(gone,))
    wait_for(qtbot, window.banner.isVisible)
    assert window.banner.text == gone
    save_picture(window, "warning-while-running")
    press(qtbot, window, "window.banner.link")
    assert window.banner.isHidden()
    machine.set(cpus=3)
    wait_for(qtbot, lambda: desktop.view.warnings == (gone,))
    assert window.banner.isHidden(), "it was told"
    machine.set(warnings=())
    wait_for(qtbot, lambda: not desktop.view.warnings)
    machine.set(warnings=(gone,))
    wait_for(qtbot, window.banner.isVisible)
