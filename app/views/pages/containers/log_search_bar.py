"""The search in a log: its field, what was found, and the searches of before."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

from app.viewmodels.containers.container_logs import Source
from app.viewmodels.containers.log_searches import LONGEST_TEXT, LogQuery, LogSearches
from app.views import keys
from app.views.dialogs.log_search_dialog import LogSearchDialog
from app.views.icons import build_icon
from app.views.pages.search_box import SearchBox
from app.views.widgets.buttons import IconButton
from app.views.widgets.layouts import row
from app.views.widgets.log.log_search import LogSearch
from app.views.widgets.text import PlainLabel, plain_tool_tip, restyle

_LONGEST = 50  # characters of a text that the menu shows


class LogSearchBar(QWidget):
    """Searches with every key; ↓ or the star open the last searches and the saved ones."""

    chosen = Signal(object)  # LogQuery: a saved one, of any log

    def __init__(
        self, finder: LogSearch, searches: LogSearches, scope: Callable[[], tuple[Source, tuple[str, ...]]]
    ) -> None:
        """`scope` tells of the log now which stream is shown, and its containers where there are several."""
        super().__init__()
        self._finder, self._searches, self._scope = finder, searches, scope
        self.box = _Box("containers.logs.search", self.tr("Search in the log"))
        self.box.setToolTip(self.tr("↓ shows the last searches and the saved ones"))
        self.box.textChanged.connect(self._search)
        self.box.stepped.connect(self._remember)
        self.box.editingFinished.connect(self._remember)
        self.box.menu_asked.connect(self.open_menu)
        self.expression = IconButton(
            "regex", self.tr("Search for a regular expression"), "containers.logs.regex"
        )
        self.expression.setCheckable(True)
        self.expression.toggled.connect(self._search)
        before = IconButton("star", self.tr("Last and saved searches (↓)"), "containers.logs.searches")
        before.clicked.connect(self.open_menu)
        self._matches = PlainLabel(role="muted")
        self._matches.setObjectName("containers.logs.matches")
        self.setLayout(row(self.box, self.expression, before, self._matches))
        finder.changed.connect(self._matches_changed)

    def show_query(self, query: LogQuery) -> None:
        """Search for it in this log."""
        self.expression.setChecked(query.is_expression)
        self.box.setText(query.text)
        self._remember()

    def open_menu(self) -> None:
        """Open the menu of searches below the field."""
        menu = QMenu(self)
        menu.setObjectName("log.searches")
        menu.setToolTipsVisible(True)
        saved = self._searches.saved
        for name, query in saved.items():
            self._add(menu, name, query, "star").triggered.connect(
                lambda _=False, query=query: self.chosen.emit(query)
            )
        menu.addSeparator()
        recent = self._searches.recent
        for query in recent:
            self._add(menu, query.text, query, "clock").triggered.connect(
                lambda _=False, query=query: self.show_query(query)
            )
        menu.addSeparator()
        save = menu.addAction(build_icon("save"), self.tr("Save this search…"))
        save.setObjectName("log.searches.save")
        save.setEnabled(0 < len(self.box.text()) <= LONGEST_TEXT and not self.box.property("invalid"))
        save.triggered.connect(self._save)
        if saved:
            rename = menu.addMenu(build_icon("edit"), self.tr("Rename"))
            remove = menu.addMenu(build_icon("trash"), self.tr("Remove"))
            for name, query in saved.items():
                self._add(rename, name, query).triggered.connect(
                    lambda _=False, name=name, query=query: self._rename(name, query)
                )
                self._add(remove, name, query).triggered.connect(
                    lambda _=False, name=name: self._searches.remove(name)
                )
        if recent:
            forget = menu.addAction(build_icon("broom"), self.tr("Forget the last searches"))
            forget.triggered.connect(self._searches.forget_recent)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.box.mapToGlobal(QPoint(0, self.box.height())))
        menu.setActiveAction(next(entry for entry in menu.actions() if not entry.isSeparator()))

    def _add(self, menu: QMenu, text: str, query: LogQuery, icon: str = "") -> QAction:
        shown = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        entry = menu.addAction(shown.replace("&", "&&"))
        if icon:
            entry.setIcon(build_icon("regex" if icon == "clock" and query.is_expression else icon))
        entry.setToolTip(plain_tool_tip(query.text))
        return entry

    def _save(self) -> None:
        source, containers = self._scope()
        query = LogQuery(self.box.text(), self.expression.isChecked(), source, containers)
        LogSearchDialog(self._searches, query, self.window()).open()

    def _rename(self, name: str, query: LogQuery) -> None:
        LogSearchDialog(self._searches, query, self.window(), name).open()

    def _remember(self) -> None:
        if not self.box.property("invalid"):
            self._searches.remember(self.box.text(), self.expression.isChecked())

    def _search(self) -> None:
        fine = self._finder.begin(self.box.text(), self.expression.isChecked())
        self._mark(not fine or self._finder.has_given_up)
        if not fine:
            self._matches.setText(self.tr("not an expression"))

    def _mark(self, is_wrong: bool) -> None:
        if bool(self.box.property("invalid")) is not is_wrong:
            self.box.setProperty("invalid", is_wrong)
            restyle(self.box)

    def _matches_changed(self, current: int, total: int) -> None:
        text, finder = "", self._finder
        if self.box.text():
            text = self.tr("{0} of {1}").format(current, total) if total else self.tr("nothing found")
        if finder.has_given_up:
            self._mark(True)
            text = self.tr("the expression takes too long")
        elif finder.passed_over:
            left_out = self.tr("%n line(s) take too long", "", finder.passed_over)
            text = f"{text} ({left_out})"
        self._matches.setText(text)


class _Box(SearchBox):
    menu_asked = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """↓ asks for the searches of before."""
        if keys.PAST_SEARCHES.is_pressed(event):
            self.menu_asked.emit()
        else:
            super().keyPressEvent(event)
