"""The Networks page: who is on which, creating, deleting, cleaning up, and one network in full."""

from typing import Any

from PySide6.QtCore import Signal

from app.viewmodels.engine.engine_view import EngineView
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
from app.views.dialogs.create_dialog import CreateNetworkDialog
from app.views.pages.object_page import ObjectPage
from app.views.pages.storage.network_detail_view import NetworkDetailView
from app.views.widgets.buttons import Button
from app.views.widgets.table import Action


class NetworksPage(ObjectPage):
    """Shows the networks."""

    container_requested = Signal(str)  # its id

    def __init__(self, viewmodel: NetworksViewModel) -> None:
        super().__init__("networks", viewmodel)
        self.networks = viewmodel
        self.set_title(self.tr("Networks"), self.tr("Filter by name or container"))
        clean = Button(self.tr("Clean up"), "networks.prune", icon="broom")
        clean.setToolTip(self.tr("Delete the networks that no container uses"))
        clean.clicked.connect(self.confirm_prune)
        create = Button(self.tr("Create"), "networks.create", "primary", "plus")
        create.clicked.connect(lambda: self.wished.emit(self.tr("Create a network"), self.ask_create))
        for button in (clean, create):
            self.add_tool(button, waits=button is create)
        first = Button(self.tr("Create a network"), "networks.empty.create", "primary", "plus")
        first.clicked.connect(self.ask_create)
        self.fill_empty_card(
            self.tr("No networks"),
            self.tr("Containers on one network reach each other by their names."),
            first,
        )
        self.list.leave_out(frozenset({CREATED}), below=800)
        widths = {NAME: 190, SUBNET: 140, DRIVER: 110, CREATED: 110, ACTIONS: 88}
        self.build_table(widths, name=NAME, used=USED, stretch=USED)
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
        return [
            Action("open", "search", self.tr("Members and addresses")),
            Action("delete", "trash", self.tr("Delete"), row.can_be_deleted and not row.users),
        ]

    def act(self, row: Any, name: str) -> None:
        """Open or delete."""
        if self.put_off(row, name):
            return
        if name == "delete":
            self.confirm_delete([row])
        else:
            self.show_network(row)

    def show_network(self, row: NetworkRow) -> None:
        """Show one network in place of the list."""
        view = NetworkDetailView(self.networks, row)
        view.left.connect(self.go_back)
        view.container_chosen.connect(self.container_requested)
        view.on_engine_state(self._engine)
        self.show_detail(view)

    def show_row(self, row: NetworkRow) -> None:
        """Show one network."""
        self.show_network(row)

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
        keys, names = [row.key for row in free], [row.name for row in free]
        title = self.tr("Delete %n network(s)?", "", len(free))
        self.ask("delete", title, names, note, lambda _: self.networks.delete(keys))

    def confirm_prune(self) -> None:
        """Ask with the names of all that would go."""
        unused = self.networks.unused
        if not unused:
            self.notice.say(self.tr("Every network is in use: there is nothing to clean up."), "ok")
            return
        title, note = (
            self.tr("Delete %n unused network(s)?", "", len(unused)),
            self.tr("No container uses them."),
        )
        names = [row.name for row in unused]
        self.ask("prune-ask", title, names, note, lambda _: self.networks.prune())

    def _tell_pruned(self, count: int, freed: object) -> None:
        del freed
        self.notice.say(self.tr("%n network(s) deleted.", "", count), "ok", self.tr("Dismiss"))
