"""Shows a million log lines by painting only those in sight."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
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

from app.viewmodels.containers.log_line import LogLine
from app.views import keys
from app.views.browser import open_address
from app.views.theme import Theme, monospace_font
from app.views.widgets.log.log_links import find_links, link_at
from app.views.widgets.log.log_menu import open_log_menu
from app.views.widgets.log.log_painter import LinePainter, Mark
from app.views.widgets.log.log_pointer import Hit, LinkPointer
from app.views.widgets.log.log_rows import LogRows
from app.views.widgets.log.log_search import LogSearch
from app.views.widgets.log.log_selection import LogSelection
from app.views.widgets.log.log_store import BLOCK, LogStore
from app.views.widgets.log.log_text import LogText, Place
from app.views.widgets.painted_text import PaintedText

MAX_LINES = 1_000_000
_TRIM_BLOCK = 20 * BLOCK
_FLUSH_MS = 33
_COPY_AT_ONCE = 5_000  # lines: more are put together elsewhere, where somebody does that
_WHEEL_STEP = 120  # of QWheelEvent's angle, for one notch


class LogView(PaintedText):
    """Lines in a fixed-width font with follow, search, selection, links and, if wanted, the time of each.

    The bar counts lines. Where long lines are wrapped, what is on top is a row of the line the bar stands at.
    """

    follow_changed = Signal(bool)
    long_copy = Signal(object)  # LogText: to be put together in a worker
    not_opened = Signal(str)  # an address that no browser took

    def __init__(self, name: str, label: str, copies_itself: bool = True) -> None:
        """`copies_itself`: nobody waits for `long_copy`, the view copies what is long as well."""
        super().__init__()
        self._copies_itself = copies_itself
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._lines = LogStore()
        self._widest = 0
        self._row = 0  # of the line on top, the first that is in sight
        self._end = Place(0, 0)  # line and row on top when the last row is at the bottom
        self._wheel = 0
        self._follow, self._adjusting = True, False
        self.selection = LogSelection(self._lines)
        self._links = LinkPointer(self.viewport(), self._link_at)
        self._links.clicked.connect(self.open_link)
        self._links.moved.connect(self.viewport().update)
        self.reach: Callable[[str], str] = str  # where an address in the log leads from here
        self.finder = LogSearch(self._lines, self)
        self.finder.found.connect(self._show_match)
        font = monospace_font()
        font.setHintingPreference(QFont.HintingPreference.PreferFullHinting)
        self._painter = LinePainter(font)
        self._rows = LogRows(self._lines, self._painter)
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
        self._links.forget()
        self.selection.begin(None)
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
        self._rows.wraps, self._row = wraps, 0
        if wraps:
            self.horizontalScrollBar().setValue(0)
        self._update_bars()
        self.viewport().update()

    def show_timestamps(self, shown: bool) -> None:
        """Put the time of each line in front of it, or not."""
        self._rows.has_times = shown
        self._update_bars()
        self.viewport().update()

    def show_levels(self, shown: bool) -> None:
        """Give each line the colour of its level, or not; what its program has coloured stays as it is."""
        self._painter.shows_levels = shown
        self.viewport().update()

    def look_behind(self, ahead: int) -> None:
        """Look for levels behind the first `ahead` characters of each line, which are the window's own."""
        self._painter.ahead = ahead

    def lines(self) -> LogStore:
        """Return the lines of now, for another thread to read."""
        return self._lines.copy()

    def bring(self, pattern: re.Pattern[str]) -> None:
        """Put the first line that begins so on top, as far as there are lines below it."""
        first = 0
        while first < len(self._lines):
            found, first = self._lines.find(first, pattern)
            line = next((line for line, column, _ in found if not column), None)
            if line is not None:
                self._go_to(Place(line, 0))
                return

    def next_match(self, step: int = 1) -> None:
        """Go `step` matches on, around the end."""
        self.finder.step(step)
        self._show_match()

    def all_text(self) -> str:
        """Return every line, with times where they are shown."""
        return self._everything(self._lines).make()

    def _everything(self, lines: LogStore) -> LogText:
        return LogText(lines, Place(0, 0), Place(len(lines), 0), self._rows.has_times)

    def copy(self) -> None:
        """Put the selection, or everything without one, on the clipboard, or ask for it with `long_copy`."""
        lines = self._lines.copy()
        text = self.selection.text(lines, self._rows.has_times) or self._everything(lines)
        if self._copies_itself or text.count <= _COPY_AT_ONCE:
            QGuiApplication.clipboard().setText(text.make())
        else:
            self.long_copy.emit(text)

    def select_all(self) -> None:
        """Select every line."""
        self.selection.take_all()
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
            self._scroll_rows(self._rows.in_page * (1 if event.key() == Qt.Key.Key_PageDown else -1))
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._scroll_rows(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll by rows: a line that is wrapped may have more of them than there is room for."""
        if not self._rows.wraps or event.modifiers() or not event.angleDelta().y():
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
            self.selection.begin(self._nearest(event))
            self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend the selection, scrolling at the edges."""
        if event.buttons() & Qt.MouseButton.LeftButton and self.selection.has_begun:
            y = event.position().y()
            if y < 0 or y > self.viewport().height():
                self._scroll_rows(-1 if y < 0 else 1)
            self.selection.extend(self._nearest(event))
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Leave the selection as it is; it is nobody else's event."""
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select the line."""
        if (place := self._nearest(event)) is not None:
            self.selection.take_line(place.line)
            self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what the keys do, and the link below the mouse; by the keyboard all links in sight."""
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            hit = self._link_at(event.pos())
            addresses = [] if hit is None else [hit.link.address]
        else:
            addresses = self.links_in_sight()
        open_log_menu(self, addresses, event.globalPos())

    def open_link(self, address: str) -> None:
        """Open an address in the browser; `not_opened` comes where there is none."""
        if not open_address(address):
            self.not_opened.emit(address)

    def links_in_sight(self) -> list[str]:
        """Return the addresses in sight, each once, from top to bottom."""
        shown = dict.fromkeys(row.line for row in self._rows.in_sight(self._first))
        found = (link.address for number in shown for link in find_links(self._lines[number].text))
        return list(dict.fromkeys(map(self.reach, found)))

    def _link_at(self, point: QPoint) -> Hit | None:
        place = self._rows.character(point, self._first, self._shift)
        link = None if place is None else link_at(self._lines[place.line].text, place.column)
        if place is None or link is None:
            return None
        return Hit(place.line, link._replace(address=self.reach(link.address)))

    def _nearest(self, event: QMouseEvent) -> Place | None:
        return self._rows.nearest(event.position().toPoint(), self._first, self._shift)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the end in sight while following."""
        super().resizeEvent(event)
        self._rows.size = self.viewport().size()
        self._update_bars()

    def text_in_sight(self) -> str:
        """Return the lines in sight, for screen readers."""
        shown = dict.fromkeys(row.line for row in self._rows.in_sight(self._first))
        lines = (self._lines[number] for number in shown)
        has_times = self._rows.has_times
        return "\n".join(f"{line.time} {line.text}" if has_times else line.text for line in lines)

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
        left, width = self._rows.left(self._shift), self.viewport().width()
        for row in self._rows.in_sight(self._first):
            line = self._lines[row.line]
            if self._rows.has_times and not row.start:
                self._painter.draw_time(painter, line.time, left, row.top)
            corner = left + self._rows.prefix(line) * self._painter.cell, row.top
            marks = self._marks(row.line, len(line.text))
            self._painter.draw_row(painter, line, (row.start, row.end), marks, corner, width)
        painter.end()

    def _marks(self, number: int, length: int) -> list[Mark]:
        """Return what is selected, found and hovered in a line."""
        tokens = Theme.current().tokens
        marks: list[Mark] = []
        if (selected := self.selection.columns(number, length)) is not None:
            marks.append(Mark(*selected, tokens.sel))
        for column, size, is_current in self.finder.in_line(number):
            marks.append(Mark(column, min(column + size, length), tokens.warn_bg, is_current))
        if (hovered := self._links.hovered) is not None and hovered.line == number:
            link = hovered.link
            marks.append(Mark(min(link.start, length), min(link.end, length), tokens.accent, underlined=True))
        return marks

    # --- scrolling ----------------------------------------------------------------------------------------

    @property
    def _first(self) -> Place:
        """Return which row is on top."""
        return Place(self.verticalScrollBar().value(), self._row)

    @property
    def _shift(self) -> int:
        return self.horizontalScrollBar().value()

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
        row = min(self._row, len(self._rows.starts(number)) - 1 if self._lines else 0) + count
        while row < 0 and number > 0:
            number -= 1
            row += len(self._rows.starts(number))
        while number < self._end.line and row >= (rows := len(self._rows.starts(number))):
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
            if not self._rows.is_in_sight(place, self._first):
                row = bisect_right(self._rows.starts(line), column) - 1
                self._go_to(Place(line, row))
                self._scroll_rows(-self._rows.in_page // 2)
                self.set_follow(False)
            across = self.horizontalScrollBar()
            if not across.value() <= place.column < across.value() + across.pageStep():
                across.setValue(place.column - across.pageStep() // 2)
        self.viewport().update()

    def _trim(self, count: int) -> None:
        count = self._lines.trim(count)
        self.finder.trim(count)
        self.selection.trim(count)
        self._links.forget()
        if not self._follow:
            self._adjusting = True
            self.verticalScrollBar().setValue(max(0, self.verticalScrollBar().value() - count))
            self._adjusting = False

    def _update_bars(self) -> None:
        down, across = self.verticalScrollBar(), self.horizontalScrollBar()
        page, columns = self._rows.in_page, self._rows.columns
        self._end = self._rows.find_end()
        self._adjusting = True
        down.setPageStep(page)
        down.setRange(0, self._end.line)
        self._adjusting = False
        prefix = self._rows.prefix(self._lines[0]) if self._lines else 0
        across.setPageStep(columns)
        across.setRange(0, 0 if self._rows.wraps else max(0, self._widest + prefix - columns))
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
