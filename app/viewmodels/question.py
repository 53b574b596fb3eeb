"""Asks again and again, so that the last answer is the newest one."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Slot

from app.viewmodels.background import Background


class Question(QObject):
    """One asking at a time: what is asked meanwhile waits for the answer, and of several only the last.

    Two workers side by side may end in any order, and what the first one saw would have the last word.
    """

    def __init__(
        self,
        background: Background,
        answered: Callable[[Any], object],
        failed: Callable[[Exception], object],
        parent: QObject,
    ) -> None:
        """`answered` and `failed` are called in the window's thread."""
        super().__init__(parent)
        self._background = background
        self._answered, self._failed = answered, failed
        self._asking = False
        self._next: Callable[[], Any] | None = None

    def ask(self, work: Callable[[], Any]) -> None:
        """Have a worker find out now, or once the answer of before is there."""
        if self._asking:
            self._next = work
            return
        self._asking = True
        self._background.run(work, self._take, self._not_taken)

    @Slot(object)
    def _take(self, answer: Any) -> None:
        try:
            self._answered(answer)
        finally:
            self._go_on()

    @Slot(object)
    def _not_taken(self, error: Exception) -> None:
        try:
            self._failed(error)
        finally:
            self._go_on()

    def _go_on(self) -> None:
        waiting, self._asking, self._next = self._next, False, None
        if waiting is not None:
            self.ask(waiting)
