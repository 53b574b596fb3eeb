"""A field for a number, with room before it: a style sheet's padding does not reach the text of Qt's own."""

from PySide6.QtWidgets import QSpinBox

from app.views.theme import Theme

_BEFORE = 8


class NumberBox(QSpinBox):
    """As Qt's, with the text where it is in the other fields."""

    def __init__(self) -> None:
        super().__init__()
        Theme.current().changed.connect(self._follow_zoom)
        self._follow_zoom()

    def _follow_zoom(self) -> None:
        self.lineEdit().setTextMargins(Theme.current().scaled(_BEFORE), 0, 0, 0)
