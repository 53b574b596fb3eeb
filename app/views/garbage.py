"""Python's cyclic collector, kept to the window's thread and to moments when little waits for it."""

import gc
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

_PAUSE_MS = 2_000
_START_MS = 6_000  # by then everything is imported that each run of the desktop needs
MOST_DELAYS = 15


class GarbageCollector(QObject):
    """Collects cycles in the thread that made it, and in no other.

    Python collects in whichever thread allocates. A worker that comes to a cycle with a Qt object in it
    would delete that object there: timers and widgets do not survive this, and the program neither.

    A collection looks at all that is young. While a long log streams in these are its lines, tens of
    thousands, and the window would stand still for up to 30 ms on top of its work; once they are taken in
    there is next to nothing. So a window that is behind collects later, within reason.
    """

    def __init__(
        self,
        parent: QObject | None = None,
        spares_start: bool = False,
        is_behind: Callable[[], bool] = lambda: False,
    ) -> None:
        """`spares_start`: never look at what the program's start made: it stays, and looking takes 50 ms.

        `is_behind` tells whether much waits for the window.
        """
        super().__init__(parent)
        self._spares = spares_start
        self._limits = gc.get_threshold()
        self._is_behind = is_behind
        self._delays = 0
        gc.disable()
        self._timer = QTimer(self, interval=_START_MS if spares_start else _PAUSE_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @Slot()
    def look(self) -> None:
        """Collect the generations that are due."""
        if self._spares:
            self._spares = False
            self._timer.setInterval(_PAUSE_MS)
            gc.freeze()
            return
        if self._delays < MOST_DELAYS and self._is_behind():
            self._delays += 1
            return
        self._delays = 0
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > self._limits[generation]:
                gc.collect(generation)
                return

    def close(self) -> None:
        """Give the collector back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
