"""The Layers tab of an image: its steps, and below them the files of the step that is chosen."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from app.viewmodels.failure import Failure
from app.viewmodels.images.image_details import FILE_SIZE, KIND, PATH, ImageDetailsViewModel
from app.viewmodels.lists.row_table_model import ROW_ROLE
from app.views.pages.containers.container_facts_view import FactsView
from app.views.pages.page import FilterBox
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import column, row
from app.views.widgets.table import CellDelegate, RowTable
from app.views.widgets.text import WrappedLabel


class LayersView(QSplitter):
    """Asks for the files of a step when that is selected."""

    def __init__(self, viewmodel: ImageDetailsViewModel) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.setObjectName("images.detail.layers.parts")
        self.setChildrenCollapsible(False)
        self._viewmodel = viewmodel
        self.steps = FactsView(
            "images.detail.layers", self.tr("Layers"), viewmodel.layers, {1: 110, 2: 140}, 0
        )
        self.steps.selectionModel().selectionChanged.connect(self._choose)
        words = self.tr("Choose a step to see which files it added, changed or deleted.")
        self._told = WrappedLabel(words, "muted")
        self._told.setObjectName("images.detail.files.told")
        self._filter = FilterBox("images.detail.files.filter", self.tr("Filter by path"), narrowest=200)
        self._filter.textChanged.connect(viewmodel.files.filter)
        self.files = RowTable("images.detail.files", self.tr("Files of the step"))
        self.files.use_model(viewmodel.files, {KIND: 130, FILE_SIZE: 110}, PATH)
        self.files.setItemDelegateForColumn(
            PATH, CellDelegate(self.files, elide=Qt.TextElideMode.ElideMiddle)
        )
        self.files.setItemDelegateForColumn(KIND, CellDelegate(self.files, muted=True))
        self.files.setItemDelegateForColumn(FILE_SIZE, CellDelegate(self.files, right=True))
        below = QWidget()
        layout = column(flow(row(self._told), self._filter), self.files, spacing=8, margins=(0, 8, 0, 0))
        layout.setStretch(1, 1)
        below.setLayout(layout)
        self.addWidget(self.steps)
        self.addWidget(below)
        self.splitterMoved.connect(self._keep_sizes)
        self._is_drawn = False  # the user has said how much room each part gets
        self._show_files(False)
        viewmodel.files_changed.connect(self._tell)
        viewmodel.files_failed.connect(self._tell_failure)

    def _choose(self) -> None:
        indexes = self.steps.selectionModel().selectedRows()
        if len(indexes) == 1:
            self._told.setText(self.tr("Looking…"))
            self._viewmodel.show_step(indexes[0].data(ROW_ROLE).place)

    def _tell(self, words: str) -> None:
        self._told.setText(words)
        self._show_files(bool(self._viewmodel.files.rows))

    def _tell_failure(self, failure: Failure) -> None:
        self._told.setText(failure.advice)
        self._show_files(False)

    def _keep_sizes(self) -> None:
        self._is_drawn = True

    def _show_files(self, shown: bool) -> None:
        if shown and not self._is_drawn:
            header, rows = self.steps.horizontalHeader().height(), self.steps.verticalHeader().length()
            height = self.height()
            steps = min(header + rows + 2 * self.steps.frameWidth() + 4, height * 2 // 5)
            self.setSizes([steps, height - steps])
        self.files.setVisible(shown)
        self._filter.setVisible(shown)
