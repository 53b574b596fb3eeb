"""What is worth a notice: ended tasks, containers that died, a full disk, a lost engine, a newer Marina."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.services.containers.passing import is_passing
from app.services.engine.engine_types import Event
from app.viewmodels.engine.engine_view import DISK_NEARLY_FULL, EngineState, EngineView
from app.viewmodels.failure import Failure
from app.viewmodels.frame.notifications import Notice
from app.viewmodels.tasks import TaskEnd
from app.viewmodels.wording.exit_codes import explain_exit
from app.viewmodels.wording.wording import format_size, join_sentences

if TYPE_CHECKING:
    from app.viewmodels.desktop import DesktopViewModel

LONG_TASK = 10.0  # seconds: who asked for it may do something else by then
_DISK_CALM = 0.85  # told anew only after it was below this
_LOST = (EngineState.RECONNECTING, EngineState.FAILED)


class NoticeSources(QObject):
    """Listens to the other view-models of one window and writes notices."""

    def __init__(self, desktop: "DesktopViewModel") -> None:
        super().__init__(desktop)
        self._desktop, self._notices = desktop, desktop.notifications
        self._killed: set[str] = set()  # ended by somebody: their death is no surprise
        self._was_usable = self._is_lost = self._disk_told = False
        desktop.background.tasks.ended.connect(self._task_ended)
        desktop.events.arrived.connect(self._look_at_events)
        desktop.engine_changed.connect(self._look_at_engine)
        desktop.engine.pause_refused.connect(self._pause_refused)
        desktop.updates.found.connect(self._update_found)
        desktop.preferences.not_saved.connect(self._not_saved)
        if damaged := desktop.preferences.damaged:
            title = self.tr("The window's settings could not be read")
            text = self.tr("The defaults hold. What was there is kept in {0}.").format(damaged)
            self._notices.add(Notice("settings", "warn", title, text, "settings"))

    @Slot(object)
    def _task_ended(self, end: TaskEnd) -> None:
        """Tell of what went well only who waited for long: who asked for a moment's work has seen its end."""
        failed = end.failure is not None
        self._notices.add(
            Notice(
                f"task {end.words.going_on}",
                "err" if failed else "ok",
                end.title,
                end.text,
                end.place,
                end.target,
                is_unread=failed or end.seconds >= LONG_TASK,
                kind="task-failed" if failed else "task",
            )
        )

    @Slot(object)
    def _pause_refused(self, failure: Failure) -> None:
        title = self.tr("The engine could not be paused")
        text = join_sentences(failure.details or failure.summary, failure.what_to_do)
        self._notices.add(Notice("pause", "err", title, text))

    @Slot(str)
    def _not_saved(self, reason: str) -> None:
        title = self.tr("The window's settings cannot be saved")
        text = self.tr("What you change holds until Marina ends.")
        self._notices.add(Notice("settings", "err", title, join_sentences(reason, text), "settings"))

    @Slot(str)
    def _update_found(self, version: str) -> None:
        title = self.tr("Marina {0} is there").format(version)
        text = self.tr("Settings says what is new; it is downloaded when you say so.")
        self._notices.add(Notice("update", "ok", title, text, "settings", "updates.check", kind="update"))

    @Slot(list)
    def _look_at_events(self, events: list[Event]) -> None:
        for event in events:
            if event.type != "container" or is_passing(event.attributes):
                continue
            if event.action == "kill":
                self._killed.add(event.id)
            elif event.action in ("start", "destroy"):
                self._killed.discard(event.id)
            elif event.action == "oom":
                name = event.attributes.get("name", event.id[:12])
                title = self.tr("{0} ran out of memory").format(name)
                text = self.tr("A process in it was ended by the kernel. A higher memory limit may help.")
                self._notices.add(
                    Notice(f"oom {event.id}", "err", title, text, "container", event.id, kind="memory")
                )
            elif event.action == "die" and event.id not in self._killed:
                self._died(event)

    def _died(self, event: Event) -> None:
        code = event.attributes.get("exitCode", "0")
        if code == "0":
            return
        name = event.attributes.get("name", event.id[:12])
        title = self.tr("{0} ended unexpectedly").format(name)
        text = self.tr("Exit code {0}. Its log may say why.").format(code)
        if meaning := explain_exit(int(code) if code.isdecimal() else 0):
            text = join_sentences(self.tr("Exit code {0}.").format(code), meaning)
        self._notices.add(Notice(f"died {event.id}", "err", title, text, "container", event.id, kind="died"))

    @Slot(object)
    def _look_at_engine(self, view: EngineView) -> None:
        self._look_at_disk(view)
        if view.can_be_used:
            if self._is_lost:
                self._is_lost = False
                self._notices.add(Notice("engine", "ok", self.tr("The engine is back")))
            self._was_usable = True
        elif view.state in _LOST:
            if self._was_usable:
                self._was_usable, self._is_lost = False, True
                text = view.failure.summary if view.failure is not None else ""
                title = self.tr("The engine was lost")
                text = text or self.tr("Marina is trying to reach it again.")
                self._notices.add(Notice("engine", "err", title, text, "troubleshoot"))
        elif view.state is EngineState.STOPPING:
            self._was_usable = self._is_lost = False  # it ends because somebody wants it

    def _look_at_disk(self, view: EngineView) -> None:
        if not view.disk_limit_bytes or not view.disk_bytes:
            return
        share = view.disk_bytes / view.disk_limit_bytes
        if share < _DISK_CALM:
            self._disk_told = False
        elif share >= DISK_NEARLY_FULL and not self._disk_told:
            self._disk_told = True
            title = self.tr("The engine's disk is nearly full")
            text = self.tr("{0} of {1} are in use. Clean up images and volumes, or let it grow in Settings.")
            text = text.format(format_size(view.disk_bytes), format_size(view.disk_limit_bytes))
            self._notices.add(Notice("disk", "warn", title, text, "images", kind="disk"))
