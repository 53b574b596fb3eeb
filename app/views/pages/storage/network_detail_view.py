"""One network in place of the list: its members with their addresses, joining and leaving."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.viewmodels.containers.container_details import FactTable
from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.failure import Failure
from app.viewmodels.storage.networks import Member, NetworkRow, NetworksViewModel, ReachView, member_facts
from app.viewmodels.wording.wording import join_sentences
from app.views.dialogs.connect_container_dialog import ConnectContainerDialog
from app.views.pages.containers.container_facts_view import FactsView
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import column, row
from app.views.widgets.object_links import ObjectLinks
from app.views.widgets.text import ElidedLabel, PlainLabel, WrappedLabel


class NetworkDetailView(QWidget):
    """Follows the network while it is shown."""

    left = Signal()
    container_chosen = Signal(str)  # its id

    def __init__(self, viewmodel: NetworksViewModel, network: NetworkRow) -> None:
        super().__init__()
        self.setObjectName("networks.detail")
        self._viewmodel, self._row = viewmodel, network
        self._has_engine = False
        self._ids: dict[str, Member] = {}
        back = IconButton("back", self.tr("Back to the networks (Esc)"), "networks.detail.back")
        back.clicked.connect(self.left)
        title = ElidedLabel(network.name, "title")
        title.setObjectName("networks.detail.title")
        words = [network.network.driver, *network.network.subnets]
        if network.network.is_internal:
            words.append(self.tr("no way out"))
        remark = ElidedLabel(" · ".join(filter(None, words)), "muted")
        self._connect_button = Button(self.tr("Connect a container"), "networks.detail.connect", icon="plus")
        self._connect_button.clicked.connect(self._ask_connect)
        self._disconnect_button = Button(self.tr("Disconnect"), "networks.detail.disconnect", icon="minus")
        self._disconnect_button.clicked.connect(self._disconnect)
        self._check_button = Button(self.tr("Check reach"), "networks.detail.check", icon="networks")
        self._check_button.setToolTip(
            self.tr("Choose two members: each tries to reach the other by name and address")
        )
        self._check_button.clicked.connect(self._check_reach)
        self._banner = Banner("networks.detail.banner")
        self._reach = Banner("networks.detail.reach")
        self._members = FactTable(
            (self.tr("Container"), self.tr("Address"), self.tr("Hardware address")), self
        )
        self.table = FactsView(
            "networks.detail.members", self.tr("Members"), self._members, {0: 320, 2: 220}, stretch=1
        )
        links = ObjectLinks(self.table, 0, lambda fact: (fact.name, self._ids[fact.name].container_id))
        links.chosen.connect(self.container_chosen)
        self._nobody = WrappedLabel(
            self.tr("No running container is on this network. Addresses are given when a container starts."),
            "muted",
        )
        head = flow(
            row(back, column(title, remark, spacing=1), spacing=10),
            self._check_button,
            self._connect_button,
            self._disconnect_button,
            spacing=10,
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 16)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(self._banner)
        layout.addWidget(self._reach)
        layout.addSpacing(4)
        layout.addWidget(PlainLabel(self.tr("Members"), "strong"))
        layout.addWidget(self._nobody)
        layout.addWidget(self.table, 1)
        layout.addStretch(0)
        viewmodel.members_found.connect(self._show_members)
        viewmodel.members_failed.connect(self._failed)
        viewmodel.reach_checked.connect(self._show_reach)
        viewmodel.counts_changed.connect(self._ask)
        self.table.selectionModel().selectionChanged.connect(self._show_what_fits)
        self._show_what_fits()
        self._ask()

    def on_engine_state(self, view: EngineView) -> None:
        """Offer what the engine does while it is there."""
        self._has_engine = view.can_be_used
        self._show_what_fits()

    def _ask(self) -> None:
        self._viewmodel.find_members(self._row.key)

    def _show_members(self, network: object) -> None:
        found = getattr(network, "id", "")
        if found != self._row.key:
            return
        members = getattr(network, "members", ())
        self._ids = {member.name: member for member in members}
        self._members.set_facts(member_facts(members))
        self._banner.hide()
        self._show_what_fits()

    def _failed(self, failure: Failure) -> None:
        self._banner.say(join_sentences(failure.summary, failure.details), "err")

    def _show_what_fits(self) -> None:
        has_members = self._members.rowCount() > 0
        self._nobody.setVisible(not has_members)
        self.table.setVisible(has_members)
        can_change = self._row.network.name not in ("host", "none")
        self._disconnect_button.setEnabled(self._has_engine and bool(self.table.selected_rows()))
        self._check_button.setEnabled(self._has_engine and len(self._chosen()) == 2)
        self._connect_button.setEnabled(self._has_engine and can_change)

    def _ask_connect(self) -> None:
        row = self._viewmodel.table.find_row(self._row.key) or self._row
        on_it = {*self._ids, *row.users}
        choices = [(name, key) for name, key in self._viewmodel.containers if name not in on_it]
        if choices:
            ConnectContainerDialog(self._viewmodel, row, choices, self.window()).open()
        else:
            self._banner.say(self.tr("Every container is on it."))

    def _disconnect(self) -> None:
        for fact in self.table.selected_rows():
            member = self._ids.get(getattr(fact, "name", ""))
            if member is not None:
                self._viewmodel.disconnect_container(self._row.key, member.container_id)

    def _chosen(self) -> list[Member]:
        names = [getattr(fact, "name", "") for fact in self.table.selected_rows()]
        return [self._ids[name] for name in names if name in self._ids]

    def _check_reach(self) -> None:
        one, other = self._chosen()
        self._check_button.setEnabled(False)
        self._reach.say(self.tr("{0} and {1} try to reach each other…").format(one.name, other.name))
        self._viewmodel.check_reach(one, other)

    def _show_reach(self, reach: ReachView) -> None:
        self._reach.say(reach.text, reach.tone)
        self._show_what_fits()
