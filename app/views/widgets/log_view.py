"""Shows a million log lines by painting only those in sight."""

import re
import time
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from app.viewmodels.container_logs import LogLine
from app.viewmodels.terminal_text import cell_width
from app.views.theme import DARK, Theme, monospace_font
from app.views.widgets.log_store import BLOCK, LogStore, Match

MAX_LINES = 1_000_000
MAX_MATCHES = 100_000
_TRIM_BLOCK = 20 * BLOCK
_SEARCH_SECONDS = 0.008  # at a time: the window stays alive while a long log is searched
_FLUSH_MS = 33
_MARGIN = 12
# Black, red, green, yellow, blue, magenta, cyan, white, then the bright ones; readable on the surface.
_LIGHT_COLORS = ("#1b2430", "#b3261e", "#1a7f4b", "#8a5a00", "#0b6bcb", "#8e3fb5", "#0b7285", "#5c6b7e") * 2
_DARK_COLORS = ("#97a5b8", "#ff7b72", "#4cc38a", "#e2b341", "#6cb6ff", "#d2a8ff", "#56d4dd", "#e6ebf2") * 2


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in the text."""

    line: int
    column: int


class LogView(QAbstractScrollArea):
    """Lines in a fixed-width font with follow, search, selection and an optional time in front of each."""

    follow_changed = Signal(bool)
    matches_changed = Signal(int, int)  # the current match (1-based, 0 for none), all matches

    def __init__(self, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self._lines = LogStore()
        self._waiting: list[LogLine] = []
        self._widest = 0
        self._follow, self._timestamps, self._adjusting = True, False, False
        self._anchor: Place | None = None
        self._cursor: Place | None = None
        self._pattern: re.Pattern[str] | None = None
        self._is_plain, self._seeks = True, False
        self._matches: list[Match] = []
        self._current, self._searched = -1, 0
        self._search_timer = QTimer(self, singleShot=True, interval=0)
        self._search_timer.timeout.connect(self._search_on)
        font = monospace_font()
        font.setHintingPreference(QFont.HintingPreference.PreferFullHinting)
        self._font = font
        metrics = QFontMetrics(font)
        # A fractional advance drifts by a whole cell within 18 characters: cells have whole pixels.
        self._cell = max(1, round(metrics.horizontalAdvance("M" * 20) / 20))
        self._line_height = metrics.height() + 3
        self._ascent = metrics.ascent() + 2
        self._timer = QTimer(self, singleShot=True, interval=_FLUSH_MS)
        self._timer.timeout.connect(self.flush)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        Theme.current().changed.connect(self.viewport().update)

    def append(self, lines: Sequence[LogLine]) -> None:
        """Add lines; they are drawn at most 30 times a second."""
        self._waiting.extend(lines)
        if not self._timer.isActive():
            self._timer.start()

    def flush(self) -> None:
        """Take the waiting lines into the view now."""
        if not self._waiting:
            return
        self._lines.extend(self._waiting)
        self._widest = max(self._widest, *(len(line.text) for line in self._waiting))
        self._waiting = []
        if self._pattern is not None and not self._search_timer.isActive():
            self._search_on()
        surplus = len(self._lines) - MAX_LINES
        if surplus > 0:
            self._trim(-(-surplus // _TRIM_BLOCK) * _TRIM_BLOCK)
        self._update_bars()
        if self._follow:
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        self.viewport().update()

    def clear(self) -> None:
        """Forget all lines."""
        self._lines.clear()
        self._waiting, self._matches = [], []
        self._widest, self._current, self._searched = 0, -1, 0
        self._anchor = self._cursor = None
        self._tell_matches()
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
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def show_timestamps(self, shown: bool) -> None:
        """Put the time of each line in front of it, or not."""
        self._timestamps = shown
        self._update_bars()
        self.viewport().update()

    def search(self, needle: str, is_expression: bool = False) -> bool:
        """Mark every place of `needle` (case does not matter) and go to the last one.

        Return whether it makes sense: an expression may have a mistake.
        """
        self._matches, self._current, self._searched = [], -1, 0
        self._is_plain, self._pattern = not is_expression, None
        self._search_timer.stop()
        if needle:
            try:
                self._pattern = re.compile(needle if is_expression else re.escape(needle), re.IGNORECASE)
            except (re.error, OverflowError, RecursionError):
                self._show_match()
                return False
        self._seeks = self._pattern is not None
        self._search_on()
        return True

    @property
    def is_searching(self) -> bool:
        """Return whether a part of the log is still to be searched."""
        return self._pattern is not None and self._searched < len(self._lines)

    def lines(self) -> LogStore:
        """Return the lines of now, for another thread to read."""
        return self._lines.copy()

    def next_match(self, step: int = 1) -> None:
        """Go `step` matches on, around the end."""
        if self._matches:
            self._current = (self._current + step) % len(self._matches)
        self._show_match()

    def selected_text(self) -> str:
        """Return the selection, with times where they are shown."""
        if self._anchor is None or self._cursor is None:
            return ""
        start, end = sorted((self._anchor, self._cursor))
        parts: list[str] = []
        for number in range(start.line, min(end.line, len(self._lines) - 1) + 1):
            line = self._lines[number]
            first = start.column if number == start.line else 0
            last = end.column if number == end.line else len(line.text)
            prefix = f"{line.time} " if self._timestamps and first == 0 else ""
            parts.append(prefix + line.text[first:last])
        return "\n".join(parts)

    def all_text(self) -> str:
        """Return every line, with times where they are shown."""
        return "\n".join(
            f"{line.time} {line.text}" if self._timestamps else line.text for line in self._lines
        )

    def copy(self) -> None:
        """Put the selection, or everything without one, on the clipboard."""
        QGuiApplication.clipboard().setText(self.selected_text() or self.all_text())

    def select_all(self) -> None:
        """Select every line."""
        if self._lines:
            self._anchor = Place(0, 0)
            self._cursor = Place(len(self._lines) - 1, len(self._lines[-1].text))
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy, select all, and move through the lines."""
        bar = self.verticalScrollBar()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.key() == Qt.Key.Key_Home:
            bar.setValue(0)
        elif event.key() == Qt.Key.Key_End:
            self.set_follow(True)
        elif event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            bar.setValue(bar.value() + bar.pageStep() * (1 if event.key() == Qt.Key.Key_PageDown else -1))
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            bar.setValue(bar.value() + (1 if event.key() == Qt.Key.Key_Down else -1))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a selection."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._anchor = self._cursor = self._place_at(event.position().toPoint())
            self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend the selection, scrolling at the edges."""
        if event.buttons() & Qt.MouseButton.LeftButton and self._anchor is not None:
            bar, y = self.verticalScrollBar(), event.position().y()
            if y < 0 or y > self.viewport().height():
                bar.setValue(bar.value() + (-1 if y < 0 else 1))
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
        if self._follow:
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def sizeHint(self) -> QSize:
        """Ask for a page of text."""
        return QSize(640, 360)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines in sight."""
        del event
        tokens = Theme.current().tokens
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(tokens.surface))
        painter.setFont(self._font)
        first = self.verticalScrollBar().value()
        count = self.viewport().height() // self._line_height + 2
        left = _MARGIN - self.horizontalScrollBar().value() * self._cell
        for number in range(first, min(first + count, len(self._lines))):
            self._paint_line(painter, number, left, (number - first) * self._line_height + 6)
        painter.end()

    def _paint_line(self, painter: QPainter, number: int, left: int, top: int) -> None:
        tokens = Theme.current().tokens
        line = self._lines[number]
        if self._timestamps:
            painter.setPen(QColor(tokens.muted))
            painter.drawText(left, top + self._ascent, line.time)
            left += (len(line.time) + 2) * self._cell
        edges = self._edges(line.text)
        self._paint_marks(painter, number, edges, left, top)
        colors = _DARK_COLORS if tokens == DARK else _LIGHT_COLORS
        base = QColor(tokens.err if line.is_error else tokens.text)
        place = 0
        for span in line.spans:
            self._paint_run(painter, line.text, place, span.start, edges, left, top, base)
            color = base if span.color is None else QColor(colors[span.color])
            if span.bold:
                bold = QFont(self._font)
                bold.setBold(True)
                painter.setFont(bold)
            self._paint_run(painter, line.text, span.start, span.end, edges, left, top, color)
            painter.setFont(self._font)
            place = span.end
        self._paint_run(painter, line.text, place, len(line.text), edges, left, top, base)

    def _paint_run(
        self,
        painter: QPainter,
        text: str,
        start: int,
        end: int,
        edges: Sequence[int] | None,
        left: int,
        top: int,
        color: QColor,
    ) -> None:
        painter.setPen(color)
        baseline = top + self._ascent
        if edges is None:  # one cell a character: only what is in sight, cell by cell where needed
            start = max(start, -left // self._cell)
            end = min(end, (self.viewport().width() - left) // self._cell + 1)
            step = 16  # short runs keep whole-pixel cells although the font's advance has a fraction
            for place in range(start, end, step):
                painter.drawText(left + place * self._cell, baseline, text[place : min(place + step, end)])
            return
        for place in range(start, end):
            x = left + edges[place] * self._cell
            if -2 * self._cell < x < self.viewport().width():
                painter.drawText(x, baseline, text[place])

    def _paint_marks(
        self, painter: QPainter, number: int, edges: Sequence[int] | None, left: int, top: int
    ) -> None:
        tokens = Theme.current().tokens

        def mark(start: int, end: int, color: str, outlined: bool = False) -> None:
            first = start if edges is None else edges[start]
            last = end if edges is None else edges[end]
            place = QRect(left + first * self._cell, top, (last - first) * self._cell, self._line_height)
            painter.fillRect(place, QColor(color))
            if outlined:
                painter.setPen(QColor(tokens.accent))
                painter.drawRect(place.adjusted(-1, 0, 0, -1))

        length = len(self._lines[number].text)
        if self._anchor is not None and self._cursor is not None and self._anchor != self._cursor:
            start, end = sorted((self._anchor, self._cursor))
            if start.line <= number <= end.line:
                first = start.column if number == start.line else 0
                last = end.column if number == end.line else length
                mark(min(first, length), min(last, length), tokens.sel)
        place = bisect_right(self._matches, (number, -1, 0))
        while place < len(self._matches) and self._matches[place][0] == number:
            _, start_column, size = self._matches[place]
            end_column = min(start_column + size, length)
            mark(start_column, end_column, tokens.warn_bg, outlined=place == self._current)
            place += 1

    @staticmethod
    def _edges(text: str) -> list[int] | None:
        """Return the cell each character starts at, or None when all take one."""
        if text.isascii():
            return None
        return list(accumulate((cell_width(character) for character in text), initial=0))

    def _place_at(self, point: QPoint) -> Place | None:
        if not self._lines:
            return None
        number = self.verticalScrollBar().value() + (point.y() - 6) // self._line_height
        number = max(0, min(number, len(self._lines) - 1))
        line = self._lines[number]
        left = _MARGIN - self.horizontalScrollBar().value() * self._cell
        if self._timestamps:
            left += (len(line.time) + 2) * self._cell
        cell = max(0, round((point.x() - left) / self._cell))
        edges = self._edges(line.text)
        column = cell if edges is None else max(0, bisect_right(edges, cell) - 1)
        return Place(number, min(column, len(line.text)))

    def _search_on(self) -> None:
        """Search a little further; the rest has its turn after what else the window has to do."""
        end = time.monotonic() + _SEARCH_SECONDS
        while self._pattern is not None and self._searched < len(self._lines):
            found, self._searched = self._lines.find(self._searched, self._pattern, self._is_plain)
            self._matches.extend(found)
            if len(self._matches) > MAX_MATCHES:  # as good as everywhere: the newest ones are kept
                del self._matches[: -MAX_MATCHES // 2]
            if time.monotonic() >= end and self._searched < len(self._lines):
                self._search_timer.start()
                self._tell_matches()
                return
        if self._seeks or self._pattern is None:
            self._seeks = False
            self._current = len(self._matches) - 1
            self._show_match()
        else:
            self._tell_matches()

    def _show_match(self) -> None:
        if 0 <= self._current < len(self._matches):
            self.set_follow(False)
            line, column, _ = self._matches[self._current]
            place, bar = Place(line, column), self.verticalScrollBar()
            if not bar.value() <= place.line < bar.value() + bar.pageStep():
                bar.setValue(place.line - bar.pageStep() // 2)
            across = self.horizontalScrollBar()
            if not across.value() <= place.column < across.value() + across.pageStep():
                across.setValue(place.column - across.pageStep() // 2)
        self._tell_matches()
        self.viewport().update()

    def _tell_matches(self) -> None:
        self.matches_changed.emit(self._current + 1, len(self._matches))

    def _trim(self, count: int) -> None:
        count = self._lines.trim(count)
        self._matches = [(n - count, column, size) for n, column, size in self._matches if n >= count]
        self._searched = max(0, self._searched - count)
        self._current = min(self._current, len(self._matches) - 1)
        if self._anchor is not None and self._cursor is not None:
            if min(self._anchor, self._cursor).line < count:
                self._anchor = self._cursor = None
            else:
                self._anchor = Place(self._anchor.line - count, self._anchor.column)
                self._cursor = Place(self._cursor.line - count, self._cursor.column)
        if not self._follow:
            bar = self.verticalScrollBar()
            bar.setValue(max(0, bar.value() - count))

    def _update_bars(self) -> None:
        down, across = self.verticalScrollBar(), self.horizontalScrollBar()
        page = max(1, (self.viewport().height() - 12) // self._line_height)
        self._adjusting = True
        down.setPageStep(page)
        down.setRange(0, max(0, len(self._lines) - page))
        self._adjusting = False
        columns = max(1, (self.viewport().width() - 2 * _MARGIN) // self._cell)
        prefix = len(self._lines[0].time) + 2 if self._timestamps and self._lines else 0
        across.setPageStep(columns)
        across.setRange(0, max(0, self._widest + prefix - columns))

    def _scrolled(self, value: int) -> None:
        at_end = value >= self.verticalScrollBar().maximum()
        if at_end is not self._follow and not self._adjusting:  # the reader scrolled
            self._follow = at_end
            self.follow_changed.emit(at_end)
        self.viewport().update()
