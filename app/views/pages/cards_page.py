"""The frame of a page with one card for each thing: the cards, and what stands there while there are none."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtWidgets import QApplication, QWidget

from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.failure import Failure
from app.views.pages.page import Page
from app.views.widgets.frame.engine_panel import EnginePanel
from app.views.widgets.layouts import Card, Item, Scrolled, clear, column, row
from app.views.widgets.text import ElidedLabel, PlainLabel, WrappedLabel


class CardsPage(Page):
    """Subclasses make the cards, and say what they are when the state changes."""

    def __init__(self, name: str, width: int) -> None:
        super().__init__(name, "")
        self.engine = EngineView()
        self.engine_panel = EnginePanel(f"{name}.engine")
        self.engine_panel.hide()
        self.empty_card = Card(f"{name}.empty")
        self.empty_card.hide()
        self.empty_text = WrappedLabel(role="muted")
        self.empty_text.setObjectName(f"{name}.empty.text")
        self._cards = column()
        self._shown: Sequence[Any] = ()
        self.body.addWidget(Scrolled(column(self.engine_panel, self.empty_card, self._cards, None), width), 1)

    def set_title(self, title: str) -> None:
        """Say what the page is called."""
        self.title.setText(title)
        self.setAccessibleName(title)

    def fill_empty_card(self, heading: str, text: str, *more: Item) -> None:
        """Say what is missing, and how the first one comes to be."""
        self.empty_text.setText(text)
        content = column(PlainLabel(heading, "heading"), self.empty_text, *more, margins=(20, 18, 20, 18))
        self.empty_card.setLayout(content)

    def build_card(self, name: str, mark: QWidget, title: str, remark: PlainLabel, *buttons: QWidget) -> Card:
        """Return a card of one line: a mark, title and remark, and what can be done."""
        card = Card(name)
        words = column(ElidedLabel(title, "strong"), remark, spacing=2)
        line = row(mark, words, *buttons, spacing=14, margins=(18, 12, 14, 12))
        line.setStretch(1, 1)
        card.setLayout(line)
        return card

    def show_cards(
        self, things: Sequence[Any], make: Callable[[Any], Card], *, is_loaded: bool, count: str
    ) -> None:
        """Show a card of each thing; `count` says how many there are. The keyboard stays where it is."""
        if things != self._shown:
            self._shown = things
            focused = QApplication.focusWidget()
            held = focused.objectName() if focused is not None and self.isAncestorOf(focused) else ""
            clear(self._cards)
            for thing in things:
                self._cards.addWidget(make(thing))
            again = self.findChild(QWidget, held) if held else None
            if again is not None:
                again.setFocus()
        self.empty_card.setVisible(self.can_list and is_loaded and not things)
        if not self.can_list:
            self.count.setText(self.tr("Waiting for the engine"))
        elif not is_loaded:
            self.count.setText(self.tr("Loading…"))
        else:
            self.count.setText(count if things else self.tr("None yet"))

    @property
    def can_list(self) -> bool:
        """Return whether the things can be asked for."""
        return self.engine.can_be_used

    def on_engine_state(self, view: EngineView) -> None:
        """Follow the engine."""
        self.engine = view
        self.engine_panel.show_engine(view)
        self.engine_panel.setVisible(not self.can_list)

    def tell(self, failure: Failure) -> None:
        """Say above the cards what failed."""
        text = failure.sentences
        self.notice.say(text, "err", self.tr("Dismiss"))
