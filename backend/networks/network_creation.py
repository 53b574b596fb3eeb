"""From a checked wish to a whole network: subnets, gateways and the interface's name are chosen.

Blocks: it looks at the machine's routes.
"""

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Network

from backend.errors import ForbiddenError, NotFoundError, NotSupportedError
from backend.networks.kernel.bridge import IPV6_SETTINGS
from backend.networks.kernel.child_interfaces import OPTION_PARENT
from backend.networks.live_networks import pool_of, subnet_now_free
from backend.networks.network import OPTION_NAME, Network, Pool, new_network
from backend.networks.network_request import NetworkRequest, overlapping

BRIDGE_PREFIX = "br-"  # as Docker calls them, with the start of the network's ID
DUMMY_PREFIX = "dm-"


def plan_network(request: NetworkRequest, others: Sequence[Network]) -> Network:
    """Return the network to make. Raises ForbiddenError, NotFoundError or UnavailableError."""
    network = new_network(
        request.name,
        request.driver,
        pools=request.pools,
        labels=request.labels,
        options=request.options,
        ipam_options=request.ipam_options,
        internal=request.internal,
        attachable=request.attachable,
        enable_ipv6=request.enable_ipv6,
        config_only=request.config_only,
        config_from=request.config_from,
    )
    if network.config_only:
        return network
    others = [other for other in others if not other.config_only]
    taken = [pool for other in others for pool in other.pools]
    in_use = [pool for pool in request.pools if pool.network.version == 4 or request.enable_ipv6]
    if any(overlapping(pool, taken) for pool in in_use):
        raise ForbiddenError("Pool overlaps with other one on this address space")
    if request.enable_ipv6 and not IPV6_SETTINGS.exists():
        raise NotSupportedError("this machine's kernel has no IPv6")
    if request.enable_ipv6 and network.pool(6) is None:
        raise NotFoundError(
            "could not find an available, non-overlapping IPv6 address pool among the defaults to assign to "
            "the network"
        )
    interface = _interface(request, network.id)
    for other in others:
        if interface and other.interface == interface:
            raise ForbiddenError(
                f"cannot create network {network.id} ({interface}): conflicts with network {other.id} "
                f"({interface}): networks have same bridge name"
            )
    parent = request.options.get(OPTION_PARENT)
    if request.driver != "bridge":
        for other in others:
            if parent and other.driver != "bridge" and other.options.get(OPTION_PARENT) == parent:
                raise ForbiddenError(f"network {other.name} is already using parent interface {parent}")
        # Without a parent nothing leads out of it.
        network = replace(network, internal=request.internal or not parent)
    if network.pool(4) is None:
        subnet = subnet_now_free(None, {other.interface for other in others}, taken)
        network = replace(network, pools=(*network.pools, _whole(subnet)))
    network = replace(network, interface=interface)
    return replace(network, pools=tuple(_with_gateway(network, pool) for pool in network.pools))


def _interface(request: NetworkRequest, network_id: str) -> str:
    """Return the name of the interface that the engine makes for a network, "" for none."""
    if request.driver == "bridge":
        return request.options.get(OPTION_NAME) or BRIDGE_PREFIX + network_id[:12]
    return "" if request.options.get(OPTION_PARENT) else DUMMY_PREFIX + network_id[:12]


def _whole(subnet: IPv4Network) -> Pool:
    return Pool(str(subnet), gateway=str(subnet.network_address + 1))


def _with_gateway(network: Network, pool: Pool) -> Pool:
    """Return the pool with the gateway that follows from it, where the network uses it at all."""
    version = pool.network.version
    addresses = pool_of(network, version) if network.pool(version) == pool else None
    return pool if addresses is None else replace(pool, gateway=str(addresses.gateway))
