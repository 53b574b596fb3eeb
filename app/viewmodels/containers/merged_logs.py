"""The logs of several containers as one, by time, each line with its container's name in front."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QByteArray, QObject, QTimer, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.containers.container_logs import ContainerLogsViewModel, Source
from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.containers.log_saving import LogSaving
from app.viewmodels.terminal.terminal_text import Span

MOST_CONTAINERS = 16  # each is a stream, and so a thread, of its own
_WAIT_MS = 300  # lines of the same moment come by several streams: they wait for each other this long
MOST_AT_ONCE = 1_000  # lines handed over in one go
_LONGEST_NAME = 24
_COLORS = (4, 2, 5, 6, 3, 1)
_STATES = ("broken", "following", "opening", "ended")  # of all of them: the first that one has


class MergedLogsViewModel(QObject):
    """Speaks as the log of one container does."""

    lines_added = Signal(object)  # a list of LogLine
    state_changed = Signal(str)
    restarted = Signal()
    failed = Signal(object)  # Failure
    saved = Signal(str)  # the path
    save_failed = Signal(object)  # Failure
    text_made = Signal(QByteArray)  # as UTF-8

    def __init__(
        self,
        background: Background,
        access: Access,
        containers: Sequence[tuple[str, str]],
        parent: QObject | None = None,
    ) -> None:
        """`containers` are ids with names."""
        super().__init__(parent)
        chosen = containers[:MOST_CONTAINERS]
        width = max((len(name) for _, name in chosen), default=0)
        self._waiting: list[LogLine] = []
        self._timer = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._timer.timeout.connect(self._sort)
        self._sorted: list[LogLine] = []
        self._rest = QTimer(self, singleShot=True, interval=0)
        self._rest.timeout.connect(self._hand_over)
        self._parts = [
            _Part(background, access, key, name[:_LONGEST_NAME].ljust(min(width, _LONGEST_NAME)), place, self)
            for place, (key, name) in enumerate(chosen)
        ]
        for part in self._parts:
            part.lines_added.connect(self._take)
            part.state_changed.connect(self._follow_states)
            part.failed.connect(self.failed)
            part.saved.connect(self.saved)
            part.save_failed.connect(self.save_failed)
            part.text_made.connect(self.text_made)
        self.ahead = max((part.ahead for part in self._parts), default=0)
        self.state = ""

    @property
    def may_have_more(self) -> bool:
        """Return whether there may be lines before those that were read."""
        return any(part.may_have_more for part in self._parts)

    @property
    def is_silent(self) -> bool:
        """Return whether nothing was written so far."""
        return all(part.is_silent for part in self._parts)

    @property
    def source(self) -> Source:
        """Return which stream is read, "" for both."""
        return self._parts[0].source

    @property
    def can_choose_source(self) -> bool:
        """Return whether one of them has two streams."""
        return any(part.can_choose_source for part in self._parts)

    def open(self) -> None:
        """Begin to read all of them."""
        for part in self._parts:
            part.open()

    def close(self) -> None:
        """Stop reading."""
        self._timer.stop()
        self._rest.stop()
        for part in self._parts:
            part.close()

    @Slot(str)
    def see_start(self, container_id: str) -> None:
        """A container has started: go on with its log, should it be one of these."""
        for part in self._parts:
            part.see_start(container_id)

    def read_all(self) -> None:
        """Read all of them from their beginning."""
        self._forget_lines()
        for part in self._parts:
            part.read_all()

    def choose_source(self, source: Source) -> None:
        """Read all of them again, only what was written to this stream."""
        if source != self.source:
            self._forget_lines()
            for part in self._parts:
                part.choose_source(source)

    def _forget_lines(self) -> None:
        self._timer.stop()
        self._rest.stop()
        self._waiting.clear()
        self._sorted.clear()
        self.restarted.emit()

    def save(self, lines: Iterable[LogLine], count: int, with_times: bool, target: str) -> LogSaving:
        """Write `count` lines to a file; the answer is `saved` or `save_failed`."""
        return self._parts[0].save(lines, count, with_times, target)

    def make_text(self, make: Callable[[], QByteArray]) -> None:
        """Put a long text together; the answer is `text_made`, or `save_failed`."""
        self._parts[0].make_text(make)

    @Slot(object)
    def _take(self, lines: list[LogLine]) -> None:
        self._waiting += lines
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _sort(self) -> None:
        lines, self._waiting = self._waiting, []
        lines.sort(key=lambda line: line.stamp)
        self._sorted += lines
        self._hand_over()

    @Slot()
    def _hand_over(self) -> None:
        """Give what is in order to the window, no more at once than it takes in without a pause."""
        lines = self._sorted[:MOST_AT_ONCE]
        del self._sorted[:MOST_AT_ONCE]
        if lines:
            self.lines_added.emit(lines)
        if self._sorted:
            self._rest.start()

    @Slot()
    def _follow_states(self) -> None:
        states = {part.state for part in self._parts}
        state = next((state for state in _STATES if state in states), self.state)
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)


class _Part(ContainerLogsViewModel):
    """The log of one of them, with its name in front."""

    def __init__(
        self, background: Background, access: Access, key: str, name: str, place: int, parent: QObject
    ) -> None:
        super().__init__(background, access, key, parent)
        self._prefix = f"{name} | "
        self.ahead = len(self._prefix)
        self._mark = Span(0, len(name), _COLORS[place % len(_COLORS)], bold=True)

    def dress(self, line: LogLine) -> LogLine:
        """Return the line with the name in front."""
        ahead = self.ahead
        spans = (Span(s.start + ahead, s.end + ahead, s.color, s.bold) for s in line.spans)
        return LogLine(self._prefix + line.text, (self._mark, *spans), line.time, line.is_error, line.stamp)
