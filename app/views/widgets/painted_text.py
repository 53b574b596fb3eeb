"""A text that paints itself, for screen readers: without this they would find a frame with nothing in it.

They are told of the lines in sight: a million lines are more than anybody could be read.
"""

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleTextCursorEvent,
    QAccessibleTextInsertEvent,
    QAccessibleTextInterface,
    QAccessibleTextUpdateEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QAccessibleWidget
from shiboken6 import VoidPtr

Role = QAccessible.Role


class PaintedText(QAbstractScrollArea):
    """Heirs say which lines are in sight, and call `tell_text` when they have changed."""

    accessible_role = Role.EditableText
    _told = ""

    def text_in_sight(self) -> str:
        """Return the lines in sight."""
        raise NotImplementedError

    def cursor_in_sight(self) -> int:
        """Return where the cursor is in the lines in sight."""
        return 0

    def tell_text(self) -> None:
        """Tell screen readers, where there are any, what has changed."""
        if not QAccessible.isActive():
            return
        before, now = self._told, self.text_in_sight()
        if before == now:
            return
        self._told = now
        start = _common_start(before, now)
        end = _common_start(before[start:][::-1], now[start:][::-1])
        gone, new = before[start : len(before) - end], now[start : len(now) - end]
        event = (
            QAccessibleTextUpdateEvent(self, start, gone, new)
            if gone
            else QAccessibleTextInsertEvent(self, start, new)
        )
        QAccessible.updateAccessibility(event)
        QAccessible.updateAccessibility(QAccessibleTextCursorEvent(self, self.cursor_in_sight()))


class _Text(QAccessibleTextInterface):
    """The text as one string; nobody changes it, or its selection, from outside."""

    def __init__(self, widget: PaintedText) -> None:
        super().__init__()
        self._widget = widget

    def text(self, start: int, end: int) -> str:
        """Return a part."""
        return self._widget.text_in_sight()[start:end]

    def characterCount(self) -> int:
        """Return how long it is."""
        return len(self._widget.text_in_sight())

    def cursorPosition(self) -> int:
        """Return where the cursor is."""
        return self._widget.cursor_in_sight()

    def characterRect(self, offset: int) -> QRect:
        """Return no place: lines are found by their text."""
        del offset
        return QRect()

    def offsetAtPoint(self, point: QPoint) -> int:
        """Return that no character is known to be there."""
        del point
        return -1

    def attributes(self, offset: int) -> tuple[str, int, int]:
        """Return the attributes at a place, from where and to where they hold: all is alike."""
        del offset
        return "", 0, self.characterCount()

    def selection(self, number: int) -> tuple[int, int]:
        """Return that nothing is selected."""
        del number
        return 0, 0

    def selectionCount(self) -> int:
        """Return that nothing is selected."""
        return 0

    def addSelection(self, start: int, end: int) -> None:
        """Select nothing."""

    def setSelection(self, number: int, start: int, end: int) -> None:
        """Select nothing."""

    def removeSelection(self, number: int) -> None:
        """Select nothing."""

    def setCursorPosition(self, position: int) -> None:
        """Leave the cursor where the program has it."""

    def scrollToSubstring(self, start: int, end: int) -> None:
        """All that is told is in sight."""


class PaintedTextAccessible(QAccessibleWidget):
    """What screen readers see of a painted text."""

    def __init__(self, widget: PaintedText) -> None:
        super().__init__(widget, widget.accessible_role)
        self._text = _Text(widget)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> object:  # type: ignore[override]  # a pointer
        """Offer the text, and what the class above does; the number that it returns is no pointer yet."""
        if kind == QAccessible.InterfaceType.TextInterface:
            return self._text
        return VoidPtr(super().interface_cast(kind))

    def state(self) -> QAccessible.State:
        """Return the widget's state, and that it is a text to be read."""
        state = super().state()
        state.multiLine = state.readOnly = 1
        return state


def _common_start(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    most = min(len(one), len(other))
    return next((place for place in range(most) if one[place] != other[place]), most)
