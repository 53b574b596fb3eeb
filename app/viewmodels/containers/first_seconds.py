"""Whether a container that was just started ends within its first seconds, and what that means."""

import time
from dataclasses import dataclass
from http import HTTPStatus

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.services.engine.engine_types import ContainerDetails, ContainerState, Event
from app.services.engine.json_values import get_flag, get_object
from app.services.errors import EngineRequestError
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.wording.exit_codes import explain_exit

_SECONDS = 3.0
_PAUSE = 0.3
_OVER = (ContainerState.EXITED, ContainerState.DEAD)
_OUTDATING = ("die", "destroy", "rename")
_MOST_ENDS = 100  # that are remembered
_GRACE_MS = 500  # events come on a way of their own


@dataclass(frozen=True, slots=True)
class EarlyEnd:
    """A container that ended at once, and what its exit code says, "" when it says nothing.

    One that has removed itself `is_gone`; its exit code is None where the engine has not told it.
    """

    key: str
    name: str
    exit_code: int | None
    meaning: str
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class _Look:
    """A container that has ended; without details it is gone."""

    key: str
    name: str
    details: ContainerDetails | None = None


class FirstSeconds(QObject):
    """Looks after containers that the window has started."""

    ended = Signal(object)  # EarlyEnd
    outdated = Signal(str)  # id of one that was watched: it has ended, however late, or is another's now

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._watched = ""  # the newest
        self._codes: dict[str, int] = {}  # by id: one that has removed itself can be asked no more
        self._short_of_memory: set[str] = set()
        self._untold: dict[str, str] = {}  # names, by id, of those that are gone before their end is heard of
        self._grace = QTimer(self, singleShot=True, interval=_GRACE_MS)
        self._grace.timeout.connect(self._tell_rest)

    def watch(self, key: str, name: str) -> None:
        """Look after a container for three seconds; `ended` comes when it does not last that long."""
        self._watched = key
        self._background.run_alone(lambda: self._wait(key, name), self._seen, self._not_seen)

    @Slot(list)
    def hear(self, events: list[Event]) -> None:
        """Remember how containers end."""
        if any(event.id == self._watched and event.action in _OUTDATING for event in events):
            self.outdated.emit(self._watched)
        for event in events:
            if event.type == "container" and event.action == "oom":
                self._short_of_memory.add(event.id)
            elif event.type == "container" and event.action == "die":
                code = event.attributes.get("exitCode", "")
                self._codes[event.id] = int(code) if code.isdecimal() else 0
                if event.id in self._untold:
                    self._tell_gone(event.id)
        for key in list(self._codes)[:-_MOST_ENDS]:
            del self._codes[key]
            self._short_of_memory.discard(key)

    def tell_gone(self, key: str, name: str) -> None:
        """A container has removed itself: `ended` says how it has ended, as far as that is told in time."""
        self._untold[key] = name
        if key in self._codes:
            self._tell_gone(key)
        else:
            self._grace.start()

    def _tell_gone(self, key: str) -> None:
        code = self._codes.get(key)
        meaning = "" if code is None else explain_exit(code, key in self._short_of_memory)
        self.ended.emit(EarlyEnd(key, self._untold.pop(key), code, meaning, is_gone=True))

    @Slot()
    def _tell_rest(self) -> None:
        for key in list(self._untold):
            self._tell_gone(key)

    def _wait(self, key: str, name: str) -> _Look | None:
        """Return a container that has ended, None for one that runs on."""
        client, end = self._access.client(), time.monotonic() + _SECONDS
        while time.monotonic() < end:
            try:
                details = client.inspect_container(key)
            except EngineRequestError as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    return _Look(key, name)
                raise
            if details.state in _OVER:
                return _Look(key, name, details)
            time.sleep(_PAUSE)
        return None

    @Slot(object)
    def _seen(self, look: _Look | None) -> None:
        if look is None:
            return
        if look.details is None:
            self.tell_gone(look.key, look.name)
            return
        out_of_memory = get_flag(get_object(look.details.raw, "State"), "OOMKilled")
        code = look.details.exit_code
        self.ended.emit(EarlyEnd(look.key, look.details.name, code, explain_exit(code, out_of_memory)))

    @Slot(object)
    def _not_seen(self, error: Exception) -> None:
        """The engine went: others tell of that."""
