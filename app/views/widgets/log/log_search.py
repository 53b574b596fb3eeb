"""The search in a log: it goes on in small slices, so that the window stays alive meanwhile."""

import re
import time
from bisect import bisect_right
from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal

from app.views.widgets.log.log_expression import LogExpression
from app.views.widgets.log.log_store import LogStore, Match

MAX_MATCHES = 100_000
_SLICE_SECONDS = 0.008
_MOST_PASSED_OVER = 100  # lines that take an expression too long: it gives up then


class LogSearch(QObject):
    """Keeps the places of what is searched for, also in lines that come, and which one is looked at."""

    changed = Signal(int, int)  # the current match (1-based, 0 for none), all matches
    found = Signal()  # the search is through for the first time: there is a current match, or none

    def __init__(self, lines: LogStore, parent: QObject) -> None:
        super().__init__(parent)
        self._lines = lines
        self._pattern: re.Pattern[str] | LogExpression | None = None
        self._seeks = False
        self.passed_over = 0  # lines that took the expression too long
        self._matches: list[Match] = []
        self._current, self._searched = -1, 0
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._go_on)

    def begin(self, needle: str, is_expression: bool) -> bool:
        """Look for `needle` (case does not matter); the last match becomes the current one.

        Return whether it makes sense: an expression may have a mistake.
        """
        self._matches, self._current, self._searched = [], -1, 0
        self._pattern, self.passed_over = None, 0
        self._timer.stop()
        if needle and is_expression:
            try:
                self._pattern = LogExpression(needle)
            except ValueError:
                self._tell()
                self.found.emit()
                return False
        elif needle:
            self._pattern = re.compile(re.escape(needle), re.IGNORECASE)
        self._seeks = self._pattern is not None
        self._go_on()
        return True

    def follow(self) -> None:
        """Search the lines that have come."""
        if self._pattern is not None and not self._timer.isActive():
            self._go_on()

    def clear(self) -> None:
        """Forget what was found: the lines are gone."""
        self._matches, self._current, self._searched, self.passed_over = [], -1, 0, 0
        self._tell()

    def trim(self, count: int) -> None:
        """The first `count` lines are gone."""
        self._matches = [(n - count, column, size) for n, column, size in self._matches if n >= count]
        self._searched = max(0, self._searched - count)
        self._current = min(self._current, len(self._matches) - 1)

    @property
    def is_under_way(self) -> bool:
        """Return whether a part of the log is still to be searched."""
        return self._pattern is not None and not self.has_given_up and self._searched < len(self._lines)

    @property
    def has_given_up(self) -> bool:
        """Return whether the search has ended early, since the expression takes too long on many lines."""
        return self.passed_over >= _MOST_PASSED_OVER

    @property
    def current(self) -> Match | None:
        """Return the match that is looked at."""
        return self._matches[self._current] if 0 <= self._current < len(self._matches) else None

    def step(self, step: int) -> None:
        """Go `step` matches on, around the end."""
        if self._matches:
            self._current = (self._current + step) % len(self._matches)
        self._tell()

    def in_line(self, number: int) -> Iterator[tuple[int, int, bool]]:
        """Go through the matches in a line: column, size, and whether it is the current one."""
        place = bisect_right(self._matches, (number, -1, 0))
        while place < len(self._matches) and self._matches[place][0] == number:
            _, column, size = self._matches[place]
            yield column, size, place == self._current
            place += 1

    def _go_on(self) -> None:
        """Search a little further; the rest has its turn after what else the window has to do."""
        end = time.monotonic() + _SLICE_SECONDS
        while self.is_under_way:
            self._search_next()
            if len(self._matches) > MAX_MATCHES:  # as good as everywhere: the newest ones are kept
                del self._matches[: -MAX_MATCHES // 2]
            if time.monotonic() >= end and self.is_under_way:
                self._timer.start()
                self._tell()
                return
        # in a log that is only being read there is nothing to look at yet
        seeks = self._pattern is None or (self._seeks and len(self._lines) > 0)
        if seeks:
            self._seeks = False
            self._current = len(self._matches) - 1
        self._tell()
        if seeks:
            self.found.emit()

    def _search_next(self) -> None:
        """Search a block for a plain text; for an expression one line: it ends where the line does."""
        if isinstance(self._pattern, re.Pattern):
            found, self._searched = self._lines.find(self._searched, self._pattern)
            self._matches += found
        elif self._pattern is not None:
            number = self._searched
            self._searched += 1
            try:
                places = self._pattern.find(self._lines[number].text)
            except TimeoutError:
                self.passed_over += 1
                return
            self._matches += [(number, place, size) for place, size in places]

    def _tell(self) -> None:
        self.changed.emit(self._current + 1, len(self._matches))
