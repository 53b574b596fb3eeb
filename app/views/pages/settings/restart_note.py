"""The line of a setting that holds once Marina is started again."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.views.widgets.buttons import Button
from app.views.widgets.layouts import row
from app.views.widgets.text import WrappedLabel


class RestartNote(QWidget):
    """Says so, and emits `pressed` by its button; hidden until it is needed."""

    pressed = Signal()

    def __init__(self, name: str, text: str, button: str) -> None:
        super().__init__()
        label = WrappedLabel(text, "warn")
        label.setObjectName(f"{name}.note")
        restart = Button(button, f"{name}.restart", icon="restart")
        restart.clicked.connect(self.pressed)
        layout = row(label, restart)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.hide()
