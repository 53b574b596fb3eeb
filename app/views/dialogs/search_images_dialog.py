"""The dialog that searches a registry for images and hands the chosen one to the pull dialog."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.viewmodels.failure import Failure
from app.viewmodels.images.image_search import ImageSearch, OfferedImage
from app.views.widgets.buttons import Button
from app.views.widgets.dialog_layout import dialog_column, widen
from app.views.widgets.layouts import row
from app.views.widgets.text import PlainLabel, WrappedLabel, plain_tool_tip

_NAME, _ABOUT, _STARS = range(3)
_WIDTH, _HEIGHT = 720, 300


class SearchImagesDialog(QDialog):
    """Emits `chosen` with the name of the image to pull."""

    chosen = Signal(str)

    def __init__(self, viewmodel: ImageSearch, term: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        viewmodel.setParent(self)
        self._viewmodel = viewmodel
        self.setObjectName("image-search")
        self.setWindowTitle(self.tr("Search for images"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.term = QLineEdit(term)
        self.term.setObjectName("image-search.term")
        self.term.setAccessibleName(self.tr("What to search for"))
        self.term.setPlaceholderText(self.tr("nginx, or registry.example.com/nginx for another registry"))
        self._search = Button(self.tr("Search"), "image-search.search", "primary", "search")
        self._search.clicked.connect(self.search)
        self._search.setDefault(True)
        self.term.textChanged.connect(self._typed)
        self.list = self._build_list()
        self.told = WrappedLabel(role="muted")
        self.told.setObjectName("image-search.told")
        self.pull = Button(self.tr("Pull…"), "image-search.pull", icon="download")
        self.pull.clicked.connect(self._choose)
        close = Button(self.tr("Close"), "image-search.close")
        close.clicked.connect(self.reject)
        self.setLayout(
            dialog_column(
                PlainLabel(self.tr("Search for images"), "heading"),
                WrappedLabel(
                    self.tr("What you type is sent to the registry when you press Search, not before."),
                    "muted",
                ),
                4,
                row(self.term, self._search),
                self.told,
                self.list,
                6,
                row(None, close, self.pull),
            )
        )
        widen(self, _WIDTH)
        viewmodel.found.connect(self._show)
        viewmodel.failed.connect(self._show_failure)
        self._say("")
        self._typed()
        self._select()
        self.term.setFocus()

    def _build_list(self) -> QTableWidget:
        table = QTableWidget(0, 3)
        table.setObjectName("image-search.found")
        table.setAccessibleName(self.tr("Found images"))
        table.setHorizontalHeaderLabels([self.tr("Name"), self.tr("Description"), self.tr("Stars")])
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setMinimumHeight(_HEIGHT)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(_ABOUT, QHeaderView.ResizeMode.Stretch)
        table.setColumnWidth(_NAME, 230)
        table.setColumnWidth(_STARS, 80)
        table.itemSelectionChanged.connect(self._select)
        table.itemDoubleClicked.connect(lambda _: self._choose())
        return table

    def search(self) -> None:
        """Ask the registry."""
        if not self.term.text().strip():
            return
        self.list.setRowCount(0)
        self._say(self.tr("Searching…"))
        self._viewmodel.search(self.term.text())

    def _typed(self) -> None:
        self._search.setEnabled(bool(self.term.text().strip()))

    def _show(self, images: list[OfferedImage]) -> None:
        self._say(self.tr("%n image(s) found", "", len(images)) if images else self.tr("Nothing found"))
        self.list.setRowCount(len(images))
        for place, image in enumerate(images):
            about = " ".join(image.description.split())
            name = f"{image.name}   {self.tr('official')}" if image.is_official else image.name
            for column_, text in ((_NAME, name), (_ABOUT, about), (_STARS, f"★ {image.stars}")):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tool_tip(text))
                item.setData(Qt.ItemDataRole.UserRole, image.name)
                self.list.setItem(place, column_, item)
        if images:
            self.list.selectRow(0)

    def _show_failure(self, failure: Failure) -> None:
        self._say(failure.lines, "error")

    def _say(self, text: str, role: str = "muted") -> None:
        self.told.setText(text)
        self.told.set_role(role)
        self.told.setVisible(bool(text))

    def _select(self) -> None:
        self.pull.setEnabled(bool(self.list.selectedItems()))

    def _choose(self) -> None:
        items = self.list.selectedItems()
        if items:
            name = str(items[0].data(Qt.ItemDataRole.UserRole))
            self.accept()
            self.chosen.emit(name)
