"""One line across a page: what is wrong or new, and a button or two."""

from PySide6.QtCore import Signal

from app.views.icons import themed_pixmap
from app.views.theme import Theme
from app.views.widgets.announcement import announce
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import Card, row
from app.views.widgets.text import WrappedLabel, restyle

_ICONS = {"err": "error", "warn": "warning", "ok": "check", "": "info"}


class Banner(Card):
    """Hidden until there is something to say. `tone` is "err", "warn", "ok" or ""."""

    pressed = Signal()
    linked = Signal()

    def __init__(self, name: str) -> None:
        super().__init__(name, "banner")
        self._tone = ""
        self._icon = WrappedLabel()
        self._icon.setWordWrap(False)
        self._text = WrappedLabel()
        self._text.setObjectName(f"{name}.text")
        self.button = Button("", f"{name}.button")
        self.button.clicked.connect(self.pressed)
        self.link = Button("", f"{name}.link")
        self.link.clicked.connect(self.linked)
        self.link.hide()
        self._close = IconButton("close", self.tr("Dismiss"), f"{name}.close")
        self._close.clicked.connect(self.hide)
        self._close.hide()
        words = row(self._icon, self._text, spacing=10)
        words.setStretch(1, 1)
        parts = (words, self.link, self.button, self._close)
        self.setLayout(flow(*parts, spacing=10, margins=(14, 8, 10, 8)))
        self.hide()
        Theme.current().changed.connect(self._draw_icon)

    @property
    def text(self) -> str:
        """Return what it says."""
        return self._text.text()

    def say(
        self, text: str, tone: str = "", button: str = "", link: str = "", *, closes: bool = False
    ) -> None:
        """Show `text`, with a button and a way to what it is about when they have labels.

        One that `closes` has a cross as well, which takes it away and does nothing else.
        """
        if self.isHidden() or text != self._text.text():
            announce(self, text, is_urgent=tone == "err")
        self._tone = tone
        self.setProperty("tone", tone)
        self._text.setText(text)
        self.setAccessibleName(text)
        self.button.setVisible(bool(button))
        self.button.set_label(button)
        self.link.setVisible(bool(link))
        self.link.set_label(link)
        self._close.setVisible(closes)
        self._draw_icon()
        restyle(self)
        self.show()

    def _draw_icon(self) -> None:
        color = getattr(Theme.current().tokens, self._tone or "accent")
        self._icon.setPixmap(themed_pixmap(self, _ICONS[self._tone], color, 18))
