"""The Processes tab: what runs in the container."""

from PySide6.QtWidgets import QHeaderView

from app.viewmodels.containers.container_processes import ContainerProcessesViewModel
from app.viewmodels.failure import Failure
from app.views.pages.detail_tab import DetailTab
from app.views.widgets.banner import Banner
from app.views.widgets.layouts import column
from app.views.widgets.table import CellDelegate, RowTable
from app.views.widgets.text import ElidedLabel

_WIDTHS = {"UID": 110, "PID": 90, "PPID": 90, "C": 60, "STIME": 90, "TTY": 80, "TIME": 100}


class ContainerProcessesView(DetailTab):
    """Owns the view-model of the processes."""

    def __init__(self, viewmodel: ContainerProcessesViewModel) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        viewmodel.setParent(self)
        self._banner = Banner("containers.processes.banner")
        self._banner.pressed.connect(viewmodel.refresh)
        self._count = ElidedLabel(role="muted")
        self._count.setObjectName("containers.processes.count")
        self.table = RowTable("containers.processes.table", self.tr("Processes"))
        self.table.use_model(viewmodel.table, {}, stretch=-1)
        self.table.setItemDelegate(CellDelegate(self.table))
        layout = column(self._count, self._banner, self.table, spacing=10)
        layout.setStretch(2, 1)
        layout.addStretch(0)  # takes the room while the table is hidden
        self.setLayout(layout)
        viewmodel.table.modelReset.connect(self._fit)
        viewmodel.changed.connect(self._show_count)
        viewmodel.failed.connect(self._failed)

    def open(self) -> None:
        """List while it is in sight."""
        self._viewmodel.open()

    def pause(self) -> None:
        """Stop listing."""
        self._viewmodel.close()

    def on_running(self, running: bool) -> None:
        """List at once after a start or an end."""
        if self.isVisible():
            self._viewmodel.refresh()

    def _fit(self) -> None:
        header = self.table.horizontalHeader()
        header.setStretchLastSection(True)  # the command is what needs room
        for place in range(self._viewmodel.table.columnCount()):
            header.setSectionResizeMode(place, QHeaderView.ResizeMode.Interactive)
            self.table.set_width(place, _WIDTHS.get(self._viewmodel.table.header(place), 120))

    def _show_count(self) -> None:
        self._banner.hide()
        self.table.show()
        self._count.setText(self.tr("%n process(es)", "", self._viewmodel.table.rowCount()))

    def _failed(self, failure: Failure) -> None:
        if failure.code == "not-running":
            self._count.setText(self.tr("The container does not run: it has no processes."))
            self.table.hide()
            self._banner.hide()
        else:
            self._banner.say(failure.advice, "err", self.tr("Try again"))
