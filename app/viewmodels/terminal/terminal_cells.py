"""What a terminal's screen is made of: cells in a style, in rows, and the cursor."""

from dataclasses import dataclass
from typing import NamedTuple

DEFAULT = -1
BOLD, FAINT, ITALIC, UNDERLINE, BLINK, REVERSE, HIDDEN, STRUCK = (1 << bit for bit in range(8))
RGB = 1 << 24


class Style(NamedTuple):
    """Colours (DEFAULT, 0-255, or RGB + 0xrrggbb) and flags of a cell, and the web page that it leads to."""

    fore: int = DEFAULT
    back: int = DEFAULT
    flags: int = 0
    link: str = ""


PLAIN = Style()


class Row:
    """One line of cells. The second cell of a wide character holds "".

    `wrapped` goes on in the next row; `gap` says that its last cell was left: a wide character had no room.
    """

    __slots__ = ("cells", "gap", "styles", "wrapped")

    def __init__(self, columns: int, style: Style = PLAIN) -> None:
        self.cells = [" "] * columns
        self.styles = [style] * columns
        self.wrapped = self.gap = False

    @classmethod
    def of(cls, cells: list[str], styles: list[Style]) -> "Row":
        """Return a row of these cells."""
        row = cls(0)
        row.cells, row.styles = cells, styles
        return row

    @property
    def text(self) -> str:
        """Return the characters, blanks at the end too."""
        return "".join(self.cells)

    @property
    def length(self) -> int:
        """Return how many cells are a part of the line."""
        return len(self.cells) - self.gap

    @property
    def used(self) -> int:
        """Return how many cells there are before the plain blanks at the end."""
        cells, styles = self.cells, self.styles
        end = len(cells)
        while end and cells[end - 1] == " " and styles[end - 1] == PLAIN:
            end -= 1
        return end

    def fit(self, columns: int) -> None:
        """Have so many cells: what is too much is cut, what lacks is blank."""
        lacking = columns - len(self.cells)
        if lacking > 0:
            self.cells += [" "] * lacking
            self.styles += [PLAIN] * lacking
        elif lacking < 0:
            if self.cells[columns] == "":
                self.cells[columns - 1] = " "
            del self.cells[columns:], self.styles[columns:]


@dataclass
class Cursor:
    """Where the next character goes, and how; DECSC keeps all of it."""

    x: int = 0
    y: int = 0
    style: Style = PLAIN
    origin: bool = False
    pending_wrap: bool = False
    charsets: tuple[bool, bool] = (False, False)  # whether G0 and G1 are DEC's line drawing
    shifted: int = 0

    def copy(self) -> "Cursor":
        """Return one with the same values."""
        return Cursor(self.x, self.y, self.style, self.origin, self.pending_wrap, self.charsets, self.shifted)
