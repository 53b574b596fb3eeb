"""The one way to the background and back: short calls on a thread pool, streams on threads of their own.

Results come back by queued signals. Connect them to bound methods of QObjects: Qt drops such a connection
when the object goes, while a lambda would still be called around a deleted view.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Protocol, Self, TypeVar

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, QTimer, Signal, Slot

from app.viewmodels.failure import describe_failure
from app.viewmodels.tasks import RunningTask, Tasks

log = logging.getLogger(__name__)

_END_SECONDS = 15.0  # longer than a program takes that has to be killed
_WORKERS = 4
_MAX_STREAMS = 32
_BATCH_MS = 50
_MOST_AT_ONCE = 1_000  # items handed over in one go: more would keep the window from its user
MOST_WAITING = (
    20_000  # items of one stream that may wait for the window; its reader waits then, nothing is lost
)


class Gate:
    """Lets workers emit signals while the window is there, and not while an object that emits is deleted.

    Qt deletes an object in the window's thread; a worker that is emitting a signal of it at that moment
    crashes the program. So workers emit within the gate, and whoever deletes waits for them outside.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._open = True

    def emit(self, signal: Any, *values: object) -> None:
        """Emit a signal from a worker; nothing happens once the gate is closed."""
        with self._lock:
            if self._open:
                signal.emit(*values)

    def wait(self) -> None:
        """Wait until no worker is emitting: what has said its last word can be deleted then."""
        with self._lock:
            pass

    def close(self) -> None:
        """Let no signal through any more."""
        with self._lock:
            self._open = False


class Task(QObject):
    """One call in the background: emits `succeeded` with its value or `failed` with its exception, once."""

    succeeded = Signal(object)
    failed = Signal(object)
    _done = Signal()

    def __init__(
        self, work: Callable[[], Any], background: "Background", told: RunningTask | None = None
    ) -> None:
        super().__init__(background)
        self._work = work
        self._told = told
        if told is not None:
            self.succeeded.connect(self._tell_done)
            self.failed.connect(self._tell_failure)
        self._gate = background.gate
        self._done.connect(self._finish, Qt.ConnectionType.QueuedConnection)

    def execute(self) -> None:
        """Do the work; called in a worker."""
        try:
            value = self._work()
        except Exception as error:  # noqa: BLE001 - the top of a task: the error is handed to whoever asked
            self._gate.emit(self.failed, error)
        else:
            self._gate.emit(self.succeeded, value)
        self._gate.emit(self._done)

    @Slot(object)
    def _tell_done(self, _value: object) -> None:
        if self._told is not None:
            self._told.succeed()

    @Slot(object)
    def _tell_failure(self, error: Exception) -> None:
        if self._told is not None:
            self._told.fail(describe_failure(error))

    @Slot()
    def _finish(self) -> None:
        self._gate.wait()
        self.deleteLater()


class _Runnable(QRunnable):
    def __init__(self, task: Task) -> None:
        super().__init__()
        self._task = task

    def run(self) -> None:
        self._task.execute()


class Source(Protocol):
    """What a stream reads from; `cancel` may be called from any thread and ends a reader that waits."""

    def __enter__(self) -> Self:
        """Take the source into use."""

    def __exit__(self, *details: object) -> None:
        """Free it, in the reading thread."""

    def cancel(self) -> None:
        """End the reading at once."""


SourceType = TypeVar("SourceType", bound=Source)


class Stream(QObject):
    """A long-lived source read on its own thread; `items` brings what came within a moment as one list."""

    opened = Signal()  # the source is there, though it may not have said anything yet
    items = Signal(object)  # a list: as `Signal(list)` it would be copied, 0.5 ms for 2,000 items
    ended = Signal(object)  # None, or the exception that ended it
    _entered = Signal()
    _arrived = Signal()
    _finished = Signal(object)

    def __init__(
        self,
        opener: Callable[[], SourceType],
        read: Callable[[SourceType], Iterable[Any]],
        background: "Background",
        batch_ms: int = _BATCH_MS,
    ) -> None:
        super().__init__(background)
        self._opener: Callable[[], Any] = opener
        self._read_items: Callable[[Any], Iterable[Any]] = read
        self._gate = background.gate
        self._lock = threading.Condition()  # told when the window has taken some, or wants no more
        self._pending: list[Any] = []
        self._source: Source | None = None
        self._cancelled = self._is_over = self._has_told = False
        self._failure: Exception | None = None
        self._timer = QTimer(self, singleShot=True, interval=batch_ms)
        self._timer.timeout.connect(self._flush)
        self._rest = QTimer(self, singleShot=True, interval=0)
        self._rest.timeout.connect(self._flush)
        self._entered.connect(self._tell_opened, Qt.ConnectionType.QueuedConnection)
        self._arrived.connect(self._arm, Qt.ConnectionType.QueuedConnection)
        self._finished.connect(self._end, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._read, name="marina-stream", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def cancel(self) -> None:
        """End the stream at once; no further signal comes."""
        with self._lock:
            self._cancelled = True
            self._lock.notify()
            source, self._source = self._source, None
        if not self._has_told:  # else Qt may have deleted us, while our thread is at its very end
            self._timer.stop()
        if source is not None:
            source.cancel()

    @property
    def is_behind(self) -> bool:
        """Return whether more waits for the window than it takes in one go."""
        return len(self._pending) > _MOST_AT_ONCE and not self._cancelled

    @property
    def is_alive(self) -> bool:
        """Return whether the thread still runs."""
        return self._thread.is_alive()

    def join(self, seconds: float) -> None:
        """Wait for the thread's end; a cancelled reader ends as soon as its source lets it."""
        self._thread.join(seconds)

    def _read(self) -> None:
        failure: Exception | None = None
        try:
            with self._opener() as source:
                with self._lock:
                    self._source = None if self._cancelled else source
                self._gate.emit(self._entered)
                try:
                    if not self._cancelled:
                        self._collect(source)
                finally:
                    with self._lock:
                        self._source = None
        except Exception as error:  # noqa: BLE001 - the top of a thread: the error is handed to whoever asked
            failure = error
        self._gate.emit(self._finished, failure)

    def _collect(self, source: Source) -> None:
        for item in self._read_items(source):
            with self._lock:
                while len(self._pending) >= MOST_WAITING and not self._cancelled:
                    self._lock.wait()
                if self._cancelled:
                    return
                first = not self._pending
                self._pending.append(item)
            if first:
                self._gate.emit(self._arrived)

    @Slot()
    def _tell_opened(self) -> None:
        if not self._cancelled:
            self.opened.emit()

    @Slot()
    def _arm(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _flush(self) -> None:
        with self._lock:
            batch = self._pending[:_MOST_AT_ONCE]
            del self._pending[:_MOST_AT_ONCE]
            self._lock.notify()
            has_more = bool(self._pending)
        if batch and not self._cancelled:
            self.items.emit(batch)
        if has_more and not self._cancelled:
            self._rest.start()  # after what the user did meanwhile
        elif self._is_over and not self._has_told:
            self._has_told = True
            self._tell_end()

    @Slot(object)
    def _end(self, failure: Exception | None) -> None:
        self._timer.stop()
        self._failure, self._is_over = failure, True
        self._flush()

    def _tell_end(self) -> None:
        if not self._cancelled:
            self.ended.emit(self._failure)
        self._gate.wait()
        self.deleteLater()


class Background(QObject):
    """Owns the only thread pool and all stream threads of the desktop.

    Whoever works here for longer than a moment tells the user of it through `tasks`.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.gate = Gate()
        self.tasks = Tasks(self)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(_WORKERS)
        self._streams: list[Stream] = []
        self._programs: list[Stream] = []
        self._closed = False

    def run(
        self,
        work: Callable[[], Any],
        succeeded: Callable[[Any], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> Task:
        """Call `work` in a worker and bring its value or exception back to this thread."""
        task = Task(work, self)
        if succeeded is not None:
            task.succeeded.connect(succeeded)
        task.failed.connect(failed if failed is not None else self._log_failure)
        if not self._closed:
            self._pool.start(_Runnable(task))
        return task

    def run_alone(
        self,
        work: Callable[[], Any],
        succeeded: Callable[[Any], object],
        failed: Callable[[Exception], object],
        told: RunningTask | None = None,
    ) -> Task:
        """Like `run`, for work of minutes: on a thread of its own, so that the pool stays free.

        `told` hears of its end, also when whoever asked is gone by then.
        """
        task = Task(work, self, told)
        task.succeeded.connect(succeeded)
        task.failed.connect(failed)
        if not self._closed:
            threading.Thread(target=task.execute, name="marina-work", daemon=True).start()
        return task

    def open_stream(
        self,
        opener: Callable[[], SourceType],
        read: Callable[[SourceType], Iterable[Any]],
        items: Callable[[list[Any]], object],
        ended: Callable[[Exception | None], object],
        batch_ms: int = _BATCH_MS,
        opened: Callable[[], object] | None = None,
        must_end: bool = False,
    ) -> Stream:
        """Read, in a new thread, the source that `opener` makes until it ends or is cancelled.

        `must_end`: it is another program, and the desktop does not end before it.
        """
        self._streams = [stream for stream in self._streams if stream.is_alive]
        if len(self._streams) >= _MAX_STREAMS:
            raise RuntimeError(f"more than {_MAX_STREAMS} streams are open")
        stream = Stream(opener, read, self, batch_ms)
        if opened is not None:
            stream.opened.connect(opened)
        stream.items.connect(items)
        stream.ended.connect(ended)
        self._streams.append(stream)
        if must_end:
            self._programs = [*(program for program in self._programs if program.is_alive), stream]
        stream.start()
        return stream

    @property
    def is_behind(self) -> bool:
        """Return whether any stream brings more than the window has taken."""
        return any(stream.is_behind for stream in self._streams)

    def has_closed(self) -> bool:
        """Return whether the desktop ends; for workers that would wait for something else."""
        return self._closed

    def teller(self, signal: Any) -> Callable[..., None]:
        """Return what emits `signal` from a worker; the signal's object must stay until `close`."""
        return partial(self.gate.emit, signal)

    def close(self, wait_ms: int = 1500) -> None:
        """End all streams, wait a moment for calls under way and until other programs have ended; no worker's
        signal comes after."""
        self._closed = True
        self.gate.close()
        for stream in self._streams:
            if stream.is_alive:
                stream.cancel()
        self._streams.clear()
        self._pool.clear()
        self._pool.waitForDone(wait_ms)
        for program in self._programs:  # also one that was cancelled before and is still ending
            program.join(_END_SECONDS)
        self._programs.clear()

    @Slot(object)
    def _log_failure(self, error: Exception) -> None:
        log.warning("background work failed: %s", error)
