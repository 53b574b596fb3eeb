"""The welcome card: one primary button, the story's phases, and the address that answers in the end."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QSizePolicy

from app.viewmodels.learn.getting_started import StoryView
from app.viewmodels.wording.wording import format_duration
from app.views.icons import themed_pixmap
from app.views.theme import Theme, monospace_font
from app.views.widgets.buttons import Button
from app.views.widgets.layouts import Card, column, row
from app.views.widgets.pull_failure_card import PullFailureCard
from app.views.widgets.step_list import StepLine, StepList
from app.views.widgets.text import PlainLabel, WrappedLabel


class WelcomeCard(Card):
    """Works in every state of the engine: the story starts the engine itself."""

    run_requested = Signal()
    cancel_requested = Signal()
    open_requested = Signal(str)
    logs_requested = Signal(str)
    stop_requested = Signal(str)
    other_requested = Signal()
    closed = Signal()
    help_requested = Signal(object)  # PullHelp

    def __init__(self, name: str = "containers.welcome") -> None:
        super().__init__(name)
        self._view = StoryView()
        self._icon = PlainLabel()
        self._title = PlainLabel(role="heading")
        self._title.setObjectName(f"{name}.title")
        self._text = WrappedLabel(role="muted")
        self._text.setObjectName(f"{name}.text")
        self.run_button = Button(self.tr("Run getting-started"), f"{name}.run", "primary", "play")
        self.run_button.clicked.connect(self.run_requested)
        self._other = Button(self.tr("Run something else"), f"{name}.other", "link")
        self._other.clicked.connect(self.other_requested)
        self._steps = StepList(f"{name}.steps")
        self._cancel = Button(self.tr("Cancel"), f"{name}.cancel")
        self._cancel.clicked.connect(self.cancel_requested)
        self._failure = PullFailureCard(f"{name}.failure", self.tr("Try again"), is_given=True, can_load=True)
        self._failure.retry.connect(self.run_requested)
        self._failure.help_asked.connect(self.help_requested)
        self._build_result(name)
        self.setLayout(
            column(
                row(self._icon, self._title, None, spacing=10),
                self._text,
                2,
                self._steps,
                self._failure,
                self._address,
                row(
                    self.run_button,
                    self._other,
                    self._open,
                    self._logs,
                    self._stop,
                    self._copy,
                    self._cancel,
                    None,
                    self._close,
                ),
                margins=(20, 18, 20, 18),
            )
        )
        self._title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        Theme.current().changed.connect(self._draw_icon)
        self._draw_icon()
        self.show_story(StoryView(), can_run_other=False)

    def _build_result(self, name: str) -> None:
        self._address = QLineEdit()
        self._address.setObjectName(f"{name}.address")
        self._address.setAccessibleName(self.tr("Address of the page"))
        self._address.setReadOnly(True)
        self._address.setFont(monospace_font())
        self._open = Button(self.tr("Open"), f"{name}.open", "primary", "external")
        self._open.clicked.connect(lambda: self.open_requested.emit(self._view.url))
        self._logs = Button(self.tr("Logs"), f"{name}.logs", icon="logs")
        self._logs.clicked.connect(lambda: self.logs_requested.emit(self._view.container))
        self._stop = Button(self.tr("Stop"), f"{name}.stop", icon="stop")
        self._stop.clicked.connect(lambda: self.stop_requested.emit(self._view.container))
        self._copy = Button(self.tr("Copy address"), f"{name}.copy", icon="copy")
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._view.url))
        self._close = Button(self.tr("Close"), f"{name}.close", "link")
        self._close.clicked.connect(self.closed)

    def show_story(self, view: StoryView, can_run_other: bool, browser_failed: bool = False) -> None:
        """Show the story as it stands."""
        self._view = view
        idle, active, done = view.state == "idle", view.state == "active", view.state == "done"
        self._title.setText(
            {
                "idle": self.tr("Run your first container"),
                "active": self.tr("Getting started"),
                "done": self.tr("Running at {0}").format(view.url.removeprefix("http://")),
                "failed": self.tr("Getting started did not work out"),
            }[view.state]
        )
        self._text.setText(
            self.tr("One click starts a small web server in a container and opens its page in your browser.")
            if idle
            else self.tr("No browser could be opened. Copy the address into one.")
            if done and browser_failed
            else ""
        )
        self._text.setVisible(bool(self._text.text()))
        self._steps.setVisible(not idle)
        self._steps.show_steps(
            [
                StepLine(
                    phase.title,
                    phase.state,
                    "" if phase.seconds is None else format_duration(phase.seconds),
                    phase.detail,
                )
                for phase in view.phases
            ]
        )
        self.run_button.setVisible(idle)
        self._other.setVisible(idle and can_run_other)
        self._cancel.setVisible(active)
        for widget in (self._open, self._logs, self._stop):
            widget.setVisible(done)
        for result in (self._address, self._copy):
            result.setVisible(done and browser_failed)
        self._address.setText(view.url)
        self._close.setVisible(done or view.state == "failed")
        self._failure.setVisible(view.failure is not None)
        if view.failure is not None:
            self._failure.show_failure(view.failure)

    def _draw_icon(self) -> None:
        tokens = Theme.current().tokens
        self._icon.setPixmap(themed_pixmap(self, "anchor", tokens.accent, 24))
