"""What is asked for while the engine is not there: it starts the engine, waits, and is done then."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.viewmodels.engine.engine import EngineViewModel
from app.viewmodels.engine.engine_view import EngineState
from app.viewmodels.tasks import RunningTask, Tasks, TaskWords


@dataclass(frozen=True, slots=True)
class _Waiting:
    action: Callable[[], object]
    task: RunningTask


class WaitingActions(QObject):
    """Keeps all that waits, each as a task; what is asked for again takes the place of its earlier wish."""

    changed = Signal()

    def __init__(self, engine: EngineViewModel, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine, self._tasks = engine, tasks
        self._waiting: dict[str, _Waiting] = {}  # by title, in the order of asking
        self._starts_after_stop = False
        # After everybody else has heard of it: what is done then finds the pages as they are with an engine.
        engine.changed.connect(self._look, Qt.ConnectionType.QueuedConnection)

    @property
    def titles(self) -> list[str]:
        """Return what waits, the oldest first."""
        return list(self._waiting)

    def when_usable(self, title: str, action: Callable[[], object]) -> None:
        """Call `action` now, or once the engine can be used, which is started; `title` says what waits."""
        view = self._engine.view
        if view.can_be_used:
            action()
            return
        self._end(title)
        task = self._tasks.begin(TaskWords(title), lambda: self.cancel(title), waits=True)
        self._waiting[title] = _Waiting(action, task)
        task.tell(self.tr("Waits for the engine"))
        self.changed.emit()
        if view.can_start:
            self._engine.start()
        elif view.state is EngineState.STOPPING:
            self._starts_after_stop = True

    def cancel(self, title: str) -> None:
        """Forget what waits under a title."""
        if title in self._waiting:
            self._end(title)
            self.changed.emit()

    def cancel_all(self) -> None:
        """Forget all that waits."""
        for title in self.titles:
            self.cancel(title)

    def _end(self, title: str) -> None:
        known = self._waiting.pop(title, None)
        if known is not None:
            known.task.drop()

    @Slot()
    def _look(self) -> None:
        view = self._engine.view
        if self._starts_after_stop and view.can_start:
            self._starts_after_stop = False
            if self._waiting:
                self._engine.start()
        if not self._waiting or not view.can_be_used:
            return
        actions = [waiting.action for waiting in self._waiting.values()]
        for title in self.titles:
            self._end(title)
        self.changed.emit()
        for action in actions:
            action()
