"""Names in a table that lead to what they name: containers, volumes, networks."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, QRect, Signal

from app.viewmodels.lists.row_table_model import ROW_ROLE
from app.views.widgets.table import Index, LinkDelegate, RowTable


class ObjectLinks(LinkDelegate):
    """The column of the names; a click on one, or Enter in its row, chooses it."""

    chosen = Signal(str)  # its id

    def __init__(self, view: RowTable, column: int, find: Callable[[Any], tuple[str, str]]) -> None:
        """`find` returns the text and the id of what a row names; without an id it is plain text."""
        super().__init__(view)
        self._find = find
        view.setItemDelegateForColumn(column, self)
        self.activated.connect(lambda _, id: self.chosen.emit(id))
        view.opened.connect(self._open_selected)

    def links(self, index: Index) -> list[tuple[str, str]]:
        """Return the name, which leads to what it names."""
        return [self._find(index.data(ROW_ROLE))]

    def tool_tip(self, position: QPoint, rect: QRect, index: Index) -> str:
        """Return what a click does, instead of the id."""
        text, id = self._find(index.data(ROW_ROLE))
        return self.tr("Show {0}").format(text) if id else super().tool_tip(position, rect, index)

    def _open_selected(self) -> None:
        rows = self._view.selected_rows()
        if len(rows) == 1 and (id := self._find(rows[0])[1]):
            self.chosen.emit(id)
