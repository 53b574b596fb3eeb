"""What a terminal sends for the mouse. Source: xterm's ctlseqs, "Mouse Tracking"."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from app.viewmodels.terminal.terminal_modes import Modes, Mouse

_BUTTONS = {Qt.MouseButton.LeftButton: 0, Qt.MouseButton.MiddleButton: 1, Qt.MouseButton.RightButton: 2}
_NO_BUTTON = 3
_MOVE = 32
_WHEEL = 64
_NOTCH = 120  # of QWheelEvent's angle
_SHORT_LIMIT = 223  # the last column and row that a short report can tell


@dataclass(frozen=True, slots=True)
class _Report:
    code: int
    cell: QPoint  # from 0
    is_release: bool = False

    def encode(self, modes: Modes) -> bytes:
        """Return the bytes, none where the place cannot be told."""
        x, y = self.cell.x() + 1, self.cell.y() + 1
        if modes.long_reports:
            return b"\x1b[<%d;%d;%d%c" % (self.code, x, y, b"m" if self.is_release else b"M")
        if max(x, y) > _SHORT_LIMIT:
            return b""
        code = self.code & ~_NO_BUTTON | _NO_BUTTON if self.is_release else self.code
        return b"\x1b[M" + bytes((32 + code, 32 + x, 32 + y))


class MouseReports:
    """Turns presses, releases, moves and the wheel into what the program asked for.

    With Shift the mouse is the terminal's: one can select whatever the program does.
    """

    def __init__(self) -> None:
        self._held: int | None = None  # the button whose press was told: its release is told, too
        self._cell: QPoint | None = None  # where the mouse was told to be
        self._turned = QPoint()

    def wants(self, event: QMouseEvent | QWheelEvent, modes: Modes) -> bool:
        """Return whether an event is the program's."""
        if modes.mouse is Mouse.NOTHING:
            self._held = None
            return False
        return self._held is not None or not event.modifiers() & Qt.KeyboardModifier.ShiftModifier

    def take_mouse(self, event: QMouseEvent, cell: QPoint, modes: Modes) -> bytes:
        """Return what is to be sent for a press, release or move at a cell."""
        number = _BUTTONS.get(event.button())
        keys = _modifiers(event)
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            if number is None:
                return b""
            self._held, self._cell = number, cell
            return _Report(number + (0 if modes.mouse is Mouse.PRESSES else keys), cell).encode(modes)
        if event.type() is QEvent.Type.MouseButtonRelease:
            if number is None or number != self._held:
                return b""
            self._held = None
            return b"" if modes.mouse is Mouse.PRESSES else _Report(number + keys, cell, True).encode(modes)
        is_told = modes.mouse is Mouse.MOVES or (modes.mouse is Mouse.DRAGS and self._held is not None)
        if not is_told or cell == self._cell:
            return b""
        self._cell = cell
        return _Report(_MOVE + (_NO_BUTTON if self._held is None else self._held) + keys, cell).encode(modes)

    def take_wheel(self, event: QWheelEvent, cell: QPoint, modes: Modes) -> bytes:
        """Return a report for each notch: 64 is up, 65 down, 66 left, 67 right."""
        if modes.mouse is Mouse.PRESSES:
            return b""
        self._turned += event.angleDelta()
        data = b""
        for turned, number in ((self._turned.y(), 0), (self._turned.x(), 2)):
            code = _WHEEL + number + (turned < 0) + _modifiers(event)
            data += _Report(code, cell).encode(modes) * (abs(turned) // _NOTCH)
        self._turned = QPoint(_rest(self._turned.x()), _rest(self._turned.y()))
        return data


def _rest(turned: int) -> int:
    return turned % _NOTCH if turned >= 0 else -(-turned % _NOTCH)


def _modifiers(event: QMouseEvent | QWheelEvent) -> int:
    keys = event.modifiers()
    return (
        4 * bool(keys & Qt.KeyboardModifier.ShiftModifier)
        + 8 * bool(keys & Qt.KeyboardModifier.AltModifier)
        + 16 * bool(keys & Qt.KeyboardModifier.ControlModifier)
    )
