"""A container's side of the network: its namespace and the cable into the bridge.

Everything here blocks; `create` runs on a thread of its own, because it moves that thread into the namespace.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

from backend.errors import EngineError, SystemFailureError
from backend.networks import links, namespaces
from backend.networks.netlink_socket import NetlinkSocket

INTERFACE = "eth0"  # the name inside, as in Docker
BRIDGE_FILTER = Path("/proc/sys/net/bridge/bridge-nf-call-iptables")
CABLE_PREFIX = "mv"  # of the interface outside


@dataclass(frozen=True, slots=True)
class Cable:
    """What joins a container to a bridge: names, addresses, and the bridge's index."""

    outer_name: str
    bridge_index: int
    mac_address: str
    address: IPv4Interface
    gateway: IPv4Address


def cable_name(endpoint_id: str) -> str:
    """Return a name for the outer interface: new for every start, so that an old one may go slowly."""
    return CABLE_PREFIX + endpoint_id[:13]


def create(pin: Path, cable: Cable | None) -> None:
    """Make and pin a namespace, with a cable to the bridge or only a loopback.

    Raises SystemFailureError; then nothing is left of it.
    """
    with NetlinkSocket() as outside:
        namespace = namespaces.create_here(pin)
        try:
            _set_defaults()
            with NetlinkSocket() as inside:
                links.set_up(inside, "lo")
                if cable is not None:
                    _lay(outside, inside, namespace, cable)
        except BaseException:
            if cable is not None:
                with suppress(EngineError):
                    links.delete_link(outside, cable.outer_name)
            namespaces.unpin(pin)
            raise
        finally:
            os.close(namespace)


def _set_defaults() -> None:
    """Set what Docker sets in a container's namespace."""
    # Any user may bind low ports inside: the namespace is the container's own.
    namespaces.set_here("net/ipv4/ip_unprivileged_port_start", "0")
    with suppress(SystemFailureError):  # a kernel without IPv6 has no such setting
        # For interfaces that come from now on; the loopback keeps ::1.
        namespaces.set_here("net/ipv6/conf/default/disable_ipv6", "1")


def _lay(outside: NetlinkSocket, inside: NetlinkSocket, namespace: int, cable: Cable) -> None:
    links.create_veth(outside, cable.outer_name, cable.bridge_index, INTERFACE, cable.mac_address, namespace)
    # Where bridge traffic is filtered, translation comes before the bridge decides where a frame goes: a
    # container that calls its own published port must then be answered through the port it came from.
    if _bridge_traffic_is_filtered() and (outer := links.find_link(outside, cable.outer_name)):
        links.set_hairpin(outside, outer.index, outer.name)
    links.set_up(inside, INTERFACE)
    inner = links.find_link(inside, INTERFACE)
    if inner is None:
        raise SystemFailureError(f"the new interface {INTERFACE} is missing in its namespace")
    links.add_address(inside, inner.index, cable.address)
    links.add_default_route(inside, cable.gateway)


def _bridge_traffic_is_filtered() -> bool:
    """Return whether br_netfilter is loaded and on, as Docker does it."""
    try:
        return BRIDGE_FILTER.read_text().strip() == "1"
    except OSError:
        return False


def remove_cable(outer_name: str) -> None:
    """Remove a cable, both ends. Takes 10 to 30 ms: the kernel waits until no packet is under way."""
    with NetlinkSocket() as outside:
        links.delete_link(outside, outer_name)


def list_cables(bridge_index: int) -> list[str]:
    """Return the outer names of all cables in a bridge."""
    with NetlinkSocket() as outside:
        return [
            link.name
            for link in links.list_links(outside)
            if link.master == bridge_index and link.name.startswith(CABLE_PREFIX)
        ]
