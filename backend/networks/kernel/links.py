"""Interfaces, addresses and routes of one network namespace, by rtnetlink.

Source: Linux include/uapi/linux/rtnetlink.h, if_link.h, veth.h; `man 7 rtnetlink`.
"""

import errno
import socket
import struct
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
)

from backend.networks.kernel.netlink import (
    NLM_F_CREATE,
    NLM_F_EXCL,
    NLM_F_REPLACE,
    Message,
    attribute,
    nested,
    number_attribute,
    parse_attributes,
    text_attribute,
)
from backend.networks.kernel.netlink_socket import NetlinkError, NetlinkSocket

RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK, RTM_SETLINK = 16, 17, 18, 19
RTM_NEWADDR, RTM_GETADDR = 20, 22
RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE = 24, 25, 26

IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_MASTER, IFLA_PROTINFO, IFLA_LINKINFO = 1, 3, 4, 10, 12, 18
IFLA_IFALIAS, IFLA_GROUP, IFLA_NET_NS_FD = 20, 27, 28
IFLA_INFO_KIND, IFLA_INFO_DATA = 1, 2
VETH_INFO_PEER = 1
IFLA_BRPORT_MODE, IFLA_BRPORT_ISOLATED = 4, 33
IFA_ADDRESS, IFA_LOCAL, IFA_BROADCAST = 1, 2, 4
IFA_F_NODAD = 0x2
RTA_DST, RTA_GATEWAY = 1, 5

IFF_UP = 0x1
AF_BRIDGE = 7  # missing in the socket module
RT_TABLE_MAIN, RTPROT_BOOT, RT_SCOPE_UNIVERSE, RTN_UNICAST = 254, 3, 0, 1

OURS = (
    0x4D415249  # "MARI": the group of interfaces of ours that no other mark tells of, from the first moment
)

LINK_HEADER = struct.Struct("=BxHiII")  # family, type, index, flags, change mask
ADDRESS_HEADER = struct.Struct("=BBBBI")  # family, prefix length, flags, scope, index
ROUTE_HEADER = struct.Struct("=BBBBBBBBI")  # family, dst/src length, tos, table, protocol, scope, type, flags


@dataclass(frozen=True, slots=True)
class Link:
    """An interface; `master` is the index of the bridge that it belongs to, or 0; `alias` is a free text and
    `group` a free number, 0 when nobody gave one."""

    index: int
    name: str
    mac_address: str
    master: int
    kind: str
    is_up: bool
    alias: str = ""
    group: int = 0


def _mac_bytes(mac_address: str) -> bytes:
    return bytes.fromhex(mac_address.replace(":", ""))


def _parse_link(answer: Message) -> Link:
    _, _, index, flags, _ = LINK_HEADER.unpack_from(answer.payload)
    attributes = parse_attributes(answer.payload[LINK_HEADER.size :])
    details = parse_attributes(attributes.get(IFLA_LINKINFO, b""))
    return Link(
        index=index,
        name=attributes[IFLA_IFNAME].rstrip(b"\0").decode(),
        mac_address=attributes.get(IFLA_ADDRESS, b"").hex(":"),
        master=int.from_bytes(attributes.get(IFLA_MASTER, b""), "little"),
        kind=details.get(IFLA_INFO_KIND, b"").rstrip(b"\0").decode(),
        is_up=bool(flags & IFF_UP),
        alias=attributes.get(IFLA_IFALIAS, b"").rstrip(b"\0").decode(errors="replace"),
        group=int.from_bytes(attributes.get(IFLA_GROUP, b""), "little"),
    )


def list_links(netlink: NetlinkSocket) -> list[Link]:
    """Return all interfaces of the namespace."""
    header = LINK_HEADER.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
    return [_parse_link(answer) for answer in netlink.dump("list interfaces", RTM_GETLINK, header)]


def find_link(netlink: NetlinkSocket, name: str) -> Link | None:
    """Return the interface of that name, or None."""
    header = LINK_HEADER.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
    try:
        return _parse_link(
            netlink.get(f"look up {name}", RTM_GETLINK, header + text_attribute(IFLA_IFNAME, name))
        )
    except NetlinkError as error:
        if error.errno == errno.ENODEV:
            return None
        raise


def create_bridge(
    netlink: NetlinkSocket, name: str, mac_address: str, *, mtu: int = 0, alias: str = "", group: int = 0
) -> None:
    """Make a bridge that is up; a fixed MAC address keeps it from changing with its first port.

    Without one ("") and without ports the kernel counts it as connected, which others can hang on. It is in
    its group from the first moment on; its alias comes a moment later.
    """
    netlink.change(
        f"create the bridge {name}",
        RTM_NEWLINK,
        LINK_HEADER.pack(socket.AF_UNSPEC, 0, 0, IFF_UP, IFF_UP)
        + text_attribute(IFLA_IFNAME, name)
        + (attribute(IFLA_ADDRESS, _mac_bytes(mac_address)) if mac_address else b"")
        + (number_attribute(IFLA_MTU, mtu) if mtu else b"")
        + (number_attribute(IFLA_GROUP, group) if group else b"")
        + nested(IFLA_LINKINFO, text_attribute(IFLA_INFO_KIND, "bridge")),
        NLM_F_CREATE | NLM_F_EXCL,
    )
    if alias:  # not taken when an interface is made
        netlink.change(
            f"mark the bridge {name}",
            RTM_SETLINK,
            LINK_HEADER.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
            + text_attribute(IFLA_IFNAME, name)
            + attribute(IFLA_IFALIAS, alias.encode()),
        )


def create_veth(
    netlink: NetlinkSocket,
    name: str,
    bridge_index: int,
    peer_name: str,
    peer_mac: str,
    peer_namespace: int,
    mtu: int = 0,
) -> None:
    """Make a pair in one request: `name` here, up and in the bridge; the peer in another namespace, down.

    `peer_namespace` is an open file descriptor of that namespace. The peer can only come up afterwards: at
    this moment the kernel has not joined the two yet.
    """
    size = number_attribute(IFLA_MTU, mtu) if mtu else b""
    peer = (
        LINK_HEADER.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
        + text_attribute(IFLA_IFNAME, peer_name)
        + attribute(IFLA_ADDRESS, _mac_bytes(peer_mac))
        + number_attribute(IFLA_NET_NS_FD, peer_namespace)
        + size
    )
    netlink.change(
        f"create the interface {name}",
        RTM_NEWLINK,
        LINK_HEADER.pack(socket.AF_UNSPEC, 0, 0, IFF_UP, IFF_UP)
        + text_attribute(IFLA_IFNAME, name)
        + number_attribute(IFLA_MASTER, bridge_index)
        + size
        + nested(
            IFLA_LINKINFO,
            text_attribute(IFLA_INFO_KIND, "veth"),
            nested(IFLA_INFO_DATA, attribute(VETH_INFO_PEER, peer)),
        ),
        NLM_F_CREATE | NLM_F_EXCL,
    )


def set_port(netlink: NetlinkSocket, index: int, name: str, *, hairpin: bool, isolated: bool) -> None:
    """Set how a bridge treats a port: whether a frame may go back out of the port that it came from, and
    whether the port is kept apart from other isolated ones."""
    netlink.change(
        f"set up the bridge's port {name}",
        RTM_SETLINK,
        LINK_HEADER.pack(AF_BRIDGE, 0, index, 0, 0)
        + nested(
            IFLA_PROTINFO,
            attribute(IFLA_BRPORT_MODE, bytes([hairpin])),
            attribute(IFLA_BRPORT_ISOLATED, bytes([isolated])),
        ),
    )


def set_up(netlink: NetlinkSocket, name: str) -> None:
    """Bring an interface up."""
    netlink.change(
        f"bring {name} up",
        RTM_NEWLINK,
        LINK_HEADER.pack(socket.AF_UNSPEC, 0, 0, IFF_UP, IFF_UP) + text_attribute(IFLA_IFNAME, name),
    )


def delete_link(netlink: NetlinkSocket, name: str) -> None:
    """Remove an interface (of a veth pair: both ends); it may be gone already."""
    try:
        netlink.change(
            f"remove {name}",
            RTM_DELLINK,
            LINK_HEADER.pack(socket.AF_UNSPEC, 0, 0, 0, 0) + text_attribute(IFLA_IFNAME, name),
        )
    except NetlinkError as error:
        if error.errno != errno.ENODEV:
            raise


def add_address(netlink: NetlinkSocket, index: int, address: IPv4Interface | IPv6Interface) -> None:
    """Give an interface an address, an IPv6 one without waiting for others who might have it."""
    is_4 = address.version == 4
    netlink.change(
        f"set the address {address}",
        RTM_NEWADDR,
        ADDRESS_HEADER.pack(
            socket.AF_INET if is_4 else socket.AF_INET6,
            address.network.prefixlen,
            0 if is_4 else IFA_F_NODAD,
            RT_SCOPE_UNIVERSE,
            index,
        )
        + attribute(IFA_LOCAL, address.packed)
        + attribute(IFA_ADDRESS, address.packed)
        + (attribute(IFA_BROADCAST, address.network.broadcast_address.packed) if is_4 else b""),
        NLM_F_CREATE | NLM_F_EXCL,
    )


def set_default_route(netlink: NetlinkSocket, gateway: IPv4Address | IPv6Address) -> None:
    """Send everything that has no better route to `gateway`, whatever was set before."""
    _add_default_route(netlink, gateway, NLM_F_REPLACE)


def ensure_default_route(netlink: NetlinkSocket, gateway: IPv4Address | IPv6Address) -> None:
    """Send everything that has no better route to `gateway` if nothing else is set."""
    try:
        _add_default_route(netlink, gateway, NLM_F_EXCL)
    except NetlinkError as error:
        if error.errno != errno.EEXIST:
            raise


def _add_default_route(netlink: NetlinkSocket, gateway: IPv4Address | IPv6Address, how: int) -> None:
    netlink.change(
        f"set the route over {gateway}",
        RTM_NEWROUTE,
        _default_route(gateway.version) + attribute(RTA_GATEWAY, gateway.packed),
        NLM_F_CREATE | how,
    )


def delete_default_route(netlink: NetlinkSocket, version: int) -> None:
    """Take the default route of IPv4 (4) or IPv6 (6) away; there may be none."""
    try:
        netlink.change("remove the default route", RTM_DELROUTE, _default_route(version))
    except NetlinkError as error:
        if error.errno not in (errno.ESRCH, errno.EAFNOSUPPORT):
            raise


def _default_route(version: int) -> bytes:
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    return ROUTE_HEADER.pack(family, 0, 0, 0, RT_TABLE_MAIN, RTPROT_BOOT, RT_SCOPE_UNIVERSE, RTN_UNICAST, 0)


def list_addresses(netlink: NetlinkSocket) -> list[tuple[int, IPv4Interface]]:
    """Return (interface index, address) of every IPv4 address of the namespace."""
    header = ADDRESS_HEADER.pack(socket.AF_INET, 0, 0, 0, 0)
    found = []
    for answer in netlink.dump("list addresses", RTM_GETADDR, header):
        _, prefix_length, _, _, index = ADDRESS_HEADER.unpack_from(answer.payload)
        attributes = parse_attributes(answer.payload[ADDRESS_HEADER.size :])
        packed = attributes.get(IFA_LOCAL) or attributes.get(IFA_ADDRESS)
        if packed:
            found.append((index, IPv4Interface((packed, prefix_length))))
    return found


def list_routed_networks(netlink: NetlinkSocket) -> list[IPv4Network]:
    """Return the IPv4 destinations of the main routing table, default routes left out."""
    header = ROUTE_HEADER.pack(socket.AF_INET, 0, 0, 0, 0, 0, 0, 0, 0)
    found = []
    for answer in netlink.dump("list routes", RTM_GETROUTE, header):
        fields = ROUTE_HEADER.unpack_from(answer.payload)
        destination = parse_attributes(answer.payload[ROUTE_HEADER.size :]).get(RTA_DST)
        if destination and fields[4] == RT_TABLE_MAIN:
            found.append(IPv4Network((destination, fields[1])))
    return found
