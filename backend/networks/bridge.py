"""The machine's side of a network: the bridge interface with the gateway's address.

Everything here blocks for a few milliseconds; the engine runs it on a thread at start.
"""

import secrets
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from backend.networks import links, namespaces
from backend.networks.netlink_socket import NetlinkSocket


def networks_in_use(except_interface: str) -> list[IPv4Network]:
    """Return every IPv4 network that this machine is on or has a route to, but those of one interface."""
    with NetlinkSocket() as netlink:
        own = links.find_link(netlink, except_interface)
        addresses = links.list_addresses(netlink)
        own_networks = {address.network for index, address in addresses if own and index == own.index}
        others = [address.network for index, address in addresses if not own or index != own.index]
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


def ensure(name: str, gateway: IPv4Address, subnet: IPv4Network) -> int:
    """Make the bridge ready, whatever an earlier engine left, and return its index.

    Raises SystemFailureError with the kernel's reason.
    """
    address = IPv4Interface((gateway, subnet.prefixlen))
    with NetlinkSocket() as netlink:
        link = links.find_link(netlink, name)
        if link is not None and (link.kind != "bridge" or not _has_only(netlink, link.index, address)):
            links.delete_link(netlink, name)
            link = None
        if link is None:
            # A fixed address: a bridge without one takes a port's, and changes it when that port goes.
            links.create_bridge(netlink, name, (b"\x02\x42" + secrets.token_bytes(4)).hex(":"))
            link = links.find_link(netlink, name)
            assert link is not None
            links.add_address(netlink, link.index, address)
        elif not link.is_up:
            links.set_up(netlink, name)
    namespaces.set_here("net/ipv4/ip_forward", "1")
    # This machine reaches published ports over its loopback; the firewall keeps containers out of 127/8.
    namespaces.set_here(f"net/ipv4/conf/{name}/route_localnet", "1")
    return link.index


def _has_only(netlink: NetlinkSocket, index: int, wanted: IPv4Interface) -> bool:
    return [address for owner, address in links.list_addresses(netlink) if owner == index] == [wanted]
