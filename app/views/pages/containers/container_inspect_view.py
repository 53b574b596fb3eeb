"""The Inspect tab: everything that the engine tells, as a tree and as JSON, with search and copies."""

from PySide6.QtCore import QModelIndex, QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QMenu

from app.viewmodels.containers.container_details import ContainerDetailsViewModel
from app.viewmodels.lists.json_tree import JsonTree, Node
from app.views.icons import build_icon
from app.views.pages.containers.container_facts_view import secrets_box
from app.views.pages.containers.inspection_tree import InspectionTree
from app.views.pages.detail_tab import DetailTab
from app.views.pages.search_box import SearchBox
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.flow_row import flow
from app.views.widgets.json_text import JsonText
from app.views.widgets.layouts import FrontStack, column
from app.views.widgets.segments import Segments
from app.views.widgets.text import ElidedLabel, PlainLabel


class ContainerInspectView(DetailTab):
    """Shows the answer of `inspect`; what was open stays open when it changes."""

    def __init__(self, viewmodel: ContainerDetailsViewModel) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        self._model = JsonTree(self)
        self.tree = InspectionTree(self._model, self.tr("Everything about the container"))
        self.tree.customContextMenuRequested.connect(self._show_menu)
        self.tree.hidden_pressed.connect(viewmodel.secrets.show)
        self.tree.copy_asked.connect(self._copy_value)
        self.json = JsonText("containers.inspect.json", self.tr("Everything about the container"))
        self.forms = Segments(
            "containers.inspect.form",
            self.tr("How it is shown"),
            {"tree": self.tr("Tree"), "json": self.tr("JSON")},
        )
        self.forms.chosen.connect(self._choose_form)
        self.search = SearchBox("containers.inspect.search", self.tr("Search names and values"))
        self.search.textChanged.connect(self._search)
        self.search.stepped.connect(self._step)
        self._matches = PlainLabel(role="muted")
        self._matches.setObjectName("containers.inspect.matches")
        self._found: list[Node] = []
        self._current = self._count = 0
        self._open_all = IconButton("chevron-down", self.tr("Open all"), "containers.inspect.open")
        self._open_all.clicked.connect(self.tree.expandAll)
        self._fold_all = IconButton("chevron-right", self.tr("Fold all"), "containers.inspect.fold")
        self._fold_all.clicked.connect(self.tree.collapseAll)
        copy = Button(self.tr("Copy all as JSON"), "containers.inspect.copy", icon="copy")
        copy.setToolTip(self.tr("Copy it as it is shown: secrets that are hidden stay so"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._model.text()))
        secrets = secrets_box(viewmodel.secrets, "containers.inspect.secrets")
        self._stack = FrontStack()
        self._stack.addWidget(self.tree)
        self._stack.addWidget(self.json)
        tools = flow(
            self.forms, self._open_all, self._fold_all, self.search, self._matches, None, secrets, copy
        )
        self._summary = ElidedLabel("", "muted")
        self._summary.setObjectName("containers.inspect.summary")
        layout = column(tools, self._summary, self._stack, spacing=10)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        viewmodel.changed.connect(self._show_details)
        viewmodel.secrets.changed.connect(self._show_details)
        self._show_details()

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search.setFocus()
        self.search.selectAll()

    def _show_details(self) -> None:
        details = self._viewmodel.details
        if details is None:
            return
        self._summary.setText(self._viewmodel.summary)
        top = self.tree.verticalScrollBar().value()
        current = self._model.node(self.tree.currentIndex()).path
        opened = self._opened(QModelIndex()) if self._model.rowCount() else {"State", "Config"}
        self._model.show(self._viewmodel.secrets.inspection(details.raw))
        self._open_again(QModelIndex(), opened, current)
        self.tree.verticalScrollBar().setValue(top)
        if self.forms.current == "json":
            self.json.show_text(self._model.text())
        if self.search.text():
            self._search(self.search.text())

    def _choose_form(self, form: str) -> None:
        is_json = form == "json"
        if is_json:
            self.json.show_text(self._model.text())
        self._stack.setCurrentWidget(self.json if is_json else self.tree)
        for button in (self._open_all, self._fold_all):
            button.setEnabled(not is_json)
        self._search(self.search.text())

    # --- the tree stays as it is --------------------------------------------------------------------------

    def _opened(self, parent: QModelIndex) -> set[str]:
        paths: set[str] = set()
        for place in range(self._model.rowCount(parent)):
            index = self._model.index(place, 0, parent)
            if self.tree.isExpanded(index):
                paths.add(self._model.node(index).path)
                paths |= self._opened(index)
        return paths

    def _open_again(self, parent: QModelIndex, paths: set[str], current: str) -> None:
        for place in range(self._model.rowCount(parent)):
            index = self._model.index(place, 0, parent)
            path = self._model.node(index).path
            if path == current:
                self.tree.setCurrentIndex(index)
            if path in paths:
                self.tree.expand(index)
                self._open_again(index, paths, current)

    # --- searching ----------------------------------------------------------------------------------------

    def _search(self, needle: str) -> None:
        is_json = self.forms.current == "json"
        self._found = [] if is_json else self._model.find(needle)
        self._count = self.json.find_all(needle) if is_json else len(self._found)
        self._current = 0
        self._show_match()

    def _step(self, step: int) -> None:
        if self._count:
            self._current = (self._current + step) % self._count
        self._show_match()

    def _show_match(self) -> None:
        if not self.search.text():
            self._matches.setText("")
        elif not self._count:
            self._matches.setText(self.tr("nothing found"))
        else:
            self._matches.setText(self.tr("{0} of {1}").format(self._current + 1, self._count))
            if self.forms.current == "json":
                self.json.show_match(self._current)
                return
            index = self._model.index_of(self._found[self._current])
            self.tree.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
            self.tree.setCurrentIndex(index)

    # --- copying ------------------------------------------------------------------------------------------

    def _copy_value(self, node: Node) -> None:
        """Copy a value, one that is hidden as it is: nobody sees it, and somebody wants it."""
        value = node.value
        details = self._viewmodel.details
        if details is not None and isinstance(value, str) and node.path.startswith("Config.Env["):
            value = details.raw["Config"]["Env"][node.place]
            QGuiApplication.clipboard().setText(value)
        else:
            QGuiApplication.clipboard().setText(self._model.text(node))

    def _show_menu(self, position: QPoint) -> None:
        index = self.tree.indexAt(position)
        if not index.isValid():
            return
        node = self._model.node(index)
        menu = QMenu(self)
        menu.setObjectName("containers.inspect.menu")
        copy_value = menu.addAction(build_icon("copy"), self.tr("Copy value"))
        copy_value.triggered.connect(lambda: self._copy_value(node))
        copy_path = menu.addAction(build_icon("copy"), self.tr("Copy path"))
        copy_path.triggered.connect(lambda: QGuiApplication.clipboard().setText(node.path))
        menu.addSeparator()
        branch = index.siblingAtColumn(0)
        unfold = menu.addAction(build_icon("chevron-down"), self.tr("Open all below"))
        unfold.triggered.connect(lambda: self.tree.expandRecursively(branch))
        fold = menu.addAction(build_icon("chevron-right"), self.tr("Fold"))
        fold.triggered.connect(lambda: self.tree.collapse(branch))
        for entry in (unfold, fold):
            entry.setEnabled(bool(node.children))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.tree.viewport().mapToGlobal(position))
