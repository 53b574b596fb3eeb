"""Breaks the lines of a terminal anew when its width changes, so that none loses its end."""

from collections.abc import Iterable, Iterator

from app.viewmodels.terminal.terminal_cells import PLAIN, Row, Style

_LONGEST_LINE = 500  # rows that flow together: a line without an end must not take all the time there is


def reflow(rows: list[Row], columns: int, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Break `rows`, in place, into those of `columns` cells at most; return where `places` have gone.

    A place is a row and a cell, which may be beyond the last; those of one call are in order. Rows that need
    no change stay as they are.
    """
    broken: list[Row] = []
    moved: list[tuple[int, int]] = []
    wanted = iter(places)
    place = next(wanted, None)
    start = 0
    while start < len(rows):
        end = start + 1
        while end < len(rows) and rows[end - 1].wrapped and end - start < _LONGEST_LINE:
            end += 1
        begin = len(broken)
        first, last = rows[start], rows[end - 1]
        is_same = (
            end == start + 1 and not last.wrapped and (len(last.cells) <= columns or last.used <= columns)
        )
        if is_same:
            broken.append(first)
        else:
            broken += _break(*_join(rows[start:end]), columns, last.wrapped)
        while place is not None and start <= place[0] < end:
            offset = place[1] + sum(row.length for row in rows[start : place[0]])
            moved.append((begin, offset) if is_same else _find(broken, begin, offset))
            place = next(wanted, None)
        start = end
    rows[:] = broken
    return moved


def _join(rows: Iterable[Row]) -> tuple[list[str], list[Style]]:
    """Return the cells of one line without the blanks at its end."""
    cells: list[str] = []
    styles: list[Style] = []
    for row in rows:
        cells += row.cells[: row.length]
        styles += row.styles[: row.length]
    end = len(cells)
    while end and cells[end - 1] == " " and styles[end - 1] == PLAIN:
        end -= 1
    return cells[:end], styles[:end]


def _break(cells: list[str], styles: list[Style], columns: int, goes_on: bool) -> Iterator[Row]:
    """Yield the rows of one line: one at least."""
    start = 0
    while True:
        end = start + columns
        gap = end < len(cells) and cells[end] == "" and columns > 1
        end -= gap
        row = Row.of(cells[start:end], styles[start:end])
        row.wrapped = end < len(cells) or goes_on
        if gap:
            row.gap = True
            row.fit(columns)
        if columns == 1 and row.cells == [""]:
            row.cells = [" "]  # half of a wide character, which has no room here
        yield row
        start = end
        if start >= len(cells):
            return


def _find(rows: list[Row], begin: int, offset: int) -> tuple[int, int]:
    """Return row and cell of the cell `offset` of the line whose rows begin at `begin`."""
    number = begin
    while number < len(rows) - 1 and offset >= rows[number].length:
        offset -= rows[number].length
        number += 1
    return number, offset
