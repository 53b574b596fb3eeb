"""Where there is no container but an image: run one of the newest ones."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal

from app.views.widgets.buttons import Button
from app.views.widgets.layouts import Card, clear, column
from app.views.widgets.text import PlainLabel

_LONGEST = 48  # characters of a name on its button


class NewestImagesCard(Card):
    """A button for each image."""

    chosen = Signal(str)  # the image

    def __init__(self) -> None:
        super().__init__("containers.images")
        self._buttons = column(spacing=6)
        self._shown: list[str] = []
        self.setLayout(
            column(
                PlainLabel(self.tr("Run an image"), "heading"),
                PlainLabel(self.tr("These are the newest ones that you have."), "muted"),
                6,
                self._buttons,
                margins=(20, 18, 20, 18),
            )
        )

    def show_images(self, names: Sequence[str]) -> None:
        """Offer these images."""
        if list(names) == self._shown:
            return  # a button that is pressed, or has the keyboard, stays
        self._shown = list(names)
        clear(self._buttons)
        for place, name in enumerate(names):
            button = Button(_shorten(name), f"containers.images.{place}", icon="play")
            button.setToolTip(self.tr("Run a container from {0}").format(name))
            button.setAccessibleName(button.toolTip())
            button.clicked.connect(lambda _=False, name=name: self.chosen.emit(name))
            self._buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)


def _shorten(name: str) -> str:
    """Return a name with its end, which tells most."""
    return name if len(name) <= _LONGEST else f"…{name[1 - _LONGEST :]}"
