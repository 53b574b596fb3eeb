"""Where the docker command and other programs that look for Docker go, for the Settings page."""

from PySide6.QtCore import QObject, Signal, Slot

from app.services.docker_command import USUAL_SOCKET, DockerCommandState, Holder
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure

__all__ = ["USUAL_SOCKET", "DockerCommandState", "DockerCommandViewModel", "Holder"]


class DockerCommandViewModel(QObject):
    """Asks how it is, and changes it at once."""

    changed = Signal(object)  # DockerCommandState
    failed = Signal(object)  # Failure

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access

    def load(self) -> None:
        """Ask; the answer is `changed`."""
        self._background.run(lambda: self._access.docker_command().state(), self.changed.emit, self._not_done)

    def turn(self, on: bool) -> None:
        """Lead the docker command here, or no longer; the answer is `changed`, after a `failed` if it was."""

        def work() -> DockerCommandState:
            command = self._access.docker_command()
            if on:
                command.turn_on()
            else:
                command.turn_off()
            return command.state()

        self._background.run(work, self.changed.emit, self._refused)

    @Slot(object)
    def _refused(self, error: Exception) -> None:
        self._not_done(error)
        self.load()

    @Slot(object)
    def _not_done(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error))
