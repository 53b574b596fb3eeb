"""The Inspect tab: everything that the engine tells, as a tree with search and copies."""

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTreeView

from app.viewmodels.containers.container_details import ContainerDetailsViewModel
from app.viewmodels.lists.json_tree import JsonTree, Node
from app.views.icons import build_icon
from app.views.pages.detail_tab import DetailTab
from app.views.pages.search_box import SearchBox
from app.views.widgets.buttons import Button
from app.views.widgets.layouts import column, row
from app.views.widgets.text import PlainLabel


class _Tree(QTreeView):
    """A tree that copies the value in focus."""

    def __init__(self, model: JsonTree, label: str) -> None:
        super().__init__()
        self.setObjectName("containers.inspect.tree")
        self.setAccessibleName(label)
        self.setModel(model)
        self._tree = model
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.header().resizeSection(0, 320)
        self.header().setStretchLastSection(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the value on Ctrl+C."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self._tree.text(self._tree.node(self.currentIndex())))
        else:
            super().keyPressEvent(event)


class ContainerInspectView(DetailTab):
    """Shows the answer of `inspect`; what was open stays open when it changes."""

    def __init__(self, viewmodel: ContainerDetailsViewModel) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        self._model = JsonTree(self)
        self.tree = _Tree(self._model, self.tr("Everything about the container"))
        self.tree.customContextMenuRequested.connect(self._show_menu)
        self.search = SearchBox("containers.inspect.search", self.tr("Search names and values"))
        self.search.textChanged.connect(self._search)
        self.search.stepped.connect(self._step)
        self._matches = PlainLabel(role="muted")
        self._matches.setObjectName("containers.inspect.matches")
        self._found: list[Node] = []
        self._current = 0
        copy = Button(self.tr("Copy all as JSON"), "containers.inspect.copy", icon="copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._model.text()))
        layout = column(row(self.search, self._matches, None, copy), self.tree, spacing=10)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        viewmodel.changed.connect(self._show_details)
        self._show_details()

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search.setFocus()
        self.search.selectAll()

    def _show_details(self) -> None:
        details = self._viewmodel.details
        if details is None:
            return
        opened = self._opened(QModelIndex()) if self._model.rowCount() else {"State", "Config"}
        self._model.show(details.raw)
        self._open_again(QModelIndex(), opened)
        if self.search.text():
            self._search(self.search.text())

    def _opened(self, parent: QModelIndex) -> set[str]:
        paths: set[str] = set()
        for place in range(self._model.rowCount(parent)):
            index = self._model.index(place, 0, parent)
            if self.tree.isExpanded(index):
                paths.add(self._model.node(index).path)
                paths |= self._opened(index)
        return paths

    def _open_again(self, parent: QModelIndex, paths: set[str]) -> None:
        for place in range(self._model.rowCount(parent)):
            index = self._model.index(place, 0, parent)
            if self._model.node(index).path in paths:
                self.tree.expand(index)
                self._open_again(index, paths)

    def _search(self, needle: str) -> None:
        self._found = self._model.find(needle)
        self._current = 0
        self._show_match()

    def _step(self, step: int) -> None:
        if self._found:
            self._current = (self._current + step) % len(self._found)
        self._show_match()

    def _show_match(self) -> None:
        if not self.search.text():
            self._matches.setText("")
        elif not self._found:
            self._matches.setText(self.tr("nothing found"))
        else:
            self._matches.setText(self.tr("{0} of {1}").format(self._current + 1, len(self._found)))
            index = self._model.index_of(self._found[self._current])
            self.tree.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
            self.tree.setCurrentIndex(index)

    def _show_menu(self, position: QPoint) -> None:
        index = self.tree.indexAt(position)
        if not index.isValid():
            return
        node = self._model.node(index)
        menu = QMenu(self)
        menu.setObjectName("containers.inspect.menu")
        for label, text in (
            (self.tr("Copy value"), self._model.text(node)),
            (self.tr("Copy path"), node.path),
        ):
            entry = menu.addAction(build_icon("copy"), label)
            entry.triggered.connect(lambda _=False, text=text: QGuiApplication.clipboard().setText(text))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.tree.viewport().mapToGlobal(position))
