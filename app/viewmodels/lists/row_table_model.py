"""A table over frozen rows that sorts, filters and updates itself in Python, keeping the selection.

QSortFilterProxyModel over a Python model is a hundred times slower: 0.3-1 s a live update at 2,000 rows.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
Index = QModelIndex | QPersistentModelIndex


class Row(Protocol):
    """What every row has: a key that stays while its other members change."""

    @property
    def key(self) -> str:
        """Return the identity."""


RowType = TypeVar("RowType", bound=Row)


class RowTableModel(QAbstractTableModel, Generic[RowType]):
    """Rows by key, shown through a filter in an order. Subclasses say what a cell shows and how to sort."""

    column_count = 0
    right_aligned: frozenset[int] = frozenset()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: dict[str, RowType] = {}
        self._in_order: list[RowType] | None = []  # all of them by `sort_key(row, -1)`, None: not yet
        self._shown: list[RowType] = []
        self._accepts: Callable[[RowType], bool] | None = None
        self._sort_column = -1
        self._descending = False

    def header(self, column: int) -> str:
        """Return the title of a column."""
        raise NotImplementedError

    def text(self, row: RowType, column: int) -> str:
        """Return what the cell shows, also to screen readers."""
        raise NotImplementedError

    def sort_key(self, row: RowType, column: int) -> Any:
        """Return the value to sort by; column -1 is the order without a chosen one."""
        raise NotImplementedError

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Return how many rows pass the filter."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Return the number of columns."""
        return 0 if parent.isValid() else self.column_count

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """Return the column's title."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < self.column_count:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.header(section)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.header(section) or QCoreApplication.translate("RowTableModel", "Actions")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignRight if section in self.right_aligned else Qt.AlignmentFlag.AlignLeft
            )
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        """Return the cell's text, or the whole row for ROW_ROLE."""
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        row = self._shown[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.text(row, index.column())
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by `column`; -1 returns to the order of `sort_key(row, -1)`.

        The rows are in order at all times, so asking again (a QTableView asks twice) takes nothing.
        """
        wanted = column, order is Qt.SortOrder.DescendingOrder
        if wanted != (self._sort_column, self._descending):
            self._sort_column, self._descending = wanted
            self._update_shown()

    def set_filter(self, accepts: Callable[[RowType], bool] | None) -> None:
        """Show only rows that `accepts` agrees to; None shows all."""
        self._accepts = accepts
        self._update_shown()

    def set_rows(self, rows: Iterable[RowType]) -> None:
        """Replace all rows; rows with a known key keep their selection."""
        self._all, self._in_order = {row.key: row for row in rows}, None
        self._update_shown()

    def update_row(self, row: RowType) -> None:
        """Add or change one row."""
        self._all[row.key], self._in_order = row, None
        self._update_shown()

    @property
    def rows(self) -> Sequence[RowType]:
        """Return all rows, hidden ones too."""
        return list(self._all.values())

    @property
    def shown(self) -> Sequence[RowType]:
        """Return the rows as they stand in the table."""
        return list(self._shown)

    def find_row(self, key: str) -> RowType | None:
        """Return the row with `key`."""
        return self._all.get(key)

    def _wanted(self) -> list[RowType]:
        if self._in_order is None:
            self._in_order = sorted(self._all.values(), key=lambda row: self.sort_key(row, -1))
        accepts, column = self._accepts, self._sort_column
        wanted = [row for row in self._in_order if accepts is None or accepts(row)]
        if column >= 0:
            wanted.sort(key=lambda row: self.sort_key(row, column), reverse=self._descending)
        return wanted

    def _update_shown(self) -> None:
        """Bring the table to the wanted rows by the smallest steps: remove, insert, reorder, change."""
        wanted = self._wanted()
        keys = [row.key for row in wanted]
        wanted_keys = set(keys)
        for first, last in _runs_to_remove(self._shown, wanted_keys):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._shown[first : last + 1]
            self.endRemoveRows()
        shown_keys = [row.key for row in self._shown]
        if len(shown_keys) < len(keys):
            known = set(shown_keys)
            fresh = [row for row, key in zip(wanted, keys, strict=True) if key not in known]
            self.beginInsertRows(QModelIndex(), len(self._shown), len(self._shown) + len(fresh) - 1)
            self._shown.extend(fresh)
            self.endInsertRows()
            shown_keys += [row.key for row in fresh]
        if shown_keys != keys:
            self._reorder(keys)
        changed = [
            place
            for place, (row, before) in enumerate(zip(wanted, self._shown, strict=True))
            if row is not before and row != before
        ]
        self._shown = wanted
        if changed:
            last_column = self.column_count - 1
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], last_column), [])

    def _reorder(self, keys: list[str]) -> None:
        # Only after layoutAboutToBeChanged does the view store its selection as persistent indexes.
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        by_key = {row.key: row for row in self._shown}
        if before:
            places = {key: place for place, key in enumerate(keys)}
            after = [self.index(places[self._shown[old.row()].key], old.column()) for old in before]
            self.changePersistentIndexList(before, after)
        self._shown = [by_key[key] for key in keys]
        self.layoutChanged.emit()


def _runs_to_remove(rows: Sequence[Row], keep: set[str]) -> list[tuple[int, int]]:
    """Return the stretches (first, last) of rows not in `keep`, from the end so that places stay right."""
    runs: list[tuple[int, int]] = []
    for place in range(len(rows) - 1, -1, -1):
        if rows[place].key in keep:
            continue
        if runs and runs[-1][0] == place + 1:
            runs[-1] = (place, runs[-1][1])
        else:
            runs.append((place, place))
    return runs
