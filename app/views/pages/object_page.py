"""What the pages of images, volumes and networks share: icons in the rows, and asking before things go."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtWidgets import QStyledItemDelegate

from app.viewmodels.lists.row_table_model import ROW_ROLE
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.pages.list_page import ListPage
from app.views.widgets.table import Action, ActionsDelegate, CellDelegate
from app.views.widgets.use_delegate import UseDelegate

Index = QModelIndex | QPersistentModelIndex


class _RowIcons(ActionsDelegate):
    def __init__(self, page: "ObjectPage") -> None:
        super().__init__(page.list)
        self._page = page

    def actions(self, index: Index) -> list[Action]:
        """Return what the page offers for the row."""
        return self._page.icons_of(index.data(ROW_ROLE))


class ObjectPage(ListPage):
    """Rows that have a name, users and, in the last column, icons."""

    def icons_of(self, row: Any) -> list[Action]:
        """Return the icons of a row."""
        return self.actions_of(row)

    def build_table(
        self, widths: dict[int, int], *, name: int, used: int, stretch: int, right: int = -1
    ) -> None:
        """Lay the table out: the columns of the `name` and of the users, and what stands to the `right`."""
        columns = self.viewmodel.model.columnCount()
        delegates: dict[int, QStyledItemDelegate] = {
            place: CellDelegate(self.list, muted=place != right, right=place == right)
            for place in range(columns)
        }
        icons = _RowIcons(self)
        icons.triggered.connect(self.act)
        delegates |= {name: CellDelegate(self.list, strong=True), used: UseDelegate(self.list)}
        self.build_body(widths, stretch, delegates | {columns - 1: icons})

    def ask(
        self,
        question: str,
        title: str,
        names: Sequence[str],
        note: str,
        then: Callable[[ConfirmDeleteDialog], None],
        options: Sequence[tuple[str, str, bool]] = (),
    ) -> None:
        """Ask before the things called `names` go; `then` is told the dialog, with its `options`."""
        name = f"{self.name}.{question}"
        dialog = ConfirmDeleteDialog(name, title, list(names), note, list(options), self.window())
        dialog.accepted.connect(lambda: then(dialog))
        dialog.open()
