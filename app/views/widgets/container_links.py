"""Names of containers in a table that lead to them."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, QRect, Signal

from app.viewmodels.lists.row_table_model import ROW_ROLE
from app.views.widgets.table import Index, LinkDelegate, RowTable


class ContainerLinks(LinkDelegate):
    """The column of the names; a click on one, or Enter in its row, chooses it."""

    chosen = Signal(str)  # the container's id

    def __init__(self, view: RowTable, column: int, find: Callable[[Any], tuple[str, str]]) -> None:
        """`find` returns the name and the id of the container in a row."""
        super().__init__(view)
        self._find = find
        view.setItemDelegateForColumn(column, self)
        self.activated.connect(lambda _, container: self.chosen.emit(container))
        view.opened.connect(self._open_selected)

    def links(self, index: Index) -> list[tuple[str, str]]:
        """Return the container's name, which leads to it."""
        return [self._find(index.data(ROW_ROLE))]

    def tool_tip(self, position: QPoint, rect: QRect, index: Index) -> str:
        """Return what a click does, instead of the id."""
        del position, rect
        return self.tr("Show {0}").format(self._find(index.data(ROW_ROLE))[0])

    def _open_selected(self) -> None:
        rows = self._view.selected_rows()
        if len(rows) == 1:
            self.chosen.emit(self._find(rows[0])[1])
