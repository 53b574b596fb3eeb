"""What is selected in a terminal, and the search that selects what it finds."""

import re
from bisect import bisect_right
from dataclasses import dataclass

from app.viewmodels.terminal.terminal_screen import Screen


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A cell: the line counts from the first one of the history."""

    line: int
    column: int


class Selection:
    """From an anchor to an end, which may stand before it."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._anchor: Place | None = None
        self._end: Place | None = None

    def begin(self, place: Place) -> None:
        """Select nothing, from here on."""
        self._anchor = self._end = place

    def extend(self, place: Place) -> None:
        """Select as far as here."""
        if self._anchor is not None:
            self._end = place

    def clear(self) -> None:
        """Select nothing."""
        self._anchor = self._end = None

    def take_all(self) -> None:
        """Select everything, history too."""
        self._anchor, self._end = Place(0, 0), Place(self._screen.line_count - 1, self._screen.columns)

    def take_word(self, place: Place) -> None:
        """Select the word at a place."""
        cells = self._screen.line(place.line).cells
        start = end = min(place.column, len(cells))
        while start > 0 and not cells[start - 1].isspace():
            start -= 1
        while end < len(cells) and not cells[end].isspace():
            end += 1
        self._anchor, self._end = Place(place.line, start), Place(place.line, end)

    def take_line(self, place: Place) -> None:
        """Select the line at a place, with all its rows."""
        first = last = place.line
        while first > 0 and self._screen.line(first - 1).wrapped:
            first -= 1
        while last < self._screen.line_count - 1 and self._screen.line(last).wrapped:
            last += 1
        self._anchor, self._end = Place(first, 0), Place(last, self._screen.columns)

    def columns(self, number: int) -> range:
        """Return the cells of a line that are selected."""
        if self._anchor is None or self._end is None:
            return range(0)
        start, end = sorted((self._anchor, self._end))
        if not start.line <= number <= end.line:
            return range(0)
        first = start.column if number == start.line else 0
        return range(first, end.column if number == end.line else self._screen.columns)

    @property
    def text(self) -> str:
        """Return what is selected; a line that was too long for the screen stays one line."""
        if self._anchor is None or self._end is None:
            return ""
        start, end = sorted((self._anchor, self._end))
        parts: list[str] = []
        for number in range(start.line, min(end.line, self._screen.line_count - 1) + 1):
            columns, row = self.columns(number), self._screen.line(number)
            text = "".join(row.cells[columns.start : min(columns.stop, row.length)])
            parts.append(text if row.wrapped and number < end.line else text.rstrip() + "\n")
        return "".join(parts).rstrip("\n")

    def find(self, needle: str, backwards: bool = True) -> Place | None:
        """Select the next place of `needle`, in any case, around the end; return where it begins."""
        if not needle:
            return None
        pattern = re.compile(re.escape(needle), re.IGNORECASE)
        groups = _lines(self._screen)
        here = Place(self._screen.line_count, 0)
        if self._anchor is not None and self._end is not None:
            here = min(self._anchor, self._end)
        at = max(0, bisect_right(groups, here.line, key=lambda rows: rows.start) - 1)
        # The line where it begins comes twice: last of all, its other part has its turn.
        order = groups[at::-1] + groups[at:][::-1] if backwards else groups[at:] + groups[: at + 1]
        for turn, rows in enumerate(order):
            found = _find_in(self._screen, rows, pattern)
            if turn == 0:
                found = [each for each in found if (each[0] < here if backwards else each[0] > here)]
            if found:
                self._anchor, self._end = found[-1 if backwards else 0]
                return self._anchor
        return None


def _lines(screen: Screen) -> list[range]:
    """Return the numbers of the rows of each line."""
    lines: list[range] = []
    start = 0
    for number in range(screen.line_count):
        if not screen.line(number).wrapped:
            lines.append(range(start, number + 1))
            start = number + 1
    if start < screen.line_count:
        lines.append(range(start, screen.line_count))
    return lines


def _find_in(screen: Screen, numbers: range, pattern: re.Pattern[str]) -> list[tuple[Place, Place]]:
    """Return where the matches in one line begin and end."""
    rows = [screen.line(number) for number in numbers]
    matches = list(pattern.finditer("".join("".join(row.cells[: row.length]) for row in rows)))
    if not matches:
        return []
    # The cell of each character: a cell may have none (the second one of a wide character) or several.
    cells = [
        Place(number, column)
        for number, row in zip(numbers, rows, strict=True)
        for column in range(row.length)
        for _ in row.cells[column]
    ]
    return [(cells[match.start()], _after(screen, cells[match.end() - 1])) for match in matches]


def _after(screen: Screen, place: Place) -> Place:
    """Return the end of the character at a place."""
    wide = screen.line(place.line).cells[place.column + 1 : place.column + 2] == [""]
    return Place(place.line, place.column + 1 + wide)
