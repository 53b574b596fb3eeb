"""What screen readers find in the widgets that are painted here, and what they are told without looking."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleTextInsertEvent,
    QAccessibleTextUpdateEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.frame.notifications import Notice
from app.views.main_window import MainWindow
from app.views.widgets.chart import Line, LineChart
from app.views.widgets.log.log_view import LogView
from app.views.widgets.terminal.terminal_view import TerminalView
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.ui.helpers import find, wait_for
from tests.ui.test_containers_page import start_container
from vm.machine.status import MachineState


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> list[QAccessibleEvent]:
    """What a screen reader is told while it runs."""
    del qapp
    events: list[QAccessibleEvent] = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", events.append)
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    return events


def announced(events: list[QAccessibleEvent]) -> list[str]:
    return [event.message() for event in events if isinstance(event, QAccessibleAnnouncementEvent)]


def text_of_interface(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    text = interface.textInterface()
    return text.text(0, text.characterCount())


def test_a_log_is_a_text(qtbot: QtBot) -> None:
    log = LogView("log", "Log of web")
    qtbot.addWidget(log)
    log.resize(600, 300)
    log.show()
    log.append([LogLine(f"line {number}", time=f"t{number}") for number in range(1000)])
    log.flush()
    interface = QAccessible.queryAccessibleInterface(log)
    assert interface.role() is QAccessible.Role.EditableText
    assert interface.text(QAccessible.Text.Name) == "Log of web"
    assert interface.state().readOnly
    assert interface.valueInterface() is None
    assert interface.actionInterface() is not None
    lines = text_of_interface(log).split("\n")
    assert 5 < len(lines) < 50, "what is in sight"
    assert lines[-1] == "line 999"
    QTest.keyClick(log, Qt.Key.Key_Home)
    log.show_timestamps(True)
    assert text_of_interface(log).startswith("t0 line 0\nt1 line 1\n")


def test_new_lines_of_a_log_are_told(qtbot: QtBot, told: list[QAccessibleEvent]) -> None:
    log = LogView("log", "Log of web")
    qtbot.addWidget(log)
    log.resize(600, 300)
    log.show()
    log.append([LogLine("one")])
    log.flush()
    log.append([LogLine("two")])
    log.flush()
    inserted = [event.textInserted() for event in told if isinstance(event, QAccessibleTextInsertEvent)]
    assert inserted == ["one", "\ntwo"]
    log.clear()
    log.append([LogLine("other")])
    log.flush()
    changed = [event for event in told if isinstance(event, QAccessibleTextUpdateEvent)]
    assert [(event.textRemoved(), event.textInserted()) for event in changed] == [("ne\ntwo", "ther")]
    log.append([LogLine("other")])
    log.flush()
    assert isinstance(told[-2], QAccessibleTextInsertEvent)
    assert told[-2].textInserted() == "\nother", "what is the same at the end is not told again"


def test_a_terminal_is_a_terminal(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    container = start_container(engine, "web")
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.running == 1)
    window.containers.show_container(container.id, "terminal")
    terminal = find(window, TerminalView, "containers.terminal.1.screen")
    wait_for(qtbot, lambda: terminal.text() == "/ #")
    interface = QAccessible.queryAccessibleInterface(terminal)
    assert interface.role() is QAccessible.Role.Terminal
    QTest.keyClicks(terminal, "echo a\r")
    wait_for(qtbot, lambda: text_of_interface(terminal).startswith("/ # echo a\na\n/ #"))
    assert interface.textInterface().cursorPosition() == len("/ # echo a\na\n/ #")


def test_a_chart_is_a_chart(qtbot: QtBot) -> None:
    chart = LineChart("chart", "Memory", lambda value: f"{value:.0f} MB", 60)
    qtbot.addWidget(chart)
    chart.show_lines([Line("used", "accent", [1.0, 2.0])])
    interface = QAccessible.queryAccessibleInterface(chart)
    assert interface.role() is QAccessible.Role.Chart
    assert interface.text(QAccessible.Text.Name) == "Memory"
    assert interface.text(QAccessible.Text.Description) == "used: 2 MB"


def test_notices_and_failures_are_announced(
    window: MainWindow, desktop: DesktopViewModel, told: list[QAccessibleEvent]
) -> None:
    desktop.notifications.add(Notice("a", "ok", "nginx:1.27 was pulled"))
    desktop.notifications.add(Notice("b", "err", "web ended unexpectedly", "Exit code 1."))
    assert announced(told) == ["nginx:1.27 was pulled", "web ended unexpectedly. Exit code 1."]
    first, second = (event for event in told if isinstance(event, QAccessibleAnnouncementEvent))
    assert first.politeness() is QAccessible.AnnouncementPoliteness.Polite
    assert second.politeness() is QAccessible.AnnouncementPoliteness.Assertive
    told.clear()
    window.banner.say("It failed.", "err")
    window.banner.say("It failed.", "err")
    assert announced(told) == ["It failed."], "once, though it is said again"


def test_the_engines_state_is_announced(
    window: MainWindow,
    desktop: DesktopViewModel,
    machine: FakeMachine,
    told: list[QAccessibleEvent],
    qtbot: QtBot,
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    wait_for(qtbot, lambda: "Engine: Engine running" in announced(told))
    told.clear()
    machine.set(state=MachineState.STOPPED)
    wait_for(qtbot, lambda: any("topped" in text for text in announced(told)))
