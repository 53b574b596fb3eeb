"""A row of joined buttons of which one is chosen."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QSizePolicy, QWidget

from app.views.widgets.flow_row import flow


class Segments(QWidget):
    """Emits `chosen` with the name of the choice."""

    chosen = Signal(str)

    def __init__(self, name: str, label: str, choices: dict[str, str]) -> None:
        """`choices` are labels by name; the first is chosen."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(label)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        layout = flow(spacing=0)
        for place, (choice, text) in enumerate(choices.items()):
            button = QPushButton(text)
            button.setObjectName(f"{name}.{choice or 'all'}")
            button.setAccessibleName(f"{label}: {text}")
            button.setProperty("role", "segment")
            end = "first" if place == 0 else "last" if place == len(choices) - 1 else ""
            button.setProperty("end", end)
            button.setCheckable(True)
            button.setChecked(place == 0)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, choice=choice: self.chosen.emit(choice))
            self._group.addButton(button)
            self._buttons[choice] = button
            layout.addWidget(button)
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)

    @property
    def current(self) -> str:
        """Return the name of the choice."""
        return next(name for name, button in self._buttons.items() if button.isChecked())

    def choose(self, name: str) -> None:
        """Choose without a signal."""
        self._buttons[name].setChecked(True)
