"""The walkthroughs: how far each one is, and the step that is carried out now."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import Failure, describe_failure
from app.viewmodels.frame.preferences import Preferences
from app.viewmodels.settle import Settle
from app.viewmodels.tasks import TaskWords
from app.viewmodels.terminal.terminal_text import parse_line

if TYPE_CHECKING:
    from app.services.learn.lessons import Lesson

LESSONS = ("run", "logs", "files", "build", "volume", "compose")
"""In the order of the page; `app.services.learn.lessons` is imported by workers only."""
_SETTLE_MS = 200


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as it is shown: `said` is what its command answered, if it was carried out here."""

    key: str
    command: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class LessonView:
    """The open walkthrough. `done` steps are behind us."""

    key: str
    steps: tuple[StepView, ...] = ()
    done: int = 0
    is_working: bool = False
    failure: Failure | None = None

    @property
    def is_finished(self) -> bool:
        """Return whether nothing is left to do."""
        return bool(self.steps) and self.done >= len(self.steps)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a worker found: how far it is, the commands with the port of now, what the step said."""

    lesson: str
    done: int
    commands: tuple[tuple[str, str], ...]
    turn: int
    said: str = ""
    url: str = ""


class LearnViewModel(QObject):
    """One walkthrough is open at a time; its next step is ticked by what the engine shows."""

    changed = Signal()
    url_opened = Signal(str)

    def __init__(
        self, background: Background, access: Access, preferences: Preferences, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background, self._access, self._preferences = background, access, preferences
        self.lesson: LessonView | None = None
        self._busy = self._look_again = False
        self._working = ""  # the walkthrough that something is done for
        self._turn = 0  # counts beginnings and ends of what was done: a look of before is out of date
        self._has_failed = False  # the step that was carried out: no look tells better
        self._settle = Settle(self.look, _SETTLE_MS, self)

    def progress(self, lesson: str) -> int:
        """Return how many steps of a walkthrough are done."""
        return self._preferences.learned(lesson)

    @staticmethod
    def length(lesson: str) -> int:
        """Return how many steps a walkthrough has."""
        return {"run": 4, "logs": 5, "files": 6, "build": 5, "volume": 4, "compose": 5}[lesson]

    def open(self, lesson: str) -> None:
        """Begin a walkthrough, or go on with it."""
        self._has_failed = False
        self.lesson = LessonView(lesson, done=self.progress(lesson), is_working=bool(self._working))
        self.changed.emit()
        self.look()

    def close(self) -> None:
        """Nobody looks at it any more; a step that is being carried out goes on."""
        self.lesson = None
        self._settle.stop()

    @Slot()
    def look_soon(self) -> None:
        """The engine has changed: look once it has settled."""
        if self.lesson is not None:
            self._settle.ask()

    @Slot()
    def look(self) -> None:
        """Ask the engine how far the open walkthrough is."""
        view = self.lesson
        if view is None:
            return
        if self._busy:
            self._look_again = True
            return
        self._busy = True
        turn = self._turn  # of what is looked at: the worker may be late
        self._background.run(lambda: self._work(view, None, turn), self._seen, self._not_seen)

    def carry_out(self) -> None:
        """Do the next step."""
        view = self.lesson
        if view is None or view.is_working or view.is_finished or not view.steps:
            return
        self._begin(view, lambda turn: self._work(view, view.done, turn))

    def start_over(self) -> None:
        """Remove what the walkthrough left, and begin it again."""
        view = self.lesson
        if view is not None and not view.is_working:
            self._begin(view, lambda turn: self._clean_up(view, turn))

    def _begin(self, view: LessonView, work: Callable[[int], _Seen]) -> None:
        self._working = view.key
        self._has_failed = False
        self._turn += 1
        turn = self._turn
        self.lesson = replace(view, is_working=True, failure=None)
        self.changed.emit()
        words = TaskWords(
            self.tr("A step of a walkthrough"),
            self.tr("A step of a walkthrough is done"),
            self.tr("A step of a walkthrough failed"),
        )
        told = self._background.tasks.begin(words, place="learn")
        self._background.run_alone(lambda: work(turn), self._carried_out, self._failed, told)

    # --- in a worker --------------------------------------------------------------------------------------

    def _work(self, view: LessonView, number: int | None, turn: int) -> _Seen:
        from app.services.learn.classroom import Classroom

        lesson, folder = self._find(view.key)
        room, said, url, done = Classroom(self._access.client(), folder), "", "", view.done
        if number is not None:
            step = lesson.steps[number]
            answer = step.act(room)
            said, url = answer.text, answer.url
            room.look()
            done += step.is_done is None
        done = lesson.advance(room, done)
        return _Seen(view.key, done, _commands(lesson, room.port(), folder), turn, said, url)

    def _clean_up(self, view: LessonView, turn: int) -> _Seen:
        from app.services.learn.classroom import Classroom

        lesson, folder = self._find(view.key)
        room = Classroom(self._access.client(), folder)
        lesson.clean_up(room)
        room.look()
        return _Seen(view.key, 0, _commands(lesson, room.port(), folder), turn)

    def _find(self, key: str) -> "tuple[Lesson, Path]":
        from app.services.learn.lessons import LESSONS as ALL

        return next(lesson for lesson in ALL if lesson.key == key), self._access.lessons_folder() / key

    # --- back in the window -------------------------------------------------------------------------------

    @Slot(object)
    def _seen(self, seen: _Seen) -> None:
        view = self.lesson
        if view is not None and view.key == seen.lesson and seen.turn == self._turn and not self._working:
            failure = view.failure if self._has_failed and seen.done == view.done else None
            self._show(view, seen, failure=failure)
        self._look_on()

    @Slot(object)
    def _not_seen(self, error: Exception) -> None:
        if self.lesson is not None and not self._working and not self._has_failed:
            self.lesson = replace(self.lesson, failure=describe_failure(error))
            self.changed.emit()
        self._look_on()

    def _look_on(self) -> None:
        """A look is over, however it ended: what was asked for meanwhile has its turn."""
        again, self._busy, self._look_again = self._look_again, False, False
        if again:
            self.look()

    @Slot(object)
    def _carried_out(self, seen: _Seen) -> None:
        self._working = ""
        self._turn += 1
        self._preferences.remember_learned(seen.lesson, seen.done)
        if self.lesson is None:
            return
        view = replace(self.lesson, is_working=False)
        if view.key != seen.lesson:
            self.lesson = view
            self.changed.emit()
        elif not seen.done:  # all over again
            self._show(LessonView(view.key), seen)
        else:
            said = "\n".join(parse_line(line).text for line in seen.said.splitlines())
            self._show(view, seen, said)
        if seen.url:
            self.url_opened.emit(seen.url)
        self.look_soon()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        lesson, self._working = self._working, ""
        if self.lesson is not None:
            self._has_failed = self.lesson.key == lesson
            failure = describe_failure(error, task="run") if self._has_failed else self.lesson.failure
            self.lesson = replace(self.lesson, is_working=False, failure=failure)
            self.changed.emit()

    def _show(self, view: LessonView, seen: _Seen, said: str = "", failure: Failure | None = None) -> None:
        """Take what was seen; steps that are behind us keep their commands, the last one what it `said`."""
        known = {step.key: step for step in view.steps[: view.done]}
        steps = [known.get(key) or StepView(key, command) for key, command in seen.commands]
        if view.done < seen.done:
            steps[view.done] = replace(steps[view.done], said=said)
        if seen.done != self.progress(view.key):
            self._preferences.remember_learned(view.key, seen.done)
        self.lesson = replace(view, steps=tuple(steps), done=seen.done, failure=failure)
        self.changed.emit()


def _commands(lesson: "Lesson", port: int, folder: Path) -> tuple[tuple[str, str], ...]:
    steps = enumerate(lesson.steps)
    return tuple((step.key, lesson.command(number, port, folder)) for number, step in steps)
