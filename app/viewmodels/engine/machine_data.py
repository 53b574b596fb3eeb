"""All that the engine holds, as one: what it takes, snapshots of it, and beginning anew."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from app.services.errors import CancelledError
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure
from app.viewmodels.tasks import TaskWords
from app.viewmodels.wording.wording import format_size

if TYPE_CHECKING:
    from app.services.machine.machine_data import MachineData, StatusCallback
    from app.services.machine.virtual_machine import MachineStatus


@dataclass(frozen=True, slots=True)
class SnapshotView:
    """A snapshot; `created` is Unix seconds."""

    name: str
    created: float


class MachineDataViewModel(QObject):
    """One piece of work at a time; some of it stops the engine and starts it again."""

    changed = Signal()
    busy_changed = Signal(str)  # what goes on, in words; "" when nothing does
    done = Signal(str)  # what was done, in words
    failed = Signal(object)  # Failure
    forgotten = Signal()  # all data and settings of the machine: those of the window are to follow
    _progressed = Signal(object)  # how much of it is done, 0 to 1

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._told = self.busy = ""
        self._task = background.tasks.none
        self._cancelled = threading.Event()
        self._progressed.connect(self._show_progress)
        self.is_loaded = False
        self.snapshots: tuple[SnapshotView, ...] = ()
        self.place = ""  # the folder in which all data is kept
        self._forgets = False

    def load(self) -> None:
        """List the snapshots; the answer is `changed`."""
        if not self.busy:
            self._background.run(self._read, self._took, self._failed)

    def check(self, name: str) -> str:
        """Return what is wrong with a snapshot's name, or ""."""
        if any(snapshot.name == name for snapshot in self.snapshots):
            return self.tr("This name is taken.")
        return ""

    def create(self, name: str) -> None:
        """Keep all data as it is now."""
        told = self.tr("The snapshot {0} was made.").format(name)
        self._work(self.tr("Making a snapshot…"), told, lambda data, _: data.create_snapshot(name))

    def restore(self, name: str) -> None:
        """Make all data what it was."""
        told = self.tr("All data is as in {0}.").format(name)
        self._work(
            self.tr("Going back to {0}…").format(name),
            told,
            lambda data, tell: data.restore_snapshot(name, tell),
        )

    def delete(self, name: str) -> None:
        """Give up a snapshot."""
        told = self.tr("The snapshot {0} was deleted.").format(name)
        self._work(self.tr("Deleting a snapshot…"), told, lambda data, _: data.delete_snapshot(name))

    def reset(self) -> None:
        """Remove all that the engine holds."""
        told = self.tr("The engine is as on its first day; settings and snapshots are kept.")
        self._work(self.tr("Removing all data…"), told, lambda data, tell: data.reset(tell))

    def export_to(self, path: str) -> None:
        """Write all data into a file."""
        told = self.tr("All data was written to {0}.").format(path)
        self._work(
            self.tr("Writing all data to a file…"),
            told,
            lambda data, tell: data.export_to(Path(path), tell),
            ends=True,
        )

    def import_from(self, path: str) -> None:
        """Replace all data by a file's."""
        told = self.tr("All data is as in {0}.").format(path)
        self._work(
            self.tr("Taking all data from a file…"),
            told,
            lambda data, tell: data.import_from(Path(path), tell),
            ends=True,
        )

    def move_to(self, folder: str) -> None:
        """Keep all data in another folder from now on."""
        told = self.tr("All data is in {0} now.").format(folder)
        self._work(
            self.tr("Moving all data…"), told, lambda data, tell: data.move_to(Path(folder), tell), ends=True
        )

    def reset_to_factory(self) -> None:
        """Remove all data, snapshots and settings; `forgotten` when that is done."""
        self._forgets = not self.busy
        told = self.tr("Marina is as on its first day.")
        self._work(
            self.tr("Removing data and settings…"),
            told,
            lambda data, _: data.remove_machine(data=True, settings=True),
        )

    def compact(self) -> None:
        """Give unused room on the disk back to this computer."""
        self._work(self.tr("Giving back unused room…"), "", lambda data, _: data.compact())

    def _work(
        self, words: str, told: str, call: "Callable[[MachineData, StatusCallback], Any]", ends: bool = False
    ) -> None:
        """Carry out work that tells how far it is; `ends`: it can be called off, and nothing has changed."""
        if self.busy:
            return
        self.busy, self._told = words, told
        failed = self.tr("{0}: failed").format(words.rstrip("…"))
        self._cancelled = cancelled = threading.Event()
        cancel = cancelled.set if ends else None
        self._task = self._background.tasks.begin(TaskWords(words, told, failed), cancel, "troubleshoot")
        self.busy_changed.emit(words)
        tell = self._background.teller(self._progressed)

        def on_status(status: "MachineStatus") -> None:
            if cancelled.is_set():
                raise CancelledError  # leaving calls the work off
            tell(status.progress if status.work else 0.0)

        self._background.run_alone(
            lambda: call(self._access.machine().data, on_status), self._worked, self._not_worked
        )

    @Slot(object)
    def _show_progress(self, share: float) -> None:
        self._task.tell(percent=int(100 * share) if share else None)

    def _read(self) -> tuple[tuple[SnapshotView, ...], str]:
        data = self._access.machine().data
        return tuple(SnapshotView(one.name, one.created) for one in data.snapshots()), str(data.place())

    @Slot(object)
    def _took(self, found: tuple[tuple[SnapshotView, ...], str]) -> None:
        self.snapshots, self.place = found
        self.is_loaded = True
        self.changed.emit()

    @Slot(object)
    def _worked(self, answer: object) -> None:
        told = self._told
        if isinstance(answer, tuple):
            before, after = answer
            told = self.tr("{0} were given back.").format(format_size(max(0, before - after)))
        self._task.succeed("" if self._told else told)
        forgets, self._forgets = self._forgets, False
        self._rest()
        self.done.emit(told)
        if forgets:
            self.forgotten.emit()

    @Slot(object)
    def _not_worked(self, error: Exception) -> None:
        if self._cancelled.is_set():
            self._task.drop()
            self._rest()
            self.done.emit(self.tr("Cancelled: all data is as before."))
            return
        failure = describe_failure(error)
        self._forgets = False
        self._task.fail(failure)
        self._rest()
        self.failed.emit(failure)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error))

    def _rest(self) -> None:
        self.busy = self._told = ""
        self.busy_changed.emit("")
        self.load()
