"""How the container table draws its cells: status, ports and actions of a row."""

from PySide6.QtCore import QCoreApplication, QModelIndex, QPersistentModelIndex, QPoint, QRect

from app.viewmodels.containers import (
    ACTIONS,
    CREATED,
    IMAGE,
    NAME,
    PORTS,
    STATUS,
    ContainerRow,
    ContainersViewModel,
)
from app.viewmodels.row_table_model import ROW_ROLE
from app.views.widgets.table import (
    Action,
    ActionsDelegate,
    CellDelegate,
    LinkDelegate,
    RowTable,
    StatusDelegate,
)

translate = QCoreApplication.translate
Index = QModelIndex | QPersistentModelIndex


class _NameDelegate(CellDelegate):
    def tool_tip(self, position: QPoint, rect: QRect, index: Index) -> str:
        """Return name, short id and command."""
        row: ContainerRow = index.data(ROW_ROLE)
        return f"{row.name}\n{row.short_id}\n{row.container.command}".strip()


class _StatusDelegate(StatusDelegate):
    def __init__(self, view: RowTable, viewmodel: ContainersViewModel) -> None:
        super().__init__(view)
        self._table = viewmodel.table

    def parts(self, index: Index) -> tuple[str, str, str]:
        """Return tone, word and age."""
        row: ContainerRow = index.data(ROW_ROLE)
        return (row.tone, *self._table.status(row))

    def tool_tip(self, position: QPoint, rect: QRect, index: Index) -> str:
        """Return the whole failure, or the status where it does not fit."""
        row: ContainerRow = index.data(ROW_ROLE)
        return row.failure.text if row.failure is not None else super().tool_tip(position, rect, index)


class _PortsDelegate(LinkDelegate):
    def links(self, index: Index) -> list[tuple[str, str]]:
        """Return the published ports."""
        row: ContainerRow = index.data(ROW_ROLE)
        return row.links


class RowActionsDelegate(ActionsDelegate):
    """The icons of a row: open, start or stop, restart, logs, delete."""

    def actions(self, index: Index) -> list[Action]:
        """Return what can be done with the container now."""
        return self.actions_of(index.data(ROW_ROLE))

    def actions_of(self, row: ContainerRow) -> list[Action]:
        """Return what can be done with a container now."""
        return container_actions(row)


def container_actions(row: ContainerRow) -> list[Action]:
    """Return what can be done with a container now, in the order of its icons."""
    free = not row.busy
    toggle = (
        Action("stop", "stop", translate("RowActionsDelegate", "Stop"), free)
        if row.is_running
        else Action("start", "play", translate("RowActionsDelegate", "Start"), free)
    )
    return [
        Action("open", "external", translate("RowActionsDelegate", "Open in the browser"), bool(row.url)),
        toggle,
        Action("restart", "restart", translate("RowActionsDelegate", "Restart"), free and row.is_running),
        Action("logs", "logs", translate("RowActionsDelegate", "Logs")),
        Action("terminal", "terminal", translate("RowActionsDelegate", "Terminal"), row.is_running),
        Action("delete", "trash", translate("RowActionsDelegate", "Delete"), free),
    ]


class ContainerList(RowTable):
    """The table of containers."""

    def __init__(self, viewmodel: ContainersViewModel) -> None:
        super().__init__("containers.table", "")
        self.setAccessibleName(self.tr("Containers"))
        self.use_model(
            viewmodel.table, {NAME: 190, STATUS: 210, PORTS: 150, CREATED: 120, ACTIONS: 206}, stretch=IMAGE
        )
        self.links = _PortsDelegate(self)
        self.actions_column = RowActionsDelegate(self)
        for column, delegate in {
            NAME: _NameDelegate(self, strong=True),
            IMAGE: CellDelegate(self, muted=True),
            STATUS: _StatusDelegate(self, viewmodel),
            PORTS: self.links,
            CREATED: CellDelegate(self, muted=True),
            ACTIONS: self.actions_column,
        }.items():
            self.setItemDelegateForColumn(column, delegate)

    def chosen(self) -> list[ContainerRow]:
        """Return the selected rows."""
        return [row for row in self.selected_rows() if isinstance(row, ContainerRow)]
