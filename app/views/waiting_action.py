"""What is asked for while the engine is not there: it starts the engine, waits, and is done then."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from app.views.main_window import MainWindow


class WaitingAction(QObject):
    """Keeps the one thing that a window was asked for last."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._action: Callable[[], object] | None = None
        window.desktop.engine_changed.connect(self._look)
        window.banner.linked.connect(self._forget)

    def when_usable(self, title: str, action: Callable[[], object]) -> None:
        """Call `action` now, or once the engine can be used; `title` says what waits."""
        desktop = self._window.desktop
        if desktop.view.can_be_used:
            action()
            return
        self._action = action
        text = self.tr("“{0}” waits for the engine.").format(title)
        self._window.banner.say(text, link=self.tr("Cancel"))
        if desktop.view.can_start:
            desktop.engine.start()

    @Slot()
    def _look(self) -> None:
        if self._action is not None and self._window.desktop.view.can_be_used:
            action, self._action = self._action, None
            self._window.banner.hide()
            action()

    @Slot()
    def _forget(self) -> None:
        self._action = None
