"""The sidebar: the brand, and one button a page."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from app.views.icons import themed_pixmap
from app.views.theme import Theme
from app.views.widgets.frame.nav_button import NavButton
from app.views.widgets.layouts import Squeezed, column, row
from app.views.widgets.text import PlainLabel

WIDTH, NARROW = 210, 56


class Sidebar(QWidget):
    """Emits `chosen` with a page's name."""

    chosen = Signal(str)

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
        self._layout = QVBoxLayout()
        pages = Squeezed(self._layout)
        pages.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # wheel and keys do
        pages.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setLayout(column(pages))
        self._layout.setContentsMargins(10, 16, 10, 12)
        self._layout.setSpacing(2)
        self._layout.addLayout(row(self._logo, self._brand, None, spacing=9, margins=(8, 0, 0, 14)))
        self._pages_end = self._layout.count()
        self._layout.addStretch(1)
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
        place = self._layout.count() if below else self._pages_end
        self._layout.insertWidget(place, button)
        self._pages_end += not below

    def show_page(self, name: str) -> None:
        """Mark a page as the one shown."""
        self._buttons[name].setChecked(True)

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

    def _draw_logo(self) -> None:
        accent = Theme.current().tokens.accent
        self._logo.setPixmap(themed_pixmap(self, "anchor", accent, 24))
