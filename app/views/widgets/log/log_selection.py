"""What is selected of a log."""

from app.views.widgets.log.log_store import LogStore
from app.views.widgets.log.log_text import LogText, Place


class LogSelection:
    """From where the button went down to where it is now; nothing while both are the same."""

    def __init__(self, lines: LogStore) -> None:
        self._lines = lines
        self._anchor: Place | None = None
        self._cursor: Place | None = None

    @property
    def ends(self) -> tuple[Place, Place] | None:
        """Return first and last place (exclusive), None when nothing is selected."""
        if self._anchor is None or self._cursor is None or self._anchor == self._cursor:
            return None
        return min(self._anchor, self._cursor), max(self._anchor, self._cursor)

    @property
    def has_begun(self) -> bool:
        """Return whether there is a place to extend from."""
        return self._anchor is not None

    def begin(self, place: Place | None) -> None:
        """Begin at a place; None clears."""
        self._anchor = self._cursor = place

    def extend(self, place: Place | None) -> None:
        """Go on to a place."""
        self._cursor = place

    def take(self, start: Place, end: Place) -> None:
        """Select from a place to another."""
        self._anchor, self._cursor = start, end

    def take_line(self, number: int) -> None:
        """Select a line."""
        self.take(Place(number, 0), Place(number, len(self._lines[number].text)))

    def take_all(self) -> None:
        """Select every line."""
        if self._lines:
            self.take(Place(0, 0), Place(len(self._lines) - 1, len(self._lines[-1].text)))

    def columns(self, number: int, length: int) -> tuple[int, int] | None:
        """Return what is selected of a line of so many characters, None for nothing."""
        if (ends := self.ends) is None or not ends[0].line <= number <= ends[1].line:
            return None
        first = ends[0].column if number == ends[0].line else 0
        last = ends[1].column if number == ends[1].line else length
        return min(first, length), min(last, length)

    def text(self, lines: LogStore, has_times: bool) -> LogText | None:
        """Return what is selected as a text of `lines`, which may be a copy; None for nothing."""
        return LogText(lines, *self.ends, has_times) if self.ends is not None else None

    def trim(self, count: int) -> None:
        """The first `count` lines are gone."""
        if self._anchor is None or self._cursor is None:
            return
        if min(self._anchor, self._cursor).line < count:
            self._anchor = self._cursor = None
        else:
            self._anchor = Place(self._anchor.line - count, self._anchor.column)
            self._cursor = Place(self._cursor.line - count, self._cursor.column)
