"""The window's first line: the search over everything, the keys, the bell, and the appearance."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QWidget

from app.views import keys
from app.views.icons import ThemedIcon
from app.views.theme import Appearance, Theme
from app.views.widgets.buttons import IconButton
from app.views.widgets.layouts import row
from app.views.widgets.text import PlainLabel

_HEIGHT, _SEARCH_WIDTH, _ICON = 48, 420, 18
_BESIDE_LABEL = 60  # pixels of the search's field that neither its label nor its key may have


class Header(QWidget):
    """Emits what was asked for; who it belongs to knows where that is."""

    search_pressed = Signal()
    keys_pressed = Signal()
    bell_pressed = Signal()
    appearance_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.search = _SearchButton("header.search", self.tr("Search everything"))
        self.search.clicked.connect(self.search_pressed)
        self.keys = IconButton("keyboard", self.tr("Show the keys (?)"), "header.keys", size=_ICON)
        self.keys.setAccessibleName(self.tr("Show the keys"))
        self.keys.clicked.connect(self.keys_pressed)
        self.bell = IconButton("bell", "", "header.notifications", size=_ICON)
        self.bell.clicked.connect(self.bell_pressed)
        self.appearance = IconButton("appearance", self.tr("Appearance"), "header.appearance", size=_ICON)
        self.appearance.setProperty("menu", True)
        self.appearance.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.appearance.setMenu(self._build_menu())
        parts = (self.search, None, self.keys, self.bell, self.appearance)
        layout = row(*parts, spacing=6, margins=(24, 0, 18, 0))
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.show_unread(0)
        Theme.current().changed.connect(self._follow_zoom)
        self._follow_zoom()

    def show_unread(self, count: int) -> None:
        """Mark the bell with how many notices nobody has seen."""
        label = self.tr("Notifications")
        style = Qt.ToolButtonStyle
        self.bell.setText(str(count))
        self.bell.setToolButtonStyle(style.ToolButtonTextBesideIcon if count else style.ToolButtonIconOnly)
        self.bell.set_label(self.tr("Notifications, %n unread", "", count) if count else label)
        self.bell.icon_source.show("bell", "warn" if count else "muted")

    def _follow_zoom(self) -> None:
        self.setFixedHeight(Theme.current().scaled(_HEIGHT))
        self.search.setMaximumWidth(Theme.current().scaled(_SEARCH_WIDTH))

    def _build_menu(self) -> QMenu:
        menu = QMenu(self.appearance)
        group = QActionGroup(menu)
        for choice, label in (
            (Appearance.SYSTEM, self.tr("Like the system")),
            (Appearance.LIGHT, self.tr("Light")),
            (Appearance.DARK, self.tr("Dark")),
            (Appearance.CONTRAST, self.tr("High contrast")),
        ):
            action = menu.addAction(label)
            action.setObjectName(f"header.appearance.{choice.value}")
            action.setCheckable(True)
            action.setChecked(Theme.current().appearance is choice)
            action.triggered.connect(lambda _=False, choice=choice: self.appearance_chosen.emit(choice.value))
            group.addAction(action)
        return menu


class _SearchButton(QPushButton):
    """Looks like the field that it opens, and names its key."""

    def __init__(self, name: str, label: str) -> None:
        super().__init__(f"  {label}")
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setAutoDefault(False)
        self.setProperty("role", "search")
        self.setIconSize(QSize(16, 16))
        self.icon_source = ThemedIcon(self, "search", "muted", "muted")
        words = keys.SEARCH.words
        self.setToolTip(f"{label} ({words})")
        self._words = PlainLabel(words, "muted")
        self.setLayout(row(None, self._words, margins=(0, 0, 12, 0)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the key out where it would lie upon the label; the tool tip has it, too."""
        super().resizeEvent(event)
        text = self.fontMetrics().horizontalAdvance(self.text()) + self.iconSize().width()
        self._words.setVisible(self.width() > text + self._words.sizeHint().width() + _BESIDE_LABEL)
