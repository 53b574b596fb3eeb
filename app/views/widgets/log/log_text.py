"""Puts the text of a stretch of a log together: in a worker, where it is long."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from PySide6.QtCore import QByteArray

from app.viewmodels.containers.log_line import LogLine
from app.views.widgets.log.log_store import LogStore

_PIECE = 500  # lines


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in the text."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class LogText:
    """The lines from `start` to `end`, as they are shown."""

    lines: LogStore
    start: Place
    end: Place
    has_times: bool

    @property
    def count(self) -> int:
        """Return how many lines it has."""
        return max(0, min(self.end.line + 1, len(self.lines)) - self.start.line)

    def make(self) -> str:
        """Return the text."""
        return "".join(self._pieces())

    def encode(self) -> QByteArray:
        """Return the text as UTF-8; takes seconds for a million lines.

        Piece by piece: one long call of Python's or Qt's would hold up the window's thread, too.
        """
        encoded = QByteArray()
        for piece in self._pieces():
            encoded.append(piece.encode())
        return encoded

    def _pieces(self) -> Iterator[str]:
        """Go through the text, some lines at a time."""
        lines = enumerate(islice(self.lines.from_line(self.start.line), self.count), self.start.line)
        separator = ""
        while shown := [self._shown(number, line) for number, line in islice(lines, _PIECE)]:
            yield separator + "\n".join(shown)
            separator = "\n"

    def _shown(self, number: int, line: LogLine) -> str:
        first = self.start.column if number == self.start.line else 0
        last = self.end.column if number == self.end.line else len(line.text)
        prefix = f"{line.time} " if self.has_times and first == 0 else ""
        return prefix + line.text[first:last]
