"""A box of choices that shortens the chosen one where room is short; Qt's is as wide as the longest."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter

from app.views.theme import Theme

_LEAST = 80
"""Pixels at 100 %."""


class ComboBox(QComboBox):
    """As Qt's, but for its least width; the open list shows the choices whole."""

    def minimumSizeHint(self) -> QSize:
        """Return room for a word and the arrow."""
        whole = super().minimumSizeHint()
        return QSize(min(whole.width(), Theme.current().scaled(_LEAST)), whole.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box, and of the choice what fits."""
        missing = self.sizeHint().width() - self.width()
        if missing <= 0:
            super().paintEvent(event)
            return
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        texts = (self.itemText(place) for place in range(self.count()))
        room = max(map(self.fontMetrics().horizontalAdvance, texts), default=0) - missing
        option.currentText = self.fontMetrics().elidedText(
            option.currentText, Qt.TextElideMode.ElideRight, room
        )
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()
