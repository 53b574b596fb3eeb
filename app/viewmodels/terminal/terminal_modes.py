"""What a program asked of keys, mouse, focus and the cursor's look: the screen's text does not depend on it.

Source: xterm's ctlseqs, "DEC Private Mode Set" and DECSCUSR.
"""

from dataclasses import dataclass
from enum import IntEnum


class Mouse(IntEnum):
    """What of the mouse a program wants to know."""

    NOTHING = 0
    PRESSES = 9  # X10: presses alone
    BUTTONS = 1000  # presses and releases
    DRAGS = 1002  # and moves while a button is down
    MOVES = 1003  # and all others


class CursorShape(IntEnum):
    """How the cursor looks."""

    BLOCK = 0
    LINE = 1  # below the character
    BAR = 2  # in front of it


_SWITCHES = {
    1: "application_cursor",
    25: "cursor_visible",
    1004: "tells_focus",
    1006: "long_reports",
    1007: "wheel_is_arrows",
    2004: "bracketed_paste",
}
_MOUSE = {int(mouse) for mouse in Mouse if mouse}


@dataclass
class Modes:
    """The modes by what they are for; `long_reports` are those of 1006, without a limit of 223 columns."""

    application_cursor: bool = False
    bracketed_paste: bool = False
    cursor_visible: bool = True
    cursor_shape: CursorShape = CursorShape.BLOCK
    mouse: Mouse = Mouse.NOTHING
    long_reports: bool = False
    tells_focus: bool = False
    wheel_is_arrows: bool = True

    def set_private(self, number: int, on: bool) -> None:
        """Switch the mode of a DEC number, if it is one of these."""
        if (name := _SWITCHES.get(number)) is not None:
            setattr(self, name, on)
        elif number in _MOUSE:
            self.mouse = Mouse(number) if on else Mouse.NOTHING

    def private(self, number: int) -> bool | None:
        """Return whether a mode is on, None for one that is not among these."""
        if (name := _SWITCHES.get(number)) is not None:
            return bool(getattr(self, name))
        return self.mouse == number if number in _MOUSE else None

    def set_cursor_shape(self, number: int) -> None:
        """Take DECSCUSR's number; the cursor never blinks, whatever is asked."""
        if 0 <= number <= 6:
            self.cursor_shape = CursorShape(max(0, number - 1) // 2)
