"""Leaving Marina: what it keeps on this computer goes, the data only if the user wants that."""

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure
from app.viewmodels.wording.wording import format_size


class UninstallViewModel(QObject):
    """One removal; after `removed` the window is to close and to write nothing more."""

    measured = Signal(str)  # what the data takes, in words; not told when nobody knows
    removed = Signal(str)  # the commands that remove the rest, a line each, "" where there are none
    failed = Signal(object)  # Failure; what was removed by then is removed, and one may try again

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access

    def measure(self) -> None:
        """Ask what the data takes; the answer is `measured`."""
        self._background.run(lambda: self._access.uninstaller().data_bytes(), self._took_size)

    def remove(self, data: bool) -> None:
        """Remove settings, logs and all else, with the data or without."""

        def work() -> str:
            uninstaller = self._access.uninstaller()
            uninstaller.remove(data=data)
            return uninstaller.last_commands()

        self._background.run_alone(work, self._done, self._not_done)

    @Slot(object)
    def _took_size(self, size: int) -> None:
        self.measured.emit(format_size(size))

    @Slot(object)
    def _done(self, command: str) -> None:
        self.removed.emit(command)

    @Slot(object)
    def _not_done(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error))
