"""The search above the settings: finds one by its name or its remark, brings it into sight and marks it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QCompleter

from app.viewmodels.frame.quick_search import Entry, match
from app.views import keys
from app.views.pages.page import FilterBox
from app.views.pages.settings.settings_parts import SettingLine

MOST = 12


class SettingSearch(FilterBox):
    """Emits `found` with the line that was chosen; `lines` returns all there are, each with its section."""

    found = Signal(object)

    def __init__(self, lines: Callable[[], Sequence[tuple[str, SettingLine]]]) -> None:
        super().__init__("settings.search", "", widest=320)
        self.set_label(self.tr("Find a setting"))
        self._lines = lines
        self._shown: list[tuple[str, SettingLine]] = []
        self._model = QStringListModel()
        self._list = QCompleter(self._model, self)
        self._list.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._list.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._list.setWidget(self)
        self._list.setMaxVisibleItems(MOST)
        popup = self.popup
        popup.setObjectName("settings.search.list")
        popup.setProperty("role", "completions")
        popup.setAccessibleName(self.tr("Settings that fit"))
        popup.installEventFilter(self)
        self._list.activated.connect(self._choose)
        self.textEdited.connect(self._search)
        self.returnPressed.connect(self._choose_first)

    @property
    def popup(self) -> QAbstractItemView:
        """Return the list below the field, which is the completer's: what was kept of it could be dead."""
        popup = self._list.popup()
        assert popup is not None  # it is made when it is asked for
        return popup

    @property
    def titles(self) -> list[str]:
        """Return what the list offers."""
        return [title for title, _ in self._shown]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Escape close the list: the window's own key would take it, and leave the list open."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.ShortcutOverride
            and keys.BACK.is_pressed(event)
        ):
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def _search(self, text: str) -> None:
        needle = text.strip().casefold()
        scored = []
        for section, line in self._lines():
            entry = Entry("setting", "", line.label, section, words=line.hint)
            score = match(needle, entry) if needle else None
            if score is not None:
                title = line.label if line.label == section else f"{line.label} · {section}"
                scored.append((score, title, line))
        scored.sort(key=lambda found: -found[0])
        self._shown = [(title, line) for _, title, line in scored[:MOST]]
        self._model.setStringList(self.titles or [self.tr("No setting is called like that")])
        if needle:
            self._list.complete()
        else:
            self.popup.hide()

    def _choose(self, title: str) -> None:
        line = dict(self._shown).get(title)
        if line is not None:
            self.popup.hide()
            self.found.emit(line)

    def _choose_first(self) -> None:
        if self._shown:
            self._choose(self._shown[0][0])
