"""Paints a terminal's screen cell by cell, and turns keys, wheel, mouse and clipboard into what it takes."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QMenu

from app.viewmodels.terminal import TerminalViewModel
from app.viewmodels.terminal_screen import Row
from app.views.icons import build_icon
from app.views.theme import Theme, monospace_font
from app.views.widgets.terminal_colors import cell_colors, uses_font
from app.views.widgets.terminal_keys import encode_key, encode_paste

_PAINT_MS = 16
_MARGIN = 8
_COPY = (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier, Qt.Key.Key_C)
_PASTE = (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier, Qt.Key.Key_V)


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """A cell: the line counts from the first one of the history."""

    line: int
    column: int


class TerminalView(QAbstractScrollArea):
    """Takes every key while it has the focus, but Ctrl+PgUp and Ctrl+PgDn; Ctrl+Shift+Tab leaves it."""

    def __init__(self, name: str, label: str, viewmodel: TerminalViewModel) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self._viewmodel, self._screen = viewmodel, viewmodel.screen
        self._anchor: _Place | None = None
        self._end: _Place | None = None
        self._at_end = True
        self._wheel = 0
        self._font = monospace_font()
        self._font.setHintingPreference(QFont.HintingPreference.PreferFullHinting)
        metrics = QFontMetrics(self._font)
        # A fractional advance drifts by a whole cell within 18 characters: cells have whole pixels.
        self._cell = QSize(max(1, round(metrics.horizontalAdvance("M" * 20) / 20)), metrics.height() + 2)
        self._ascent = metrics.ascent() + 1
        self._timer = QTimer(self, singleShot=True, interval=_PAINT_MS)
        self._timer.timeout.connect(self._refresh)
        viewmodel.changed.connect(self._changed)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        Theme.current().changed.connect(self.viewport().update)

    def sizeHint(self) -> QSize:
        """Ask for 80 by 24 cells."""
        return QSize(80 * self._cell.width() + 2 * _MARGIN, 24 * self._cell.height() + 2 * _MARGIN)

    def text(self) -> str:
        """Return the screen as text, without blanks at the ends of lines."""
        return "\n".join(row.text.rstrip() for row in self._screen.lines).rstrip()

    # --- following the screen -----------------------------------------------------------------------------

    def _changed(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _refresh(self) -> None:
        bar = self.verticalScrollBar()
        bar.setPageStep(self._screen.rows)
        bar.setRange(0, len(self._screen.history))
        if self._at_end:
            bar.setValue(bar.maximum())
        self.setAccessibleDescription(
            self._line(len(self._screen.history) + self._screen.cursor.y).text.rstrip()
        )
        self.viewport().update()

    def _scrolled(self, value: int) -> None:
        self._at_end = value >= self.verticalScrollBar().maximum()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the program as many cells as fit."""
        super().resizeEvent(event)
        columns = max(2, (self.viewport().width() - 2 * _MARGIN) // self._cell.width())
        rows = max(2, (self.viewport().height() - 2 * _MARGIN) // self._cell.height())
        self._viewmodel.resize(columns, rows)
        self._refresh()

    def _line(self, number: int) -> Row:
        history = self._screen.history
        if number < len(history):
            return history[number]
        return self._screen.lines[min(number - len(history), self._screen.rows - 1)]

    # --- painting -----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows in sight, run by run, then the cursor."""
        del event
        painter = QPainter(self.viewport())
        tokens = Theme.current().tokens
        painter.fillRect(self.viewport().rect(), QColor(tokens.surface))
        first = self.verticalScrollBar().value()
        count = len(self._screen.history) + self._screen.rows
        for place in range(min(self._screen.rows, count - first)):
            self._draw_row(
                painter, _MARGIN + place * self._cell.height(), self._line(first + place), first + place
            )
        self._draw_cursor(painter, first)
        painter.end()

    def _draw_row(self, painter: QPainter, top: int, row: Row, number: int) -> None:
        selected = self._selected_columns(number)
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
            text = "".join(cells[start:end])
            rect = QRect(
                _MARGIN + start * self._cell.width(),
                top,
                (end - start) * self._cell.width(),
                self._cell.height(),
            )
            fore, back = cell_colors(style, Theme.current().tokens)
            if chosen:
                fore, back = QColor(Theme.current().tokens.on_accent), QColor(Theme.current().tokens.accent)
            if back is not None:
                painter.fillRect(rect, back)
            if not text.isspace():
                painter.setFont(uses_font(self._font, style))
                painter.setPen(fore)
                painter.drawText(QPoint(rect.left(), top + self._ascent), text)
            start = end

    def _draw_cursor(self, painter: QPainter, first: int) -> None:
        screen, tokens = self._screen, Theme.current().tokens
        y = len(screen.history) + screen.cursor.y - first
        if self._viewmodel.state != "live" or not screen.cursor_visible or not 0 <= y < screen.rows:
            return
        cell = screen.lines[screen.cursor.y].cells[screen.cursor.x]
        wide = (
            2 if screen.lines[screen.cursor.y].cells[screen.cursor.x + 1 : screen.cursor.x + 2] == [""] else 1
        )
        rect = QRect(
            _MARGIN + screen.cursor.x * self._cell.width(),
            _MARGIN + y * self._cell.height(),
            self._cell.width() * wide,
            self._cell.height(),
        )
        if not self.hasFocus():
            painter.setPen(QColor(tokens.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
            return
        painter.fillRect(rect, QColor(tokens.accent))
        painter.setPen(QColor(tokens.on_accent))
        painter.setFont(self._font)
        painter.drawText(QPoint(rect.left(), rect.top() + self._ascent), cell)

    # --- keys ---------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Take keys that are shortcuts elsewhere, and Tab, but for the one that leaves."""
        if isinstance(event, QKeyEvent):
            leaves = event.key() == Qt.Key.Key_Backtab and bool(
                event.modifiers() & Qt.KeyboardModifier.ControlModifier
            )
            turns_page = event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and (
                event.modifiers() == Qt.KeyboardModifier.ControlModifier
            )
            if event.type() is QEvent.Type.ShortcutOverride and not leaves and not turns_page:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress and leaves:
                self.focusNextPrevChild(False)
                return True
            if event.type() is QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                self.keyPressEvent(event)
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Send the key, or scroll, copy and paste."""
        modifiers, key = event.modifiers(), event.key()
        shift = modifiers == Qt.KeyboardModifier.ShiftModifier
        if (modifiers, key) == _COPY:
            self.copy()
        elif (modifiers, key) == _PASTE or (shift and key == Qt.Key.Key_Insert):
            self.paste()
        elif shift and key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + bar.pageStep() * (1 if key == Qt.Key.Key_PageDown else -1))
        elif data := encode_key(event, self._screen.application_cursor):
            self._send(data)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Send what an input method has composed."""
        if event.commitString():
            self._send(event.commitString().encode())
        event.accept()

    def inputMethodQuery(self, query: Qt.InputMethodQuery) -> object:
        """Say where the cursor is, for the input method's window."""
        if query is Qt.InputMethodQuery.ImCursorRectangle:
            cursor = self._screen.cursor
            corner = QPoint(_MARGIN + cursor.x * self._cell.width(), _MARGIN + cursor.y * self._cell.height())
            return QRect(corner, self._cell)
        return super().inputMethodQuery(query)

    def _send(self, data: bytes) -> None:
        self._anchor = self._end = None
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        self._viewmodel.write(data)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Fill the cursor."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Empty the cursor."""
        super().focusOutEvent(event)
        self.viewport().update()

    # --- mouse and clipboard ------------------------------------------------------------------------------

    def copy(self) -> None:
        """Put the selection on the clipboard."""
        if text := self.selected_text():
            QGuiApplication.clipboard().setText(text)

    def paste(self) -> None:
        """Send the clipboard's text."""
        text = QGuiApplication.clipboard().text()
        if text:
            self._send(encode_paste(text, self._screen.bracketed_paste))

    def select_all(self) -> None:
        """Select everything, history too."""
        last = len(self._screen.history) + self._screen.rows - 1
        self._anchor, self._end = _Place(0, 0), _Place(last, self._screen.columns)
        self.viewport().update()

    def selected_text(self) -> str:
        """Return the selection; a line that was too long for the screen stays one line."""
        if self._anchor is None or self._end is None:
            return ""
        start, end = sorted((self._anchor, self._end))
        parts: list[str] = []
        for number in range(start.line, end.line + 1):
            columns = self._selected_columns(number)
            row = self._line(number)
            text = "".join(row.cells[columns.start : columns.stop])
            parts.append(text if row.wrapped and number < end.line else text.rstrip() + "\n")
        return "".join(parts).rstrip("\n")

    def _selected_columns(self, number: int) -> range:
        if self._anchor is None or self._end is None:
            return range(0)
        start, end = sorted((self._anchor, self._end))
        if not start.line <= number <= end.line:
            return range(0)
        first = start.column if number == start.line else 0
        return range(first, end.column if number == end.line else self._screen.columns)

    def _place_at(self, point: QPoint) -> _Place:
        line = self.verticalScrollBar().value() + (point.y() - _MARGIN) // self._cell.height()
        last = len(self._screen.history) + self._screen.rows - 1
        column = round((point.x() - _MARGIN) / self._cell.width())
        return _Place(min(max(line, 0), last), min(max(column, 0), self._screen.columns))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a selection."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._anchor = self._end = self._place_at(event.position().toPoint())
            self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend it."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._end = self._place_at(event.position().toPoint())
            self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        place = self._place_at(event.position().toPoint())
        cells = self._line(place.line).cells
        start = end = min(place.column, len(cells) - 1)
        while start > 0 and not cells[start - 1].isspace():
            start -= 1
        while end < len(cells) and not cells[end].isspace():
            end += 1
        self._anchor, self._end = _Place(place.line, start), _Place(place.line, end)
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; a program on the whole screen gets arrow keys."""
        if not self._screen.is_alternate:
            super().wheelEvent(event)
            return
        self._wheel += event.angleDelta().y()
        steps, self._wheel = divmod(abs(self._wheel), 40)
        key = b"A" if event.angleDelta().y() > 0 else b"B"
        self._viewmodel.write(
            (b"\x1bO" if self._screen.application_cursor else b"\x1b[") + key
        ) if steps else None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer copy and paste."""
        menu = QMenu(self)
        menu.setObjectName("terminal.menu")
        for label, icon, slot, enabled in (
            (self.tr("Copy (Ctrl+Shift+C)"), "copy", self.copy, bool(self.selected_text())),
            (self.tr("Paste (Ctrl+Shift+V)"), "folder", self.paste, self._viewmodel.state == "live"),
            (self.tr("Select all"), "check", self.select_all, True),
        ):
            entry = menu.addAction(build_icon(icon), label)
            entry.setEnabled(enabled)
            entry.triggered.connect(slot)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())
