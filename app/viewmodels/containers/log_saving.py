"""A log on its way into a file."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from PySide6.QtCore import QLocale, QObject, Signal, Slot

from app.viewmodels.background import Background
from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.failure import describe_failure
from app.viewmodels.tasks import TaskWords

_PIECE = 2_000  # lines between two looks at whether it is still wanted


class LogSaving(QObject):
    """One saving, a task of the window; the file is there whole or not at all."""

    saved = Signal(str)  # the path
    failed = Signal(object)  # Failure

    def __init__(
        self, background: Background, lines: Iterable[LogLine], count: int, with_times: bool, target: Path
    ) -> None:
        """Begin at once. `count` is how many `lines` there are; another thread reads them."""
        super().__init__(background)  # who has asked may be gone before it is done
        self._target, self._count = target, count

        def write(_: _Lines) -> Iterator[int]:
            from app.services.written_beside import written_beside

            with written_beside(target) as file:
                for number, line in enumerate(lines, 1):
                    text = f"{line.time} {line.text}\n" if with_times else f"{line.text}\n"
                    file.write(text.encode())
                    if number % _PIECE == 0:
                        yield number

        words = TaskWords(
            self.tr("Saving the log {0}").format(target.name),
            self.tr("The log was saved: {0}").format(target),
            self.tr("The log was not saved: {0}").format(target),
        )
        self._task = background.tasks.begin(words, self._cancel, "containers")
        # The window does not end before it: half a file would stay.
        self._stream = background.open_stream(_Lines, write, self._take, self._ended, must_end=True)

    @Slot()
    def _cancel(self) -> None:
        self._stream.cancel()
        self._task.drop()
        self.deleteLater()

    @Slot(object)
    def _take(self, written: list[int]) -> None:
        share = written[-1] / max(self._count, 1)
        lines = self.tr("{0} of {1} lines").format(
            QLocale().toString(written[-1]), QLocale().toString(self._count)
        )
        self._task.tell(lines, min(100, int(share * 100)))

    @Slot(object)
    def _ended(self, error: Exception | None) -> None:
        if error is None:
            self._task.succeed()
            self.saved.emit(str(self._target))
        else:
            failure = describe_failure(error)
            self._task.fail(failure)
            self.failed.emit(failure)
        self.deleteLater()


class _Lines:
    """Lines in memory as what a stream reads: nothing to open, to free or to wake up."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        pass

    def cancel(self) -> None:
        """The stream asks for no more by itself."""
