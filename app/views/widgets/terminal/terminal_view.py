"""A terminal's screen in a window: keys, mouse, wheel and clipboard become what its program takes."""

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QClipboard,
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QMenu, QToolTip

from app.viewmodels.terminal.terminal import TerminalViewModel
from app.viewmodels.terminal.terminal_frame import MOST_SECONDS, Frame
from app.viewmodels.terminal.terminal_selection import Place, Selection
from app.views import keys
from app.views.browser import open_address
from app.views.icons import build_icon
from app.views.theme import Theme
from app.views.widgets.painted_text import PaintedText
from app.views.widgets.terminal.terminal_keys import encode_key, encode_paste
from app.views.widgets.terminal.terminal_mouse import MouseReports
from app.views.widgets.terminal.terminal_painter import MARGIN, TerminalPainter
from app.views.widgets.terminal.terminal_places import TerminalPlaces
from app.views.widgets.text import plain_tool_tip

_PAINT_MS = 16
_LEFT, _MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
_CONTROL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class TerminalView(PaintedText):
    """Takes every key while it has the focus, but Ctrl+PgUp and Ctrl+PgDn; Ctrl+Shift+Tab leaves it.

    The mouse is the program's where it asked for it, but with Shift; Ctrl and a click open a link.
    """

    search_wanted = Signal()
    paste_asked = Signal(str)  # several lines, for a program that does not know what is pasted
    accessible_role = QAccessible.Role.Terminal

    def __init__(self, name: str, label: str, viewmodel: TerminalViewModel) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # A bar that comes with the first line that scrolls away would take columns from the program.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.viewport().setMouseTracking(True)
        self._viewmodel, self._screen = viewmodel, viewmodel.screen
        self.selection = Selection(self._screen)
        self._reports = MouseReports()
        self._painter = TerminalPainter()
        self._cell = self._painter.cell
        self._places = TerminalPlaces(self._screen, self._painter)
        self._at_end = True
        self._wheel = 0
        self._selects = False  # since the left button went down
        self._double_click = -1  # when the last one was, by the clock of the events
        self._timer = QTimer(self, singleShot=True, interval=_PAINT_MS)
        self._timer.timeout.connect(self._refresh)
        self._late = QTimer(self, singleShot=True, interval=round(MOST_SECONDS * 1000) + _PAINT_MS)
        self._late.timeout.connect(self._changed)  # the picture that a program began has no end
        viewmodel.changed.connect(self._changed)
        viewmodel.flowed.connect(self._flowed)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        # The bar keeps its place, so that columns stay; where nothing scrolls it has no handle.
        self.verticalScrollBar().rangeChanged.connect(
            lambda least, most: self.verticalScrollBar().setEnabled(most > least)
        )
        self.verticalScrollBar().setEnabled(False)
        Theme.current().changed.connect(self._follow_theme)
        self._follow_theme()

    def sizeHint(self) -> QSize:
        """Ask for 80 by 24 cells."""
        return QSize(80 * self._cell.width() + 2 * MARGIN, 24 * self._cell.height() + 2 * MARGIN)

    def text(self) -> str:
        """Return the screen as text, without blanks at the ends of lines."""
        return "\n".join(row.text.rstrip() for row in self._screen.lines).rstrip()

    def text_in_sight(self) -> str:
        """Return the rows in sight, for screen readers."""
        first = self.verticalScrollBar().value()
        last = min(first + self._screen.rows, self._screen.line_count)
        return "\n".join(self._screen.line(number).text.rstrip() for number in range(first, last))

    def cursor_in_sight(self) -> int:
        """Return where the cursor is in the rows in sight; at their end where it is not among them."""
        rows = self.text_in_sight().split("\n")
        cursor = self._screen.cursor
        place = len(self._screen.history) + cursor.y - self.verticalScrollBar().value()
        before = sum(len(row) + 1 for row in rows[: min(place, len(rows))])
        return before + min(cursor.x, len(rows[place])) if place < len(rows) else before - 1

    # --- following the screen -----------------------------------------------------------------------------

    def _changed(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _follow_theme(self) -> None:
        tokens = Theme.current().tokens
        self._viewmodel.colors = {10: tokens.text, 11: tokens.surface, 12: tokens.accent}
        self.viewport().update()

    def _refresh(self) -> None:
        bar = self.verticalScrollBar()
        bar.setPageStep(self._screen.rows)
        frame = self._viewmodel.frame
        bar.setRange(0, len(self._screen.history) if frame is None else frame.history)
        if self._at_end:
            bar.setValue(bar.maximum())
        if frame is None:
            self._late.stop()
        elif not self._late.isActive():
            self._late.start()
        self.tell_text()
        self._show_pointer()
        self.viewport().update()

    def _flowed(self) -> None:
        """Lines were broken anew: show the same ones, counted from the end."""
        bar = self.verticalScrollBar()
        from_end, at_end = bar.maximum() - bar.value(), self._at_end
        self.selection.clear()
        bar.setRange(0, len(self._screen.history))
        bar.setValue(bar.maximum() - (0 if at_end else from_end))
        self._changed()

    def _scrolled(self, value: int) -> None:
        self._at_end = value >= self.verticalScrollBar().maximum()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the program as many cells as fit."""
        super().resizeEvent(event)
        columns = max(2, (self.viewport().width() - 2 * MARGIN) // self._cell.width())
        rows = max(2, (self.viewport().height() - 2 * MARGIN) // self._cell.height())
        self._viewmodel.resize(columns, rows)
        self._refresh()

    def search(self, needle: str, backwards: bool = True) -> bool:
        """Select the next place of `needle` and bring it into sight; return whether there is one."""
        place = self.selection.find(needle, backwards)
        bar = self.verticalScrollBar()
        if place is not None and not bar.value() <= place.line < bar.value() + self._screen.rows:
            bar.setValue(place.line - self._screen.rows // 2)
        self.viewport().update()
        return place is not None

    # --- painting -----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows in sight, then the cursor."""
        del event
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(Theme.current().tokens.surface))
        screen, first = self._screen, self.verticalScrollBar().value()
        shown = self._viewmodel.frame or Frame(screen.lines, screen.cursor, screen.modes, len(screen.history))
        for place in range(min(screen.rows, shown.history + len(shown.rows) - first)):
            number = first + place
            above = number < shown.history
            row = screen.history[number] if above else shown.rows[number - shown.history]
            self._painter.draw_row(painter, place, row, self.selection.columns(number))
        self._draw_cursor(painter, shown, first)
        painter.end()

    def _draw_cursor(self, painter: QPainter, shown: Frame, first: int) -> None:
        cursor, place = shown.cursor, shown.history + shown.cursor.y - first
        is_there = self._viewmodel.state == "live" and shown.modes.cursor_visible
        if not is_there or not 0 <= place < len(shown.rows):
            return
        cells = shown.rows[cursor.y].cells
        rect = self._painter.rect(cursor.x, place, 2 if cells[cursor.x + 1 : cursor.x + 2] == [""] else 1)
        shape = shown.modes.cursor_shape
        self._painter.draw_cursor(painter, rect, cells[cursor.x], shape, self.hasFocus())

    # --- keys ---------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Take keys that are shortcuts elsewhere, and Tab."""
        if isinstance(event, QKeyEvent):
            leaves = keys.SHELL_LEAVE.is_pressed(event)
            turns_page = event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and (
                event.modifiers() == _CONTROL
            )
            if event.type() is QEvent.Type.ShortcutOverride and not turns_page:
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
        bar = self.verticalScrollBar()
        if keys.SHELL_COPY.is_pressed(event):
            self.copy()
        elif keys.SHELL_PASTE.is_pressed(event):
            self.paste()
        elif keys.SHELL_SEARCH.is_pressed(event):
            self.search_wanted.emit()
        elif keys.SHELL_UP.is_pressed(event):
            bar.setValue(bar.value() - bar.pageStep())
        elif keys.SHELL_DOWN.is_pressed(event):
            bar.setValue(bar.value() + bar.pageStep())
        elif data := encode_key(event, self._screen.modes.application_cursor):
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
            return self._painter.rect(cursor.x, cursor.y)
        return super().inputMethodQuery(query)

    def _send(self, data: bytes) -> None:
        self.selection.clear()
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        self._viewmodel.write(data)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Fill the cursor."""
        super().focusInEvent(event)
        self._tell_focus(b"\x1b[I")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Empty the cursor."""
        super().focusOutEvent(event)
        self._tell_focus(b"\x1b[O")

    def _tell_focus(self, data: bytes) -> None:
        if self._screen.modes.tells_focus:
            self._viewmodel.write(data)
        self.viewport().update()

    # --- clipboard ----------------------------------------------------------------------------------------

    def copy(self) -> None:
        """Put the selection on the clipboard."""
        if text := self.selection.text:
            QGuiApplication.clipboard().setText(text)

    def paste(self, source: QClipboard.Mode = QClipboard.Mode.Clipboard) -> None:
        """Send the clipboard's text."""
        text = QGuiApplication.clipboard().text(source)
        if "\n" in text.rstrip("\n") and not self._screen.modes.bracketed_paste:
            self.paste_asked.emit(text)  # the program would carry out line after line
        elif text:
            self.paste_text(text)

    def paste_text(self, text: str) -> None:
        """Send a text as one that is pasted."""
        self._send(encode_paste(text, self._screen.modes.bracketed_paste))

    def select_all(self) -> None:
        """Select everything, history too."""
        self.selection.take_all()
        self.viewport().update()

    def _offer_selection(self) -> None:
        """Where the middle button pastes what is selected (X11, Wayland), give it what is."""
        clipboard = QGuiApplication.clipboard()
        if clipboard.supportsSelection() and (text := self.selection.text):
            clipboard.setText(text, QClipboard.Mode.Selection)

    # --- mouse --------------------------------------------------------------------------------------------

    @property
    def _first(self) -> int:
        """Return the line on top."""
        return self.verticalScrollBar().value()

    def _is_programs(self, event: QMouseEvent | QWheelEvent) -> bool:
        """Return whether the program gets an event of the mouse: of what it shows now, not of its past."""
        is_live = self._viewmodel.state == "live" and self._at_end
        return is_live and self._reports.wants(event, self._screen.modes)

    def _report(self, event: QMouseEvent) -> None:
        cell = self._places.cell(event.position().toPoint())
        if data := self._reports.take_mouse(event, cell, self._screen.modes):
            self._viewmodel.write(data)

    def _show_pointer(self) -> None:
        is_programs = bool(self._screen.modes.mouse)
        shape = Qt.CursorShape.ArrowCursor if is_programs else Qt.CursorShape.IBeamCursor
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a selection; Ctrl opens a link, the middle button pastes what is selected."""
        point = event.position().toPoint()
        is_left = event.button() is _LEFT
        if is_left and event.modifiers() & _CONTROL and (link := self._places.link(point, self._first)):
            open_address(link)
        elif self._is_programs(event):
            self._report(event)
        elif is_left:
            since = event.timestamp() - self._double_click
            if self._double_click >= 0 and since <= QApplication.doubleClickInterval():
                self.selection.take_line(self._places.border(point, self._first))
            else:
                self.selection.begin(self._places.border(point, self._first))
            self._double_click, self._selects = -1, True
            self.viewport().update()
        elif event.button() is _MIDDLE and QGuiApplication.clipboard().supportsSelection():
            self.paste(QClipboard.Mode.Selection)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend the selection, scrolling at the edges."""
        if not self._selects and self._is_programs(event):
            self._report(event)
        elif self._selects and event.buttons() & _LEFT:
            y, bar = event.position().y(), self.verticalScrollBar()
            if y < 0 or y > self.viewport().height():
                bar.setValue(bar.value() + (-1 if y < 0 else 1))
            self.selection.extend(self._places.border(event.position().toPoint(), self._first))
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the selection."""
        if self._selects and event.button() is _LEFT:
            self._selects = False
            self._offer_selection()
        elif self._is_programs(event):
            self._report(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word; a third click takes the line."""
        if self._is_programs(event):
            self._report(event)
        elif event.button() is _LEFT:
            self._double_click = event.timestamp()
            point = event.position().toPoint()
            self.selection.take_word(
                Place(self._places.border(point, self._first).line, self._places.cell(point).x())
            )
            self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; a program on the whole screen gets arrow keys, unless it asked for the wheel itself."""
        modes = self._screen.modes
        if self._is_programs(event):
            cell = self._places.cell(event.position().toPoint())
            if data := self._reports.take_wheel(event, cell, modes):
                self._viewmodel.write(data)
            event.accept()
            return
        if not self._screen.is_alternate or not modes.wheel_is_arrows:
            super().wheelEvent(event)
            return
        self._wheel += event.angleDelta().y()
        steps, self._wheel = divmod(abs(self._wheel), 40)
        key = b"A" if event.angleDelta().y() > 0 else b"B"
        self._viewmodel.write((b"\x1bO" if modes.application_cursor else b"\x1b[") + key) if steps else None

    def viewportEvent(self, event: QEvent) -> bool:
        """Say where a link leads before it is opened."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            if link := self._places.link(event.pos(), self._first):
                text = self.tr("Ctrl+click opens {0}").format(link)
                QToolTip.showText(event.globalPos(), plain_tool_tip(text), self.viewport())
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer copy and paste, unless the right button is the program's."""
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        if by_mouse and self._screen.modes.mouse and self._at_end and not event.modifiers() & _SHIFT:
            return
        menu = QMenu(self)
        menu.setObjectName("terminal.menu")
        for label, icon, slot, enabled in (
            (self.tr("Copy (Ctrl+Shift+C)"), "copy", self.copy, bool(self.selection.text)),
            (self.tr("Paste (Ctrl+Shift+V)"), "folder", self.paste, self._viewmodel.state == "live"),
            (self.tr("Select all"), "check", self.select_all, True),
            (self.tr("Search (Ctrl+Shift+F)"), "search", self.search_wanted.emit, True),
            (self.tr("Reset the terminal"), "broom", self._viewmodel.reset, True),
        ):
            entry = menu.addAction(build_icon(icon), label)
            entry.setEnabled(enabled)
            entry.triggered.connect(slot)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())
