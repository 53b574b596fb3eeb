"""The frame of a page with one card for each thing: the cards, and what stands there while there are none."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.failure import Failure
from app.views.pages.page import Page
from app.views.widgets.frame.engine_panel import EnginePanel
from app.views.widgets.layouts import Card, Item, Scrolled, column, discard, row
from app.views.widgets.text import ElidedLabel, PlainLabel, WrappedLabel

_AT_ONCE, _A_TURN = 24, 6  # cards: more than are in sight; so few that the window goes on meanwhile


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
        self._card_of: dict[Any, Card] = {}
        self._make: Callable[[Any], Card] | None = None
        self._held = ""  # the name of what has the keyboard, until its card is there again
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._make_more)
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
            self._shown, self._make = things, make
            self._arrange()
        self.empty_card.setVisible(self.can_list and is_loaded and not things)
        if not self.can_list:
            self.count.setText(self.tr("Waiting for the engine"))
        elif not is_loaded:
            self.count.setText(self.tr("Loading…"))
        else:
            self.count.setText(count if things else self.tr("None yet"))

    def _arrange(self) -> None:
        """Put the cards in their order; those of things that are as they were stay, scrolled and focused."""
        focused = QApplication.focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            self._held = focused.objectName()
        known, self._card_of = self._card_of, {}
        while self._cards.takeAt(0) is not None:
            pass
        kept = {thing: known.pop(thing) for thing in self._shown if thing in known}
        for card in known.values():
            discard(card)
        for thing in self._shown:
            if thing in kept or len(self._card_of) < _AT_ONCE:
                self._put(thing, self._cards.count(), kept.get(thing))
        self._focus_again()
        self._later.start()

    def _make_more(self) -> None:
        missing = [(place, thing) for place, thing in enumerate(self._shown) if thing not in self._card_of]
        for place, thing in missing[:_A_TURN]:
            self._put(thing, place)  # all before it are there by now
        self._focus_again()
        if len(missing) > _A_TURN:
            self._later.start()

    def _put(self, thing: Any, place: int, card: Card | None = None) -> None:
        assert self._make is not None
        self._card_of[thing] = card = card or self._make(thing)
        self._cards.insertWidget(place, card)

    def _focus_again(self) -> None:
        again = self.findChild(QWidget, self._held) if self._held else None
        if again is not None:
            self._held = ""
            again.setFocus()

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
