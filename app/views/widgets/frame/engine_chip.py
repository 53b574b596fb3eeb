"""The footer's engine button: state as dot and word; a click opens what can be done about it."""

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QPushButton, QVBoxLayout, QWidget

from app.viewmodels.engine.engine_view import EngineState, EngineView
from app.viewmodels.wording.wording import format_duration, format_size
from app.views.widgets.announcement import announce
from app.views.widgets.buttons import Button
from app.views.widgets.layouts import Card, row
from app.views.widgets.status_dot import StatusDot
from app.views.widgets.text import PlainLabel, WrappedLabel


class EngineChip(QPushButton):
    """Shows the state; its popover has the rest."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("role", "chip")
        self._state: EngineState | None = None
        self._dot, self._word = StatusDot(), PlainLabel()
        self._word.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(9, 2, 9, 2)
        layout.setSpacing(7)
        layout.addWidget(self._dot)
        layout.addWidget(self._word)
        self.popover = EnginePopover("engine", self)
        self.clicked.connect(self._toggle)

    @property
    def word(self) -> str:
        """Return the state in words."""
        return self._word.text()

    def show_engine(self, view: EngineView) -> None:
        """Show the engine's state."""
        hollow = view.state in (EngineState.STOPPED, EngineState.NOT_INSTALLED, EngineState.CONTACTING)
        self._dot.show_tone(view.tone, hollow)
        if self._word.text() != view.word:
            self._word.setText(view.word)
            self.setAccessibleName(self.tr("Engine: {0}").format(view.word))
            self.updateGeometry()
        if self._state not in (None, view.state):
            announce(self, self.accessibleName(), is_urgent=view.state is EngineState.FAILED)
        self._state = view.state
        self.popover.show_engine(view)

    def sizeHint(self) -> QSize:
        """Return room for dot and word."""
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return the same: the word is never cut."""
        return self.sizeHint()

    def _toggle(self) -> None:
        self.popover.fit()
        corner = self.mapToGlobal(QPoint(0, 0))
        self.popover.move(corner.x(), corner.y() - self.popover.height() - 6)
        self.popover.show()
        self.popover.setFocus()


class EnginePopover(QFrame):
    """Facts about the machine, and start, stop, restart and the console log."""

    start_requested = Signal()
    stop_requested = Signal()
    restart_requested = Signal()
    log_requested = Signal()
    diagnosis_requested = Signal()

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popover")
        self.setAccessibleName(self.tr("Engine"))
        self.setMinimumWidth(330)
        self._state = PlainLabel(role="heading")
        self._state.setObjectName(f"{name}.state")
        self._facts = WrappedLabel(role="muted")
        self._facts.setObjectName(f"{name}.facts")
        self._warning = Card(f"{name}.warning", "banner")
        self._warning.setProperty("tone", "warn")
        self._warning_text = WrappedLabel()
        self._warning_text.setObjectName(f"{name}.warning.text")
        self._warning.setLayout(row(self._warning_text, margins=(10, 6, 10, 6)))
        self._start = Button(self.tr("Start"), f"{name}.start", "primary", "play")
        self._stop = Button(self.tr("Stop"), f"{name}.stop", icon="stop")
        self._restart = Button(self.tr("Restart"), f"{name}.restart", icon="restart")
        self._log = Button(self.tr("Open the console log"), f"{name}.log", "link", "logs")
        diagnose = Button(self.tr("Troubleshoot"), f"{name}.diagnose", "link", "tools")
        for button, signal in (
            (diagnose, self.diagnosis_requested),
            (self._start, self.start_requested),
            (self._stop, self.stop_requested),
            (self._restart, self.restart_requested),
            (self._log, self.log_requested),
        ):
            button.clicked.connect(self.hide)
            button.clicked.connect(signal)
        layout = QVBoxLayout(self)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # see `fit`
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(8)
        for item in (self._state, self._facts, self._warning):
            layout.addWidget(item)
        layout.addLayout(row(self._start, self._stop, self._restart, None))
        layout.addLayout(row(self._log, diagnose, None))
        self.show_engine(EngineView())

    def fit(self) -> None:
        """Be as high as the texts are at this width."""
        self.adjustSize()
        layout = self.layout()
        if layout is not None and layout.hasHeightForWidth():  # not without facts, as of a remote engine
            self.resize(self.width(), layout.totalHeightForWidth(self.width()))

    def show_engine(self, view: EngineView) -> None:
        """Show the machine's facts and offer what makes sense now."""
        self._state.setText(view.word)
        facts: list[str] = []
        if view.uptime and view.can_be_used:
            facts.append(self.tr("Up {0}").format(format_duration(view.uptime)))
        if view.boot_seconds and view.can_be_used:
            facts.append(self.tr("started in {0}").format(format_duration(view.boot_seconds)))
        if view.cpus:
            facts.append(self.tr("%n processor(s)", "", view.cpus))
        if view.memory_bytes:
            memory = self.tr("memory {0} of {1}")
            facts.append(memory.format(format_size(view.memory_bytes), format_size(view.memory_limit_bytes)))
        if view.disk_bytes:
            facts.append(self.tr("disk {0}").format(format_size(view.disk_bytes)))
        if view.accelerator and not view.is_slow_machine:
            facts.append(self.tr("with hardware acceleration"))
        self._facts.setText(" · ".join(facts))
        self._facts.setVisible(bool(facts))
        warnings = list(view.warnings)
        if view.is_slow_machine:
            slow = self.tr("No hardware acceleration, so the engine is slow. {0}")
            warnings.insert(0, slow.format(view.accelerator_reason).strip())
        self._warning_text.setText("\n".join(warnings))
        self._warning.setVisible(bool(warnings))
        self._start.setVisible(view.can_start)
        self._stop.setVisible(view.can_stop)
        self._restart.setVisible(view.can_be_used and not view.remote)
        self._log.setVisible(not view.remote)
