"""Whether a container that was just started ends within its first seconds, and what that means."""

import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from app.services.engine.engine_types import ContainerDetails, ContainerState
from app.services.engine.json_values import get_flag, get_object
from app.viewmodels.access import Access
from app.viewmodels.background import Background

_SECONDS = 3.0
_PAUSE = 0.3
_OVER = (ContainerState.EXITED, ContainerState.DEAD)


@dataclass(frozen=True, slots=True)
class EarlyEnd:
    """A container that ended at once, and what its exit code says, "" when it says nothing."""

    key: str
    name: str
    exit_code: int
    meaning: str


class FirstSeconds(QObject):
    """Looks after containers that the window has started."""

    ended = Signal(object)  # EarlyEnd

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access

    def watch(self, key: str) -> None:
        """Look after a container for three seconds; `ended` comes when it does not last that long."""
        self._background.run_alone(lambda: self._wait(key), self._seen, self._gone)

    def _wait(self, key: str) -> ContainerDetails | None:
        client, end = self._access.client(), time.monotonic() + _SECONDS
        while time.monotonic() < end:
            details = client.inspect_container(key)
            if details.state in _OVER:
                return details
            time.sleep(_PAUSE)
        return None

    @Slot(object)
    def _seen(self, details: ContainerDetails | None) -> None:
        if details is not None:
            self.ended.emit(EarlyEnd(details.id, details.name, details.exit_code, self._meaning(details)))

    @Slot(object)
    def _gone(self, error: Exception) -> None:
        """It was deleted meanwhile, or the engine went: others tell of that."""

    def _meaning(self, details: ContainerDetails) -> str:
        if get_flag(get_object(details.raw, "State"), "OOMKilled"):
            return self.tr("It needed more memory than it may have.")
        return {
            125: self.tr("It could not be started."),
            126: self.tr("Its command is not a program that can be executed."),
            127: self.tr("Its command does not exist in the image."),
            137: self.tr("It was killed."),
            139: self.tr("Its program crashed: it used memory that is not its own."),
            143: self.tr("It was told to stop."),
        }.get(details.exit_code, "")
