"""What goes on for longer than a moment: one list for the whole window, which whoever works reports to."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.viewmodels.failure import Failure


@dataclass(frozen=True, slots=True)
class TaskWords:
    """A task in the user's language: while it goes on, when it is done, and when it has failed."""

    going_on: str
    done: str = ""
    failed: str = ""


@dataclass(frozen=True, slots=True)
class TaskEnd:
    """How a task ended: `failure` is None when it went well, `text` says more than its words do."""

    words: TaskWords
    seconds: float
    text: str = ""
    failure: Failure | None = None
    place: str = ""
    target: str = ""

    @property
    def title(self) -> str:
        """Return what happened, in one sentence."""
        if self.failure is None:
            return self.words.done or self.words.going_on
        return self.words.failed or self.words.going_on


class RunningTask:
    """One thing that goes on, told of by whoever does it, in the window's thread.

    Nothing is told after its end. `percent` is None while nobody knows how much of it is done.
    """

    def __init__(
        self,
        tasks: "Tasks",
        words: TaskWords,
        cancel: Callable[[], object] | None,
        place: str,
        target: str,
        waits: bool,
    ) -> None:
        self.words, self.place, self.target, self.waits = words, place, target, waits
        self.detail = ""
        self.percent: int | None = None
        self._tasks, self._cancel = tasks, cancel
        self._began = time.monotonic()

    @property
    def can_cancel(self) -> bool:
        """Return whether `cancel` does anything."""
        return self._cancel is not None

    def cancel(self) -> None:
        """Ask whoever does it to give it up; they tell its end."""
        if self._cancel is not None:
            self._cancel()

    def tell(self, detail: str = "", percent: int | None = None) -> None:
        """Say how far it is."""
        if (detail, percent) != (self.detail, self.percent):
            self.detail, self.percent = detail, percent
            self._tasks.tell(self)

    def succeed(self, text: str = "") -> None:
        """It is done."""
        self._end(text, None)

    def fail(self, failure: Failure, text: str = "") -> None:
        """It could not be done; `text` says why in a line, where the failure's own summary does not."""
        self._end(text or failure.sentence, failure)

    def drop(self) -> None:
        """It was given up, which is no news for whoever did that."""
        self._tasks.remove(self, None)

    def _end(self, text: str, failure: Failure | None) -> None:
        seconds = time.monotonic() - self._began
        self._tasks.remove(self, TaskEnd(self.words, seconds, text, failure, self.place, self.target))


class Tasks(QObject):
    """What goes on now, the oldest first."""

    changed = Signal()  # one began or ended
    told = Signal(object)  # RunningTask: how far it is
    ended = Signal(object)  # TaskEnd, of one that nobody gave up

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.running: list[RunningTask] = []
        self.none = RunningTask(self, TaskWords(""), None, "", "", False)
        """A task that has ended, for who has none yet: what is told of it is dropped."""

    def begin(
        self,
        words: TaskWords,
        cancel: Callable[[], object] | None = None,
        place: str = "",
        target: str = "",
        waits: bool = False,
    ) -> RunningTask:
        """Begin a task.

        `place` is the page where it can be seen, with its `target` there; `waits` is one that cannot begin
        yet, and whose `detail` says what for.
        """
        task = RunningTask(self, words, cancel, place, target, waits)
        self.running.append(task)
        self.changed.emit()
        return task

    def tell(self, task: RunningTask) -> None:
        """Pass on how far a task is."""
        if task in self.running:
            self.told.emit(task)

    def remove(self, task: RunningTask, end: TaskEnd | None) -> None:
        """Take a task off the list, with its `end` unless it was given up."""
        if task not in self.running:
            return
        self.running.remove(task)
        self.changed.emit()
        if end is not None:
            self.ended.emit(end)
