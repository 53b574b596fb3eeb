"""Which columns a table shows, how wide they are and how it is sorted: chosen over its header, and kept."""

from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QHeaderView, QMenu

from app.viewmodels.frame.preferences import Preferences, TableArrangement
from app.views.theme import Theme
from app.views.widgets.buttons import IconButton
from app.views.widgets.table import RowTable

_SIZE = 28


class ColumnChooser(IconButton):
    """A small button at the right end of a table's header, and the menu of the header itself."""

    def __init__(self, table: RowTable, name: str) -> None:
        header = table.horizontalHeader()
        super().__init__("columns", "", f"{name}.columns", header)
        self.set_label(self.tr("Choose columns"))
        self._table, self._name = table, name
        self._preferences: Preferences | None = None
        self._is_pressed = self._has_drawn = False
        self.clicked.connect(lambda: self._open(self.mapToGlobal(self.rect().bottomLeft())))
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(lambda place: self._open(header.mapToGlobal(place)))
        header.sortIndicatorChanged.connect(self._remember)
        header.sectionResized.connect(self._note_width)
        header.installEventFilter(self)
        header.viewport().installEventFilter(self)
        self._place()

    def restore(self, preferences: Preferences) -> None:
        """Arrange the table as it was left, and keep from now on how it is."""
        kept = preferences.table(self._name)
        columns = self._table.model().columnCount()
        if kept.columns == columns:  # else it is from another version, with other columns
            self._table.hide_columns(kept.hidden & set(self._choices()))
            for place, width in kept.widths.items():
                if place < columns:
                    self._table.drawn_widths[place] = width
                    self._table.set_width(place, width)
            if 0 <= kept.sort < columns:
                order = Qt.SortOrder.DescendingOrder if kept.descending else Qt.SortOrder.AscendingOrder
                self._table.sortByColumn(kept.sort, order)
        self._preferences = preferences

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the end of the header, and keep the widths that are drawn with the mouse."""
        if event.type() is QEvent.Type.Resize:
            self._place()
        elif event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            self._is_pressed = True
        elif event.type() is QEvent.Type.MouseButtonRelease:
            self._is_pressed = False
            if self._has_drawn:
                self._has_drawn = False
                self._remember()
        return super().eventFilter(watched, event)

    @Slot(int, int, int)
    def _note_width(self, place: int, _before: int, width: int) -> None:
        """Keep what is drawn with the mouse: columns that follow the window, appear or go are not."""
        mode = self._table.horizontalHeader().sectionResizeMode(place)
        if self._is_pressed and width and mode is QHeaderView.ResizeMode.Interactive:
            self._table.draw_width(place, width)
            self._has_drawn = True

    def _place(self) -> None:
        header = self._table.horizontalHeader()
        side = Theme.current().scaled(_SIZE)
        self.setFixedSize(side, side)
        self.move(header.width() - side - 6, (header.height() - side) // 2)

    def _choices(self) -> list[int]:
        """Return the columns that can go: all but the first and those without a title."""
        model = self._table.model()
        titles = [model.headerData(place, Qt.Orientation.Horizontal) for place in range(model.columnCount())]
        return [place for place, title in enumerate(titles) if place and title]

    def _open(self, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName(f"{self._name}.columns.menu")
        for place in self._choices():
            title = self._table.model().headerData(place, Qt.Orientation.Horizontal)
            entry = menu.addAction(str(title))
            entry.setObjectName(f"{self._name}.columns.{place}")
            entry.setCheckable(True)
            entry.setChecked(place not in self._table.not_wanted)
            entry.toggled.connect(lambda shown, place=place: self._show(place, shown))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(position)

    def _show(self, place: int, shown: bool) -> None:
        before = self._table.not_wanted
        self._table.hide_columns(before - {place} if shown else before | {place})
        self._remember()

    def _remember(self, *_: Any) -> None:
        if self._preferences is None:
            return
        header = self._table.horizontalHeader()
        descending = header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder
        self._preferences.remember_table(
            self._name,
            TableArrangement(
                self._table.model().columnCount(),
                frozenset(self._table.not_wanted),
                header.sortIndicatorSection(),
                descending,
                dict(self._table.drawn_widths),
            ),
        )
