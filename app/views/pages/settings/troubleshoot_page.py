"""The Troubleshoot page: how the machine came up, what it says, and the ways to begin again."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.engine.machine_data import MachineDataViewModel
from app.viewmodels.engine.troubleshoot import TroubleshootViewModel
from app.viewmodels.wording.wording import format_duration, format_size
from app.views.pages.page import Page
from app.views.pages.settings.checks_view import ChecksView
from app.views.pages.settings.data_view import DataView
from app.views.widgets.buttons import Button
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import Card, FrontStack, column, row
from app.views.widgets.log.log_view import LogView
from app.views.widgets.segments import Segments
from app.views.widgets.side_by_side import SideBySide
from app.views.widgets.status_dot import StatusDot
from app.views.widgets.step_list import StepLine, StepList
from app.views.widgets.text import ElidedLabel, PlainLabel, WrappedLabel

_LEFT_WIDTH, _STACKED_BELOW = 380, 820


class TroubleshootPage(Page):
    """Emits what the window's engine is to do."""

    start_requested = Signal()
    restart_requested = Signal()
    force_stop_requested = Signal()
    settings_requested = Signal(str)  # a setting's name
    uninstall_requested = Signal()

    def __init__(self, viewmodel: TroubleshootViewModel, data: MachineDataViewModel) -> None:
        super().__init__("troubleshoot", "")
        self.title.setText(self.tr("Troubleshoot"))
        self.setAccessibleName(self.tr("Troubleshoot"))
        self._viewmodel, self._data = viewmodel, data
        self._start_card = self._steps_card()
        left = QWidget()
        left.setLayout(column(self._state_card(), self._start_card, None, spacing=12))
        self.checks = ChecksView(viewmodel)
        self.checks.settings_requested.connect(self.settings_requested)
        self.checks.data_requested.connect(lambda: self.show_view("data"))
        self.checks.restart_requested.connect(self.restart_requested)
        self.checks.start_requested.connect(self.start_requested)
        self._right = FrontStack()
        self._right.addWidget(self.checks)
        self._right.addWidget(self._log_card())
        data_view = DataView(data)
        data_view.uninstall_requested.connect(self.uninstall_requested)
        self._right.addWidget(data_view)
        self.views = Segments(
            "troubleshoot.views",
            self.tr("What is shown"),
            {"checks": self.tr("Checks"), "logs": self.tr("Logs"), "data": self.tr("Snapshots and reset")},
        )
        self.views.chosen.connect(self.show_view)
        self.tools.addWidget(self.views)
        content = SideBySide(left, self._right, _LEFT_WIDTH, _STACKED_BELOW)
        self.body.addWidget(content, 1)
        viewmodel.log_read.connect(self._show_log)
        self.on_engine_state(EngineView())

    def _button(self, label: str, name: str, icon: str, slot: Callable[[], object], kind: str = "") -> Button:
        button = Button(label, f"troubleshoot.{name}", kind, icon)
        button.clicked.connect(slot)
        return button

    def _state_card(self) -> Card:
        card = Card("troubleshoot.state")
        self._dot, self._word = StatusDot(), PlainLabel(role="heading")
        self._word.setObjectName("troubleshoot.word")
        self._facts = WrappedLabel(role="muted")
        self._facts.setObjectName("troubleshoot.facts")
        self._problem = WrappedLabel(role="error")
        self._problem.setObjectName("troubleshoot.problem")
        self.start_button = self._button(
            self.tr("Start"), "start", "play", self.start_requested.emit, "primary"
        )
        self.restart_button = self._button(
            self.tr("Restart"), "restart", "restart", self.restart_requested.emit
        )
        self.force_button = self._button(
            self.tr("Force stop"), "force-stop", "power", self.force_stop_requested.emit, "danger"
        )
        self.force_button.setToolTip(
            self.tr("Ends the machine at once, whatever it does. What was not yet written may be lost.")
        )
        card.setLayout(
            column(
                row(self._dot, self._word, None, spacing=9),
                self._facts,
                self._problem,
                4,
                flow(self.start_button, self.restart_button, self.force_button),
                margins=(18, 16, 18, 16),
            )
        )
        return card

    def _steps_card(self) -> Card:
        card = Card("troubleshoot.steps-card")
        self._steps = StepList("troubleshoot.steps")
        self._no_steps = WrappedLabel(self.tr("The machine was not started from this window yet."), "muted")
        card.setLayout(
            column(
                PlainLabel(self.tr("The last start"), "heading"),
                2,
                self._steps,
                self._no_steps,
                margins=(18, 16, 18, 16),
            )
        )
        return card

    def _log_card(self) -> Card:
        card = Card("troubleshoot.log-card")
        card.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.logs = Segments(
            "troubleshoot.logs",
            self.tr("Which log is shown"),
            {"console": self.tr("Machine"), "supervisor": self.tr("Supervisor"), "qemu": self.tr("Emulator")},
        )
        self.logs.chosen.connect(self._viewmodel.read)
        refresh = Button(self.tr("Refresh"), "troubleshoot.refresh", icon="restart")
        refresh.clicked.connect(self.refresh)
        copy = Button(self.tr("Copy"), "troubleshoot.copy", icon="copy")
        self._log = LogView("troubleshoot.log", self.tr("Log"))
        copy.clicked.connect(self._log.copy)
        self._path = ElidedLabel(role="muted")
        self._path.setObjectName("troubleshoot.path")
        layout = column(
            flow(self.logs, None, refresh, copy), self._log, self._path, spacing=8, margins=(14, 14, 14, 10)
        )
        layout.setStretch(1, 1)
        card.setLayout(layout)
        return card

    def show_view(self, name: str) -> None:
        """Show the checks, the logs or the snapshots."""
        self.views.choose(name)
        self._right.setCurrentIndex(["checks", "logs", "data"].index(name))
        if name == "data":
            self._data.load()

    def resume(self) -> None:
        """Make the checks, and read the log, when the page comes into sight."""
        self.refresh()
        self.checks.check_once()

    def refresh(self) -> None:
        """Read the log anew."""
        self._viewmodel.read(self.logs.current)

    def on_engine_state(self, view: EngineView) -> None:
        """Follow the engine."""
        if view.remote:
            self.banner.say(
                self.tr(
                    "The window works with {0}. Checks, logs and snapshots are about the machine of this "
                    "computer."
                ).format(view.remote)
            )
        self.checks.can_restart = not view.remote
        self._start_card.setVisible(not view.remote)
        self._dot.show_tone(view.tone)
        self._word.setText(view.word)
        self.count.setText(self.tr("For when the engine does not do what it should"))
        facts = [
            self.tr("Running for {0}").format(format_duration(view.uptime)) if view.uptime else "",
            self.tr("Came up in {0}").format(format_duration(view.boot_seconds)) if view.boot_seconds else "",
            self.tr("Acceleration: {0}").format(view.accelerator) if view.accelerator else "",
            view.accelerator_reason,
            self.tr("Memory {0}").format(format_size(view.memory_bytes)) if view.memory_bytes else "",
            *view.warnings,
        ]
        self._facts.setText("\n".join(filter(None, facts)))
        self._facts.setVisible(any(facts))
        problem = view.failure.lines if view.failure is not None else ""
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self.start_button.setVisible(view.can_start)
        self.restart_button.setVisible(not view.remote)
        self.restart_button.setEnabled(view.can_stop)
        self.force_button.setVisible(not view.remote)
        self.force_button.setEnabled(view.can_stop or view.state.value == "stopping")
        self._steps.show_steps(
            [
                StepLine(
                    step.title,
                    step.state,
                    format_duration(step.seconds) if step.state != "waiting" else "",
                    step.detail,
                )
                for step in view.steps
            ]
        )
        self._no_steps.setVisible(not view.steps)

    def _show_log(self, path: str, lines: list[LogLine]) -> None:
        self._path.setText(path)
        self._log.clear()
        self._log.append(lines)
        self._log.flush()
        self._log.set_follow(True)
