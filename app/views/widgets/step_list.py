"""Named steps with their state, time and reason: the start of the machine, the phases of getting-started."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.views.icons import Mark
from app.views.theme import Theme
from app.views.widgets.layouts import row
from app.views.widgets.text import ElidedLabel, PlainLabel, WrappedLabel


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step. `state` is "waiting", "active", "done" or "failed"; `time` is ready to be shown."""

    title: str
    state: str
    time: str = ""
    detail: str = ""


class _StepMark(Mark):
    """The sign in front of a step."""

    def __init__(self) -> None:
        super().__init__(20)
        self.state = "waiting"

    def draw(self, painter: QPainter) -> None:
        """Draw a tick, a cross, a filled or an empty ring."""
        tokens = Theme.current().tokens
        if self.state in ("done", "failed"):
            name, color = ("check", tokens.ok) if self.state == "done" else ("close", tokens.err)
            self.draw_icon(painter, 1, name, color, 18)
        else:
            active = self.state == "active"
            painter.setPen(QPen(QColor(tokens.accent if active else tokens.border), 2))
            painter.drawEllipse(4, 4, 12, 12)
            if active:
                painter.setBrush(QColor(tokens.accent))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.drawEllipse(7, 7, 6, 6)


class _Line(QWidget):
    """One step on screen; `pressed` by mouse or keyboard where the list is `pressable`."""

    pressed = Signal()

    def __init__(self, name: str, pressable: bool) -> None:
        super().__init__()
        self._pressable = pressable
        if pressable:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setObjectName(name)
        self._mark, self._title, self._time = _StepMark(), ElidedLabel(), PlainLabel(role="muted")
        self._title.setObjectName(f"{name}.title")
        self._time.setObjectName(f"{name}.time")
        self._detail = WrappedLabel(role="muted")
        self._detail.setObjectName(f"{name}.detail")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 3, 0, 3)
        layout.setSpacing(1)
        layout.addLayout(row(self._mark, self._title, None, self._time))
        self._detail.setContentsMargins(28, 0, 0, 0)
        layout.addWidget(self._detail)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take a click."""
        if self._pressable and event.button() is Qt.MouseButton.LeftButton:
            self.pressed.emit()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take what presses a button."""
        if self._pressable and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Show where the keyboard is."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(QColor(Theme.current().tokens.accent), 1))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)

    def show_step(self, step: StepLine) -> None:
        """Show the step as it stands now."""
        if self._mark.state != step.state:
            self._mark.state = step.state
            self._mark.update()
        self._title.setText(step.title)
        self._title.set_role({"active": "strong", "waiting": "muted", "failed": "error"}.get(step.state, ""))
        self._time.setText(step.time)
        self._detail.setText(step.detail)
        self._detail.setVisible(bool(step.detail) and step.state in ("active", "failed"))
        self.setAccessibleName(f"{step.title}: {step.state} {step.time}".strip())


class StepList(QWidget):
    """All steps, one below the other; lines are kept while only their content changes.

    Those of a `pressable` list tell by `chosen` which one was pressed.
    """

    chosen = Signal(int)

    def __init__(self, name: str, pressable: bool = False) -> None:
        super().__init__()
        self.setObjectName(name)
        self._pressable = pressable
        self._lines: list[_Line] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)

    def show_steps(self, steps: list[StepLine]) -> None:
        """Show `steps` in order."""
        while len(self._lines) < len(steps):
            place = len(self._lines)
            line = _Line(f"{self.objectName()}.{place}", self._pressable)
            line.pressed.connect(lambda place=place: self.chosen.emit(place))
            self._lines.append(line)
            self._layout.addWidget(line)
        for line, step in zip(self._lines, steps, strict=False):
            line.show_step(step)
            line.show()
        for line in self._lines[len(steps) :]:
            line.hide()
