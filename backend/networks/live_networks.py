"""Networks while the engine runs: their interfaces, their free addresses, their part of the firewall."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface
from typing import TYPE_CHECKING

from backend.errors import EngineError, SystemFailureError
from backend.host_settings import HOST_SETTINGS
from backend.networks.addresses import AddressPool, choose_subnet
from backend.networks.kernel import bridge
from backend.networks.kernel.firewall_rules import Bridge
from backend.networks.names import name_files
from backend.networks.network import (
    OPTION_ICC,
    OPTION_MASQUERADE,
    Network,
    Pool,
)
from backend.networks.ports.published_ports import PublishedPorts
from backend.tasks import in_thread

if TYPE_CHECKING:
    from backend.networks.kernel.child_interfaces import ChildKind

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LiveNetwork:
    """One network with addresses; `index` is the interface of its bridge, or the parent of its `children`."""

    network: Network
    pool: AddressPool
    pool_6: AddressPool | None
    index: int = 0
    children: "ChildKind | None" = None

    @property
    def gateway(self) -> IPv4Interface:
        """The bridge's IPv4 address."""
        return IPv4Interface((str(self.pool.gateway), self.pool.subnet.prefixlen))

    @property
    def gateway_6(self) -> IPv6Interface | None:
        """The bridge's IPv6 address."""
        pool = self.pool_6
        return IPv6Interface((str(pool.gateway), pool.subnet.prefixlen)) if pool else None

    @property
    def isolates(self) -> bool:
        """Whether its containers are kept apart from one another."""
        return not self.network.switch(OPTION_ICC)

    @property
    def firewalled(self) -> Bridge:
        """What the firewall must know."""
        network = self.network
        pools = (self.pool, *([self.pool_6] if self.pool_6 else []))
        return Bridge(
            network.interface,
            tuple(pool.subnet for pool in pools),
            internal=network.internal,
            masquerade=network.switch(OPTION_MASQUERADE),
        )


def pool_of(network: Network, version: int) -> AddressPool | None:
    """Return the addresses of one of a network's subnets. Raises SystemFailureError when it has no room."""
    pool = network.pool(version)
    if pool is None:
        return None
    return AddressPool(
        pool.network,
        gateway=pool.gateway,
        ip_range=pool.ip_range,
        reserved=pool.auxiliary.values(),
    )


class LiveNetworks:
    """All networks that have addresses, by ID."""

    def __init__(self, ports: PublishedPorts) -> None:
        self._ports = ports
        self._live: dict[str, LiveNetwork] = {}

    def indexes(self) -> set[int]:
        """Return the interface indexes of all bridges."""
        return {live.index for live in self._live.values()}

    def get(self, network_id: str) -> LiveNetwork:
        """Return a network. Raises SystemFailureError when it could not be made at the engine's start."""
        live = self._live.get(network_id)
        if live is None:
            raise SystemFailureError("the network is not ready; the engine's log says why")
        return live

    def find(self, network_id: str) -> LiveNetwork | None:
        """Return a network, or None."""
        return self._live.get(network_id)

    async def restore(self, networks: Iterable[Network]) -> None:
        """Make ready what the records say, at the engine's start; the first one must succeed."""
        for number, network in enumerate(networks):
            try:
                self._live[network.id] = await in_thread(_make, network)
            except EngineError as error:
                if number == 0:
                    raise
                log.error("network %s is out of order: %s", network.name, error.message)

    async def add(self, network: Network) -> None:
        """Make a new network's interface and let its containers in and out; all of it or nothing."""
        if network.driver == "bridge":
            await in_thread(bridge.check_name_free, network.interface)
        try:
            live = await in_thread(_make, network)
            if live.children is not None:
                from backend.networks.kernel.child_interfaces import check_support

                await in_thread(check_support, live.index, live.children)
            else:
                await self._ports.add_bridge(live.firewalled)
        except BaseException:
            await in_thread(_unmake, network)
            raise
        self._live[network.id] = live

    async def remove(self, network: Network) -> None:
        """Take a network's interface away; it may never have been there."""
        live = self._live.pop(network.id, None)
        if live is not None and network.driver == "bridge":
            await self._ports.remove_bridge(live.firewalled)
        await in_thread(_unmake, network)

    def bridges(self) -> list[Bridge]:
        """Return what the firewall must know of all of them."""
        return [live.firewalled for live in self._live.values() if live.network.driver == "bridge"]


def _make(network: Network) -> LiveNetwork:
    pool, pool_6 = pool_of(network, 4), pool_of(network, 6)
    assert pool is not None
    live = LiveNetwork(network, pool, pool_6)
    if network.driver == "bridge":
        index = bridge.ensure(network.id, network.interface, live.gateway, live.gateway_6, network.mtu)
        return replace(live, index=index)
    from backend.networks.kernel import child_interfaces  # few have such a network

    children = child_interfaces.kind_of(network.driver, network.options)
    if network.interface:
        index = bridge.ensure_bare(network.id, network.interface)
    else:
        parent = network.options[child_interfaces.OPTION_PARENT]
        index = child_interfaces.find_parent(parent, network.driver)
    return replace(live, index=index, children=children)


def _unmake(network: Network) -> None:
    if network.interface:
        bridge.remove(network.interface)


def subnet_now_free(
    known: IPv4Network | None, interfaces: set[str], taken_by_networks: Iterable[Pool]
) -> IPv4Network:
    """Return `known` while nothing else uses it, else a default subnet that nothing uses.

    `interfaces` are our own bridges, whose routes do not count. Raises UnavailableError.
    """
    taken = bridge.networks_in_use(except_interfaces=interfaces)
    taken += bridge.name_servers_in(name_files.read_machine_resolv_conf())
    taken += [pool.network for pool in taken_by_networks if isinstance(pool.network, IPv4Network)]
    if known is not None and not any(known.overlaps(network) for network in taken):
        return known
    return choose_subnet(taken, HOST_SETTINGS.options.address_pools)
