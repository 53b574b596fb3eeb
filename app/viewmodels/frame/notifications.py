"""What happened while nobody looked: the list behind the bell, newest first, in memory only."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from app.services.notices import KINDS, Level
from app.viewmodels.frame.preferences import Preferences

__all__ = ["KINDS", "Level", "Notice", "NotificationsViewModel"]

MOST = 100


@dataclass(frozen=True, slots=True)
class Notice:
    """One message. `tone` is "err", "warn" or "ok"; `place` and `target` say where a click leads."""

    key: str  # the same thing happening again takes the place of its earlier notice
    tone: str
    title: str
    text: str = ""
    place: str = ""
    target: str = ""
    moment: float = 0.0
    times: int = 1
    is_unread: bool = True  # else it is no news to the user
    kind: str = "engine"  # one of KINDS


class NotificationsViewModel(QObject):
    """Keeps the latest notices unless the user wants none."""

    changed = Signal()
    added = Signal(object)  # Notice

    def __init__(
        self, preferences: Preferences, parent: QObject | None = None, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__(parent)
        self._preferences, self._now = preferences, now
        self.notices: list[Notice] = []

    @property
    def unread(self) -> int:
        """Return how many the user has not seen."""
        return sum(notice.is_unread for notice in self.notices)

    def add(self, notice: Notice) -> None:
        """Put a notice on top; one of the same key goes into it.

        Where there are too many, the oldest goes that tells of no error: those stay until they are dismissed.
        """
        if not self._preferences.notifications or self._level(notice) is Level.OFF:
            return
        earlier = next((known for known in self.notices if known.key == notice.key), None)
        is_again = earlier is not None and earlier.title == notice.title  # else it has ended otherwise
        times = earlier.times + 1 if earlier is not None and is_again else 1
        notice = replace(notice, moment=self._now(), times=times)
        kept = [notice, *(known for known in self.notices if known.key != notice.key)]
        if len(kept) > MOST:
            calm = [place for place, known in enumerate(kept) if known.tone != "err"]
            del kept[calm[-1] if calm else -1]
        self.notices = kept
        self.added.emit(notice)
        self.changed.emit()

    def is_message(self, notice: Notice) -> bool:
        """Return whether the system is to show a notice while the window is not in front."""
        wanted = notice.is_unread and self._preferences.system_notifications
        return wanted and self._level(notice) is Level.MESSAGE

    def _level(self, notice: Notice) -> Level:
        default = KINDS.get(notice.kind, Level.MESSAGE)
        try:
            return Level(self._preferences.notice_level(notice.kind, default))
        except ValueError:  # a file that somebody has changed
            return default

    def mark_read(self) -> None:
        """The list was looked at."""
        if self.unread:
            self.notices = [replace(notice, is_unread=False) for notice in self.notices]
            self.changed.emit()

    def dismiss(self, key: str) -> None:
        """Take one off the list; also when it is no longer true."""
        kept = [notice for notice in self.notices if notice.key != key]
        if len(kept) != len(self.notices):
            self.notices = kept
            self.changed.emit()

    def clear(self) -> None:
        """Take all off the list."""
        if self.notices:
            self.notices = []
            self.changed.emit()
