"""The panel behind the bell: what goes on, and what happened, and the way to where it belongs."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.viewmodels.frame.notifications import Notice, NotificationsViewModel
from app.viewmodels.tasks import RunningTask, Tasks
from app.viewmodels.wording.wording import format_age
from app.views.icons import IconMark
from app.views.theme import Theme
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.frame.task_card import TaskCard
from app.views.widgets.layouts import Card, Scrolled, clear, column, hide_unless, row
from app.views.widgets.text import PlainLabel, WrappedLabel

_ICONS = {"err": "error", "warn": "warning", "ok": "check"}
_WIDTH, _HEIGHT = 420, 460
_HEAD = 76  # what is above and below the list
_BESIDE_LIST = 36
_LEAST = 110


class NoticePanel(QFrame):
    """Emits `chosen` with the notice that was clicked."""

    chosen = Signal(object)
    settings_requested = Signal()

    def __init__(self, viewmodel: NotificationsViewModel, tasks: Tasks, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popover.notices")
        self.setAccessibleName(self.tr("Notifications"))
        self._viewmodel, self._tasks = viewmodel, tasks
        self._cards: list[TaskCard] = []
        self._empty = WrappedLabel(self.tr("Nothing has happened. Good."), "muted")
        self._empty.setObjectName("notices.empty")
        self._clear = Button(self.tr("Clear all"), "notices.clear", "link")
        self._clear.clicked.connect(viewmodel.clear)
        settings = Button(self.tr("Settings"), "notices.settings", "link")
        settings.clicked.connect(self.hide)
        settings.clicked.connect(self.settings_requested)
        self._list = QVBoxLayout()
        self._list.setSpacing(6)
        self._list.setContentsMargins(0, 0, 4, 0)
        self._scroll = Scrolled(column(self._list, None))
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        heading = PlainLabel(self.tr("Notifications"), "heading")
        layout = column(
            row(heading, None, self._clear, settings),
            self._empty,
            self._scroll,
            spacing=8,
            margins=(16, 12, 10, 12),
        )
        layout.setStretch(2, 1)
        self.setLayout(layout)
        viewmodel.changed.connect(self._follow)
        tasks.changed.connect(self._follow)
        tasks.told.connect(self._show_progress)

    def open_below(self, anchor: QWidget) -> None:
        """Show the list below `anchor`, to its right end; what is in it is read once the panel closes."""
        self._fill()
        self.move(anchor.mapToGlobal(QPoint(anchor.width() - self.width(), anchor.height() + 6)))
        self.show()
        self.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        """The list was seen."""
        del event
        self._viewmodel.mark_read()

    def _follow(self) -> None:
        if not self.isVisible():
            return
        focused = self.focusWidget()
        name = focused.objectName() if focused is not None else ""  # before it goes
        self._fill()
        again = self.findChild(QWidget, name) if name else None
        (again or self).setFocus()  # what took the place of what went

    def _fill(self) -> None:
        scaled = Theme.current().scaled
        self.setFixedWidth(scaled(_WIDTH))
        clear(self._list)
        notices, tasks = self._viewmodel.notices, self._tasks.running
        self._cards = [TaskCard(f"tasks.{place}", task) for place, task in enumerate(tasks)]
        for task_card in self._cards:
            self._add(task_card)
        for place, notice in enumerate(notices):
            card = _NoticeCard(f"notices.{place}", notice)
            card.pressed.connect(self._choose)
            card.dismissed.connect(self._viewmodel.dismiss)
            self._add(card)
        self._empty.setVisible(not notices and not tasks)
        self._scroll.setVisible(bool(notices or tasks))
        self._clear.setVisible(bool(notices))
        height = self._list.totalHeightForWidth(scaled(_WIDTH) - _BESIDE_LIST)
        if height < 0:  # there is no text with several lines
            height = self._list.totalSizeHint().height()
        self.setFixedHeight(min(scaled(_HEIGHT), max(scaled(_LEAST), scaled(_HEAD) + height)))

    def _add(self, card: Card) -> None:
        self._list.addWidget(card)
        card.show()  # now, where the panel is in sight: its height is counted below

    def _show_progress(self, task: RunningTask) -> None:
        if self.isVisible():
            for card in self._cards:
                if card.task is task:
                    card.show_progress()

    def _choose(self, notice: Notice) -> None:
        self.hide()
        self.chosen.emit(notice)


class _NoticeCard(Card):
    pressed = Signal(object)
    dismissed = Signal(str)

    def __init__(self, name: str, notice: Notice) -> None:
        super().__init__(name, "inset")
        self._notice = notice
        leads = bool(notice.place)
        icon = IconMark(_ICONS[notice.tone], notice.tone)
        title = WrappedLabel(notice.title, "strong")
        title.setObjectName(f"{name}.title")
        text = WrappedLabel(notice.text, "muted")
        text.setObjectName(f"{name}.text")
        hide_unless(bool(notice.text), text)
        for label in (title, text):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        words = [format_age(notice.moment)]
        if notice.times > 1:
            words.append(self.tr("%n time(s)", "", notice.times))
        if notice.is_unread:
            words.append(self.tr("new"))
        when = PlainLabel(" · ".join(words), "muted")
        when.setObjectName(f"{name}.when")
        close = IconButton("close", self.tr("Dismiss"), f"{name}.dismiss")
        close.clicked.connect(lambda: self.dismissed.emit(notice.key))
        line = row(icon, column(title, text, when, spacing=2), close, spacing=10, margins=(12, 8, 6, 8))
        line.setStretch(1, 1)
        line.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
        line.setAlignment(close, Qt.AlignmentFlag.AlignTop)
        self.setLayout(line)
        self.setAccessibleName(". ".join(filter(None, (notice.title, notice.text, *words))))
        if leads:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Go to where the notice belongs."""
        if self._notice.place and self.rect().contains(event.position().toPoint()):
            self.pressed.emit(self._notice)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space press it."""
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if event.key() in keys and self._notice.place:
            self.pressed.emit(self._notice)
        else:
            super().keyPressEvent(event)
