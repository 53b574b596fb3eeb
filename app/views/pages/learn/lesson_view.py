"""One walkthrough: its steps, each with what it types, a button that does it, and a tick once it is done."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.learn.learn import LearnViewModel, LessonView, StepView
from app.views.icons import themed_pixmap
from app.views.pages.learn.learn_texts import LearnTexts
from app.views.theme import Theme, monospace_font
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import Card, Scrolled, column, keep_place_when_hidden, row
from app.views.widgets.pull_failure_card import PullFailureCard
from app.views.widgets.text import ElidedLabel, PlainLabel, WrappedLabel

_WIDTH = 900


class _StepCard(Card):
    """One step. `pressed` is its own button."""

    pressed = Signal()

    def __init__(self, name: str, number: int, texts: tuple[str, str, str]) -> None:
        super().__init__(name)
        title, about, label = texts
        self._number = number
        self._mark = PlainLabel()
        self._mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = PlainLabel(title, "strong")
        self._about = WrappedLabel(about, "muted")
        self._command = WrappedLabel(role="code")
        self._command.setObjectName(f"{name}.command")
        self._command.setFont(monospace_font())
        self._command.setAccessibleName(self.tr("The command for “{0}”").format(title))
        self._copy = IconButton("copy", self.tr("Copy the command for “{0}”").format(title), f"{name}.copy")
        self._copy.clicked.connect(self._copy_command)
        self._said = WrappedLabel(role="code")
        self._said.setObjectName(f"{name}.said")
        self._said.setFont(monospace_font())
        self.button = Button(label, f"{name}.do", "primary")
        self.button.clicked.connect(self.pressed)
        self._answer = PlainLabel(self.tr("The answer"), "muted")
        line = row(self._command, self._copy)
        line.setAlignment(self._copy, Qt.AlignmentFlag.AlignTop)
        line.setStretch(0, 1)
        inside = column(
            self._title, self._about, line, self._answer, self._said, row(self.button, None), spacing=6
        )
        layout = row(self._mark, inside, spacing=12, margins=(16, 14, 16, 14))
        layout.setAlignment(self._mark, Qt.AlignmentFlag.AlignTop)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self._is_done = False
        Theme.current().changed.connect(self._draw_mark)

    def show_step(self, step: StepView, done: bool, current: bool, can_do: bool) -> None:
        """Show how it stands."""
        self._command.setText(step.command)
        self._said.setText(step.said)
        for widget in (self._answer, self._said):
            widget.setVisible(bool(step.said))
        self.button.setVisible(current)
        self.button.setEnabled(can_do)
        self._is_done = done
        self._title.set_role("strong" if done or current else "muted")
        state = self.tr("done") if done else self.tr("next") if current else self.tr("not yet")
        self.setAccessibleName(f"{self._number}. {self._title.text()}: {state}")
        self._draw_mark()

    def _draw_mark(self) -> None:
        side = Theme.current().scaled(22)
        self._mark.setFixedSize(side, side)
        if self._is_done:
            self._mark.setPixmap(themed_pixmap(self, "check", Theme.current().tokens.ok, 20))
        else:
            self._mark.setText(str(self._number))

    def _copy_command(self) -> None:
        QGuiApplication.clipboard().setText(self._command.text())


class LessonDetailView(QWidget):
    """Follows the walkthrough that the view-model has open."""

    left = Signal()
    help_requested = Signal(object)  # PullHelp

    def __init__(self, viewmodel: LearnViewModel, lesson: str) -> None:
        super().__init__()
        self.setObjectName("learn.lesson")
        self._learn, self._lesson, self._engine = viewmodel, lesson, EngineView()
        self._texts = LearnTexts(self)
        self._cards: list[_StepCard] = []
        title, about = self._texts.lesson(lesson)
        back = IconButton("back", self.tr("Back to all walkthroughs (Esc)"), "learn.back")
        back.clicked.connect(self.left)
        heading = ElidedLabel(title, "title")
        heading.setObjectName("learn.lesson.title")
        self._again = Button(self.tr("Start over"), "learn.again", icon="restart")
        self._again.setToolTip(self.tr("Removes what this walkthrough made"))
        self._again.clicked.connect(viewmodel.start_over)
        words = row(back, column(heading, ElidedLabel(about, "muted"), spacing=1), spacing=10)
        head = flow(words, self._again, spacing=10)
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setObjectName("learn.working")
        self._progress.setAccessibleName(self.tr("Working"))
        self._progress.setTextVisible(False)
        keep_place_when_hidden(self._progress)
        self._failure = PullFailureCard(
            "learn.failure", self.tr("Try again"), role="card", is_given=True, can_load=True
        )
        self._failure.retry.connect(self._retry)
        self._failure.help_asked.connect(self.help_requested)
        self._failure.hide()
        self._end = Card("learn.end", "banner")
        self._end.setProperty("tone", "ok")
        over = Button(self.tr("All walkthroughs"), "learn.end.back")
        over.clicked.connect(self.left)
        done = WrappedLabel(self.tr("Done. Nothing of it is left on the engine but the image."))
        done.setObjectName("learn.end.text")
        self._end.setLayout(flow(done, None, over, margins=(14, 8, 10, 8)))
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        steps = column(self._end, self._list, self._failure, None, margins=(0, 0, 8, 0))
        self._scroll = Scrolled(steps, _WIDTH)
        self._scroll.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setLayout(column(head, self._progress, self._scroll, margins=(24, 18, 24, 16)))
        viewmodel.changed.connect(self._show)
        self._show()

    def on_engine_state(self, view: EngineView) -> None:
        """Steps need the engine."""
        self._engine = view
        self._show()

    def _retry(self) -> None:
        view = self._learn.lesson
        if view is not None and view.steps:
            self._learn.carry_out()
        else:
            self._learn.look()

    def _show(self) -> None:
        view = self._learn.lesson
        if view is None or view.key != self._lesson:
            return
        usable = self._engine.can_be_used
        self._progress.setVisible(view.is_working or (usable and not view.steps and view.failure is None))
        self._end.setVisible(view.is_finished)
        self._again.setEnabled(usable and not view.is_working and bool(view.steps))
        if view.failure is None:
            self._failure.hide()
        elif not self._failure.isVisibleTo(self):
            self._failure.show_failure(view.failure)
        self._failure.retry_button.setEnabled(usable and not view.is_working)
        self._show_steps(view, usable)

    def _show_steps(self, view: LessonView, usable: bool) -> None:
        for number, step in enumerate(view.steps, start=1):
            if number > len(self._cards):
                texts = self._texts.step(view.key, step.key)
                card = _StepCard(f"learn.step.{step.key}", number, texts)
                card.pressed.connect(self._learn.carry_out)
                self._cards.append(card)
                self._list.addWidget(card)
            current = number == view.done + 1
            can_do = usable and not view.is_working
            self._cards[number - 1].show_step(step, number <= view.done, current, can_do)
