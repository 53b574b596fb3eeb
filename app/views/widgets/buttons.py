"""Buttons as Marina uses them: each has an object name for tests and a name for screen readers."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from app.views.icons import ThemedIcon
from app.views.widgets.text import plain_tool_tip


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

    def set_label(self, text: str) -> None:
        """Change the text and the accessible name together."""
        self.setText(text.replace("&", "&&"))
        self.setAccessibleName(text)


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
