"""Puts the text of a stretch of a log together: in a worker, where it is long."""

from dataclasses import dataclass
from itertools import islice

from app.views.widgets.log.log_store import LogStore


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
        """Return the text; takes a second for a million lines."""
        parts: list[str] = []
        lines = islice(self.lines.from_line(self.start.line), self.count)
        for number, line in enumerate(lines, self.start.line):
            first = self.start.column if number == self.start.line else 0
            last = self.end.column if number == self.end.line else len(line.text)
            prefix = f"{line.time} " if self.has_times and first == 0 else ""
            parts.append(prefix + line.text[first:last])
        return "\n".join(parts)
