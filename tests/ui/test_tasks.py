"""Running tasks: behind the bell, in the footer, given up from there, and their ends as notices."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QLabel,
    QProgressBar,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.failure import Failure
from app.viewmodels.frame import notice_sources
from app.viewmodels.frame.notifications import MOST, Notice
from app.viewmodels.tasks import Tasks, TaskWords
from app.views.main_window import MainWindow
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.fakes.fake_state import FakeVolume
from tests.fakes.faults import FaultKind
from tests.ui.helpers import find, press, text_of, wait_for
from tests.ui.test_notifications import begin, titles
from vm.machine.status import MachineState

Save = Callable[[QWidget, str], None]
WORDS = TaskWords("Building it", "It was built", "It could not be built")


def running(desktop: DesktopViewModel) -> list[str]:
    return [task.words.going_on for task in desktop.tasks.running]


def test_a_task_is_seen_from_its_beginning_to_its_end(
    window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot, save_picture: Save
) -> None:
    given_up: list[str] = []
    footer = find(window, QAbstractButton, "footer.tasks")
    assert footer.isHidden()
    task = desktop.tasks.begin(WORDS, lambda: given_up.append("build"), "builds")
    waiting = desktop.tasks.begin(TaskWords("Run a container"), waits=True)
    waiting.tell("Waits for the engine")
    assert footer.text() == "2 tasks"
    save_picture(window, "tasks-footer")
    press(qtbot, window, "footer.tasks")
    panel = window.bell.panel
    assert text_of(panel, "tasks.0.title") == "Building it"
    bar = find(panel, QProgressBar, "tasks.0.progress")
    assert bar.maximum() == 0, "nobody knows how much there is to do"
    task.tell("Step 2 of 4", 25)
    assert (bar.maximum(), bar.value()) == (100, 25)
    assert text_of(panel, "tasks.0.detail") == "Step 2 of 4"
    assert find(panel, QWidget, "tasks.0").accessibleName() == "Building it. 25 %. Step 2 of 4"
    assert text_of(panel, "tasks.1.detail") == "Waits for the engine"
    assert find(panel, QProgressBar, "tasks.1.progress").isHidden(), "it has not begun"
    assert find(panel, QAbstractButton, "tasks.1.cancel").isHidden()
    save_picture(panel, "tasks")
    area = panel.findChild(QScrollArea)
    assert area is not None
    assert area.verticalScrollBar().maximum() == 0, "both are in sight"
    find(panel, QAbstractButton, "tasks.0.cancel").click()
    assert given_up == ["build"]
    waiting.drop()
    assert footer.text() == "1 task"
    task.succeed()
    task.tell("after its end")
    task.fail(Failure("after its end"))
    assert footer.isHidden()
    assert titles(desktop) == ["It was built"]
    panel.hide()


def test_a_short_success_is_no_news_but_a_long_one_and_a_failure_are(
    desktop: DesktopViewModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices = desktop.notifications
    desktop.tasks.begin(WORDS).succeed()
    assert [notice.is_unread for notice in notices.notices] == [False]
    assert not notices.is_message(notices.notices[0])
    monkeypatch.setattr(notice_sources, "LONG_TASK", 0.0)
    desktop.tasks.begin(WORDS).succeed("in 3 minutes")
    (notice,) = notices.notices
    assert (notice.title, notice.text, notice.times) == ("It was built", "in 3 minutes", 2)
    assert notice.is_unread
    assert notices.is_message(notice)
    monkeypatch.setattr(notice_sources, "LONG_TASK", 1_000.0)
    desktop.tasks.begin(WORDS).fail(Failure("The disk is full"))
    (notice,) = notices.notices
    assert (notice.title, notice.text, notice.tone) == ("It could not be built", "The disk is full", "err")
    assert notices.is_message(notice)


def test_errors_stay_when_much_happens(desktop: DesktopViewModel) -> None:
    desktop.notifications.add(Notice("bad", "err", "bad"))
    for number in range(MOST + 5):
        desktop.notifications.add(Notice(f"good {number}", "ok", f"good {number}"))
    assert len(desktop.notifications.notices) == MOST
    assert titles(desktop)[-1] == "bad"


def test_a_pull_is_a_task_that_can_be_given_up_from_the_bell(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    begin(desktop, engine, qtbot)
    engine.offer_image("redis:7")
    engine.pull_pause = 0.5
    desktop.pull.start("redis:7")
    assert running(desktop) == ["Pulling redis:7"]
    press(qtbot, window, "footer.tasks")
    press(qtbot, window.bell.panel, "tasks.0.cancel")
    assert running(desktop) == []
    assert not desktop.pull.is_active
    assert titles(desktop) == []
    window.bell.panel.hide()


def test_work_on_a_volume_is_a_task_and_its_end_is_told(
    desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.state.volumes.append(FakeVolume("data"))
    begin(desktop, engine, qtbot)
    desktop.volumes.want()
    wait_for(qtbot, lambda: desktop.volumes.total == 1)
    desktop.volumes.clone("data", "copy")
    assert running(desktop) == ["Cloning data"]
    wait_for(qtbot, lambda: titles(desktop) == ["copy is a copy of data."])
    desktop.volumes.clone("data", "copy")
    wait_for(qtbot, lambda: titles(desktop)[0] == "data could not be cloned")
    assert running(desktop) == []


def test_a_task_ends_also_when_whoever_began_it_is_gone(desktop: DesktopViewModel, qtbot: QtBot) -> None:
    """A page that is left deletes its view-model: the copy goes on, and nobody else would tell its end."""
    told = desktop.tasks.begin(WORDS)
    desktop.background.run_alone(lambda: 1, lambda _: None, lambda _: None, told)
    wait_for(qtbot, lambda: titles(desktop) == ["It was built"])

    def fail() -> None:
        raise OSError("no such disk")

    told = desktop.tasks.begin(WORDS)
    desktop.background.run_alone(fail, lambda _: None, lambda _: None, told)
    wait_for(qtbot, lambda: titles(desktop) == ["It could not be built"])


def test_all_that_is_asked_for_while_the_engine_starts_is_done_when_it_has(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: window.chip.word == "Engine running")
    machine.set(state=MachineState.RECONNECTING)
    wait_for(qtbot, lambda: not desktop.view.can_be_used)
    window.search_images("redis")
    window.run_image("nginx:1.27")
    window.run_image("redis:7")
    assert running(desktop) == ["Search registries for images", "Run a container"]
    assert [task.detail for task in desktop.tasks.running] == ["Waits for the engine"] * 2
    told = "Waiting for the engine: Search registries for images, Run a container"
    assert text_of(window, "window.banner.text") == told
    machine.set(state=MachineState.RUNNING)
    wait_for(qtbot, lambda: len(window.findChildren(QDialog, "run")) == 1)
    assert len(window.findChildren(QDialog, "images.search-dialog")) <= 1
    assert running(desktop) == []
    assert not window.banner.isVisible()
    assert titles(desktop) == ["The engine is back"], "what has waited is no notice"


def test_what_waits_is_given_up_from_the_bell_one_by_one(
    window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot
) -> None:
    window.run_image("nginx:1.27")
    window.search_images("redis")
    press(qtbot, window, "footer.tasks")
    press(qtbot, window.bell.panel, "tasks.0.cancel")
    assert find(window, QLabel, "window.banner.text").text().endswith(": Search registries for images")
    press(qtbot, window.bell.panel, "tasks.0.cancel")
    assert not window.banner.isVisible()
    window.bell.panel.hide()


def test_a_dismissed_message_gives_up_nothing(window: MainWindow, desktop: DesktopViewModel) -> None:
    window.run_image("nginx:1.27")
    window.banner.say("something else", link="Dismiss")
    window.banner.link.click()
    assert running(desktop) == ["Run a container"]


def test_what_is_asked_for_while_the_engine_stops_starts_it_again(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: window.chip.word == "Engine running" and not desktop.engine.is_busy)
    machine.set(state=MachineState.STOPPING)
    wait_for(qtbot, lambda: window.chip.word == "Stopping")
    window.run_image("nginx:1.27")
    before = machine.requests.count("start")
    machine.set(state=MachineState.STOPPED)
    wait_for(qtbot, lambda: machine.requests.count("start") == before + 1)
    wait_for(qtbot, lambda: bool(window.findChildren(QDialog, "run")))


def test_the_list_of_tasks_needs_no_window(qtbot: QtBot) -> None:
    tasks = Tasks()
    with qtbot.waitSignal(tasks.changed):
        task = tasks.begin(WORDS)
    with qtbot.assertNotEmitted(tasks.told):
        tasks.none.tell("nothing")
        tasks.none.succeed()
    with qtbot.waitSignal(tasks.ended):
        task.succeed()


def test_the_panel_grows_with_the_size_of_everything(window: MainWindow, desktop: DesktopViewModel) -> None:
    desktop.tasks.begin(WORDS)
    panel = window.bell.panel
    widths = []
    for zoom in (100, 200):
        window.choose_zoom(zoom)
        window.bell.open()
        QApplication.processEvents()
        settings = find(panel, QAbstractButton, "notices.settings")
        assert settings.height() >= settings.minimumSizeHint().height(), f"it is cut at {zoom} %"
        widths.append(panel.width())
        panel.hide()
    window.choose_zoom(100)
    assert widths[1] == 2 * widths[0]


def test_work_on_a_volume_is_given_up_and_its_row_is_free_again(
    desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.state.volumes.append(FakeVolume("data"))
    engine.fail("GET /marina/volumes/data", FaultKind.HANG)
    begin(desktop, engine, qtbot)
    desktop.volumes.want()
    wait_for(qtbot, lambda: desktop.volumes.total == 1)
    desktop.volumes.clone("data", "copy")
    wait_for(qtbot, lambda: any("/volumes/data" in line for line in engine.requests))
    (task,) = desktop.tasks.running
    task.cancel()
    wait_for(qtbot, lambda: not desktop.tasks.running)
    (row,) = desktop.volumes.table.rows
    assert (row.busy, row.failure) == ("", None)
    assert titles(desktop) == []
