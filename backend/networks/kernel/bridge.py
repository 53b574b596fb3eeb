"""The machine's side of a network: the bridge interface with the gateway's addresses.

Everything here blocks for a few milliseconds; the engine runs it on a thread.
"""

import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface
from pathlib import Path

from backend.errors import ForbiddenError, SystemFailureError
from backend.networks.kernel import links, namespaces
from backend.networks.kernel.netlink_socket import NetlinkSocket

IPV6_SETTINGS = Path("/proc/sys/net/ipv6/conf")
MARK = "marina network "  # how an interface of ours is known after a crash, with the network's ID
GROUP = links.OURS  # how it is known when the crash came before the mark, which is a step of its own


def networks_in_use(except_interfaces: Collection[str]) -> list[IPv4Network]:
    """Return every IPv4 network that this machine is on or has a route to, but those of some interfaces."""
    with NetlinkSocket() as netlink:
        own = {link.index for link in links.list_links(netlink) if link.name in except_interfaces}
        addresses = links.list_addresses(netlink)
        own_networks = {address.network for index, address in addresses if index in own}
        others = [address.network for index, address in addresses if index not in own]
        return others + [
            network for network in links.list_routed_networks(netlink) if network not in own_networks
        ]


def name_servers_in(text: str) -> list[IPv4Network]:
    """Return the addresses of the IPv4 name servers in a resolv.conf: a subnet must not hide them."""
    found = []
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] == "nameserver" and ":" not in words[1]:
            try:
                found.append(IPv4Network(words[1]))
            except ValueError:
                continue
    return found


def exists(name: str) -> bool:
    """Return whether this machine has an interface of that name."""
    with NetlinkSocket() as netlink:
        return links.find_link(netlink, name) is not None


def check_name_free(name: str) -> None:
    """Raise ForbiddenError when an interface that is none of ours has this name."""
    with NetlinkSocket() as netlink:
        link = links.find_link(netlink, name)
        if link is not None and not _is_ours(link):
            raise ForbiddenError(f"cannot use the bridge {name}: this machine has an interface of that name")


def ensure(
    network_id: str,
    name: str,
    gateway: IPv4Interface,
    gateway_6: IPv6Interface | None = None,
    mtu: int = 0,
) -> int:
    """Make the bridge ready, whatever an earlier engine left, and return its index.

    Raises SystemFailureError with the kernel's reason.
    """
    with NetlinkSocket() as netlink:
        link = links.find_link(netlink, name)
        if link is not None and not _is_whole(netlink, link, network_id, gateway):
            links.delete_link(netlink, name)
            link = None
        if link is None:
            # A fixed address: a bridge without one takes a port's, and changes it when that port goes.
            mac_address = (b"\x02\x42" + secrets.token_bytes(4)).hex(":")
            links.create_bridge(netlink, name, mac_address, mtu=mtu, alias=MARK + network_id, group=GROUP)
            link = links.find_link(netlink, name)
            assert link is not None
            if gateway_6 is not None:
                _add_ipv6(netlink, link.index, name, gateway_6)
            links.add_address(netlink, link.index, gateway)  # the last step: with it the bridge is whole
        elif not link.is_up:
            links.set_up(netlink, name)
    namespaces.set_here("net/ipv4/ip_forward", "1")
    # This machine reaches published ports over its loopback; the firewall keeps containers out of 127/8.
    namespaces.set_here(f"net/ipv4/conf/{name}/route_localnet", "1")
    if gateway_6 is not None:
        _forward_ipv6()
    return link.index


def _forward_ipv6() -> None:
    """Let IPv6 through this machine, which itself goes on listening to the routers that it listens to."""
    # 1 means "unless forwarding", 2 "also then": without it the machine would lose its own way out.
    for setting in IPV6_SETTINGS.glob("*/accept_ra"):
        if setting.read_text().strip() == "1":
            namespaces.set_here(f"net/ipv6/conf/{setting.parent.name}/accept_ra", "2")
    namespaces.set_here("net/ipv6/conf/all/forwarding", "1")


def ensure_bare(network_id: str, name: str) -> int:
    """Make an interface without addresses ready, which others hang on, and return its index."""
    with NetlinkSocket() as netlink:
        link = links.find_link(netlink, name)
        if link is not None and _is_cut_off(link):
            links.delete_link(netlink, name)
            link = None
        if link is None:
            links.create_bridge(netlink, name, "", alias=MARK + network_id, group=GROUP)
            link = links.find_link(netlink, name)
            assert link is not None
    return link.index


def _add_ipv6(netlink: NetlinkSocket, index: int, name: str, gateway: IPv6Interface) -> None:
    namespaces.enable_ipv6_here(name)
    with suppress(SystemFailureError):  # nobody tells this bridge about routers
        namespaces.set_here(f"net/ipv6/conf/{name}/accept_ra", "0")
    links.add_address(netlink, index, gateway)


def remove(name: str) -> None:
    """Remove a bridge of ours; it may be gone already."""
    with NetlinkSocket() as netlink:
        links.delete_link(netlink, name)


def sweep(known_ids: Collection[str]) -> Sequence[str]:
    """Remove every interface of ours whose network is not known: a create or remove that was cut off."""
    removed = []
    with NetlinkSocket() as netlink:
        for link in links.list_links(netlink):
            if _is_ours(link) and link.alias.removeprefix(MARK) not in known_ids:
                links.delete_link(netlink, link.name)
                removed.append(link.name)
    return removed


def _is_ours(link: links.Link) -> bool:
    return link.alias.startswith(MARK) or _is_cut_off(link)


def _is_cut_off(link: links.Link) -> bool:
    """Return whether an engine died between making this interface and marking it."""
    return link.group == GROUP and not link.alias


def _is_whole(netlink: NetlinkSocket, link: links.Link, network_id: str, gateway: IPv4Interface) -> bool:
    """Return whether an interface is this network's, made to its end, and of this engine."""
    is_foreign = link.alias.startswith(MARK) and link.alias != MARK + network_id
    addresses = [address for owner, address in links.list_addresses(netlink) if owner == link.index]
    return link.kind == "bridge" and not is_foreign and addresses == [gateway]
