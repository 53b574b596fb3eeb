"""Something outside the window that is on or off: looked at, and changed at once."""

from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure


class Switch(Protocol):
    """What a service offers. Both raise MarinaError when the system refuses."""

    def turn_on(self) -> None:
        """Turn it on."""

    def turn_off(self) -> None:
        """Turn it off."""


class SystemSwitch(QObject):
    """`find` returns the switch and `look` how it stands; both are called in a worker."""

    changed = Signal(object)  # what `look` returned
    failed = Signal(object)  # Failure

    def __init__(
        self,
        background: Background,
        find: Callable[[], Switch],
        look: Callable[[Any], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._background, self._find, self._look = background, find, look

    def load(self) -> None:
        """Ask; the answer is `changed`."""
        self._background.run(lambda: self._look(self._find()), self._told, self._not_done)

    def turn(self, on: bool) -> None:
        """Turn it on or off; the answer is `changed`, after a `failed` if the system refuses."""

        def work() -> object:
            switch = self._find()
            if on:
                switch.turn_on()
            else:
                switch.turn_off()
            return self._look(switch)

        self._background.run(work, self._told, self._refused)

    @Slot(object)
    def _told(self, state: object) -> None:
        self.changed.emit(state)

    @Slot(object)
    def _refused(self, error: Exception) -> None:
        self._not_done(error)
        self.load()

    @Slot(object)
    def _not_done(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error))
