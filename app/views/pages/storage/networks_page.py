"""The Networks page: who is on which, creating, deleting, cleaning up, and one network in full."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex

from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.lists.row_table_model import ROW_ROLE
from app.viewmodels.storage.networks import (
    ACTIONS,
    CREATED,
    DRIVER,
    NAME,
    SUBNET,
    USED,
    NetworkRow,
    NetworksViewModel,
)
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.dialogs.create_dialog import CreateNetworkDialog
from app.views.pages.list_page import ListPage
from app.views.pages.storage.network_detail_view import NetworkDetailView
from app.views.widgets.buttons import Button
from app.views.widgets.table import Action, ActionsDelegate, CellDelegate
from app.views.widgets.use_delegate import UseDelegate

Index = QModelIndex | QPersistentModelIndex


class _NetworkActions(ActionsDelegate):
    def actions(self, index: Index) -> list[Action]:
        """Return what can be done with the network."""
        return self.actions_of(index.data(ROW_ROLE))

    def actions_of(self, row: NetworkRow) -> list[Action]:
        """Return the icons of a row."""
        return [
            Action("open", "search", self.tr("Members and addresses")),
            Action("delete", "trash", self.tr("Delete"), row.can_be_deleted and not row.users),
        ]


class NetworksPage(ListPage):
    """Shows the networks."""

    def __init__(self, viewmodel: NetworksViewModel) -> None:
        super().__init__("networks", "", viewmodel, "")
        self.networks = viewmodel
        self.title.setText(self.tr("Networks"))
        for widget in (self, self.list):
            widget.setAccessibleName(self.tr("Networks"))
        self.filter_box.set_label(self.tr("Filter by name or container"))
        clean = Button(self.tr("Clean up"), "networks.prune", icon="broom")
        clean.setToolTip(self.tr("Delete the networks that no container uses"))
        clean.clicked.connect(self.confirm_prune)
        create = Button(self.tr("Create"), "networks.create", "primary", "plus")
        create.clicked.connect(self.ask_create)
        for button in (clean, create):
            self.add_tool(button)
        first = Button(self.tr("Create a network"), "networks.empty.create", "primary", "plus")
        first.clicked.connect(self.ask_create)
        self.fill_empty_card(
            self.tr("No networks"),
            self.tr("Containers on one network reach each other by their names."),
            first,
        )
        self._actions = _NetworkActions(self.list)
        self._actions.triggered.connect(self.act)
        muted = CellDelegate(self.list, muted=True)
        self.list.leave_out(frozenset({CREATED}), below=800)
        self.build_body(
            {NAME: 190, SUBNET: 140, DRIVER: 110, CREATED: 110, ACTIONS: 88},
            USED,
            {
                NAME: CellDelegate(self.list, strong=True),
                USED: UseDelegate(self.list),
                SUBNET: muted,
                DRIVER: muted,
                CREATED: muted,
                ACTIONS: self._actions,
            },
        )
        self.opened.connect(self.show_network)
        viewmodel.pruned.connect(self._tell_pruned)

    def on_engine_state(self, view: EngineView) -> None:
        """Follow the engine, in the network's own view, too."""
        super().on_engine_state(view)
        if isinstance(self.detail, NetworkDetailView):
            self.detail.on_engine_state(view)

    def count_text(self) -> str:
        """Return how many there are."""
        return self.tr("%n network(s)", "", self.viewmodel.total)

    def actions_of(self, row: NetworkRow) -> list[Action]:
        """Return what can be done with a network."""
        return self._actions.actions_of(row)

    def act(self, row: Any, name: str) -> None:
        """Open or delete."""
        if name == "delete":
            self.confirm_delete([row])
        else:
            self.show_network(row)

    def show_network(self, row: NetworkRow) -> None:
        """Show one network in place of the list."""
        view = NetworkDetailView(self.networks, row)
        view.left.connect(self.go_back)
        view.on_engine_state(self._engine)
        self.show_detail(view)

    def go_back(self) -> bool:
        """Leave the network, if one is shown."""
        if self.detail is None:
            return False
        self.close_detail()
        self.list.setFocus()
        return True

    def ask_create(self) -> None:
        """Open the dialog for a new network."""
        CreateNetworkDialog(self.networks, self.window()).open()

    def confirm_delete(self, rows: list[Any]) -> None:
        """Ask, then delete those that can be."""
        free = [row for row in rows if row.can_be_deleted]
        if not free or not self.can_act:
            return
        users = sorted({name for row in free for name in row.users})
        note = self.tr("In use by {0}.").format(", ".join(users)) if users else ""
        dialog = ConfirmDeleteDialog(
            "networks.delete",
            self.tr("Delete %n network(s)?", "", len(free)),
            [row.name for row in free],
            note,
            [],
            self.window(),
        )
        keys = [row.key for row in free]
        dialog.accepted.connect(lambda: self.networks.delete(keys))
        dialog.open()

    def confirm_prune(self) -> None:
        """Ask with the names of all that would go."""
        unused = self.networks.unused
        if not unused:
            self.notice.say(self.tr("Every network is in use: there is nothing to clean up."), "ok")
            return
        dialog = ConfirmDeleteDialog(
            "networks.prune-ask",
            self.tr("Delete %n unused network(s)?", "", len(unused)),
            [row.name for row in unused],
            self.tr("No container uses them."),
            [],
            self.window(),
        )
        dialog.accepted.connect(self.networks.prune)
        dialog.open()

    def _tell_pruned(self, count: int, freed: object) -> None:
        del freed
        self.notice.say(self.tr("%n network(s) deleted.", "", count), "ok", self.tr("Dismiss"))
