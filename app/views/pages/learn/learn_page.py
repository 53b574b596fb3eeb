"""The Learn page: short walkthroughs that act on the real engine."""

from PySide6.QtCore import Signal

from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.learn.learn import LESSONS, LearnViewModel
from app.views.browser import open_address
from app.views.icons import themed_pixmap
from app.views.pages.learn.learn_texts import LearnTexts
from app.views.pages.learn.lesson_view import LessonDetailView
from app.views.pages.page import Page
from app.views.theme import Theme
from app.views.widgets.buttons import Button
from app.views.widgets.frame.engine_panel import EnginePanel
from app.views.widgets.layouts import Card, Scrolled, column, row
from app.views.widgets.text import ElidedLabel, PlainLabel, WrappedLabel

_WIDTH = 900
_ICONS = {
    "run": "play",
    "logs": "logs",
    "files": "edit",
    "build": "builds",
    "volume": "volumes",
    "compose": "compose",
}


class _LessonCard(Card):
    """One walkthrough in the list, with how far it is."""

    def __init__(self, key: str, title: str, about: str) -> None:
        super().__init__(f"learn.{key}")
        self._key, self._title = key, title
        self._icon = PlainLabel()
        self.state = PlainLabel(role="muted")
        self.state.setObjectName(f"learn.{key}.state")
        self.button = Button("", f"learn.{key}.open")
        line = row(
            self._icon,
            column(ElidedLabel(title, "strong"), ElidedLabel(about, "muted"), spacing=2),
            self.state,
            self.button,
            spacing=14,
            margins=(18, 12, 14, 12),
        )
        line.setStretch(1, 1)
        self.setLayout(line)
        Theme.current().changed.connect(self._draw_icon)
        self._draw_icon()

    def show_progress(self, done: int, length: int) -> None:
        """Say how many steps are done."""
        if done >= length:
            self.state.setText(self.tr("Done"))
            label = self.tr("Look again")
        elif done:
            self.state.setText(self.tr("{0} of {1} steps").format(done, length))
            label = self.tr("Go on")
        else:
            self.state.setText(self.tr("%n step(s)", "", length))
            label = self.tr("Begin")
        self.state.set_role("ok" if done >= length else "muted")
        self.button.setText(label)
        self.button.setAccessibleName(f"{label}: {self._title}")

    def _draw_icon(self) -> None:
        tokens = Theme.current().tokens
        self._icon.setPixmap(themed_pixmap(self, _ICONS[self._key], tokens.accent, 22))


class LearnPage(Page):
    """A card for each walkthrough; one is opened in place of them."""

    help_requested = Signal(object)  # PullHelp

    def __init__(self, viewmodel: LearnViewModel) -> None:
        super().__init__("learn", "")
        self.title.setText(self.tr("Learn"))
        self.setAccessibleName(self.tr("Learn"))
        self._learn, self._engine = viewmodel, EngineView()
        self.engine_panel = EnginePanel("learn.engine")
        texts = LearnTexts(self)
        self._cards: dict[str, _LessonCard] = {}
        for key in LESSONS:
            card = _LessonCard(key, *texts.lesson(key))
            card.button.clicked.connect(lambda _=False, key=key: self.show_lesson(key))
            self._cards[key] = card
        note = WrappedLabel(
            self.tr(
                "Each step is done by a button, or by you in a terminal: Marina sees it either way. All of "
                "them use the image that comes with Marina, so nothing is downloaded."
            ),
            "muted",
        )
        cards = column(self.engine_panel, *self._cards.values(), 4, note, None)
        self.body.addWidget(Scrolled(cards, _WIDTH), 1)
        viewmodel.changed.connect(self._show)
        viewmodel.url_opened.connect(self._open)
        self._show()

    def show_lesson(self, key: str) -> None:
        """Open a walkthrough."""
        self._learn.open(key)
        view = LessonDetailView(self._learn, key)
        view.left.connect(self.go_back)
        view.help_requested.connect(self.help_requested)
        view.on_engine_state(self._engine)
        self.show_detail(view)

    def go_back(self) -> bool:
        """Leave a walkthrough; what it made stays."""
        if self.detail is None:
            return False
        self._learn.close()
        self.close_detail()
        self._show()
        return True

    def refresh(self) -> None:
        """Look anew how far the open walkthrough is."""
        self._learn.look()

    def resume(self) -> None:
        """Look again when the page comes into sight."""
        self._learn.look()

    def on_engine_state(self, view: EngineView) -> None:
        """Follow the engine: walkthroughs can be read without it."""
        self._engine = view
        self.engine_panel.show_engine(view)
        self.engine_panel.setVisible(not view.can_be_used)
        if isinstance(self.detail, LessonDetailView):
            self.detail.on_engine_state(view)
        if view.can_be_used:
            self.banner.hide()
            self._learn.look_soon()

    def _open(self, url: str) -> None:
        if not open_address(url):
            self.notice.say(self.tr("The page is at {0}").format(url), "", self.tr("Dismiss"))

    def _show(self) -> None:
        finished = 0
        for key, card in self._cards.items():
            done, length = self._learn.progress(key), self._learn.length(key)
            card.show_progress(done, length)
            finished += done >= length
        count = self.tr("{0} of {1} walkthroughs done").format(finished, len(self._cards))
        self.count.setText(count if finished else self.tr("Short walkthroughs on the real engine"))
