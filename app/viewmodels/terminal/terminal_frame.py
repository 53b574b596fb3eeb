"""Synchronized output: what is shown while a program draws its next picture is the one before.

Source: the "Synchronized Output" specification of DEC private mode 2026.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from app.viewmodels.terminal.terminal_cells import Cursor, Row
from app.viewmodels.terminal.terminal_modes import Modes
from app.viewmodels.terminal.terminal_screen import Screen

MOST_SECONDS = 1.0  # a program that takes longer has forgotten to end, or was ended
_LEAST_SECONDS = 0.004  # between two frames: a program may begin thousands a second


@dataclass(frozen=True, slots=True)
class Frame:
    """A screen at one moment; `history` is how many rows were above it."""

    rows: list[Row]
    cursor: Cursor
    modes: Modes
    history: int


class FrameHold:
    """Keeps the last whole picture from the beginning of the next one to its end."""

    def __init__(self, screen: Screen, clock: Callable[[], float] = time.monotonic) -> None:
        self._screen, self._clock = screen, clock
        self._frame: Frame | None = None
        self._taken = self._begun = 0.0
        self._is_on = False

    @property
    def is_on(self) -> bool:
        """Return whether a picture is being drawn."""
        return self._is_on and self._clock() - self._begun < MOST_SECONDS

    @property
    def frame(self) -> Frame | None:
        """Return what is to be shown in place of the screen, None for the screen as it is."""
        frame = self._frame if self.is_on else None
        if frame is None or frame.history > len(self._screen.history):  # its place is no longer known
            return None
        return frame

    def hold(self, on: bool) -> None:
        """Begin a picture, or end it."""
        now = self._clock()
        if on and not self.is_on:
            self._begun = now
            if self._frame is None or now - self._taken >= _LEAST_SECONDS:
                self._frame, self._taken = self._take(), now
        self._is_on = on

    def forget(self) -> None:
        """Show the screen as it is: the picture does not fit it any more."""
        self._is_on, self._frame = False, None

    def _take(self) -> Frame:
        screen = self._screen
        rows = [Row.of(list(row.cells), list(row.styles)) for row in screen.lines]
        modes = Modes(cursor_visible=screen.modes.cursor_visible, cursor_shape=screen.modes.cursor_shape)
        return Frame(rows, screen.cursor.copy(), modes, len(screen.history))
