"""Waits until things have settled."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Settle(QTimer):
    """Makes one call of all that is asked for within a moment: several events of one change."""

    def __init__(self, call: Callable[[], object], milliseconds: int, parent: QObject) -> None:
        super().__init__(parent, singleShot=True, interval=milliseconds)
        self.timeout.connect(call)

    def ask(self) -> None:
        """Call once the moment that begins now, or has begun, is over."""
        if not self.isActive():
            self.start()
