"""Buttons as Marina uses them: each has an object name for tests and a name for screen readers."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from app.views.icons import ThemedIcon
from app.views.theme import Theme
from app.views.widgets.text import plain_tool_tip

_LEAST = 96
"""Pixels at 100 %: narrower is no button with a label."""


class Button(QPushButton):
    """A button with text. `kind` is "", "primary", "danger" or "link"."""

    def __init__(
        self, text: str, name: str, kind: str = "", icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text.replace("&", "&&"), parent)
        self.setObjectName(name)
        self.setAccessibleName(text)
        self.setAutoDefault(False)
        if kind:
            self.setProperty("kind", kind)
        if icon:
            self.setIconSize(QSize(16, 16))
            token = {"primary": "on_accent", "danger": "err", "link": "accent"}.get(kind, "muted")
            self.icon_source = ThemedIcon(self, icon, token, token)

    def minimumSizeHint(self) -> QSize:
        """Return room for a word: where a line has no more, the label is shortened."""
        whole = self.sizeHint()
        return QSize(min(whole.width(), Theme.current().scaled(_LEAST)), whole.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it, with as much of the label as fits."""
        missing = self.sizeHint().width() - self.width()
        if missing <= 0:
            super().paintEvent(event)
            return
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        metrics = self.fontMetrics()
        room = metrics.size(Qt.TextFlag.TextShowMnemonic.value, self.text()).width() - missing
        option.text = metrics.elidedText(
            self.text(), Qt.TextElideMode.ElideRight, room, Qt.TextFlag.TextShowMnemonic.value
        )
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.end()

    def set_label(self, text: str) -> None:
        """Change the text and the accessible name together."""
        self.setText(text.replace("&", "&&"))
        self.setAccessibleName(text)


class LinkButton(Button):
    """A name on one line that leads somewhere; it ends in … where room is short, and is whole as tool tip."""

    def __init__(self, name: str, tool_tip: str) -> None:
        """`tool_tip` says where it leads, with {0} for the text."""
        super().__init__("", name, "link")
        self._tool_tip = tool_tip
        self.setProperty("inline", True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_label(self, text: str) -> None:
        """Change the text, the accessible name and the tool tip."""
        super().set_label(text)
        self.setToolTip(plain_tool_tip(self._tool_tip.format(text)))

    def minimumSizeHint(self) -> QSize:
        """Let the layout make the button as narrow as it needs."""
        return QSize(24, super().minimumSizeHint().height())


class IconButton(QToolButton):
    """A small button with an icon only; `label` is its tool tip and accessible name."""

    def __init__(
        self, icon: str, label: str, name: str, parent: QWidget | None = None, size: int = 16
    ) -> None:
        """`size` is the icon's, in pixels at 100 %."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", "icon")
        self.setIconSize(QSize(size, size))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.icon_source = ThemedIcon(self, icon, "muted", "accent")
        self.set_label(label)

    def set_label(self, label: str) -> None:
        """Change the tool tip and the accessible name together."""
        self.setToolTip(plain_tool_tip(label))
        self.setAccessibleName(label)
