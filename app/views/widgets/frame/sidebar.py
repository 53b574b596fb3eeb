"""The sidebar: the brand, one button a page, and the appearance."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QButtonGroup, QMenu, QToolButton, QVBoxLayout, QWidget

from app.views.icons import themed_pixmap
from app.views.theme import Appearance, Theme
from app.views.widgets.frame.nav_button import NavButton
from app.views.widgets.layouts import row
from app.views.widgets.text import PlainLabel

WIDTH, NARROW = 210, 56


class Sidebar(QWidget):
    """Emits `chosen` with a page's name."""

    chosen = Signal(str)
    appearance_chosen = Signal(str)
    search_pressed = Signal()
    bell_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._buttons: dict[str, NavButton] = {}
        self._labels: dict[NavButton, str] = {}
        self._narrow = False
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._logo = PlainLabel()
        self._brand = PlainLabel("Marina")
        self._brand.setObjectName("brand")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(10, 16, 10, 12)
        self._layout.setSpacing(2)
        self._layout.addLayout(row(self._logo, self._brand, None, spacing=9, margins=(8, 0, 0, 14)))
        self.search = NavButton("sidebar.search", self.tr("Search"), "search")
        self.search.setToolTip(self.tr("Search everything (Ctrl+K)"))
        self.search.clicked.connect(self.search_pressed)
        self._labels[self.search] = self.tr("Search")
        self._layout.addWidget(self.search)
        self.bell = NavButton("sidebar.notifications", self.tr("Notifications"), "bell")
        self.bell.clicked.connect(self.bell_pressed)
        self._layout.addWidget(self.bell)
        self._layout.addSpacing(8)
        self._pages_end = self._layout.count()
        self._layout.addStretch(1)
        self.appearance = NavButton("sidebar.appearance", self.tr("Appearance"), "appearance")
        self.appearance.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.appearance.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self._labels[self.appearance] = self.tr("Appearance")
        self._layout.addWidget(self.appearance)
        self._build_menu()
        self._labels[self.bell] = self.tr("Notifications")
        self.show_unread(0)
        Theme.current().changed.connect(self._draw_logo)
        Theme.current().changed.connect(self._follow_zoom)
        self._follow_zoom()
        self._draw_logo()

    def add_page(self, name: str, label: str, icon: str, keys: str, below: bool = False) -> None:
        """Add a page's button, below the others at the end of the sidebar when `below`."""
        button = NavButton(f"sidebar.{name}", label, icon)
        button.setCheckable(True)
        button.setToolTip(f"{label} ({keys})")
        button.clicked.connect(lambda: self.chosen.emit(name))
        self._group.addButton(button)
        self._buttons[name], self._labels[button] = button, label
        place = self._layout.indexOf(self.appearance) if below else self._pages_end
        self._layout.insertWidget(place, button)
        self._pages_end += not below

    def show_page(self, name: str) -> None:
        """Mark a page as the one shown."""
        self._buttons[name].setChecked(True)

    def show_unread(self, count: int) -> None:
        """Mark the bell with how many notices nobody has seen."""
        label = self.tr("Notifications")
        self.bell.setText(f"  {label}  ({count})" if count else f"  {label}")
        words = self.tr("Notifications, %n unread", "", count) if count else label
        self.bell.setAccessibleName(words)
        self.bell.setToolTip(words)
        self.bell.icon_source.show("bell", "warn" if count else "muted")

    def set_narrow(self, narrow: bool) -> None:
        """Show only icons, or words too."""
        if narrow is self._narrow:
            return
        self._narrow = narrow
        self._follow_zoom()
        self._brand.setVisible(not narrow)
        for button in self._labels:
            button.set_narrow(narrow)

    def _follow_zoom(self) -> None:
        self.setFixedWidth(Theme.current().scaled(NARROW if self._narrow else WIDTH))

    def _build_menu(self) -> None:
        menu = QMenu(self.appearance)
        group = QActionGroup(menu)
        for choice, label in (
            (Appearance.SYSTEM, self.tr("Like the system")),
            (Appearance.LIGHT, self.tr("Light")),
            (Appearance.DARK, self.tr("Dark")),
            (Appearance.CONTRAST, self.tr("High contrast")),
        ):
            action = menu.addAction(label)
            action.setObjectName(f"sidebar.appearance.{choice.value}")
            action.setCheckable(True)
            action.setChecked(Theme.current().appearance is choice)
            action.triggered.connect(lambda _=False, choice=choice: self.appearance_chosen.emit(choice.value))
            group.addAction(action)
        self.appearance.setMenu(menu)

    def _draw_logo(self) -> None:
        accent = Theme.current().tokens.accent
        self._logo.setPixmap(themed_pixmap(self, "anchor", accent, 24))
