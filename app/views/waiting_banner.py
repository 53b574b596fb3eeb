"""What waits for the engine, told in the window's banner, with a way to think better of it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from app.views.main_window import MainWindow


class WaitingBanner(QObject):
    """Joins what waits and the banner of one window."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._waiting, self._banner = window.desktop.waiting, window.banner
        self._text = ""
        self._waiting.changed.connect(self._show)
        self._banner.linked.connect(self._pressed)

    @property
    def _is_shown(self) -> bool:
        """Whether the banner tells of what waits: others use it, too."""
        return bool(self._text) and self._banner.text == self._text

    @Slot()
    def _show(self) -> None:
        titles = self._waiting.titles
        if titles:
            self._text = self.tr("Waiting for the engine: {0}").format(", ".join(titles))
            self._banner.say(self._text, link=self.tr("Cancel"))
        else:
            if self._is_shown:
                self._banner.hide()
            self._text = ""

    @Slot()
    def _pressed(self) -> None:
        if self._is_shown:
            self._waiting.cancel_all()
