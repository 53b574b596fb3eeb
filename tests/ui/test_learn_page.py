"""The Learn page: walkthroughs on the engine, ticked by what it shows."""

import urllib.request
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QProgressBar, QWidget
from pytestqt.qtbot import QtBot

from app.services.learn.lessons import LESSONS, RUN
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.learn import learn
from app.views.main_window import MainWindow
from app.views.pages.learn.learn_texts import LearnTexts
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.ui.helpers import find, press, text_of, wait_for
from vm.machine.status import MachineState

Save = Callable[[QWidget, str], None]
IMAGE = "marina/getting-started:latest"


@pytest.fixture
def ready(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> MainWindow:
    """The window on its Learn page, over an engine that has the image."""
    engine.add_image(IMAGE, exposed=("80/tcp",))
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.is_loaded)
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert window.page.name == "learn"
    return window


def can_press(window: MainWindow, name: str) -> bool:
    """Return whether a button is there and can be used."""
    found = window.findChildren(QAbstractButton, name)
    return bool(found) and found[0].isVisible() and found[0].isEnabled()


def do_step(qtbot: QtBot, window: MainWindow, key: str) -> None:
    """Press the button of a step once it can be, and wait until the step is behind."""
    name = f"learn.step.{key}.do"
    wait_for(qtbot, lambda: can_press(window, name), f"{key} cannot be done")
    press(qtbot, window, name)
    wait_for(qtbot, lambda: not find(window, QAbstractButton, name).isVisible(), f"{key} was not done")


def test_the_texts_and_the_steps_belong_together(desktop: DesktopViewModel) -> None:
    texts = LearnTexts()
    assert [lesson.key for lesson in LESSONS] == list(learn.LESSONS)
    for lesson in LESSONS:
        assert all(texts.lesson(lesson.key))
        assert desktop.learn.length(lesson.key) == len(lesson.steps)
        for step in lesson.steps:
            assert all(texts.step(lesson.key, step.key))


def test_a_walkthrough_from_its_beginning_to_its_end(
    ready: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    opened_urls: list[str],
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    save_picture(ready, "learn-empty")
    press(qtbot, ready, "learn.run.open")
    wait_for(qtbot, lambda: can_press(ready, "learn.step.start.do"))
    save_picture(ready, "learn-lesson")
    do_step(qtbot, ready, "start")
    assert engine.state.find_container("learn-web") is not None
    do_step(qtbot, ready, "open")
    assert urllib.request.urlopen(opened_urls[0]).status == 200
    assert opened_urls[0].rsplit(":", 1)[1].strip("/") in text_of(ready, "learn.step.start.command")
    press(qtbot, ready, "learn.step.start.copy")
    assert QGuiApplication.clipboard().text().startswith("docker run -d -p ")
    save_picture(ready, "learn-lesson-half")
    do_step(qtbot, ready, "stop")
    assert not find(ready, QWidget, "learn.end").isVisible()
    do_step(qtbot, ready, "remove")
    assert find(ready, QWidget, "learn.end").isVisible()
    assert engine.state.find_container("learn-web") is None
    save_picture(ready, "learn-lesson-done")
    QTest.keyClick(ready, Qt.Key.Key_Escape)
    assert text_of(ready, "learn.run.state") == "Done"
    assert text_of(ready, "learn.count") == "1 of 6 walkthroughs done"
    assert desktop.preferences.learned("run") == len(RUN.steps)
    desktop.preferences.remember_learned("logs", 2)
    ready.page.go_back()
    save_picture(ready, "learn")


def test_what_somebody_types_is_seen(
    ready: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    desktop.preferences.remember_learned("run", 2)
    press(qtbot, ready, "learn.run.open")
    wait_for(qtbot, lambda: can_press(ready, "learn.step.stop.do"))
    press(qtbot, ready, "learn.step.stop.do")  # there is none to stop
    wait_for(qtbot, lambda: find(ready, QWidget, "learn.failure").isVisible())
    press(qtbot, ready, "learn.again")
    wait_for(qtbot, lambda: can_press(ready, "learn.step.start.do"))
    assert not find(ready, QWidget, "learn.failure").isVisible()
    do_step(qtbot, ready, "start")
    do_step(qtbot, ready, "open")
    web = engine.state.find_container("learn-web")
    assert web is not None
    engine.containers.act(web, "stop", {})  # as `docker stop` in a terminal does
    wait_for(qtbot, lambda: can_press(ready, "learn.step.remove.do"))
    engine.containers.remove(web, False)
    wait_for(qtbot, lambda: find(ready, QWidget, "learn.end").isVisible())


def test_a_container_of_the_same_name_stays_and_is_told(
    ready: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    theirs = engine.add_container("learn-web", engine.state.images[0])
    press(qtbot, ready, "learn.run.open")
    wait_for(qtbot, lambda: can_press(ready, "learn.step.start.do"))
    press(qtbot, ready, "learn.step.start.do")
    wait_for(qtbot, lambda: find(ready, QWidget, "learn.failure").isVisible())
    assert text_of(ready, "learn.failure.summary") == "There is another container called learn-web"
    assert "docker rm -f learn-web" in text_of(ready, "learn.failure.advice")
    assert engine.state.find_container("learn-web") is theirs


def test_what_a_command_answers_is_plain_text(
    ready: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    failing = engine.add_container("learn-failing", engine.state.images[0])
    failing.log.append((1, b"\x1b[2K\x1b[31mlooking\x1b[0m\n"))
    desktop.preferences.remember_learned("logs", 2)
    press(qtbot, ready, "learn.logs.open")
    wait_for(qtbot, lambda: can_press(ready, "learn.step.log.do"))
    press(qtbot, ready, "learn.step.log.do")
    wait_for(qtbot, lambda: text_of(ready, "learn.step.log.said") == "looking")


def test_what_cannot_be_done_is_told_where_it_was_asked_for(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.is_loaded)
    window.show_page("learn")
    press(qtbot, window, "learn.run.open")
    wait_for(qtbot, lambda: can_press(window, "learn.step.start.do"))
    engine.state.registry.clear()
    press(qtbot, window, "learn.step.start.do")
    wait_for(qtbot, lambda: find(window, QWidget, "learn.failure").isVisible())
    save_picture(window, "learn-failed")
    assert text_of(window, "learn.failure.summary").startswith("The registry has no image")
    assert not find(window, QWidget, "learn.failure.help").isVisible(), "no other image will do"
    press(qtbot, window, "learn.failure.load")
    dialog = find(window, QFileDialog, "images.load.file")
    wait_for(qtbot, dialog.isVisible)
    dialog.reject()
    window.show_page("learn")
    engine.add_image(IMAGE, exposed=("80/tcp",))
    press(qtbot, window, "learn.failure.retry")
    wait_for(qtbot, lambda: not find(window, QWidget, "learn.failure").isVisible())
    wait_for(qtbot, lambda: can_press(window, "learn.step.open.do"))


def test_a_step_that_takes_its_time(
    ready: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    press(qtbot, ready, "learn.logs.open")
    wait_for(qtbot, lambda: can_press(ready, "learn.step.start.do"))
    with engine.state.lock:  # nothing can be created meanwhile
        press(qtbot, ready, "learn.step.start.do")
        assert find(ready, QProgressBar, "learn.working").isVisible()
        assert not find(ready, QAbstractButton, "learn.step.start.do").isEnabled()
        save_picture(ready, "learn-working")
    wait_for(qtbot, lambda: can_press(ready, "learn.step.state.do"))
    do_step(qtbot, ready, "state")
    assert "Exited (3)" in text_of(ready, "learn.step.state.said")
    do_step(qtbot, ready, "log")
    assert "there is none" in text_of(ready, "learn.step.log.said")


@pytest.mark.parametrize("asked_for", ["before", "meanwhile"])
def test_a_look_that_comes_late_takes_no_step_back(
    ready: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    asked_for: str,
) -> None:
    press(qtbot, ready, "learn.logs.open")
    do_step(qtbot, ready, "start")
    do_step(qtbot, ready, "state")
    lessons, background = desktop.learn, desktop.background
    wait_for(qtbot, lambda: not lessons._settle.isActive() and not lessons._busy)
    held: list[tuple[Any, ...]] = []
    late = SimpleNamespace(
        run=lambda *call: held.append(call), run_alone=background.run_alone, tasks=background.tasks
    )
    monkeypatch.setattr(lessons, "_background", late)
    if asked_for == "before":
        lessons.look()
        do_step(qtbot, ready, "log")
    else:
        with engine.state.lock:  # the step cannot be over yet
            press(qtbot, ready, "learn.step.log.do")
            lessons.look()
        wait_for(qtbot, lambda: not find(ready, QAbstractButton, "learn.step.log.do").isVisible())
    monkeypatch.setattr(lessons, "_background", background)
    background.run(*held[0])
    wait_for(qtbot, lambda: not lessons._busy and not lessons._look_again)
    assert lessons.lesson is not None
    assert lessons.lesson.done == 3


def test_a_failure_stays_until_something_is_done_about_it(
    ready: MainWindow, desktop: DesktopViewModel, qtbot: QtBot
) -> None:
    desktop.preferences.remember_learned("run", 2)
    press(qtbot, ready, "learn.run.open")
    wait_for(qtbot, lambda: can_press(ready, "learn.step.stop.do"))
    press(qtbot, ready, "learn.step.stop.do")
    lessons = desktop.learn
    wait_for(qtbot, lambda: find(ready, QWidget, "learn.failure").isVisible())
    lessons.look()  # as after any event of the engine
    wait_for(qtbot, lambda: not lessons._busy and not lessons._look_again)
    assert find(ready, QWidget, "learn.failure").isVisible()


def test_without_an_engine_it_can_be_read(
    window: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    machine: FakeMachine,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    machine.set(state=MachineState.STOPPED)
    desktop.engine.watch()
    window.show_page("learn")
    wait_for(qtbot, lambda: can_press(window, "learn.engine.stopped.start"))
    save_picture(window, "learn-stopped")
    press(qtbot, window, "learn.engine.stopped.start")
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    wait_for(qtbot, lambda: not find(window, QWidget, "learn.engine").isVisible())
