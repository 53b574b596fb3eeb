"""Where the lines of a log stand in a view: the rows in sight, and which character is at a point."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

from PySide6.QtCore import QPoint, QSize

from app.viewmodels.containers.log_line import LogLine
from app.views.widgets.log.log_painter import LinePainter, cell_edges, row_starts
from app.views.widgets.log.log_store import LogStore
from app.views.widgets.log.log_text import Place

MARGIN = 12
_TOP = 6
_NARROWEST = 8  # cells of a row, however narrow the view is


class Row(NamedTuple):
    """A row in sight: of which line it shows the characters from `start` to `end` (exclusive), and where."""

    line: int
    start: int
    end: int
    top: int


class LogRows:
    """Knows the view's size and how lines are shown. What is on top is a `Place`: a line, a row of it."""

    def __init__(self, lines: LogStore, painter: LinePainter) -> None:
        self._lines, self._painter = lines, painter
        self.size = QSize()
        self.wraps = False
        self.has_times = False

    @property
    def in_page(self) -> int:
        """Return how many rows fit."""
        return max(1, (self.size.height() - 2 * _TOP) // self._painter.line_height)

    @property
    def columns(self) -> int:
        """Return how many cells fit side by side."""
        return max(1, (self.size.width() - 2 * MARGIN) // self._painter.cell)

    def prefix(self, line: LogLine) -> int:
        """Return how many cells the time in front of a line takes."""
        return len(line.time) + 2 if self.has_times else 0

    def left(self, shift: int) -> int:
        """Return where rows begin, scrolled across by so many cells."""
        return MARGIN - shift * self._painter.cell

    def starts(self, number: int) -> list[int]:
        """Return where the rows of a line begin."""
        if not self.wraps:
            return [0]
        line = self._lines[number]
        return row_starts(line.text, max(_NARROWEST, self.columns - self.prefix(line)))

    def in_sight(self, first: Place) -> Iterator[Row]:
        """Go through the rows in sight, `first` being on top."""
        number, row, top = first.line, first.column, _TOP
        while number < len(self._lines) and top < self.size.height():
            starts = self.starts(number)
            ends = [*starts[1:], len(self._lines[number].text)]
            for start, end in list(zip(starts, ends, strict=True))[min(row, len(starts) - 1) :]:
                yield Row(number, start, end, top)
                top += self._painter.line_height
            number, row = number + 1, 0

    def is_in_sight(self, place: Place, first: Place) -> bool:
        """Return whether a character is in a row that is wholly in sight."""
        return any(
            row.line == place.line and row.start <= place.column <= row.end
            for row in self.in_sight(first)
            if row.top + self._painter.line_height <= self.size.height()
        )

    def find_end(self) -> Place:
        """Return what is on top when the last row is at the bottom."""
        number, rows = len(self._lines), self.in_page
        while number > 0 and rows > 0:
            number -= 1
            rows -= len(self.starts(number))
        return Place(number, max(0, -rows))

    def nearest(self, point: QPoint, first: Place, shift: int) -> Place | None:
        """Return the border between characters that is nearest to a point, None without lines."""
        found = self._row_at(point, first)
        return None if found is None else Place(found.line, self._column(found, point, shift, round))

    def character(self, point: QPoint, first: Place, shift: int) -> Place | None:
        """Return the character under a point, None where there is none."""
        found = self._row_at(point, first)
        if found is None or not 0 <= point.y() - found.top < self._painter.line_height:
            return None
        column = self._column(found, point, shift, int)
        line = self._lines[found.line]
        left = self.left(shift) + self.prefix(line) * self._painter.cell
        return Place(found.line, column) if column < found.end and point.x() >= left else None

    def _row_at(self, point: QPoint, first: Place) -> Row | None:
        found = None
        for row in self.in_sight(first):
            if found is None or row.top <= point.y():
                found = row
        return found

    def _column(self, row: Row, point: QPoint, shift: int, whole: Callable[[float], int]) -> int:
        line = self._lines[row.line]
        left = self.left(shift) + self.prefix(line) * self._painter.cell
        cell = max(0, whole((point.x() - left) / self._painter.cell))
        edges = cell_edges(line.text)
        if edges is None:
            return min(row.start + cell, row.end)
        return min(max(0, bisect_right(edges, edges[row.start] + cell) - 1), row.end)
