"""A container's side of the network: its namespace, the cables into bridges, the way out.

Everything here blocks. What enters a namespace runs on a thread of its own, because it moves that thread.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from pathlib import Path
from typing import TYPE_CHECKING

from backend.errors import EngineError, SystemFailureError
from backend.networks.kernel import links, namespaces
from backend.networks.kernel.netlink_socket import NetlinkSocket

if TYPE_CHECKING:
    from backend.networks.kernel.child_interfaces import ChildKind

BRIDGE_FILTER = Path("/proc/sys/net/bridge/bridge-nf-call-iptables")
CABLE_PREFIX = "mv"  # of the interface outside


@dataclass(frozen=True, slots=True)
class Cable:
    """What joins a container to a network: names, addresses, the bridge's index, how the bridge treats it.

    With `child` it is a child of the interface `bridge_index` instead, and has no end outside.
    """

    inner_name: str
    outer_name: str
    bridge_index: int
    mac_address: str
    address: IPv4Interface
    address_6: IPv6Interface | None = None
    mtu: int = 0
    isolated: bool = False
    child: "ChildKind | None" = None
    link_local: tuple[IPv4Interface | IPv6Interface, ...] = ()


@dataclass(frozen=True, slots=True)
class WayOut:
    """The gateways that lead out of a container; None: none does."""

    gateway: IPv4Address | None = None
    gateway_6: IPv6Address | None = None


def cable_name(endpoint_id: str) -> str:
    """Return a name for the outer interface: new for every start, so that an old one may go slowly."""
    return CABLE_PREFIX + endpoint_id[:13]


def create(pin: Path, cables: Sequence[Cable], way_out: WayOut) -> None:
    """Make and pin a namespace, with its cables or only a loopback; this thread stays inside.

    Raises SystemFailureError; then nothing is left of it.
    """
    with NetlinkSocket() as outside:
        namespace = namespaces.create_here(pin)
        try:
            _set_defaults()
            with NetlinkSocket() as inside:
                links.set_up(inside, "lo")
                for cable in cables:
                    _lay(outside, inside, namespace, cable)
                _lead_out(inside, way_out, fresh=True)
        except BaseException:
            for cable in cables:
                if cable.outer_name:
                    with suppress(EngineError):
                        links.delete_link(outside, cable.outer_name)
            namespaces.unpin(pin)
            raise
        finally:
            os.close(namespace)


def add(pin: Path, cable: Cable, way_out: WayOut) -> None:
    """Lay one more cable into a namespace that is there. Raises SystemFailureError; then it is not there."""
    with NetlinkSocket() as outside:
        namespaces.enter_here(pin)
        namespace = os.open(namespaces.THREAD_NAMESPACE, os.O_RDONLY | os.O_CLOEXEC)
        try:
            with NetlinkSocket() as inside:
                try:
                    _lay(outside, inside, namespace, cable)
                    _lead_out(inside, way_out)
                except BaseException:
                    with suppress(EngineError):
                        links.delete_link(inside, cable.inner_name)
                    raise
        finally:
            os.close(namespace)


def cut(pin: Path, inner_name: str, outer_name: str, way_out: WayOut) -> None:
    """Take one cable out of a namespace, and lead out as said afterwards. Raises SystemFailureError.

    A cable with an end outside is taken there: inside it may be called otherwise by now.
    """
    if outer_name:
        remove_cable(outer_name)
    namespaces.enter_here(pin)
    with NetlinkSocket() as inside:
        if not outer_name:
            links.delete_link(inside, inner_name)
        _lead_out(inside, way_out)


def complete(pin: Path, way_out: WayOut, children: Mapping[str, str]) -> None:
    """Undo in a namespace what a change of networks left that was cut off. Raises SystemFailureError.

    The way out may be gone. And there may be an interface without an end outside, by which it would be found,
    beside `children`, those that belong there, with their addresses: one may have another name by now.
    """
    namespaces.enter_here(pin)
    with NetlinkSocket() as inside:
        found = [link for link in links.list_links(inside) if link.group == links.OURS]
        addresses = links.list_addresses(inside) if found else []
        known = {index for index, address in addresses if str(address.ip) in children.values()}
        for link in found:
            if link.name not in children and link.index not in known:
                links.delete_link(inside, link.name)
        for gateway in (way_out.gateway, way_out.gateway_6):
            if gateway is not None:
                links.ensure_default_route(inside, gateway)


def _lead_out(inside: NetlinkSocket, way_out: WayOut, *, fresh: bool = False) -> None:
    for version, gateway in ((4, way_out.gateway), (6, way_out.gateway_6)):
        if gateway is not None:
            links.set_default_route(inside, gateway)
        elif not fresh:
            links.delete_default_route(inside, version)


def _set_defaults() -> None:
    """Set what Docker sets in a container's namespace."""
    # Any user may bind low ports inside: the namespace is the container's own.
    namespaces.set_here("net/ipv4/ip_unprivileged_port_start", "0")
    with suppress(SystemFailureError):  # a kernel without IPv6 has no such setting
        # For interfaces that come from now on; the loopback keeps ::1.
        namespaces.set_here("net/ipv6/conf/default/disable_ipv6", "1")


def _lay(outside: NetlinkSocket, inside: NetlinkSocket, namespace: int, cable: Cable) -> None:
    name = cable.inner_name
    if cable.child is not None:
        from backend.networks.kernel.child_interfaces import create_child

        create_child(outside, name, cable.bridge_index, cable.child, cable.mac_address, namespace, cable.mtu)
    else:
        _lay_into_bridge(outside, namespace, cable)
    if cable.address_6 is not None or any(address.version == 6 for address in cable.link_local):
        namespaces.enable_ipv6_here(name)
    links.set_up(inside, name)
    inner = links.find_link(inside, name)
    if inner is None:
        raise SystemFailureError(f"the new interface {name} is missing in its namespace")
    links.add_address(inside, inner.index, cable.address)
    if cable.address_6 is not None:
        links.add_address(inside, inner.index, cable.address_6)
    for address in cable.link_local:
        links.add_address(inside, inner.index, address)


def _lay_into_bridge(outside: NetlinkSocket, namespace: int, cable: Cable) -> None:
    links.create_veth(
        outside,
        cable.outer_name,
        cable.bridge_index,
        cable.inner_name,
        cable.mac_address,
        namespace,
        cable.mtu,
    )
    # Where bridge traffic is filtered, translation comes before the bridge decides where a frame goes: a
    # container that calls its own published port must then be answered through the port it came from.
    hairpin = _bridge_traffic_is_filtered()
    if (hairpin or cable.isolated) and (outer := links.find_link(outside, cable.outer_name)):
        links.set_port(outside, outer.index, outer.name, hairpin=hairpin, isolated=cable.isolated)


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


def list_cables(bridge_indexes: set[int]) -> list[str]:
    """Return the outer names of all cables in some bridges."""
    with NetlinkSocket() as outside:
        return [
            link.name
            for link in links.list_links(outside)
            if link.master in bridge_indexes and link.name.startswith(CABLE_PREFIX)
        ]
