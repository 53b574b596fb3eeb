"""A box to tick whose words go on in a further line where room is short; Qt's own has one line only."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter

_LEAST = 60
"""Pixels of words: no narrower are they made."""


class CheckBox(QCheckBox):
    """As Qt's, but for its lines."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        """Return the box with its first words."""
        whole = self.sizeHint()
        return QSize(min(whole.width(), self._beside() + _LEAST), whole.height())

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines."""
        return max(self.sizeHint().height(), self._words_in(width).height())

    def hitButton(self, position: QPoint) -> bool:
        """Let every line be clicked, and the box."""
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box beside the first line, then the words."""
        if self.width() >= self.sizeHint().width():
            super().paintEvent(event)
            return
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        words = self._words_in(self.width())
        place = QRect(
            self._beside(), max(0, (self.height() - words.height()) // 2), words.width(), words.height()
        )
        box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        box.moveTop(place.top() + max(0, (self.fontMetrics().height() - box.height()) // 2))
        option.rect = box
        painter.drawPrimitive(QStyle.PrimitiveElement.PE_IndicatorCheckBox, option)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(place, self._flags(), self.text())
        painter.end()

    @staticmethod
    def _flags() -> int:
        return int(Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextShowMnemonic) | int(Qt.AlignmentFlag.AlignLeft)

    def _beside(self) -> int:
        """Return where the words begin."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        style = self.style()
        box = style.subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        return box.right() + 1 + style.pixelMetric(QStyle.PixelMetric.PM_CheckBoxLabelSpacing, option, self)

    def _words_in(self, width: int) -> QRect:
        room = max(_LEAST, width - self._beside())
        return self.fontMetrics().boundingRect(QRect(0, 0, room, 10_000), self._flags(), self.text())
