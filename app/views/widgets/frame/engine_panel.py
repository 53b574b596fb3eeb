"""What a page shows instead of a list while there is no engine: starting, stopped, failed, not set up."""

import time
from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from app.viewmodels.engine.engine_view import EngineState, EngineView
from app.viewmodels.failure import Failure
from app.viewmodels.wording.wording import format_duration
from app.views.widgets.buttons import Button
from app.views.widgets.failure_card import FailureCard
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import Card, column, row
from app.views.widgets.step_list import StepLine, StepList
from app.views.widgets.text import PlainLabel, WrappedLabel

_TICK_MS = 500


class EnginePanel(QWidget):
    """One card for each state without an engine."""

    start_requested = Signal()
    stop_requested = Signal()
    retry_requested = Signal()  # of the connection
    log_requested = Signal()
    diagnosis_requested = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._view, self._told_at = EngineView(), 0.0
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._show_times)
        self._build_starting(name)
        self._build_stopped(name)
        self._failure = FailureCard(f"{name}.failure", self.tr("Try again"))
        self._failure.retry.connect(self.start_requested)
        log = Button(self.tr("Open the console log"), f"{name}.failure.log", icon="logs")
        log.clicked.connect(self.log_requested)
        self._failure.add_button(log)
        diagnose = Button(self.tr("Troubleshoot"), f"{name}.failure.diagnose", icon="tools")
        diagnose.clicked.connect(self.diagnosis_requested)
        self._failure.add_button(diagnose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for card in (self._starting, self._stopped, self._failure):
            layout.addWidget(card)
            card.hide()
        layout.addStretch(1)

    def _build_starting(self, name: str) -> None:
        self._starting = Card(f"{name}.starting")
        self._title = PlainLabel(role="heading")
        self._title.setObjectName(f"{name}.starting.title")
        self._elapsed = PlainLabel(role="muted")
        self._bar = QProgressBar()
        self._bar.setObjectName(f"{name}.starting.progress")
        self._bar.setAccessibleName(self.tr("Progress of the start"))
        self._bar.setTextVisible(False)
        self._steps = StepList(f"{name}.steps")
        self._note = WrappedLabel(role="muted")
        self._note.setObjectName(f"{name}.starting.note")
        self._cancel = Button(self.tr("Cancel"), f"{name}.starting.cancel")
        self._cancel.clicked.connect(self.stop_requested)
        log = Button(self.tr("Open the console log"), f"{name}.starting.log", "link", "logs")
        log.clicked.connect(self.log_requested)
        self._starting.setLayout(
            column(
                row(self._title, None, self._elapsed),
                4,
                self._bar,
                8,
                self._steps,
                self._note,
                4,
                flow(self._cancel, log),
                margins=(20, 18, 20, 16),
            )
        )

    def _build_stopped(self, name: str) -> None:
        self._stopped = Card(f"{name}.stopped")
        self._stopped_title = PlainLabel(role="heading")
        self._stopped_title.setObjectName(f"{name}.stopped.title")
        self._stopped_text = WrappedLabel(role="muted")
        self._start = Button(self.tr("Start engine"), f"{name}.stopped.start", "primary", "play")
        self._start.clicked.connect(self.start_requested)
        self._retry = Button(self.tr("Retry now"), f"{name}.stopped.retry")
        self._retry.clicked.connect(self._ask_again)
        self._stopped.setLayout(
            column(
                self._stopped_title,
                self._stopped_text,
                6,
                row(self._start, self._retry, None),
                margins=(20, 18, 20, 18),
            )
        )

    def _ask_again(self) -> None:
        self._stopped_text.setText(self.tr("Asking {0}…").format(self._view.remote))
        self.retry_requested.emit()

    def show_engine(self, view: EngineView) -> None:
        """Show the card for the engine's state."""
        state = view.state
        self._view, self._told_at = view, time.monotonic()
        if state is EngineState.STARTING:
            self._tick.start()
        else:
            self._tick.stop()
        busy = state in (EngineState.STARTING, EngineState.CONTACTING, EngineState.STOPPING)
        failed = state is EngineState.FAILED or (
            state is EngineState.NOT_INSTALLED and view.failure is not None
        )
        self._starting.setVisible(busy)
        self._failure.setVisible(failed)
        self._stopped.setVisible(not busy and not failed and not view.can_be_used)
        if busy:
            self._show_starting(view)
        elif failed:
            failure = view.failure or Failure(self.tr("The engine could not be started"))
            if failure != self._failure_shown:
                self._failure_shown = failure
                self._failure.show_failure(failure)
            return
        elif state is EngineState.RECONNECTING:
            self._retry.setVisible(bool(view.remote))  # this computer's machine is dialled every second
            self._stopped_title.setText(self.tr("The connection to the engine is lost"))
            self._stopped_text.setText(self.tr("Marina is connecting again by itself."))
            self._start.hide()
        else:
            self._stopped_title.setText(self.tr("The engine is stopped"))
            self._stopped_text.setText(
                self.tr("Containers and images are safe on its disk. Start the engine to see and use them.")
            )
            self._start.show()
            self._retry.hide()
        self._failure_shown = None

    _failure_shown: Failure | None = None

    def _show_starting(self, view: EngineView) -> None:
        titles = {
            EngineState.STARTING: self.tr("Starting the engine"),
            EngineState.STOPPING: self.tr("Stopping the engine"),
            EngineState.CONTACTING: self.tr("Looking for the engine"),
        }
        starting = view.state is EngineState.STARTING
        self._title.setText(titles[view.state])
        self._bar.setRange(0, 100 if starting else 0)
        self._bar.setValue(int(view.progress * 100))
        self._steps.setVisible(starting)
        self._show_times()
        slow = starting and view.is_slow_machine
        self._note.setVisible(slow)
        self._note.setText(
            self.tr("The machine runs without hardware acceleration, so this takes longer: {0}").format(
                view.accelerator_reason
            )
            if slow
            else ""
        )
        self._cancel.setVisible(starting)

    def _show_times(self) -> None:
        """Show the steps; the active one's clock goes on between two reports."""
        view, since = self._view, time.monotonic() - self._told_at
        steps = [
            replace(step, seconds=step.seconds + since) if step.state == "active" else step
            for step in view.steps
        ]
        elapsed = sum(step.seconds for step in steps)
        starting = view.state is EngineState.STARTING
        self._elapsed.setText(format_duration(elapsed) if starting and elapsed else "")
        self._steps.show_steps(
            [
                StepLine(
                    step.title,
                    step.state,
                    format_duration(step.seconds) if step.state != "waiting" else "",
                    self._reason(step.detail, step.seconds, step.limit, step.state),
                )
                for step in steps
            ]
        )

    def _reason(self, detail: str, seconds: float, limit: float, state: str) -> str:
        """Return why a step takes its time, with its limit once half of it has gone."""
        if state == "active" and limit and seconds > limit / 2:
            waiting = self.tr("given up after {0}").format(format_duration(limit))
            return f"{detail} ({waiting})" if detail else waiting
        return detail
