"""The engine's state and life: watched always, started, stopped and restarted on request."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.engine.engine_view import EngineState, EngineView, build_engine_view
from app.viewmodels.failure import describe_failure

if TYPE_CHECKING:
    from app.services.machine.virtual_machine import MachineStatus, MachineWatch, StatusCallback
    from app.services.remote.remote_machine import RemoteWatch

_USE_MS = 3_000  # between two looks at what the machine uses
_SHORTEST = 1.0  # seconds: over less than that a share of the processor says nothing
_REACH_LIMIT = 20.0  # seconds for a wish to reach the machine, which may have to start its supervisor first


class EngineViewModel(QObject):
    """Tells every change of the engine's state, and carries out one wish at a time."""

    changed = Signal(object)  # EngineView
    stopped_for_quit = Signal()
    pause_refused = Signal(object)  # Failure
    _reported = Signal(object)

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._view = EngineView()
        self._wish = ""
        self._reached = threading.Event()  # the last wish has come to the machine
        self._reached.set()
        self._moment = 0.0
        self._watch_lock = threading.Lock()
        self._watch: MachineWatch | RemoteWatch | None = None
        self._closed = False
        self._remote = ""  # the name of an engine of another computer
        self._retries = False  # somebody waits for its answer
        self._use: tuple[float, float] | None = (
            None  # when it was looked at, and the processor time until then
        )
        self._cpu_percent: int | None = None
        self._asking = False
        self._use_timer = QTimer(self, interval=_USE_MS)
        self._use_timer.timeout.connect(self._ask_use)
        self._reported.connect(self._take)
        self._report = background.teller(self._reported)

    @property
    def view(self) -> EngineView:
        """Return the state now."""
        return self._view

    @property
    def is_busy(self) -> bool:
        """Return whether something that was asked for is still being done."""
        return bool(self._wish)

    def watch(self) -> None:
        """Begin to watch the machine."""
        self._background.run(self._begin_watch, self._watching)

    def watch_use(self, visible: bool) -> None:
        """While somebody looks, keep what the machine uses fresh: the watch tells only of its state."""
        if visible:
            self._use_timer.start()
        else:
            self._use_timer.stop()

    @Slot()
    def _ask_use(self) -> None:
        if self._asking or self._remote or not self._view.can_be_used:
            return

        def work() -> "MachineStatus | None":
            from app.services.remote.remote_machine import RemoteMachine

            machine = self._access.engine()
            return None if isinstance(machine, RemoteMachine) else machine.status()

        self._asking = True
        self._background.run(work, self._take_use, self._use_unknown)

    @Slot(object)
    def _take_use(self, status: "MachineStatus | None") -> None:
        self._asking = False
        if status is not None:
            self._take(status)

    @Slot(object)
    def _use_unknown(self, error: Exception) -> None:
        del error  # the watch tells what has become of the machine
        self._asking = False

    def close(self) -> None:
        """Stop watching; a watch that only now begins ends at once."""
        self._use_timer.stop()
        with self._watch_lock:
            self._closed = True
            watch, self._watch = self._watch, None
        if watch is not None:
            watch.close(timeout=1.0)

    def _begin_watch(self) -> str:
        """Watch, and return whose engine it is; called in a worker, which may be later than `close`."""
        watch = self._access.engine().watch(self._report)
        with self._watch_lock:
            if not self._closed:
                self._watch = watch
                return watch.name
        watch.close()
        return watch.name

    @Slot()
    def retry(self) -> None:
        """Ask an engine of another computer at once; `changed` tells the answer also when it is as before.

        The machine of this computer is dialled every second, so there is nothing to hurry.
        """
        if not self._remote:
            return
        from app.services.remote.remote_machine import RemoteWatch  # imports `requests`: it is there by now

        with self._watch_lock:
            watch = self._watch
        if isinstance(watch, RemoteWatch):
            self._retries = True
            watch.hurry()

    @Slot()
    def start(self) -> None:
        """Start the engine, unless something is being done to it already."""
        self._carry_out("start", lambda machine, report: machine.start(report))

    @Slot()
    def stop(self) -> None:
        """Stop the containers and the machine; also cancels a start."""
        self._carry_out("stop", lambda machine, report: machine.stop(report))

    @Slot()
    def pause(self) -> None:
        """Hold all containers where they are; `start` lets them go on."""
        self._carry_out("pause", lambda machine, _: machine.pause())

    @Slot()
    def restart(self) -> None:
        """Stop and start the machine."""
        self._carry_out("restart", lambda machine, report: machine.restart(report))

    @Slot()
    def force_stop(self) -> None:
        """End the machine at once, from any state."""
        self._wish = ""  # whatever goes on is overtaken
        self._carry_out("stop", lambda machine, report: machine.force_stop(report))

    def stop_and_quit(self) -> None:
        """Stop the machine, then say `stopped_for_quit`, also when it could not be stopped."""
        self._background.run_alone(self._in_turn(lambda machine, _: machine.quit()), self._quit, self._quit)

    def _in_turn(self, call: "Callable[[Any, StatusCallback], object]") -> Callable[[], None]:
        """Return the work of a call that waits until the wish before it has reached the machine.

        Each has a thread of its own: a stop that came first would find nothing to stop, and leave the start.
        """
        before, self._reached = self._reached, threading.Event()
        reached = self._reached

        def report(status: "MachineStatus") -> None:
            reached.set()
            self._report(status)

        def carry_out() -> None:
            before.wait(_REACH_LIMIT)
            try:
                call(self._access.engine(), report)
            finally:
                reached.set()

        return carry_out

    def _carry_out(self, wish: str, call: "Callable[[Any, StatusCallback], object]") -> None:
        # A stop may overtake a start: the supervisor takes it in every state. And a start is as good as done
        # when the watch tells that the machine runs, though its own answer is still on its way.
        started = self._wish == "start" and self._view.can_be_used
        if self._wish == wish or (self._wish and wish != "stop" and not started):
            return
        self._wish = wish
        self._show(self._view)
        work = self._in_turn(call)
        self._background.run_alone(lambda: (work(), wish)[1], self._fulfilled, self._not_fulfilled)

    @Slot(object)
    def _watching(self, remote: str) -> None:
        self._remote = remote
        self._show(self._view)

    @Slot(object)
    def _take(self, status: "MachineStatus") -> None:
        # A command's reports and the watch's come by two ways: what is overtaken must not have the last word.
        if status.moment < self._moment:
            return
        self._moment = status.moment
        self._note_use(status)
        retried, self._retries = self._retries, False
        self._show(replace(build_engine_view(status), cpu_percent=self._cpu_percent), retried)

    def _note_use(self, status: "MachineStatus") -> None:
        """Work out the processors' share from the time used since the last look."""
        before, used = self._use, status.cpu_seconds
        if not used or before is None or used < before[1]:  # it is off, or began anew
            self._use, self._cpu_percent = (status.moment, used) if used else None, None
        elif (wall := status.moment - before[0]) >= _SHORTEST:
            share = 100 * (used - before[1]) / (wall * max(status.cpus, 1))
            self._use, self._cpu_percent = (status.moment, used), min(100, round(share))

    @Slot(object)
    def _fulfilled(self, wish: str) -> None:
        if self._wish == wish:
            self._wish = ""
            self._show(self._view)

    @Slot(object)
    def _not_fulfilled(self, error: Exception) -> None:
        has_failed = self._view.state in (EngineState.FAILED, EngineState.NOT_INSTALLED)
        overtaken = self._wish == "stop" and not has_failed
        refused_pause = self._wish == "pause"  # it runs on: the watch tells how it is
        self._wish = ""
        if refused_pause:
            self.pause_refused.emit(describe_failure(error))
            return
        # The machine's own report is better than ours: it knows the step and the evidence.
        if not overtaken and not (has_failed and self._view.failure is not None):
            failure = describe_failure(error)
            if failure.code != "cancelled":
                self._show(replace(self._view, state=EngineState.FAILED, failure=failure))

    @Slot(object)
    def _quit(self, _: object) -> None:
        self.stopped_for_quit.emit()

    def _show(self, view: EngineView, retried: bool = False) -> None:
        waiting = (
            *(EngineState.STOPPED, EngineState.SUSPENDED),
            *(EngineState.CONTACTING, EngineState.NOT_INSTALLED, EngineState.FAILED),
        )
        if self._wish in ("start", "restart") and view.state in waiting and view.failure is None:
            view = replace(view, state=EngineState.STARTING)  # asked for, and not yet told of
        elif self._wish == "stop" and view.can_be_used:
            view = replace(view, state=EngineState.STOPPING)
        view = replace(view, remote=self._remote)
        if view != self._view or retried:
            self._view = view
            self.changed.emit(view)
