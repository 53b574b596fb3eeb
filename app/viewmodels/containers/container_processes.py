"""The processes of one container, listed while somebody looks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure
from app.viewmodels.lists.row_table_model import RowTableModel

if TYPE_CHECKING:
    from app.services.engine.engine_inside import ProcessTable

_INTERVAL_MS = 2_000


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """A process as `ps` told it."""

    key: str
    cells: tuple[str, ...]


class ProcessModel(RowTableModel[ProcessRow]):
    """The processes under the titles that the engine gave; numbers sort as numbers."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._titles: tuple[str, ...] = ()

    def take(self, table: "ProcessTable") -> None:
        """Show other processes."""
        if table.titles != self._titles:
            self.set_rows([])
            self.beginResetModel()
            self._titles, self.column_count = table.titles, len(table.titles)
            self.endResetModel()
        pid = self._titles.index("PID") if "PID" in self._titles else 0
        width = len(self._titles)
        self.set_rows(ProcessRow(row[pid], row) for row in table.rows if len(row) == width > 0)

    def header(self, column: int) -> str:
        """Return the title of a column."""
        return self._titles[column]

    def text(self, row: ProcessRow, column: int) -> str:
        """Return what the cell shows."""
        return row.cells[column]

    def sort_key(self, row: ProcessRow, column: int) -> Any:
        """Return the value to sort by."""
        text = row.key if column < 0 else row.cells[column]
        return (0, int(text), "") if text.isascii() and text.isdigit() else (1, 0, text.casefold())


class ContainerProcessesViewModel(QObject):
    """Asks every two seconds while it is open."""

    changed = Signal()
    failed = Signal(object)  # Failure

    def __init__(
        self, background: Background, access: Access, container_id: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background, self._access, self._container_id = background, access, container_id
        self.table = ProcessModel(self)
        self._asking = False
        self._timer = QTimer(self, interval=_INTERVAL_MS)
        self._timer.timeout.connect(self.refresh)

    def open(self) -> None:
        """List now and from here on."""
        self.refresh()
        self._timer.start()

    def close(self) -> None:
        """Stop listing."""
        self._timer.stop()

    @Slot()
    def refresh(self) -> None:
        """List anew, unless an answer is still to come."""
        if not self._asking:
            self._asking = True
            self._background.run(
                lambda: self._access.client().top(self._container_id), self._take, self._not_told
            )

    @Slot(object)
    def _take(self, table: "ProcessTable") -> None:
        self._asking = False
        self.table.take(table)
        self.changed.emit()

    @Slot(object)
    def _not_told(self, error: Exception) -> None:
        self._asking = False
        self.failed.emit(describe_failure(error, self._container_id[:12]))
