"""Draws the lines of a log cell by cell, and knows where a line that is too long for the view is broken."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.terminal.terminal_text import Span, cell_width
from app.views.theme import LIGHT, Theme, Tokens
from app.views.widgets.log.log_levels import Name, find_level

# Black, red, green, yellow, blue, magenta, cyan, white, then the bright ones; readable on the surface.
_LIGHT_COLORS = ("#1b2430", "#b3261e", "#1a7f4b", "#8a5a00", "#0b6bcb", "#8e3fb5", "#0b7285", "#5c6b7e") * 2
_DARK_COLORS = ("#97a5b8", "#ff7b72", "#4cc38a", "#e2b341", "#6cb6ff", "#d2a8ff", "#56d4dd", "#e6ebf2") * 2
_TOKENS: dict[Name, str] = {"error": "err", "warning": "warn", "info": "text", "debug": "muted"}
_BLUE = 4  # of the colours above: the word that says that all is well
_RUN = 16  # characters drawn at once: few enough to stay in their cells though an advance has a fraction


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a line with a background, and with a frame where it is the current match.

    `underlined` has a line below it instead of the background.
    """

    start: int
    end: int
    color: str
    outlined: bool = False
    underlined: bool = False


def program_colors(tokens: Tokens) -> tuple[str, ...]:
    """Return the sixteen colours that programs choose from, as they can be read in an appearance."""
    return _LIGHT_COLORS if tokens == LIGHT else _DARK_COLORS


def cell_edges(text: str) -> list[int] | None:
    """Return the cell each character starts at, or None when all take one."""
    if text.isascii():
        return None
    return list(accumulate((cell_width(character) for character in text), initial=0))


def row_starts(text: str, columns: int) -> list[int]:
    """Return the character that each row of a line begins with, where a row has `columns` cells."""
    if len(text) * 2 <= columns:  # even of wide characters
        return [0]
    edges = cell_edges(text)
    if edges is None:
        return list(range(0, len(text), columns)) or [0]
    starts = [0]
    while edges[-1] - edges[starts[-1]] > columns:
        end = bisect_right(edges, edges[starts[-1]] + columns) - 1
        starts.append(max(end, starts[-1] + 1))
    return starts


class LinePainter:
    """Knows the font and its cells; draws the part of a line that one row shows.

    Where it `shows_levels`, a line has the colour of its level, unless its program has coloured it. The first
    `ahead` characters of each line are the window's own.
    """

    def __init__(self, font: QFont) -> None:
        self.shows_levels = False
        self.ahead = 0
        self.font, self._bold = font, QFont(font)
        self._bold.setBold(True)
        metrics = QFontMetrics(font)
        # A fractional advance drifts by a whole cell within 18 characters: cells have whole pixels.
        self.cell = max(1, round(metrics.horizontalAdvance("M" * 20) / 20))
        self.line_height = metrics.height() + 3
        self._ascent = metrics.ascent() + 2

    def draw_time(self, painter: QPainter, time: str, left: int, top: int) -> None:
        """Draw the time in front of a line."""
        painter.setPen(QColor(Theme.current().tokens.muted))
        painter.drawText(left, top + self._ascent, time)

    def draw_row(
        self,
        painter: QPainter,
        line: LogLine,
        part: tuple[int, int],
        marks: Iterable[Mark],
        corner: tuple[int, int],
        width: int,
    ) -> None:
        """Draw the characters `part` of a line from `corner` (left, top) on, as far as the view's `width`."""
        tokens = Theme.current().tokens
        start, end = part
        edges = cell_edges(line.text)
        left = corner[0] - (start if edges is None else edges[start]) * self.cell
        for mark in marks:
            self._draw_mark(painter, mark, part, edges, left, corner[1])
        colors = program_colors(tokens)
        color, spans = self.look(line)
        base = QColor(color)
        baseline, place = corner[1] + self._ascent, start
        for span in spans:
            if span.end <= start or span.start >= end:
                continue
            first, last = max(span.start, start), min(span.end, end)
            painter.setPen(base)
            self._draw_run(painter, line.text, place, first, edges, left, baseline, width)
            painter.setPen(base if span.color is None else QColor(colors[span.color]))
            painter.setFont(self._bold if span.bold else self.font)
            self._draw_run(painter, line.text, first, last, edges, left, baseline, width)
            painter.setFont(self.font)
            place = last
        painter.setPen(base)
        self._draw_run(painter, line.text, place, end, edges, left, baseline, width)

    def look(self, line: LogLine) -> tuple[str, Sequence[Span]]:
        """Return the colour of a line, and the stretches that have their own."""
        tokens, ahead = Theme.current().tokens, self.ahead
        usual = tokens.err if line.is_error else tokens.text
        own = [span for span in line.spans if span.start >= ahead]
        if not self.shows_levels or any(span.color is not None for span in own):
            return usual, line.spans
        level = find_level(line.text[ahead:] if ahead else line.text)
        if level is None:
            return usual, line.spans
        color: str = getattr(tokens, _TOKENS[level.name])
        if own or level.name == "debug":
            return color, line.spans
        word_color = _BLUE if level.name == "info" else None
        return color, (*line.spans, Span(level.start + ahead, level.end + ahead, word_color, bold=True))

    def _draw_run(
        self,
        painter: QPainter,
        text: str,
        start: int,
        end: int,
        edges: Sequence[int] | None,
        left: int,
        baseline: int,
        width: int,
    ) -> None:
        """Draw what is in sight of a run; `left` is where the line's first character would be."""
        if edges is None:
            start = max(start, -left // self.cell)
            end = min(end, (width - left) // self.cell + 1)
            for place in range(start, end, _RUN):
                painter.drawText(left + place * self.cell, baseline, text[place : min(place + _RUN, end)])
            return
        start = max(start, bisect_left(edges, -left // self.cell - 2))
        for place in range(start, end):
            x = left + edges[place] * self.cell
            if x >= width:
                break
            painter.drawText(x, baseline, text[place])

    def _draw_mark(
        self,
        painter: QPainter,
        mark: Mark,
        part: tuple[int, int],
        edges: Sequence[int] | None,
        left: int,
        top: int,
    ) -> None:
        start, end = max(mark.start, part[0]), min(mark.end, part[1])
        if start >= end:
            return
        first = start if edges is None else edges[start]
        last = end if edges is None else edges[end]
        place = QRect(left + first * self.cell, top, (last - first) * self.cell, self.line_height)
        if mark.underlined:
            place.setTop(place.bottom() - 1)
        painter.fillRect(place, QColor(mark.color))
        if mark.outlined:
            painter.setPen(QColor(Theme.current().tokens.accent))
            painter.drawRect(place.adjusted(-1, 0, 0, -1))
