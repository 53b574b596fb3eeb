"""What is below the mouse in a terminal."""

from PySide6.QtCore import QPoint

from app.viewmodels.terminal.terminal_screen import Screen
from app.viewmodels.terminal.terminal_selection import Place
from app.views.widgets.terminal.terminal_painter import MARGIN, TerminalPainter


class TerminalPlaces:
    """Knows the cells; `first` is the line on top, counted from the first that is kept."""

    def __init__(self, screen: Screen, painter: TerminalPainter) -> None:
        self._screen, self._painter, self._cell = screen, painter, painter.cell

    def border(self, point: QPoint, first: int) -> Place:
        """Return the border between cells that is nearest to a point."""
        line = first + (point.y() - MARGIN) // self._cell.height()
        column = round((point.x() - MARGIN) / self._cell.width())
        last = self._screen.line_count - 1
        return Place(min(max(line, 0), last), min(max(column, 0), self._screen.columns))

    def cell(self, point: QPoint) -> QPoint:
        """Return column and row, in sight, of the cell below a point."""
        column = (point.x() - MARGIN) // self._cell.width()
        row = (point.y() - MARGIN) // self._cell.height()
        return QPoint(min(max(column, 0), self._screen.columns - 1), min(max(row, 0), self._screen.rows - 1))

    def link(self, point: QPoint, first: int) -> str:
        """Return the address of the link below a point, "" for none."""
        cell = self.cell(point)
        rect = self._painter.rect(cell.x(), cell.y())
        number = first + cell.y()
        if not rect.contains(point) or number >= self._screen.line_count:
            return ""
        styles = self._screen.line(number).styles
        return styles[cell.x()].link if cell.x() < len(styles) else ""
