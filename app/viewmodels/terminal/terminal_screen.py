"""The screen of a terminal: rows of cells, a cursor, margins, an alternate screen, and what scrolled away.

`terminal_parser.py` drives it. Sources: ECMA-48, DEC STD 070, and xterm's control sequences for the rest.
"""

from app.viewmodels.terminal.terminal_cells import DEFAULT, PLAIN, Cursor, Row, Style
from app.viewmodels.terminal.terminal_modes import Modes
from app.viewmodels.terminal.terminal_reflow import reflow
from app.viewmodels.terminal.terminal_text import cell_width

HISTORY_ROWS = 10_000
_TRIM_BLOCK = 1_000
_PIECE = 500  # rows of the history that flow anew at a time: all 10,000 would take 50 ms
_TAB = 8
_DEC_GRAPHICS = str.maketrans("`abcdefghijklmnopqrstuvwxyz{|}~_", "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£· ")


class Screen:
    """All that can be done to the screen; places are counted from 0 and kept inside."""

    def __init__(self, columns: int = 80, rows: int = 24) -> None:
        self.columns, self.rows = columns, rows
        self.history: list[Row] = []
        self._stale = 0  # so many rows of it are still to flow anew, the oldest ones
        self.tab_name = ""  # stays when a program begins anew: the shell is the same
        self.reset()

    def reset(self) -> None:
        """Be as at the start (RIS); what scrolled away stays."""
        self.lines = [Row(self.columns) for _ in range(self.rows)]
        self.cursor, self._saved = Cursor(), Cursor()
        self._main: tuple[list[Row], Cursor] | None = None
        self.top, self.bottom = 0, self.rows - 1
        self.tabs = set(range(_TAB, 1000, _TAB))
        self.auto_wrap = True
        self.insert_mode = self.new_line_mode = False
        self.modes = Modes()
        self.title = ""

    @property
    def is_alternate(self) -> bool:
        """Return whether the alternate screen is shown, which has no history."""
        return self._main is not None

    @property
    def line_count(self) -> int:
        """Return how many lines there are, those that scrolled away first."""
        return len(self.history) + self.rows

    def line(self, number: int) -> Row:
        """Return a line, counted from the first that is kept."""
        history = self.history
        return history[number] if number < len(history) else self.lines[number - len(history)]

    def resize(self, columns: int, rows: int) -> None:
        """Change the size: lines flow anew, but those of the alternate screen, which its program draws anew.

        Lines leave at the top when the cursor would be below the bottom. Of the history the end flows now,
        the rest by `flow_on`.
        """
        if (columns, rows) == (self.columns, self.rows):
            return
        if self._main is None:
            self.lines = self._resize_main(self.lines, self.cursor, columns, rows)
        else:
            lines, cursor = self._main
            self._main = self._resize_main(lines, cursor, columns, rows), cursor
            surplus = max(0, self.cursor.y - rows + 1)
            self.lines = _fit(self.lines[surplus:], columns, rows)
            self.cursor.y -= surplus
            self.cursor.x, self.cursor.pending_wrap = min(self.cursor.x, columns - 1), False
        self.columns, self.rows = columns, rows
        self.top, self.bottom = 0, rows - 1

    def _resize_main(self, lines: list[Row], cursor: Cursor, columns: int, rows: int) -> list[Row]:
        """Return the lines of the new size; the cursor goes with its character."""
        top = 0
        if columns != self.columns:
            used = max((y for y, row in enumerate(lines) if row.used), default=0)
            self._stale = self._piece_before(len(self.history))
            flow = self.history[self._stale :]
            start = len(flow)
            flow += lines[: max(used, cursor.y) + 1]
            place = start + cursor.y, cursor.x + cursor.pending_wrap
            (start, _), (y, x) = reflow(flow, columns, [(start, 0), place])
            self.history[self._stale :], lines = flow[:start], flow[start:]
            cursor.y = y - start
            cursor.x, cursor.pending_wrap = min(x, columns - 1), x == columns and self.auto_wrap
            top = len(lines) - rows  # what became longer pushes the lines above it away
        top = max(min(top, cursor.y), cursor.y - rows + 1, 0)
        self._keep(lines[:top])
        cursor.y -= top
        return _fit(lines[top:], columns, rows)

    def flow_on(self) -> bool:
        """Let a further piece of the history flow anew; return whether there is more of it."""
        if self._stale:
            start = self._piece_before(self._stale)
            piece = self.history[start : self._stale]
            reflow(piece, self.columns, [])
            self.history[start : self._stale] = piece
            self._stale = start
            self._keep([])
        return self._stale > 0

    def _piece_before(self, end: int) -> int:
        """Return where a piece of the history begins that ends at `end`; a line has an end, or is cut."""
        start = max(0, end - _PIECE)
        for number in range(start, max(0, start - _PIECE), -1):
            if not self.history[number - 1].wrapped:
                return number
        return start if start > _PIECE else 0

    # --- text ---------------------------------------------------------------------------------------------

    def write(self, text: str) -> None:
        """Put printable text at the cursor."""
        cursor = self.cursor
        if cursor.charsets[cursor.shifted]:
            text = text.translate(_DEC_GRAPHICS)
        if not text.isascii() or self.insert_mode:
            for character in text:
                self._write_one(character)
            return
        place = 0
        while place < len(text):
            self._wrap_if_due()
            row, x = self.lines[cursor.y], cursor.x
            piece = text[place : place + self.columns - x]
            end = x + len(piece)
            self._break_wide(row, x, end)
            row.cells[x:end] = piece
            row.styles[x:end] = [cursor.style] * len(piece)
            place += len(piece)
            self._advance_to(end)
            if not self.auto_wrap and place < len(text):  # all that follows lands in the last column
                place = max(place, len(text) - 1)

    def _write_one(self, character: str) -> None:
        width = cell_width(character)
        cursor = self.cursor
        if width == 0:
            self._combine(character)
            return
        self._wrap_if_due()
        if width == 2 and cursor.x == self.columns - 1:
            if not self.auto_wrap or self.columns < 2:
                return
            row = self.lines[cursor.y]
            row.cells[cursor.x], row.styles[cursor.x] = " ", PLAIN
            row.wrapped = row.gap = True
            cursor.x = 0
            self.line_feed()
        if self.insert_mode:
            self.insert_characters(width)
        row, x = self.lines[cursor.y], cursor.x
        self._break_wide(row, x, x + width)
        row.cells[x] = character
        row.styles[x] = cursor.style
        if width == 2:
            row.cells[x + 1] = ""
            row.styles[x + 1] = cursor.style
        self._advance_to(x + width)

    def _combine(self, character: str) -> None:
        cursor = self.cursor
        x = cursor.x if cursor.pending_wrap else cursor.x - 1
        cells = self.lines[cursor.y].cells
        if x > 0 and cells[x] == "":
            x -= 1
        if x >= 0 and len(cells[x]) < 8:  # text of one cell has an end, whatever comes
            cells[x] += character

    def _wrap_if_due(self) -> None:
        cursor = self.cursor
        if cursor.pending_wrap and self.auto_wrap:
            self.lines[cursor.y].wrapped = True
            cursor.x = 0
            self.line_feed()
        cursor.pending_wrap = False

    def _advance_to(self, x: int) -> None:
        if x >= self.columns:
            self.lines[self.cursor.y].gap = False
            self.cursor.x = self.columns - 1
            self.cursor.pending_wrap = self.auto_wrap
        else:
            self.cursor.x = x

    def _break_wide(self, row: Row, start: int, end: int) -> None:
        """Blank the halves of wide characters that a change of [start, end) would leave behind."""
        cells = row.cells
        if 0 < start < len(cells) and cells[start] == "":
            cells[start - 1] = " "
        if end < len(cells) and cells[end] == "":
            cells[end] = " "

    # --- moving -------------------------------------------------------------------------------------------

    def move_to(self, x: int, y: int) -> None:
        """Go to a place; with origin mode, rows count from the top margin and stay between both."""
        cursor = self.cursor
        first, last = (self.top, self.bottom) if cursor.origin else (0, self.rows - 1)
        cursor.x = min(max(x, 0), self.columns - 1)
        cursor.y = min(max(y + (self.top if cursor.origin else 0), first), last)
        cursor.pending_wrap = False

    def move_by(self, dx: int, dy: int) -> None:
        """Go so far; a margin stops what begins inside."""
        cursor = self.cursor
        cursor.x = min(max(cursor.x + dx, 0), self.columns - 1)
        first = self.top if cursor.y >= self.top else 0
        last = self.bottom if cursor.y <= self.bottom else self.rows - 1
        cursor.y = min(max(cursor.y + dy, first), last)
        cursor.pending_wrap = False

    def carriage_return(self) -> None:
        """Go to the first column."""
        self.cursor.x, self.cursor.pending_wrap = 0, False

    def line_feed(self) -> None:
        """Go down one row, scrolling at the bottom margin."""
        cursor = self.cursor
        cursor.pending_wrap = False
        if cursor.y == self.bottom:
            self.scroll_up(1)
        elif cursor.y < self.rows - 1:
            cursor.y += 1
        if self.new_line_mode:
            cursor.x = 0

    def reverse_line_feed(self) -> None:
        """Go up one row, scrolling at the top margin."""
        self.cursor.pending_wrap = False
        if self.cursor.y == self.top:
            self.scroll_down(1)
        elif self.cursor.y > 0:
            self.cursor.y -= 1

    def tabulate(self, count: int = 1) -> None:
        """Go to the next tab stop, `count` times; backwards when it is negative."""
        cursor = self.cursor
        for _ in range(min(abs(count), self.columns)):
            if count > 0:
                cursor.x = min((t for t in self.tabs if t > cursor.x), default=self.columns - 1)
            else:
                cursor.x = max((t for t in self.tabs if t < cursor.x), default=0)
        cursor.x = min(cursor.x, self.columns - 1)
        cursor.pending_wrap = False

    def save_cursor(self) -> None:
        """Keep the cursor (DECSC)."""
        self._saved = self.cursor.copy()

    def restore_cursor(self) -> None:
        """Take the kept cursor back (DECRC)."""
        self.cursor = self._saved.copy()
        self.cursor.x = min(self.cursor.x, self.columns - 1)
        self.cursor.y = min(self.cursor.y, self.rows - 1)

    # --- erasing, inserting, scrolling --------------------------------------------------------------------

    def _blank(self) -> Row:
        return Row(self.columns, self._blank_style())

    def _blank_style(self) -> Style:
        back = self.cursor.style.back
        return PLAIN if back == DEFAULT else Style(DEFAULT, back)

    def erase_cells(self, y: int, start: int, end: int) -> None:
        """Blank [start, end) of a row."""
        start, end = max(start, 0), min(end, self.columns)
        if start >= end:
            return
        row = self.lines[y]
        self._break_wide(row, start, end)
        row.cells[start:end] = [" "] * (end - start)
        row.styles[start:end] = [self._blank_style()] * (end - start)
        if end == self.columns:
            row.wrapped = row.gap = False

    def erase_in_line(self, how: int) -> None:
        """Blank to the end (0), from the beginning (1), or the whole row (2)."""
        x, y = self.cursor.x, self.cursor.y
        start, end = {0: (x, self.columns), 1: (0, x + 1), 2: (0, self.columns)}.get(how, (0, 0))
        self.erase_cells(y, start, end)

    def erase_in_display(self, how: int) -> None:
        """Blank below (0), above (1), everything (2), or what scrolled away (3)."""
        y = self.cursor.y
        if how == 3:
            self.history.clear()
            self._stale = 0
            return
        if how in (0, 1):
            self.erase_in_line(how)
        for other in {0: range(y + 1, self.rows), 1: range(y), 2: range(self.rows)}.get(how, range(0)):
            self.lines[other] = self._blank()

    def insert_characters(self, count: int) -> None:
        """Push the rest of the row to the right."""
        row, x = self.lines[self.cursor.y], self.cursor.x
        count = min(count, self.columns - x)
        self._break_wide(row, x, x)
        row.cells[x:x] = [" "] * count
        row.styles[x:x] = [self._blank_style()] * count
        self._cut(row)

    def delete_characters(self, count: int) -> None:
        """Pull the rest of the row to the left."""
        row, x = self.lines[self.cursor.y], self.cursor.x
        count = min(count, self.columns - x)
        self._break_wide(row, x, x + count)
        row.gap = False
        del row.cells[x : x + count], row.styles[x : x + count]
        row.cells += [" "] * count
        row.styles += [self._blank_style()] * count

    def _cut(self, row: Row) -> None:
        row.gap = False
        row.fit(self.columns)

    def insert_lines(self, count: int) -> None:
        """Push the rows from the cursor to the bottom margin down."""
        y = self.cursor.y
        if self.top <= y <= self.bottom:
            for _ in range(min(count, self.bottom - y + 1)):
                del self.lines[self.bottom]
                self.lines.insert(y, self._blank())
            self.carriage_return()

    def delete_lines(self, count: int) -> None:
        """Pull the rows below the cursor up."""
        y = self.cursor.y
        if self.top <= y <= self.bottom:
            for _ in range(min(count, self.bottom - y + 1)):
                del self.lines[y]
                self.lines.insert(self.bottom, self._blank())
            self.carriage_return()

    def scroll_up(self, count: int) -> None:
        """Move the rows between the margins up; from a whole screen they go to the history."""
        count = min(count, self.bottom - self.top + 1)
        if self.top == 0 and not self.is_alternate:
            self._keep(self.lines[:count])
        del self.lines[self.top : self.top + count]
        place = self.bottom - count + 1
        self.lines[place:place] = [self._blank() for _ in range(count)]

    def scroll_down(self, count: int) -> None:
        """Move the rows between the margins down."""
        count = min(count, self.bottom - self.top + 1)
        del self.lines[self.bottom - count + 1 : self.bottom + 1]
        self.lines[self.top : self.top] = [self._blank() for _ in range(count)]

    def _keep(self, rows: list[Row]) -> None:
        for row in rows:
            if (
                not row.wrapped
            ):  # blanks at the end are no text: they take memory, and time when lines flow anew
                row.fit(row.used)
        self.history += rows
        if len(self.history) > HISTORY_ROWS + _TRIM_BLOCK:
            surplus = len(self.history) - HISTORY_ROWS
            del self.history[:surplus]
            self._stale = max(0, self._stale - surplus)

    def set_margins(self, top: int, bottom: int) -> None:
        """Let only the rows from `top` to `bottom` scroll."""
        if 0 <= top < bottom <= self.rows - 1:
            self.top, self.bottom = top, bottom
            self.move_to(0, 0)

    def set_alternate(self, shown: bool, keep_cursor: bool) -> None:
        """Show the alternate screen, empty, or the main one as it was."""
        if shown and self._main is None:
            if keep_cursor:
                self.save_cursor()
            self._main = (self.lines, self.cursor.copy())
            self.lines = [self._blank() for _ in range(self.rows)]
        elif not shown and self._main is not None:
            self.lines, cursor = self._main
            self._main = None
            if keep_cursor:
                self.cursor = cursor

    def fill(self, character: str) -> None:
        """Fill everything with one character (DECALN)."""
        for row in self.lines:
            row.cells[:] = [character] * self.columns
            row.styles[:] = [PLAIN] * self.columns
            row.wrapped = row.gap = False


def _fit(rows: list[Row], columns: int, count: int) -> list[Row]:
    """Return `count` rows of `columns` cells: what is too much is cut, what lacks is blank."""
    fitted = rows[:count]
    for row in fitted:
        row.fit(columns)
    return fitted + [Row(columns) for _ in range(count - len(fitted))]
