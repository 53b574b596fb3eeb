"""The networks that the engine knows, in the database: Docker's three pre-defined ones and the user's."""

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Network

from backend.database import Database
from backend.errors import InvalidParameterError, NotFoundError
from backend.networks.network import DEFAULT_BRIDGE, Network, Pool, new_network


class NetworkRecords:
    """Networks by name and ID; every change is in the database when a method returns."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._networks: dict[str, Network] = {}
        for row in database.rows("SELECT record FROM networks"):
            network = Network.from_record(row["record"])
            self._networks[network.name] = network

    @property
    def known_subnet(self) -> IPv4Network | None:
        """The subnet that the default bridge had the last time."""
        known = self._networks.get("bridge")
        return IPv4Network(known.pools[0].subnet) if known and known.pools else None

    def load(self, subnet: IPv4Network) -> Network:
        """Complete the pre-defined networks, the default bridge on `subnet`, and return that one."""
        known = self._networks.get("bridge") or new_network("bridge", "bridge", interface=DEFAULT_BRIDGE)
        pool = Pool(str(subnet), gateway=str(subnet.network_address + 1))
        wanted = [
            replace(known, pools=(pool,)),
            self._networks.get("host") or new_network("host", "host"),
            self._networks.get("none") or new_network("none", "null"),
        ]
        with self._database.transaction():
            for network in wanted:
                if self._networks.get(network.name) != network:
                    self._write(network)
        self._networks |= {network.name: network for network in wanted}
        return wanted[0]

    def add(self, network: Network) -> None:
        """Store a new network."""
        with self._database.transaction():
            self._write(network)
        self._networks[network.name] = network

    def remove(self, network: Network) -> None:
        """Forget a network."""
        with self._database.transaction():
            self._database.execute("DELETE FROM networks WHERE id = ?", (network.id,))
        self._networks.pop(network.name, None)

    def all(self) -> Sequence[Network]:
        """Return all networks, by name."""
        return sorted(self._networks.values(), key=lambda network: network.name)

    def get(self, name: str) -> Network | None:
        """Return the network of exactly this name."""
        return self._networks.get(name)

    def find_by_id(self, network_id: str) -> Network | None:
        """Return the network of exactly this ID."""
        return next((one for one in self._networks.values() if one.id == network_id), None)

    def find(self, name: str) -> Network:
        """Return a network by ID, name, or the start of its ID, in this order.

        Raises NotFoundError, or InvalidParameterError when the start fits several.
        """
        if found := self.find_by_id(name) or self._networks.get(name):
            return found
        matching = [network for network in self._networks.values() if name and network.id.startswith(name)]
        if len(matching) > 1:
            raise InvalidParameterError(f"network {name} is ambiguous ({len(matching)} matches found on ID)")
        if not matching:
            raise NotFoundError(f"network {name} not found")
        return matching[0]

    def _write(self, network: Network) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO networks (id, name, record) VALUES (?, ?, ?)",
            (network.id, network.name, network.to_record()),
        )
