"""Draws the rows and the cursor of a terminal cell by cell."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from app.viewmodels.terminal.terminal_cells import PLAIN, Row, Style
from app.viewmodels.terminal.terminal_modes import CursorShape
from app.views.theme import Theme, monospace_font
from app.views.widgets.terminal.terminal_boxes import draw_box
from app.views.widgets.terminal.terminal_colors import cell_colors, uses_font

MARGIN = 8
_THIN = 2  # pixels of a cursor that is a line or a bar


class TerminalPainter:
    """Knows the size of a cell."""

    def __init__(self) -> None:
        self._font = monospace_font()
        self._font.setHintingPreference(QFont.HintingPreference.PreferFullHinting)
        metrics = QFontMetrics(self._font)
        # A fractional advance drifts by a whole cell within 18 characters: cells have whole pixels.
        self.cell = QSize(max(1, round(metrics.horizontalAdvance("M" * 20) / 20)), metrics.height() + 2)
        self._ascent = metrics.ascent() + 1

    def rect(self, column: int, row: int, count: int = 1) -> QRect:
        """Return where so many cells are."""
        width, height = self.cell.width(), self.cell.height()
        return QRect(MARGIN + column * width, MARGIN + row * height, count * width, height)

    def draw_row(self, painter: QPainter, place: int, row: Row, selected: range) -> None:
        """Draw a row, the `place`th in sight, run by run."""
        tokens = Theme.current().tokens
        start = 0
        cells, styles = row.cells, row.styles
        while start < len(cells):
            style, chosen = styles[start], start in selected
            end = start + 1
            plain = cells[start].isascii()
            # One run is drawn at once only where every character is one cell wide for sure.
            while (
                end < len(cells)
                and styles[end] == style
                and (end in selected) is chosen
                and ((plain and cells[end].isascii() and cells[end]) or cells[end] == "")
            ):
                end += 1
            rect = self.rect(start, place, end - start)
            fore, back = cell_colors(style, tokens)
            if chosen:
                fore, back = QColor(tokens.on_accent), QColor(tokens.accent)
            if back is not None:
                painter.fillRect(rect, back)
            self._draw_text(painter, rect, "".join(cells[start:end]), style, fore)
            start = end
        if len(cells) in selected:  # what follows the text of a line that scrolled away
            painter.fillRect(self.rect(len(cells), place, selected.stop - len(cells)), QColor(tokens.accent))

    def _draw_text(self, painter: QPainter, rect: QRect, text: str, style: Style, color: QColor) -> None:
        if len(text) == 1 and draw_box(painter, rect, text, color):
            return
        font = uses_font(self._font, style)
        if not text.isspace() or font.underline() or font.strikeOut():
            painter.setFont(font)
            painter.setPen(color)
            painter.drawText(QPoint(rect.left(), rect.top() + self._ascent), text)

    def draw_cursor(
        self, painter: QPainter, rect: QRect, text: str, shape: CursorShape, has_focus: bool
    ) -> None:
        """Draw the cursor over a cell: a frame while the keyboard is elsewhere."""
        tokens = Theme.current().tokens
        accent = QColor(tokens.accent)
        if shape is CursorShape.BAR:
            rect = QRect(rect.left(), rect.top(), _THIN, rect.height())
        elif shape is CursorShape.LINE:
            rect = QRect(rect.left(), rect.bottom() + 1 - _THIN, rect.width(), _THIN)
        if not has_focus:
            painter.setPen(accent)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
            return
        painter.fillRect(rect, accent)
        if shape is CursorShape.BLOCK:
            self._draw_text(painter, rect, text, PLAIN, QColor(tokens.on_accent))
