"""The column that says how the things in a list are: a sign and words, and Retry where something failed."""

import time

from PySide6.QtCore import QAbstractItemModel, QEvent, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionViewItem

from app.viewmodels.lists.row_table_model import ROW_ROLE
from app.views.icons import icon_pixmap
from app.views.theme import Theme
from app.views.widgets.table import PADDING, CellDelegate, Index, RowTable

_DOT, _SIGN = 8, 14
_TURN_MS = 80  # between two pictures of what turns
_TURN_SECONDS = 1.0
_WHOLE_TURN = 360 * 16  # as QPainter counts


class StatusDelegate(CellDelegate):
    """A coloured dot, the status in words, and after it a quieter remark.

    While something is done to a row an arc turns in place of the dot; what has failed has ⚠ there, and Retry.
    """

    def __init__(self, view: RowTable) -> None:
        super().__init__(view)
        self._turning = QTimer(self, singleShot=True, interval=_TURN_MS)  # begun by what is painted
        self._turning.timeout.connect(self._turn_on)

    def parts(self, index: Index) -> tuple[str, str, str]:
        """Return (tone, word, remark); tone is a token name. Subclasses read them from the row."""
        raise NotImplementedError

    def draw(self, painter: QPainter, rect: QRect, index: Index, option: QStyleOptionViewItem) -> None:
        """Draw sign, word and remark."""
        tokens = Theme.current().tokens
        tone, word, remark = self.parts(index)
        retry = self._place_of_retry(rect, index)
        rect = rect.adjusted(self._draw_sign(painter, rect, index, getattr(tokens, tone)), 0, 0, 0)
        if retry.isValid():
            font = painter.font()
            painter.save()
            font.setUnderline(self._view.hovered_point_in(retry))
            painter.setFont(font)
            self.draw_text(painter, retry, self._retry_word, tokens.accent)
            painter.restore()
            rect.setRight(retry.left() - 8)
        width = self.draw_text(painter, rect, word, tokens.err if tone == "err" else tokens.text)
        if remark and rect.width() - width > 40:
            self.draw_text(painter, rect.adjusted(width + 8, 0, 0, 0), remark, tokens.muted)

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Try again what has failed, on a click."""
        if event.type() is QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            is_left = event.button() is Qt.MouseButton.LeftButton
            if is_left and self.cursor_at(event.position().toPoint(), option.rect, index):
                self._view.retried.emit(index.data(ROW_ROLE))
                return True
        return False

    def cursor_at(self, position: QPoint, rect: QRect, index: Index) -> bool:
        """Return whether Retry is there."""
        return self._place_of_retry(rect.adjusted(PADDING, 0, -PADDING, 0), index).contains(position)

    @property
    def _retry_word(self) -> str:
        return self.tr("Retry")

    def _place_of_retry(self, rect: QRect, index: Index) -> QRect:
        """Return where Retry is, at the end of the cell; no place where nothing has failed."""
        if getattr(index.data(ROW_ROLE), "failure", None) is None:
            return QRect()
        width = self._view.fontMetrics().horizontalAdvance(self._retry_word) + 1
        return QRect(rect.right() - width, rect.top(), width, rect.height())

    def _draw_sign(self, painter: QPainter, rect: QRect, index: Index, color: str) -> int:
        """Draw what is in front of the words, and return how much room it takes."""
        theme, row = Theme.current(), index.data(ROW_ROLE)
        dot, size = theme.scaled(_DOT), theme.scaled(_SIGN)
        middle = rect.center().y() + 1
        sign = QRect(rect.left() - (size - dot) // 2, middle - size // 2, size, size)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if getattr(row, "failure", None) is not None:
            pixmap = icon_pixmap("warning", color, size, self._view.devicePixelRatioF())
            painter.drawPixmap(sign.topLeft(), pixmap)
        elif getattr(row, "busy", False):
            painter.setPen(QPen(QColor(color), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            part = -(time.monotonic() / _TURN_SECONDS) % 1
            painter.drawArc(sign.adjusted(2, 2, -2, -2), round(part * _WHOLE_TURN), _WHOLE_TURN * 3 // 4)
            self._turning.start()
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(color))
            painter.drawEllipse(QRect(rect.left(), middle - dot // 2, dot, dot))
        return dot + 8

    def _turn_on(self) -> None:
        """Draw the column anew; where nothing is busy any more, that begins no further turn."""
        view = self._view
        for place in range(view.model().columnCount() if view.model() is not None else 0):
            if view.itemDelegateForColumn(place) is self:
                view.viewport().update(
                    view.columnViewportPosition(place), 0, view.columnWidth(place), view.viewport().height()
                )
