"""Cards in sections: a list of them on the left, the cards of the chosen one on the right."""

from collections.abc import Collection, Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QVBoxLayout, QWidget

from app.views.theme import Theme
from app.views.widgets.frame.nav_button import NavButton
from app.views.widgets.layouts import Card, Scrolled, column, row

_LIST_WIDTH, _NARROW_WIDTH = 180, 46
_NARROW_BELOW = 800
WIDTH = 760


class Sections(QWidget):
    """Shows the first section until another one is chosen; `name` begins the names of the buttons."""

    chosen = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._buttons: dict[str, tuple[NavButton, str]] = {}
        self._places: dict[str, Scrolled] = {}
        self._narrow = False
        self._group = QButtonGroup(self)
        self._list = QWidget()
        self._entries = QVBoxLayout(self._list)
        self._entries.setContentsMargins(0, 0, 0, 0)
        self._entries.setSpacing(2)
        self._entries.addStretch(1)
        self._stack = QStackedWidget()
        self.below = column()
        """What stays in sight below the cards, whichever they are."""
        right = column(self._stack, self.below, spacing=12)
        right.setStretch(0, 1)
        layout = row(self._list, right, spacing=16)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        Theme.current().changed.connect(self._follow_zoom)
        self._follow_zoom()

    @property
    def places(self) -> Mapping[str, QWidget]:
        """Return what holds the cards, by section."""
        return self._places

    def add(self, section: str, label: str, icon: str, *cards: QWidget) -> None:
        """Add a section below the others."""
        button = NavButton(f"{self._name}.section.{section}", label, icon)
        button.setCheckable(True)
        button.setChecked(not self._buttons)
        button.setToolTip(label)
        button.clicked.connect(lambda: self.show_section(section))
        self._group.addButton(button)
        self._entries.insertWidget(len(self._buttons), button)
        content = column(*cards, None, spacing=14)
        content.setContentsMargins(0, 0, 8, 0)
        scrolled = Scrolled(content)
        self._stack.addWidget(scrolled)
        self._buttons[section], self._places[section] = (button, icon), scrolled
        button.set_narrow(self._narrow)
        scrolled.content.setMaximumWidth(Theme.current().scaled(WIDTH))

    @property
    def current(self) -> str:
        """Return the section in sight."""
        shown = self._stack.currentWidget()
        return next(name for name, place in self._places.items() if place is shown)

    def show_section(self, section: str) -> None:
        """Bring a section into sight."""
        self._buttons[section][0].setChecked(True)
        self._stack.setCurrentWidget(self._places[section])
        self.chosen.emit(section)

    def reveal(self, widget: QWidget) -> None:
        """Bring a widget into sight, with as much of its card as there is room for."""
        for section, place in self._places.items():
            if place.isAncestorOf(widget):
                self.show_section(section)
                cards = (card for card in place.findChildren(Card) if card.isAncestorOf(widget))
                place.ensureWidgetVisible(next(cards, widget))
                place.ensureWidgetVisible(widget)

    def mark(self, sections: Collection[str]) -> None:
        """Mark the sections in which something is wrong."""
        for name, (button, icon) in self._buttons.items():
            is_wrong = name in sections
            button.icon_source.show("warning" if is_wrong else icon, "err" if is_wrong else "muted")

    def label_of(self, section: str) -> str:
        """Return what a section is called."""
        return self._buttons[section][0].accessibleName()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the list where room is short."""
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        theme = Theme.current()
        narrow = self.width() < theme.scaled(_NARROW_BELOW)
        self._list.setFixedWidth(theme.scaled(_NARROW_WIDTH if narrow else _LIST_WIDTH))
        if narrow is not self._narrow:
            self._narrow = narrow
            for button, _ in self._buttons.values():
                button.set_narrow(narrow)

    def _follow_zoom(self) -> None:
        for place in self._places.values():
            place.content.setMaximumWidth(Theme.current().scaled(WIDTH))
        self._fold()
