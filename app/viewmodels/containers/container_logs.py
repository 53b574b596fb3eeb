"""One container's log: opened with its last lines, followed while it is shown, resumed after a break."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QByteArray, QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background, Stream
from app.viewmodels.containers.container_stream import ContainerStream
from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.containers.log_saving import LogSaving
from app.viewmodels.failure import describe_failure
from app.viewmodels.terminal.terminal_text import parse_line

if TYPE_CHECKING:
    from app.services.engine.engine_streams import LogStream

_TAIL = 10_000
MOST_LINES = 1_000_000
Source = Literal["", "stdout", "stderr"]  # "" is both
_TIME_LENGTH = len("2026-11-24T03:16:05.123")


class ContainerLogsViewModel(ContainerStream):
    """Brings the lines of one container; after a break it goes on from where it was.

    `ahead` is how many characters the window puts in front of each line.
    """

    ahead = 0
    lines_added = Signal(object)  # a list of LogLine
    restarted = Signal()  # it is read from its beginning: what was shown comes again
    saved = Signal(str)  # the path
    save_failed = Signal(object)  # Failure
    text_made = Signal(QByteArray)  # as UTF-8

    def __init__(
        self, background: Background, access: Access, container_id: str, parent: QObject | None = None
    ) -> None:
        super().__init__(background, access, container_id, parent)
        self._last_stamp = ""
        self._resumed_after = ""
        self._tail = _TAIL
        self._read_lines = 0
        self._has_restarted = False  # before the end of its last run was read
        self.source: Source = ""
        self.can_choose_source = False  # once the engine has said that there is no terminal

    @property
    def may_have_more(self) -> bool:
        """Return whether there may be lines before those that were read.

        The engine counts lines of both streams: of one alone fewer come.
        """
        return self._tail < MOST_LINES and (bool(self.source) or self._read_lines >= self._tail)

    @property
    def is_silent(self) -> bool:
        """Return whether nothing was written so far."""
        return not self._read_lines

    @Slot(str)
    def see_start(self, container_id: str) -> None:
        """A container has started: this one is followed on, now or once its last run is read to the end."""
        if container_id != self._container_id:
            return
        if self.state == "ended":
            self.open()
        else:
            self._has_restarted = True

    @Slot(object)
    def _ended(self, error: Exception | None) -> None:
        super()._ended(error)
        if error is None and self._has_restarted:
            self._has_restarted = False
            self.open()

    def read_all(self) -> None:
        """Read again, from as far back as can be shown."""
        self._tail = MOST_LINES
        self._begin_anew()

    def choose_source(self, source: Source) -> None:
        """Read again, only what was written to this stream."""
        if source != self.source:
            self.source = source
            self._begin_anew()

    def _begin_anew(self) -> None:
        self.close()
        self._last_stamp, self._read_lines = "", 0
        self.restarted.emit()
        self.open()

    def save(self, lines: Iterable[LogLine], count: int, with_times: bool, target: str) -> LogSaving:
        """Write `count` lines to a file, whole or not at all; the answer is `saved` or `save_failed`.

        It is a task of the window, and goes on when this is gone.
        """
        saving = LogSaving(self._background, lines, count, with_times, Path(target))
        saving.saved.connect(self.saved)
        saving.failed.connect(self.save_failed)
        return saving

    def make_text(self, make: Callable[[], QByteArray]) -> None:
        """Put a long text together in a worker; the answer is `text_made`, or `save_failed`."""
        self._background.run_alone(make, self._was_made, self._not_made)

    @Slot(object)
    def _was_made(self, text: QByteArray) -> None:
        self.text_made.emit(text)

    @Slot(object)
    def _not_made(self, error: Exception) -> None:
        self.save_failed.emit(describe_failure(error))

    def _begin(self) -> Stream:
        self._resumed_after = self._last_stamp
        return self._background.open_stream(
            self._open_log, self._read, self._take, self._ended, opened=self._follow
        )

    def _open_log(self) -> "LogStream":
        since = to_unix_seconds(self._resumed_after) if self._resumed_after else ""
        stream = self._access.client().logs(
            self._container_id,
            follow=True,
            timestamps=True,
            since=since,
            tail=None if since else self._tail,
            stdout=self.source != "stderr",
            stderr=self.source != "stdout",
        )
        self.can_choose_source = not stream.has_terminal
        return stream

    def _read(self, stream: "LogStream") -> Iterator[LogLine]:
        """Bring the lines ready to be painted; runs in the stream's thread."""
        for batch in stream.batches():
            for line in batch:
                styled = parse_line(line.text)
                time = line.time[:_TIME_LENGTH].replace("T", " ")
                yield self.dress(LogLine(styled.text, styled.spans, time, line.is_error, line.time))

    def dress(self, line: LogLine) -> LogLine:
        """Return a line as it is shown; subclasses add to it, in the stream's thread."""
        return line

    @Slot()
    def _follow(self) -> None:
        """The engine answers: a container that writes nothing is followed, too."""
        if self.state == "opening":
            self._set_state("following")

    @Slot(object)
    def _take(self, lines: list[LogLine]) -> None:
        if self.state != "following":
            self._set_state("following")
        # `since` includes lines of that very moment: those were shown before the break.
        after = self._resumed_after
        fresh = [line for line in lines if line.stamp > after or not line.stamp] if after else lines
        self._read_lines += len(fresh)
        if fresh:
            self._last_stamp = max(self._last_stamp, max(line.stamp for line in fresh))
            self.lines_added.emit(fresh)


def to_unix_seconds(stamp: str) -> str:
    """Return the engine's RFC 3339 time as Unix seconds with all its digits, as `since` takes it."""
    whole, _, rest = stamp.partition(".")
    digits = rest.rstrip("Zz")[:9] if rest else "0"
    seconds = int(datetime.fromisoformat(f"{whole.rstrip('Zz')}+00:00").timestamp())
    return f"{seconds}.{digits if digits.isdigit() else 0}"
