"""Asks the same again and again, so that the last answer is the newest one."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Slot

from app.viewmodels.background import Background


class Question(QObject):
    """One asking at a time: asked meanwhile, it is asked once more after the answer.

    Two workers side by side may end in any order, and what the first one saw would have the last word.
    """

    def __init__(
        self,
        background: Background,
        work: Callable[[], Any],
        answered: Callable[[Any], object],
        failed: Callable[[Exception], object],
        parent: QObject,
    ) -> None:
        """`work` is done in a worker; `answered` and `failed` are called in the window's thread."""
        super().__init__(parent)
        self._background, self._work = background, work
        self._answered, self._failed = answered, failed
        self._asking = self._again = False

    @Slot()
    def ask(self) -> None:
        """Ask now, or again once the answer of before is there."""
        if self._asking:
            self._again = True
            return
        self._asking = True
        self._background.run(self._work, self._take, self._not_taken)

    @Slot(object)
    def _take(self, answer: Any) -> None:
        again, self._asking, self._again = self._again, False, False
        self._answered(answer)
        if again:
            self.ask()

    @Slot(object)
    def _not_taken(self, error: Exception) -> None:
        self._asking = self._again = False
        self._failed(error)
