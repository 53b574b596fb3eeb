"""Whether the machine starts when the user logs in."""

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure


class StartAtLoginViewModel(QObject):
    """Asks the system, and changes it at once."""

    changed = Signal(bool)  # what the system says
    failed = Signal(object)  # Failure

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access

    def load(self) -> None:
        """Ask; the answer is `changed`."""
        self._background.run(lambda: self._access.start_at_login().is_on(), self._told, self._not_done)

    def turn(self, on: bool) -> None:
        """Turn it on or off; the answer is `changed`, after a `failed` if the system refuses."""

        def work() -> bool:
            login = self._access.start_at_login()
            if on:
                login.turn_on()
            else:
                login.turn_off()
            return login.is_on()

        self._background.run(work, self._told, self._refused)

    @Slot(object)
    def _told(self, is_on: bool) -> None:
        self.changed.emit(is_on)

    @Slot(object)
    def _refused(self, error: Exception) -> None:
        self._not_done(error)
        self.load()

    @Slot(object)
    def _not_done(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error))
