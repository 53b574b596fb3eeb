"""A field to search in a text: a log, a terminal."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent

from app.views.pages.page import FilterBox


class SearchBox(FilterBox):
    """Enter goes to the next match, Shift+Enter to the one before; Escape clears it, or leaves it."""

    stepped = Signal(int)
    left = Signal()

    def __init__(self, name: str, label: str, can_be_left: bool = False) -> None:
        super().__init__(name, label)
        self._can_be_left = can_be_left

    def event(self, event: QEvent) -> bool:
        """Keep Escape from the window, which would go back to the list."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Escape
            and (self._can_be_left or self.text())
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step through the matches."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.stepped.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif event.key() == Qt.Key.Key_Escape and self._can_be_left:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
