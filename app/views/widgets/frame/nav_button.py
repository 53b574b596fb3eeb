"""The buttons by which one goes from place to place."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton

from app.views.icons import ThemedIcon
from app.views.theme import Theme
from app.views.widgets.text import restyle

_HEIGHT, _LEAST_HEIGHT = 38, 22


class NavButton(QToolButton):
    """A button of a list on the left: an icon, and a word where there is room."""

    def __init__(self, name: str, label: str, icon: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("role", "nav")
        self.setText(f"  {label}")
        self.setAccessibleName(label)
        self.setIconSize(QSize(18, 18))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        Theme.current().changed.connect(self._follow_zoom)
        self._follow_zoom()
        self.icon_source = ThemedIcon(self, icon, "muted", "accent")

    def sizeHint(self) -> QSize:
        """Return room for a finger; where the window is low, all of them give way."""
        return QSize(super().sizeHint().width(), self.maximumHeight())

    def minimumSizeHint(self) -> QSize:
        """Return room for the icon: a tool tip has the word, too."""
        return self.minimumSize()

    def _follow_zoom(self) -> None:
        self.setMinimumHeight(Theme.current().scaled(_LEAST_HEIGHT))
        self.setMaximumHeight(Theme.current().scaled(_HEIGHT))

    def set_narrow(self, narrow: bool) -> None:
        """Show only the icon, or the word too."""
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(style.ToolButtonIconOnly if narrow else style.ToolButtonTextBesideIcon)
        self.setProperty("narrow", narrow)
        restyle(self)
