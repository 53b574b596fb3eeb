"""A round mark in a status colour; always beside the word it stands for."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.views.icons import Mark
from app.views.theme import Theme


class StatusDot(Mark):
    """Shows `tone`, a colour token; hollow for states that are not on."""

    def __init__(self, tone: str = "idle", parent: QWidget | None = None) -> None:
        super().__init__(10, parent)
        self._tone, self._hollow = tone, False

    def show_tone(self, tone: str, hollow: bool = False) -> None:
        """Change the colour."""
        if (tone, hollow) != (self._tone, self._hollow):
            self._tone, self._hollow = tone, hollow
            self.update()

    def draw(self, painter: QPainter) -> None:
        """Draw the mark."""
        color = QColor(getattr(Theme.current().tokens, self._tone))
        if self._hollow:
            painter.setPen(QPen(color, 1.6))
            painter.drawEllipse(QRectF(1.5, 1.5, 7, 7))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(QRectF(0.5, 0.5, 9, 9))
