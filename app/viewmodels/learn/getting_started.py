"""The welcome card's story: one click from nothing to the tutorial page in the browser."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.services.errors import ErrorCode
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import Failure, describe_failure
from app.viewmodels.tasks import TaskWords
from app.viewmodels.wording.wording import format_share

if TYPE_CHECKING:
    from app.services.learn.getting_started import GettingStarted, Progress

_EMIT_SECONDS = 0.05
_TICK_MS = 500
_PHASES = ("engine", "pull", "create", "start", "port", "opened")


@dataclass(frozen=True, slots=True)
class PhaseView:
    """One phase. `state` is "waiting", "active", "done" or "failed"; `seconds` is None when not needed."""

    title: str
    state: str
    seconds: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StoryView:
    """The story at one moment. `state` is "idle", "active", "done" or "failed"."""

    state: str = "idle"
    phases: tuple[PhaseView, ...] = ()
    url: str = ""
    container: str = ""
    failure: Failure | None = None


class GettingStartedViewModel(QObject):
    """Runs the story once at a time; it starts the engine itself, so it is never refused."""

    changed = Signal()
    opened = Signal(str)  # the address that answers: open the browser now
    _progressed = Signal()

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._view = StoryView()
        self._progress: Progress | None = None
        self._story: GettingStarted | None = None
        self._task = background.tasks.none
        self._failed_phase = ""
        self._cancelled = False
        self._last_emit = 0.0
        self._progressed.connect(self._redraw)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._redraw)

    @property
    def view(self) -> StoryView:
        """Return what to show now."""
        return self._view

    def start(self) -> None:
        """Begin the story, unless it is under way."""
        if self._view.state == "active":
            return
        self._cancelled, self._progress, self._story, self._failed_phase = False, None, None, ""
        self._set(StoryView("active", self._phases()))
        self._tick.start()
        words = TaskWords(
            self.tr("Running getting-started"),
            self.tr("Getting-started runs"),
            self.tr("Getting-started could not be run"),
        )
        self._task = self._background.tasks.begin(words, self.cancel, "containers")
        self._background.run_alone(self._run, self._succeeded, self._failed)

    def cancel(self) -> None:
        """Give up; what was created is removed."""
        self._cancelled = True
        story = self._story
        if story is not None:
            story.cancel()

    def forget(self) -> None:
        """Go back to the beginning, after an end."""
        if self._view.state != "active":
            self._set(StoryView())

    def _run(self) -> "Progress":
        from app.services.learn.getting_started import GettingStarted  # imports `requests`: only in a worker

        story = GettingStarted(self._access.start_engine, self._report)
        self._story = story
        if self._cancelled:
            story.cancel()
        return story.run()

    def _report(self, progress: "Progress") -> None:
        """Hand progress over from the worker, at most 20 times a second within a phase."""
        now, known, self._progress = time.monotonic(), self._progress, progress
        if known is not None and known.phase == progress.phase and now - self._last_emit < _EMIT_SECONDS:
            return  # the next tick shows it
        self._last_emit = now
        self._background.gate.emit(self._progressed)

    @Slot()
    def _redraw(self) -> None:
        if self._view.state == "active":
            self._set(StoryView("active", self._phases()))
            phase = next((phase for phase in self._view.phases if phase.state == "active"), None)
            if phase is not None:
                self._task.tell(" · ".join(filter(None, (phase.title, phase.detail))))

    @Slot(object)
    def _succeeded(self, progress: "Progress") -> None:
        self._tick.stop()
        self._task.succeed()
        self._progress = progress
        self._set(StoryView("done", self._phases(), progress.url, progress.container))
        self.opened.emit(progress.url)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._tick.stop()
        failure = describe_failure(error)
        if failure.code == ErrorCode.CANCELLED:
            self._task.drop()
            self._set(StoryView())
            return
        self._task.fail(failure)
        self._failed_phase = self._progress.phase.value if self._progress else _PHASES[0]
        self._set(StoryView("failed", self._phases(), failure=failure))

    def _set(self, view: StoryView) -> None:
        if view != self._view:
            self._view = view
            self.changed.emit()

    def _phases(self) -> tuple[PhaseView, ...]:
        progress = self._progress
        seconds = {phase.value: time for phase, time in progress.done} if progress else {}
        current = progress.phase.value if progress else _PHASES[0]
        titles = {
            "engine": self.tr("Start the engine"),
            "pull": self.tr("Get the image"),
            "create": self.tr("Create the container"),
            "start": self.tr("Start the container"),
            "port": self.tr("Wait for the page"),
            "opened": self.tr("Open the browser"),
        }
        place = _PHASES.index(current)
        phases: list[PhaseView] = []
        for number, name in enumerate(_PHASES):
            if name == self._failed_phase:
                phases.append(PhaseView(titles[name], "failed", seconds.get(name)))
            elif number < place or current == "opened":
                phases.append(PhaseView(titles[name], "done", seconds.get(name)))
            elif number == place:
                elapsed = time.monotonic() - progress.phase_started if progress else None
                phases.append(PhaseView(titles[name], "active", elapsed, self._detail()))
            else:
                phases.append(PhaseView(titles[name], "waiting"))
        return tuple(phases)

    def _detail(self) -> str:
        """Return what is known about the phase under way."""
        progress = self._progress
        if progress is None:
            return ""
        if progress.phase == "engine" and progress.machine is not None:
            return next((step.title for step in progress.machine.steps if step.state == "active"), "")
        if progress.phase == "pull" and progress.pull is not None and progress.pull.total:
            return format_share(progress.pull.current, progress.pull.total)
        return ""
