"""The column that says who uses an object: a dot, names, what is being done, or what went wrong."""

from typing import Protocol

from PySide6.QtCore import QPoint, QRect

from app.viewmodels.failure import Failure
from app.viewmodels.lists.row_table_model import ROW_ROLE
from app.views.widgets.status_delegate import StatusDelegate
from app.views.widgets.table import Index


class UsedRow(Protocol):
    """What the column needs of a row."""

    @property
    def users(self) -> tuple[str, ...]:
        """Return the names of the users."""

    @property
    def busy(self) -> bool:
        """Return whether something is being done."""

    @property
    def failure(self) -> Failure | None:
        """Return what went wrong."""


class UseDelegate(StatusDelegate):
    """Green while used, grey while not."""

    def parts(self, index: Index) -> tuple[str, str, str]:
        """Return tone and words."""
        row: UsedRow = index.data(ROW_ROLE)
        tone = "err" if row.failure else "warn" if row.busy else "ok" if row.users else "idle"
        return tone, str(index.data() or ""), ""

    def tool_tip(self, position: QPoint, rect: QRect, index: Index) -> str:
        """Return the users, or the whole failure."""
        row: UsedRow = index.data(ROW_ROLE)
        return row.failure.text if row.failure else "\n".join(row.users)
