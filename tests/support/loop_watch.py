"""How long the window's thread works before it looks at the keyboard and the mouse again."""

import time

from PySide6.QtCore import QAbstractEventDispatcher, QObject, Slot


class LoopWatch(QObject):
    """Measures each turn of the event loop of the thread that makes it, by that thread's processor time.

    Processor time, not the clock: what other programs take of a busy machine is not the window's doing, and
    waiting costs nothing. So a turn is what lies between two signals of the loop, whichever these are.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        dispatcher = QAbstractEventDispatcher.instance()
        if dispatcher is None:
            raise RuntimeError("this thread has no event loop")
        self.turns: list[float] = []  # seconds
        self._last = time.thread_time()
        self._dispatcher = dispatcher
        dispatcher.awake.connect(self._turn_ends)
        dispatcher.aboutToBlock.connect(self._turn_ends)

    @property
    def longest(self) -> float:
        """Return the longest turn in seconds."""
        return max(self.turns, default=0.0)

    def forget(self) -> None:
        """Begin anew, with what this thread does from now on."""
        self.turns.clear()
        self._last = time.thread_time()

    @Slot()
    def _turn_ends(self) -> None:
        now = time.thread_time()
        self.turns.append(now - self._last)
        self._last = now

    def close(self) -> None:
        """Watch no more."""
        self._dispatcher.awake.disconnect(self._turn_ends)
        self._dispatcher.aboutToBlock.disconnect(self._turn_ends)
