"""Backups of volumes while the window or the tray is there: set up by the user, made when they are due."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.failure import describe_failure
from app.viewmodels.tasks import TaskWords

if TYPE_CHECKING:
    from app.services.containers.volume_backups import BackupPlan

_LOOK_MS = 60_000
_AGAIN_SECONDS = 3_600.0  # a disk that is not plugged in is told of once an hour


@dataclass(frozen=True, slots=True)
class PlanView:
    """How a volume is backed up; `every` is "day" or "week", `last` Unix seconds, 0 for never."""

    folder: str
    every: str
    keep: int
    last: float = 0.0


@dataclass(frozen=True, slots=True)
class _Due:
    plan: "BackupPlan"
    problem: Exception | None = None  # why it cannot even be looked for


class BackupsViewModel(QObject):
    """One backup at a time, of the engine in use; each is a task, so that the bell tells how it ended."""

    changed = Signal()  # the plans, or when a backup was made
    saved = Signal(str)  # volume
    refused = Signal(object)  # Failure of saving a plan

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._is_usable = self._is_busy = False
        self._remote = ""  # the window stays with its engine, also when another one is chosen meanwhile
        self._queue: list[_Due] = []
        self._volume = ""  # that is backed up now
        self._failed: dict[str, float] = {}  # when, by volume
        self.plans: dict[str, PlanView] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)

    @Slot(object)
    def follow(self, view: EngineView) -> None:
        """Look at once when the engine is there, and then every minute."""
        was_usable, self._is_usable = self._is_usable, view.can_be_used
        if self._remote != view.remote:
            self._remote = view.remote
            self.refresh()
        if self._is_usable and not was_usable:
            self._failed.clear()
            self._timer.start()
            self.look()
        elif not self._is_usable:
            self._timer.stop()

    @Slot()
    def look(self) -> None:
        """Make what is due; the engine is not woken for it."""
        if self._is_usable and not self._is_busy:
            self._is_busy = True
            self._background.run(self._find_due, self._took_due, self._not_found)

    @Slot()
    def refresh(self) -> None:
        """Read the plans anew; the answer is `changed`."""
        self._background.run(self._read, self._took, self._not_read)

    def save(self, volume: str, plan: PlanView | None) -> None:
        """Back a volume up from now on, or no more; the answer is `saved` or `refused`."""

        def work() -> str:
            from app.services.containers.volume_backups import BackupPlan

            plans = self._access.backups()
            if plan is None:
                plans.remove(self._engine_name(), volume)
            else:
                plans.put(BackupPlan(self._engine_name(), volume, plan.folder, plan.every, plan.keep))
            return volume

        self._background.run(work, self._saved, self._refused)

    def _engine_name(self) -> str:
        from app.services.engine.engines import MACHINE

        return self._remote or MACHINE

    def _mine(self) -> "tuple[BackupPlan, ...]":
        return self._access.backups().of(self._engine_name())

    def _find_due(self) -> list[_Due]:
        from app.services.containers.volume_backups import is_due
        from app.services.errors import UserError

        found, now = [], time.time()
        for plan in self._mine():
            try:
                if is_due(plan, now):
                    found.append(_Due(plan))
            except UserError as error:
                found.append(_Due(plan, error))
        return found

    @Slot(object)
    def _took_due(self, due: list[_Due]) -> None:
        now = time.monotonic()
        self._queue = [
            one for one in due if now - self._failed.get(one.plan.volume, -_AGAIN_SECONDS) >= _AGAIN_SECONDS
        ]
        self._make_next()

    def _make_next(self) -> None:
        if not self._queue:
            self._is_busy = False
            return
        due = self._queue.pop(0)
        self._volume = volume = due.plan.volume
        words = TaskWords(
            self.tr("Backing up {0}").format(volume),
            self.tr("{0} is backed up").format(volume),
            self.tr("{0} could not be backed up").format(volume),
        )

        def work() -> None:
            from app.services.containers.volume_backups import back_up

            if due.problem is not None:
                raise due.problem
            back_up(self._access.client(), due.plan, time.time())

        task = self._background.tasks.begin(words, place="volumes")
        self._background.run_alone(work, self._made, self._not_made, task)

    @Slot(object)
    def _made(self, nothing: object) -> None:
        del nothing
        self.refresh()
        self._make_next()

    @Slot(object)
    def _not_made(self, error: Exception) -> None:
        del error  # the task tells it
        self._failed[self._volume] = time.monotonic()
        self._make_next()

    @Slot(object)
    def _not_found(self, error: Exception) -> None:
        self._is_busy = False
        if "" not in self._failed:  # told once: the file of plans does not mend itself
            self._failed[""] = time.monotonic()
            words = TaskWords(self.tr("Looking for backups that are due"))
            self._background.tasks.begin(words, place="volumes").fail(describe_failure(error))

    def _read(self) -> dict[str, PlanView]:
        from app.services.containers.volume_backups import list_backups
        from app.services.errors import UserError

        found = {}
        for plan in self._mine():
            try:
                backups = list_backups(plan)
            except UserError:
                backups = []
            last = backups[0].made if backups else 0.0
            found[plan.volume] = PlanView(plan.folder, plan.every, plan.keep, last)
        return found

    @Slot(object)
    def _took(self, plans: dict[str, PlanView]) -> None:
        self.plans = plans
        self.changed.emit()

    @Slot(object)
    def _not_read(self, error: Exception) -> None:
        del error  # looking for what is due tells it

    @Slot(object)
    def _saved(self, volume: str) -> None:
        self._failed.pop(volume, None)
        self.saved.emit(volume)
        self.refresh()
        self.look()

    @Slot(object)
    def _refused(self, error: Exception) -> None:
        self.refused.emit(describe_failure(error))
