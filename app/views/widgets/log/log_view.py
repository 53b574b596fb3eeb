"""Shows a million log lines by painting only those in sight."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication

from app.viewmodels.containers.container_logs import LogLine
from app.views import keys
from app.views.theme import Theme, monospace_font
from app.views.widgets.log.log_painter import LinePainter, Mark, cell_edges, row_starts
from app.views.widgets.log.log_search import LogSearch
from app.views.widgets.log.log_store import BLOCK, LogStore
from app.views.widgets.log.log_text import LogText, Place
from app.views.widgets.painted_text import PaintedText

MAX_LINES = 1_000_000
_TRIM_BLOCK = 20 * BLOCK
_FLUSH_MS = 33
_COPY_AT_ONCE = 5_000  # lines: more are put together elsewhere, where somebody does that
_MARGIN = 12
_TOP = 6
_WHEEL_STEP = 120  # of QWheelEvent's angle, for one notch


class LogView(PaintedText):
    """Lines in a fixed-width font with follow, search, selection and an optional time in front of each.

    The bar counts lines. Where long lines are wrapped, what is on top is a row of the line the bar stands at.
    """

    follow_changed = Signal(bool)
    long_copy = Signal(object)  # LogText: to be put together in a worker

    def __init__(self, name: str, label: str, copies_itself: bool = True) -> None:
        """`copies_itself`: nobody waits for `long_copy`, the view copies what is long as well."""
        super().__init__()
        self._copies_itself = copies_itself
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self._lines = LogStore()
        self._widest = 0
        self._wraps = False
        self._row = 0  # of the line on top, the first that is in sight
        self._end = Place(0, 0)  # line and row on top when the last row is at the bottom
        self._wheel = 0
        self._follow, self._timestamps, self._adjusting = True, False, False
        self._anchor: Place | None = None
        self._cursor: Place | None = None
        self.finder = LogSearch(self._lines, self)
        self.finder.found.connect(self._show_match)
        font = monospace_font()
        font.setHintingPreference(QFont.HintingPreference.PreferFullHinting)
        self._painter = LinePainter(font)
        self._timer = QTimer(self, singleShot=True, interval=_FLUSH_MS)
        self._timer.timeout.connect(self.flush)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        Theme.current().changed.connect(self.viewport().update)

    def append(self, lines: Sequence[LogLine]) -> None:
        """Add lines; they are drawn at most 30 times a second."""
        if not lines:
            return
        # Taken in at once: put together for the next frame, they would be one long piece of work.
        self._lines.extend(lines)
        self._widest = max(self._widest, *(len(line.text) for line in lines))
        self._update_bars()
        if not self._timer.isActive():
            self._timer.start()

    def flush(self) -> None:
        """Draw what came since the last time now, and search in it."""
        self._timer.stop()
        self.finder.follow()
        surplus = len(self._lines) - MAX_LINES
        if surplus > 0:
            self._trim(-(-surplus // _TRIM_BLOCK) * _TRIM_BLOCK)
            self._update_bars()
        self.viewport().update()
        self.tell_text()

    def clear(self) -> None:
        """Forget all lines."""
        self._lines.clear()
        self._widest = 0
        self._anchor = self._cursor = None
        self.finder.clear()
        self._update_bars()
        self.viewport().update()

    @property
    def line_count(self) -> int:
        """Return how many lines are kept."""
        return len(self._lines)

    @property
    def follow(self) -> bool:
        """Return whether new lines scroll into sight."""
        return self._follow

    def set_follow(self, follow: bool) -> None:
        """Follow new lines, or stay."""
        if follow != self._follow:
            self._follow = follow
            self.follow_changed.emit(follow)
        if follow:
            self._go_to(self._end)

    def wrap(self, wraps: bool) -> None:
        """Break lines that are too long for the view, or let them go on beyond its edge."""
        self._wraps, self._row = wraps, 0
        if wraps:
            self.horizontalScrollBar().setValue(0)
        self._update_bars()
        self.viewport().update()

    def show_timestamps(self, shown: bool) -> None:
        """Put the time of each line in front of it, or not."""
        self._timestamps = shown
        self._update_bars()
        self.viewport().update()

    def lines(self) -> LogStore:
        """Return the lines of now, for another thread to read."""
        return self._lines.copy()

    def next_match(self, step: int = 1) -> None:
        """Go `step` matches on, around the end."""
        self.finder.step(step)
        self._show_match()

    def all_text(self) -> str:
        """Return every line, with times where they are shown."""
        return self._everything(self._lines).make()

    def _selection(self, lines: LogStore, one: Place, other: Place) -> LogText:
        return LogText(lines, min(one, other), max(one, other), self._timestamps)

    def _everything(self, lines: LogStore) -> LogText:
        return LogText(lines, Place(0, 0), Place(len(lines), 0), self._timestamps)

    def copy(self) -> None:
        """Put the selection, or everything without one, on the clipboard, or ask for it with `long_copy`."""
        lines = self._lines.copy()
        text = self._everything(lines)
        if self._anchor is not None and self._cursor is not None and self._anchor != self._cursor:
            text = self._selection(lines, self._anchor, self._cursor)
        if self._copies_itself or text.count <= _COPY_AT_ONCE:
            QGuiApplication.clipboard().setText(text.make())
        else:
            self.long_copy.emit(text)

    def select_all(self) -> None:
        """Select every line."""
        if self._lines:
            self._anchor = Place(0, 0)
            self._cursor = Place(len(self._lines) - 1, len(self._lines[-1].text))
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy, select all, and move through the lines."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.key() == Qt.Key.Key_Home:
            self._go_to(Place(0, 0))
        elif keys.NEWEST_LINE.is_pressed(event):
            self.set_follow(True)
        elif event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._scroll_rows(self._page_rows() * (1 if event.key() == Qt.Key.Key_PageDown else -1))
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._scroll_rows(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll by rows: a line that is wrapped may have more of them than there is room for."""
        if not self._wraps or event.modifiers() or not event.angleDelta().y():
            super().wheelEvent(event)
            return
        self._wheel += event.angleDelta().y() * QApplication.wheelScrollLines()
        rows = int(self._wheel / _WHEEL_STEP)
        self._wheel -= rows * _WHEEL_STEP
        self._scroll_rows(-rows)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a selection."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._anchor = self._cursor = self._place_at(event.position().toPoint())
            self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend the selection, scrolling at the edges."""
        if event.buttons() & Qt.MouseButton.LeftButton and self._anchor is not None:
            y = event.position().y()
            if y < 0 or y > self.viewport().height():
                self._scroll_rows(-1 if y < 0 else 1)
            self._cursor = self._place_at(event.position().toPoint())
            self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select the line."""
        place = self._place_at(event.position().toPoint())
        if place is not None:
            self._anchor = Place(place.line, 0)
            self._cursor = Place(place.line, len(self._lines[place.line].text))
            self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the end in sight while following."""
        super().resizeEvent(event)
        self._update_bars()

    def text_in_sight(self) -> str:
        """Return the lines in sight, for screen readers."""
        shown = dict.fromkeys(number for number, _, _ in self._rows_in_sight())
        lines = (self._lines[number] for number in shown)
        return "\n".join(f"{line.time} {line.text}" if self._timestamps else line.text for line in lines)

    def sizeHint(self) -> QSize:
        """Ask for a page of text."""
        return QSize(640, 360)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines in sight."""
        del event
        tokens = Theme.current().tokens
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(tokens.surface))
        painter.setFont(self._painter.font)
        left, width = self._text_left(), self.viewport().width()
        for number, part, top in self._rows_in_sight():
            line = self._lines[number]
            if self._timestamps and not part[0]:
                self._painter.draw_time(painter, line.time, left, top)
            corner = left + self._prefix(line) * self._painter.cell, top
            self._painter.draw_row(painter, line, part, self._marks(number, len(line.text)), corner, width)
        painter.end()

    # --- where lines stand --------------------------------------------------------------------------------

    def _text_left(self) -> int:
        return _MARGIN - self.horizontalScrollBar().value() * self._painter.cell

    def _prefix(self, line: LogLine) -> int:
        """Return how many cells the time in front of a line takes."""
        return len(line.time) + 2 if self._timestamps else 0

    def _page_rows(self) -> int:
        return max(1, (self.viewport().height() - 2 * _TOP) // self._painter.line_height)

    def _columns(self) -> int:
        return max(1, (self.viewport().width() - 2 * _MARGIN) // self._painter.cell)

    def _starts(self, number: int) -> list[int]:
        """Return where the rows of a line begin."""
        if not self._wraps:
            return [0]
        line = self._lines[number]
        return row_starts(line.text, max(8, self._columns() - self._prefix(line)))

    def _rows_in_sight(self) -> Iterator[tuple[int, tuple[int, int], int]]:
        """Go through the rows in sight: the line, its first and last character (exclusive), the top."""
        number, row, top = self.verticalScrollBar().value(), self._row, _TOP
        while number < len(self._lines) and top < self.viewport().height():
            starts = self._starts(number)
            ends = [*starts[1:], len(self._lines[number].text)]
            for part in list(zip(starts, ends, strict=True))[min(row, len(starts) - 1) :]:
                yield number, part, top
                top += self._painter.line_height
            number, row = number + 1, 0

    def _marks(self, number: int, length: int) -> list[Mark]:
        """Return what is selected and found in a line."""
        tokens = Theme.current().tokens
        marks: list[Mark] = []
        if self._anchor is not None and self._cursor is not None and self._anchor != self._cursor:
            start, end = sorted((self._anchor, self._cursor))
            if start.line <= number <= end.line:
                first = start.column if number == start.line else 0
                last = end.column if number == end.line else length
                marks.append(Mark(min(first, length), min(last, length), tokens.sel))
        for column, size, is_current in self.finder.in_line(number):
            marks.append(Mark(column, min(column + size, length), tokens.warn_bg, is_current))
        return marks

    def _place_at(self, point: QPoint) -> Place | None:
        """Return the character at a point, or the nearest one."""
        if not self._lines:
            return None
        found: tuple[int, tuple[int, int]] | None = None
        for number, part, top in self._rows_in_sight():
            if found is None or top <= point.y():
                found = number, part
        if found is None:
            return None
        number, (start, end) = found
        line = self._lines[number]
        left = self._text_left() + self._prefix(line) * self._painter.cell
        cell = max(0, round((point.x() - left) / self._painter.cell))
        edges = cell_edges(line.text)
        column = start + cell if edges is None else max(0, bisect_right(edges, edges[start] + cell) - 1)
        return Place(number, min(column, end))

    def _find_end(self, rows: int) -> Place:
        """Return line and row on top when the last row is `rows` rows below."""
        number = len(self._lines)
        while number > 0 and rows > 0:
            number -= 1
            rows -= len(self._starts(number))
        return Place(number, max(0, -rows))

    def _go_to(self, top: Place) -> None:
        """Put a row on top, as far as there are rows below it."""
        top = min(top, self._end)
        self._put_on_top(top)
        self._tell_follow(top >= self._end)
        self.viewport().update()
        self.tell_text()

    def _put_on_top(self, top: Place) -> None:
        self._adjusting = True
        self.verticalScrollBar().setValue(top.line)
        self._adjusting = False
        self._row = top.column

    def _scroll_rows(self, count: int) -> None:
        """Scroll by rows, down or up."""
        number = self.verticalScrollBar().value()
        row = min(self._row, len(self._starts(number)) - 1 if self._lines else 0) + count
        while row < 0 and number > 0:
            number -= 1
            row += len(self._starts(number))
        while number < self._end.line and row >= (rows := len(self._starts(number))):
            number, row = number + 1, row - rows
        self._go_to(Place(number, max(0, row)))

    def _tell_follow(self, at_end: bool) -> None:
        if at_end is not self._follow:  # the reader scrolled
            self._follow = at_end
            self.follow_changed.emit(at_end)

    # --- searching ----------------------------------------------------------------------------------------

    def _show_match(self) -> None:
        if (match := self.finder.current) is not None:
            self.set_follow(False)
            line, column, _ = match
            place = Place(line, column)
            if not self._is_in_sight(place):
                row = bisect_right(self._starts(line), column) - 1
                self._go_to(Place(line, row))
                self._scroll_rows(-self._page_rows() // 2)
                self.set_follow(False)
            across = self.horizontalScrollBar()
            if not across.value() <= place.column < across.value() + across.pageStep():
                across.setValue(place.column - across.pageStep() // 2)
        self.viewport().update()

    def _is_in_sight(self, place: Place) -> bool:
        return any(
            number == place.line and start <= place.column <= end
            for number, (start, end), top in self._rows_in_sight()
            if top + self._painter.line_height <= self.viewport().height()
        )

    def _trim(self, count: int) -> None:
        count = self._lines.trim(count)
        self.finder.trim(count)
        if self._anchor is not None and self._cursor is not None:
            if min(self._anchor, self._cursor).line < count:
                self._anchor = self._cursor = None
            else:
                self._anchor = Place(self._anchor.line - count, self._anchor.column)
                self._cursor = Place(self._cursor.line - count, self._cursor.column)
        if not self._follow:
            self._adjusting = True
            self.verticalScrollBar().setValue(max(0, self.verticalScrollBar().value() - count))
            self._adjusting = False

    def _update_bars(self) -> None:
        down, across = self.verticalScrollBar(), self.horizontalScrollBar()
        page, columns = self._page_rows(), self._columns()
        self._end = self._find_end(page)
        self._adjusting = True
        down.setPageStep(page)
        down.setRange(0, self._end.line)
        self._adjusting = False
        prefix = self._prefix(self._lines[0]) if self._lines else 0
        across.setPageStep(columns)
        across.setRange(0, 0 if self._wraps else max(0, self._widest + prefix - columns))
        if self._follow:
            self._put_on_top(self._end)

    def _scrolled(self, value: int) -> None:
        if not self._adjusting:  # by the bar
            self._row = self._end.column if value >= self._end.line else 0
            self._tell_follow(value >= self._end.line)
            self.viewport().update()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Draw anew only for what went across: lines that come are drawn with the next frame."""
        if dx:
            self.viewport().update()
