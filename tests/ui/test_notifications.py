"""The bell: what gets a notice, what does not, the list, and the switch that turns it off."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QWidget
from pytestqt.qtbot import QtBot

from app.services.settings import SettingsFile
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.failure import Failure
from app.viewmodels.frame.notifications import Notice
from app.viewmodels.tasks import TaskWords
from app.views.main_window import MainWindow
from app.views.pages.containers.container_detail_view import ContainerDetailView
from app.views.widgets.frame.notice_panel import NoticePanel
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.ui.helpers import find, press, text_of, wait_for
from vm.machine.status import MachineState

Save = Callable[[QWidget, str], None]


def titles(desktop: DesktopViewModel) -> list[str]:
    return [notice.title for notice in desktop.notifications.notices]


def begin(desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desktop.events.connected, timeout=30_000):
        desktop.begin()
    wait_for(qtbot, lambda: any("GET /events" in line for line in engine.requests))


def test_a_container_that_ends_by_itself_is_told_of_and_one_that_was_stopped_is_not(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    image = engine.add_image("nginx:1.27")
    stopped, crashed = engine.add_container("calm", image), engine.add_container("web", image)
    for container in (stopped, crashed):
        engine.containers.act(container, "start", {})
    begin(desktop, engine, qtbot)
    engine.containers.act(stopped, "stop", {})
    engine.containers._end(crashed, 137)
    wait_for(qtbot, lambda: titles(desktop) == ["web ended unexpectedly"])
    bell = find(window, QAbstractButton, "header.notifications")
    assert bell.accessibleName() == "Notifications, 1 unread"
    engine.offer_image("redis:7")
    desktop.pull.start("redis:7")
    wait_for(qtbot, lambda: titles(desktop)[0] == "redis:7 was pulled")
    save_picture(window, "notifications-bell")
    press(qtbot, window, "header.notifications")
    panel = find(window, NoticePanel, "popover.notices")
    assert (
        text_of(panel, "notices.1.text")
        == "Exit code 137. It was killed: by force, or since memory was short."
    )
    save_picture(panel, "notifications")
    find(panel, QAbstractButton, "notices.0.dismiss").click()  # drawing pictures may have closed the panel
    assert titles(desktop) == ["web ended unexpectedly"]
    wait_for(qtbot, lambda: desktop.containers.total == 2)
    desktop_notice = desktop.notifications.notices[0]
    panel.chosen.emit(desktop_notice)
    assert isinstance(window.containers.detail, ContainerDetailView)
    panel.hide()
    assert bell.accessibleName() == "Notifications"


def test_the_containers_of_a_build_are_neither_listed_nor_told_of(
    desktop: DesktopViewModel, engine: FakeEngine, machine: FakeMachine, qtbot: QtBot
) -> None:
    del machine
    image = engine.add_image("nginx:1.27")
    step = engine.add_container("step", image, Labels={"org.marina.build-step": ""})
    web = engine.add_container("web", image)
    begin(desktop, engine, qtbot)
    for container in (step, web):
        engine.containers.act(container, "start", {})
        engine.containers._end(container, 1)
    wait_for(qtbot, lambda: titles(desktop) == ["web ended unexpectedly"])
    assert [row.name for row in desktop.containers.table.rows] == ["web"]


def test_repeated_deaths_are_one_notice(
    desktop: DesktopViewModel, engine: FakeEngine, machine: FakeMachine, qtbot: QtBot
) -> None:
    del machine
    container = engine.add_container("loop", engine.add_image("nginx:1.27"))
    begin(desktop, engine, qtbot)
    for _ in range(3):
        engine.containers.act(container, "start", {})
        engine.containers._end(container, 1)
    wait_for(qtbot, lambda: [n.times for n in desktop.notifications.notices] == [3])


def test_a_full_disk_and_a_lost_engine_are_told_of_once(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used and not desktop.engine.is_busy)
    machine.set(disk_bytes=95, disk_limit_bytes=100)
    wait_for(qtbot, lambda: titles(desktop) == ["The engine's disk is nearly full"])
    machine.set(disk_bytes=96)
    machine.set(state=MachineState.RECONNECTING)
    wait_for(qtbot, lambda: titles(desktop)[0] == "The engine was lost")
    machine.set(state=MachineState.RUNNING)
    wait_for(qtbot, lambda: titles(desktop) == ["The engine is back", "The engine's disk is nearly full"])
    panel = window.bell.panel
    press(qtbot, window, "header.notifications")
    press(qtbot, panel, "notices.clear")
    assert find(panel, QWidget, "notices.empty").isVisible()
    panel.hide()


def test_an_engine_that_is_stopped_is_not_lost(
    desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used and not desktop.engine.is_busy)
    desktop.engine.stop()
    wait_for(qtbot, lambda: machine.status.state is MachineState.STOPPED and not desktop.view.can_be_used)
    assert titles(desktop) == []


def test_the_switch_in_settings_turns_them_off(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot
) -> None:
    window.show_page("settings")
    find(window, QCheckBox, "settings.notices").click()
    assert not find(window, QCheckBox, "settings.notices.system").isEnabled()
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    machine.set(disk_bytes=95, disk_limit_bytes=100)
    wait_for(qtbot, lambda: desktop.view.disk_bytes == 95)
    assert titles(desktop) == []


def test_each_kind_is_kept_shown_or_neither_as_the_user_chose(desktop: DesktopViewModel) -> None:
    notices, preferences = desktop.notifications, desktop.preferences
    good, bad = Notice("a", "ok", "newer", kind="update"), Notice("b", "err", "died", kind="died")
    for notice in (good, bad):
        notices.add(notice)
    assert titles(desktop) == ["died", "newer"]
    assert (notices.is_message(good), notices.is_message(bad)) == (False, True), "what can wait is quiet"
    preferences.choose_notice_level("died", "list")
    preferences.choose_notice_level("update", "message")
    assert (notices.is_message(good), notices.is_message(bad)) == (True, False)
    preferences.change(system_notifications=False)
    assert not notices.is_message(good)
    preferences.choose_notice_level("died", "off")
    notices.clear()
    notices.add(bad)
    assert titles(desktop) == []
    preferences.choose_notice_level("died", "nonsense")
    notices.add(bad)
    assert titles(desktop) == ["died"]


def test_what_failed_first_and_went_well_then_is_counted_once(desktop: DesktopViewModel) -> None:
    words = TaskWords("Changing web", "web was changed", "web could not be changed")
    desktop.background.tasks.begin(words).fail(Failure("The port is taken"))
    desktop.background.tasks.begin(words).succeed()
    assert [(one.title, one.times) for one in desktop.notifications.notices] == [("web was changed", 1)]


def test_settings_that_cannot_be_saved_are_told_of_once(desktop: DesktopViewModel, folder: Path) -> None:
    file = folder / "desktop.json"
    file.unlink(missing_ok=True)
    file.mkdir()  # as on a disk that takes nothing
    for zoom in (110, 120):
        desktop.preferences.change(zoom=zoom)
        desktop.preferences.save()
    assert titles(desktop) == ["The window's settings cannot be saved"]
    [told] = desktop.notifications.notices
    assert (told.times, str(file) in told.text) == (1, True)
    file.rmdir()
    desktop.preferences.save()
    assert SettingsFile(file).load().zoom == 120


@pytest.fixture
def damaged(folder: Path) -> Path:
    """The file of the settings, half written, before the desktop reads it."""
    file = folder / "desktop.json"
    file.write_text("{half")
    return file


def test_settings_that_cannot_be_read_are_told_of_and_kept(damaged: Path, desktop: DesktopViewModel) -> None:
    assert titles(desktop) == ["The window's settings could not be read"]
    assert str(damaged.with_suffix(".damaged")) in desktop.notifications.notices[0].text
