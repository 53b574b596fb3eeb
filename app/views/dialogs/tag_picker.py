"""The tags of a repository to choose from: filtered as one types, with mouse or keys."""

from PySide6.QtCore import QLocale, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from app.viewmodels.images.tag_list import TagList, TagsView
from app.views.pages.page import FilterBox
from app.views.theme import Theme
from app.views.widgets.layouts import column
from app.views.widgets.pull_failure_card import PullFailureCard
from app.views.widgets.text import PlainLabel

_HEIGHT = 190


class TagPicker(QWidget):
    """Emits `chosen` with a tag, `left` when one is no more to be chosen."""

    chosen = Signal(str)
    left = Signal()
    help_asked = Signal(object)  # PullHelp
    resized = Signal()  # other parts are in sight

    def __init__(self, viewmodel: TagList) -> None:
        super().__init__()
        self.setObjectName("pull.tags")
        self._view, self._tag = TagsView(), ""
        self.filter = FilterBox("pull.tags.filter", self.tr("Filter the tags"), widest=10_000)
        self.filter.textChanged.connect(self._filter)
        self._told = PlainLabel(role="muted")
        self._told.setObjectName("pull.tags.told")
        self._model = QStringListModel(self)
        self.list = QListView()
        self.list.setObjectName("pull.tags.list")
        self.list.setAccessibleName(self.tr("Tags"))
        self.list.setModel(self._model)
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setTabKeyNavigation(False)
        self.list.setProperty("role", "choices")
        self.list.setFixedHeight(Theme.current().scaled(_HEIGHT))
        self.list.clicked.connect(lambda _: self._choose())
        self._failure = PullFailureCard("pull.tags.failure", self.tr("Try again"))
        self._failure.retry.connect(viewmodel.retry)
        self._failure.help_asked.connect(self.help_asked)
        self._failure.unfolded.connect(lambda _: self.resized.emit())
        self.setLayout(column(self.filter, self._told, self.list, self._failure))
        viewmodel.changed.connect(self._show)
        self._show(self._view)

    def open(self, tag: str) -> None:
        """Come into sight, with `tag` as the one that is chosen already."""
        self.show()
        self._tag = tag
        self.filter.clear()
        self._filter()
        self.filter.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with Enter, go from filter to list, leave with Esc: the dialog gets none of these keys."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.filter.hasFocus():
            self.list.setFocus()
        else:
            super().keyPressEvent(event)

    def _show(self, view: TagsView) -> None:
        self._view = view
        if view.failure is not None:
            self._failure.show_failure(view.failure)
        self._failure.setVisible(view.failure is not None)
        for part in (self._told, self.filter, self.list):
            part.setVisible(view.failure is None)
        self._filter()
        self.resized.emit()

    def _filter(self) -> None:
        wanted = self.filter.text().strip().casefold()
        shown = [tag for tag in self._view.tags if wanted in tag.casefold()]
        self._model.setStringList(shown)
        self.list.setCurrentIndex(self._model.index(shown.index(self._tag) if self._tag in shown else 0))
        self._told.setText(self._words(len(shown)))

    def _words(self, shown: int) -> str:
        view, count = self._view, len(self._view.tags)
        if view.is_loading:
            return self.tr("Asking the registry…")
        if not view.repository:
            return self.tr("Type the name of an image above: its registry is asked for the tags.")
        if not count:
            return self.tr("This repository has no tags.")
        if shown < count:
            return self.tr("{0} of %n tag(s)", "", count).format(QLocale().toString(shown))
        return self.tr("%n tag(s)", "", count)

    def _choose(self) -> None:
        index = self.list.currentIndex()
        if index.isValid() and self.list.isVisible():
            self.chosen.emit(str(index.data()))
