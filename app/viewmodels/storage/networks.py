"""The network list: who is on each, and one network with the addresses of its members."""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from app.services.engine.engine_types import Container
from app.services.engine.network_types import Member as Member  # views name the type
from app.services.engine.network_types import Network
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import Failure, describe_failure
from app.viewmodels.lists.row_table_model import RowTableModel
from app.viewmodels.question import Question
from app.viewmodels.storage.object_list import ObjectList, users_by
from app.viewmodels.wording.wording import format_age, join_sentences

if TYPE_CHECKING:
    from app.services.containers.reachability import Reach

BRIDGE = "bridge"
NAME, USED, SUBNET, DRIVER, CREATED, ACTIONS = range(6)


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """A network; `users` are names of containers, stopped ones too."""

    network: Network
    users: tuple[str, ...] = ()
    busy: bool = False
    failure: Failure | None = None

    @property
    def key(self) -> str:
        """Return the id."""
        return self.network.id

    @property
    def name(self) -> str:
        """Return the name."""
        return self.network.name

    @property
    def can_be_deleted(self) -> bool:
        """Return whether deleting it can succeed."""
        return not self.network.is_predefined and not self.busy


@dataclass(frozen=True, slots=True)
class ReachView:
    """Whether one container reaches another, in words; `tone` is "ok", "warn" or "err"."""

    text: str
    tone: str


class NetworkTable(RowTableModel[NetworkRow]):
    """The networks by name, those that are always there last."""

    column_count = 6

    def header(self, column: int) -> str:
        """Return the title of a column; actions have none."""
        titles = (
            self.tr("Name"),
            self.tr("In use"),
            self.tr("Addresses"),
            self.tr("Kind"),
            self.tr("Created"),
            "",
        )
        return titles[column]

    def text(self, row: NetworkRow, column: int) -> str:
        """Return what the cell shows."""
        network = row.network
        if column == NAME:
            return row.name
        if column == USED:
            return self.use(row)
        if column == SUBNET:
            return ", ".join(network.subnets)
        if column == DRIVER:
            return (
                self.tr("{0}, no way out").format(network.driver) if network.is_internal else network.driver
            )
        if column == CREATED:
            return self.tr("always there") if network.is_predefined else format_age(network.created)
        return ""

    def use(self, row: NetworkRow) -> str:
        """Return what goes on with the network, in words."""
        if row.busy:
            return self.tr("Deleting…")
        if row.failure is not None:
            return row.failure.summary
        return ", ".join(row.users) or self.tr("Unused")

    def sort_key(self, row: NetworkRow, column: int) -> Any:
        """Return the value to sort by."""
        if column == USED:
            return -len(row.users)
        if column in (SUBNET, DRIVER):
            return self.text(row, column)
        if column == CREATED:
            return -row.network.created
        return (row.network.is_predefined, row.name.casefold())


class NetworksViewModel(ObjectList):
    """The networks, and what the user asks of them."""

    place = "networks"
    members_found = Signal(object)  # Network with its members
    members_failed = Signal(object)  # Failure
    connected = Signal(str)  # a container's id
    connect_failed = Signal(object)  # Failure
    reach_checked = Signal(object)  # ReachView

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        self.table = NetworkTable()
        self.containers: tuple[tuple[str, str], ...] = ()
        super().__init__(background, access, self.table, parent)
        self._members = Question(background, self._found_members, self._no_members, self)

    @property
    def unused(self) -> list[NetworkRow]:
        """Return the networks that no container uses and that can be deleted."""
        return [row for row in self.table.rows if not row.users and not row.network.is_predefined]

    def check_subnet(self, text: str) -> str:
        """Return what is wrong with a range of addresses, or ""."""
        try:
            network = ipaddress.ip_network(text, strict=True) if text else None
        except ValueError:
            return self.tr("A range of addresses is written like 172.30.0.0/16.")
        if network is None:
            return ""
        if network.num_addresses < 4:
            return self.tr("There is no room for containers in so small a range.")
        if network.is_loopback or network.is_multicast or network.is_reserved or not network.prefixlen:
            return self.tr("Containers cannot have addresses of this range.")
        for row in self.table.rows:
            for subnet in _ranges(row):
                if subnet.version == network.version and subnet.overlaps(network):
                    return self.tr("The network {0} has addresses of this range: {1}.").format(
                        row.name, subnet
                    )
        return ""

    def check_address(self, key: str, text: str) -> str:
        """Return what is wrong with a container's address on a network, or ""."""
        row = self.table.find_row(key)
        subnets = _ranges(row) if row is not None else []
        try:
            address = ipaddress.ip_address(text) if text else None
        except ValueError:
            return self.tr("An address is written like 172.30.0.5.")
        if address is not None and not any(address in subnet for subnet in subnets):
            ranges = ", ".join(map(str, subnets))
            return self.tr("The network has addresses of {0} only.").format(ranges)
        return ""

    def create(
        self, name: str, subnet: str = "", internal: bool = False, driver: str = BRIDGE, parent: str = ""
    ) -> None:
        """Make a network; the answer is `created` or `create_failed`."""
        self._create(name, lambda client: client.create_network(name, subnet, internal, driver, parent))

    def delete(self, keys: Iterable[str]) -> None:
        """Delete networks that no container uses."""
        self._delete_each(keys, lambda client, key: client.remove_network(key))

    def prune(self) -> None:
        """Delete every network that no container uses."""
        self._prune(lambda client: client.prune_networks())

    def find_members(self, key: str) -> None:
        """Ask for the addresses on a network; the answer is `members_found`."""
        self._members.ask(lambda: self._access.client().inspect_network(key))

    def connect_container(
        self, key: str, container: str, names: Sequence[str] = (), address: str = ""
    ) -> None:
        """Put a container on a network; the answer is `connected` or `connect_failed`."""

        def work() -> tuple[str, Network]:
            client = self._access.client()
            client.connect_network(key, container, names, address)
            return container, client.inspect_network(key)

        self._background.run(work, self._took_in, self._not_connected)

    def disconnect_container(self, key: str, container: str) -> None:
        """Take a container off a network."""

        def work() -> Network:
            client = self._access.client()
            client.disconnect_network(key, container)
            return client.inspect_network(key)

        self._background.run(work, self._changed, self._no_members)

    def check_reach(self, one: Member, other: Member) -> None:
        """Let two members try to reach each other; the answer is `reach_checked`."""

        def work() -> "list[tuple[Member, Member, Reach | Exception]]":
            return [(a, b, self._try_to_reach(a, b)) for a, b in ((one, other), (other, one))]

        self._background.run_alone(work, self._reach_checked, self._no_members)

    def _try_to_reach(self, source: Member, target: Member) -> "Reach | Exception":
        from app.services.containers.reachability import check_reach

        try:
            return check_reach(self._access.client(), source, target)
        except Exception as error:  # noqa: BLE001 - told in place of an answer, whatever it is
            return error

    @Slot(object)
    def _reach_checked(self, answers: "list[tuple[Member, Member, Reach | Exception]]") -> None:
        ways = [self._describe_reach(*answer) for answer in answers]
        worst = max((way.tone for way in ways), key=("ok", "warn", "err").index)
        self.reach_checked.emit(ReachView("\n".join(way.text for way in ways), worst))

    def _describe_reach(self, source: Member, target: Member, reach: "Reach | Exception") -> ReachView:
        if isinstance(reach, Exception):
            failure = describe_failure(reach, source.name)
            return ReachView(join_sentences(failure.sentence, failure.what_to_do), "err")
        if reach.by_address is False:
            text, tone = self.tr("{0} does not reach {1} at {2}."), "err"
        elif reach.by_address and reach.by_name is False:
            text, tone = self.tr("{0} reaches {1} at {2}, but does not find it by its name."), "warn"
        elif reach.by_address and reach.by_name:
            text, tone = self.tr("{0} reaches {1} at {2}, by its name too."), "ok"
        elif reach.by_address:
            text, tone = self.tr("{0} reaches {1} at {2}."), "ok"
        elif reach.by_name:
            text, tone = self.tr("{0} finds {1} by its name ({2}); it has no ping to try more."), "ok"
        else:
            text, tone = (
                self.tr("{0} has no tools to try it with. {1} is on the same network, at {2}."),
                "warn",
            )
        address = target.ipv4 or target.ipv6
        return ReachView(text.format(source.name, target.name, address), tone)

    @Slot(object)
    def _took_in(self, answer: tuple[str, Network]) -> None:
        container, network = answer
        self._changed(network)
        self.connected.emit(container)

    @Slot(object)
    def _not_connected(self, error: Exception) -> None:
        self.connect_failed.emit(describe_failure(error))

    @Slot(object)
    def _changed(self, network: Network) -> None:
        self.members_found.emit(network)
        self.refresh()

    @Slot(object)
    def _found_members(self, network: Network) -> None:
        self.members_found.emit(network)

    @Slot(object)
    def _no_members(self, error: Exception) -> None:
        self.members_failed.emit(describe_failure(error))

    def _list(self) -> "tuple[list[Network], list[Container]]":
        client = self._access.client()
        return client.list_networks(), client.list_containers()

    def _make_rows(self, listing: "tuple[list[Network], list[Container]]") -> Iterable[NetworkRow]:
        networks, containers = listing
        self.containers = tuple(sorted((c.name, c.id) for c in containers))
        users = users_by(containers, lambda container: container.networks)
        for found in networks:
            yield NetworkRow(found, users.get(found.name, ()))

    def _dress(self, row: NetworkRow) -> NetworkRow:
        return NetworkRow(row.network, row.users, row.key in self._busy, self._failures.get(row.key))


def _ranges(row: NetworkRow) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(subnet, strict=False) for subnet in row.network.subnets]


def member_facts(members: tuple[Member, ...]) -> list[tuple[str, ...]]:
    """Return the members as rows of a table: name, addresses, hardware address."""
    return [(m.name, ", ".join(filter(None, (m.ipv4, m.ipv6))), m.mac) for m in members]
