"""How the container table draws its cells: status, ports and actions of a row."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QStyleOptionViewItem

from app.viewmodels.containers.containers import (
    ACTIONS,
    CPU,
    CREATED,
    IMAGE,
    MEMORY,
    NAME,
    PORTS,
    STATUS,
    ContainerRow,
    ContainersViewModel,
    GroupRow,
)
from app.viewmodels.lists.row_table_model import ROW_ROLE
from app.viewmodels.wording.exit_codes import explain_exit
from app.views.icons import icon_pixmap
from app.views.pages.containers.container_actions import KEYS, container_icons, container_menu, group_icons
from app.views.theme import Theme
from app.views.widgets.status_delegate import StatusDelegate
from app.views.widgets.table import (
    Action,
    ActionsDelegate,
    CellDelegate,
    LinkDelegate,
    RowTable,
)

Index = QModelIndex | QPersistentModelIndex
_ARROW = 14
_WIDE = {NAME: 180, STATUS: 200, PORTS: 106, CPU: 76, MEMORY: 88, CREATED: 120, ACTIONS: 174}
_NARROW = {NAME: 140, STATUS: 152, PORTS: 84, ACTIONS: 174}
_NARROW_BELOW = 900


class _NameDelegate(CellDelegate):
    """Draws projects with an arrow, and what belongs to them a little to the right."""

    def draw(self, painter: QPainter, rect: QRect, index: Index, option: QStyleOptionViewItem) -> None:
        """Draw arrow and name."""
        row: ContainerRow | GroupRow = index.data(ROW_ROLE)
        arrow = Theme.current().scaled(_ARROW)
        if isinstance(row, GroupRow):
            icon = "chevron-down" if row.is_open else "chevron-right"
            place = QPoint(rect.left(), rect.center().y() - arrow // 2 + 1)
            muted = Theme.current().tokens.muted
            ratio = self._view.devicePixelRatioF()
            painter.drawPixmap(place, icon_pixmap(icon, muted, arrow, ratio))
        if isinstance(row, GroupRow) or row.project:
            rect = rect.adjusted(arrow + 6, 0, 0, 0)
        super().draw(painter, rect, index, option)

    def tool_tip(self, position: QPoint, rect: QRect, index: Index) -> str:
        """Return name, short id and command."""
        row: ContainerRow | GroupRow = index.data(ROW_ROLE)
        if isinstance(row, GroupRow):
            return self.tr("Compose project {0}").format(row.name)
        return f"{row.name}\n{row.short_id}\n{row.container.command}".strip()


class _ImageDelegate(LinkDelegate):
    """The image's name, and behind it that there is a newer one: a click leads to it."""

    def __init__(self, view: RowTable, viewmodel: ContainersViewModel) -> None:
        super().__init__(view, muted=True, elide=Qt.TextElideMode.ElideMiddle)
        self._table = viewmodel.table

    def draw(self, painter: QPainter, rect: QRect, index: Index, option: QStyleOptionViewItem) -> None:
        """Draw the name in the room that the link leaves."""
        row: ContainerRow | GroupRow = index.data(ROW_ROLE)
        if not isinstance(row, GroupRow):
            room = rect.adjusted(0, 0, -self._advance(self._link(rect, row)), 0)
            self.draw_text(painter, room, row.image, Theme.current().tokens.muted)
        super().draw(painter, rect, index, option)

    def tool_tip(self, position: QPoint, rect: QRect, index: Index) -> str:
        """Return the whole name, and what the link is about."""
        row: ContainerRow | GroupRow = index.data(ROW_ROLE)
        if isinstance(row, GroupRow):
            return ""
        if row.has_newer:
            return self.tr("{0}\nA newer image has this name. Click to update.").format(row.image)
        return CellDelegate.tool_tip(self, position, rect, index)

    def _link(self, rect: QRect, row: ContainerRow) -> str:
        """Return the link's text: in short where the name would not fit beside it."""
        if not row.has_newer:
            return ""
        whole = f"↑ {self._table.newer_word}"
        return whole if self._advance(row.image) + self._advance(whole) < rect.width() else "↑"

    def _advance(self, text: str) -> int:
        return self._view.fontMetrics().horizontalAdvance(text) + 10 if text else 0

    def _places(self, rect: QRect, index: Index) -> list[tuple[QRect, str, str]]:
        row: ContainerRow | GroupRow = index.data(ROW_ROLE)
        if isinstance(row, GroupRow) or not row.has_newer:
            return []
        link = self._link(rect, row)
        left = rect.left() + min(self._advance(row.image), rect.width() - self._advance(link))
        return [(QRect(left, rect.top(), self._advance(link), rect.height()), link, "renew")]


class _StatusDelegate(StatusDelegate):
    def __init__(self, view: RowTable, viewmodel: ContainersViewModel) -> None:
        super().__init__(view)
        self._table = viewmodel.table

    def parts(self, index: Index) -> tuple[str, str, str]:
        """Return tone, word and age."""
        row: ContainerRow | GroupRow = index.data(ROW_ROLE)
        if isinstance(row, GroupRow):
            return row.tone, self._table.group_status(row), ""
        return (row.tone, *self._table.status(row))

    def tool_tip(self, position: QPoint, rect: QRect, index: Index) -> str:
        """Return the whole failure, what an exit code means, or the status where it does not fit."""
        row: ContainerRow | GroupRow = index.data(ROW_ROLE)
        if isinstance(row, GroupRow):
            return super().tool_tip(position, rect, index)
        if row.failure is not None:
            return row.failure.text
        meaning = "" if row.exit_code is None else explain_exit(row.exit_code)
        return f"{index.data()}\n{meaning}" if meaning else super().tool_tip(position, rect, index)


class _PortsDelegate(LinkDelegate):
    def __init__(self, view: RowTable, viewmodel: ContainersViewModel) -> None:
        super().__init__(view)
        self._table = viewmodel.table

    def links(self, index: Index) -> list[tuple[str, str]]:
        """Return the published ports, and those that the computer did not open."""
        row: ContainerRow | GroupRow = index.data(ROW_ROLE)
        if isinstance(row, GroupRow):
            return []
        return [*row.links, *((text, "") for text in row.refused_ports)]

    def tool_tip(self, position: QPoint, rect: QRect, index: Index) -> str:
        """Return the address under the mouse, or why a port is not open."""
        row: ContainerRow | GroupRow = index.data(ROW_ROLE)
        refused = "" if isinstance(row, GroupRow) else self._table.refusals(row)
        return self._target_at(position, rect, index) or refused or super().tool_tip(position, rect, index)


class _ActionsDelegate(ActionsDelegate):
    def actions(self, index: Index) -> list[Action]:
        """Return what can be done with a container, or with all of a project, now."""
        row: ContainerRow | GroupRow = index.data(ROW_ROLE)
        return group_icons(row) if isinstance(row, GroupRow) else container_icons(row)


class ContainerList(RowTable):
    """The table of containers."""

    def __init__(self, viewmodel: ContainersViewModel) -> None:
        super().__init__("containers.table", "")
        self.setAccessibleName(self.tr("Containers"))
        self.use_model(viewmodel.table, _WIDE, stretch=IMAGE)
        self.links = _PortsDelegate(self, viewmodel)
        self.images = _ImageDelegate(self, viewmodel)
        self.actions_column = _ActionsDelegate(self)
        for column, delegate in {
            NAME: _NameDelegate(self, strong=True),
            IMAGE: self.images,
            STATUS: _StatusDelegate(self, viewmodel),
            PORTS: self.links,
            CPU: CellDelegate(self, right=True),
            MEMORY: CellDelegate(self, right=True),
            CREATED: CellDelegate(self, muted=True),
            ACTIONS: self.actions_column,
        }.items():
            self.setItemDelegateForColumn(column, delegate)

        self.leave_out(frozenset({CPU, MEMORY, CREATED}), _NARROW_BELOW)
        self.hide_columns(frozenset({CREATED}))  # the status says how long it has been so
        self._narrow = False
        self._containers = viewmodel.table
        viewmodel.usage.find_wanted = self._find_measured
        self.clicked.connect(self._clicked)

    def chosen(self) -> list[ContainerRow]:
        """Return the selected rows, those of a selected project too, each once."""
        rows: dict[str, ContainerRow] = {}
        for row in self.selected_rows():
            keys = row.members if isinstance(row, GroupRow) else (getattr(row, "key", ""),)
            for key in keys:
                found = self._containers.find_row(key)
                if found is not None:
                    rows[key] = found
        return list(rows.values())

    def chosen_group(self) -> GroupRow | None:
        """Return the project whose row alone is selected."""
        rows = self.selected_rows()
        return rows[0] if len(rows) == 1 and isinstance(rows[0], GroupRow) else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give less room to each column where there is less."""
        super().resizeEvent(event)
        narrow = event.size().width() < Theme.current().scaled(_NARROW_BELOW)
        if narrow is not self._narrow:
            self._narrow = narrow
            for place, width in (_NARROW if narrow else _WIDE | self.drawn_widths).items():
                self.set_width(place, width)

    def _find_measured(self) -> tuple[list[str], list[str]]:
        """Return the running containers in sight and the other ones, while their use is shown at all."""
        unseen = self.isColumnHidden(CPU) and self.isColumnHidden(MEMORY)
        if unseen or not self.isVisible() or self.window().isMinimized() or not self.isEnabled():
            return [], []
        shown = self._containers.shown
        first = max(self.rowAt(0), 0)
        last = self.rowAt(self.viewport().height() - 1)
        seen = {row.key for row in shown[first : last + 1 if last >= 0 else len(shown)]}
        running = [row.key for row in self._containers.rows if row.is_running]
        return [key for key in running if key in seen], [key for key in running if key not in seen]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open and close projects with Right and Left; letters act on the row that is selected."""
        group, rows = self.chosen_group(), self.selected_rows()
        letter = event.text().upper() if event.modifiers() == Qt.KeyboardModifier.NoModifier else ""
        if letter in KEYS and len(rows) == 1:
            row: ContainerRow | GroupRow = rows[0]  # type: ignore[assignment]  # what the model has
            offered = group_icons(row) if isinstance(row, GroupRow) else container_menu(row)
            wanted = (action.name for action in offered if action.name in KEYS[letter] and action.enabled)
            if name := next(wanted, ""):
                self.actions_column.triggered.emit(row, name)
        elif group is not None and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._containers.toggle_group(group.name, event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def _clicked(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if isinstance(row, GroupRow) and index.column() == NAME:
            self._containers.toggle_group(row.name)
