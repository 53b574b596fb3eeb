"""Interfaces that are children of one of the machine's: the drivers macvlan and ipvlan.

A container on such a network stands beside the machine on its own network: no bridge, no translation, no
published ports. Source: Linux include/uapi/linux/if_link.h; Docker's documentation of the two drivers.
"""

import errno
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from backend.errors import InvalidParameterError, NotSupportedError
from backend.networks.kernel import links
from backend.networks.kernel.netlink import (
    NLM_F_CREATE,
    NLM_F_EXCL,
    attribute,
    nested,
    number_attribute,
    text_attribute,
)
from backend.networks.kernel.netlink_socket import NetlinkError, NetlinkSocket

IFLA_LINK = 5
IFLA_CHILD_MODE = 1  # the same number for both kinds
OPTION_PARENT = "parent"
MODES = {
    "macvlan": {"private": 1, "vepa": 2, "bridge": 4, "passthru": 8},
    "ipvlan": {"l2": 0},
}
DEFAULT_MODES = {"macvlan": "bridge", "ipvlan": "l2"}
KNOWN_UNSUPPORTED = {"ipvlan": ("l3", "l3s"), "macvlan": ()}
PROBE = "marinaprobe0"


@dataclass(frozen=True, slots=True)
class ChildKind:
    """What kind of child a network's containers get."""

    driver: str
    mode: int

    @property
    def has_own_mac(self) -> bool:
        """Whether a child has a MAC address of its own; on ipvlan all share the parent's."""
        return self.driver == "macvlan"


def kind_of(driver: str, options: Mapping[str, str]) -> ChildKind:
    """Return the kind that a network's options ask for.

    Raises InvalidParameterError or NotSupportedError in Docker's words.
    """
    default = DEFAULT_MODES[driver]
    mode = options.get(f"{driver}_mode") or default
    if mode in KNOWN_UNSUPPORTED[driver]:
        raise NotSupportedError(f"the {driver} mode {mode} is not supported by this engine; use {default}")
    if mode not in MODES[driver]:
        raise InvalidParameterError(
            f"requested {driver} mode '{mode}' is not valid, '{default}' mode is the {driver} driver default"
        )
    return ChildKind(driver, MODES[driver][mode])


def find_parent(name: str, driver: str) -> int:
    """Return the index of a parent interface. Raises InvalidParameterError when it can be none."""
    if name == "lo":
        raise InvalidParameterError(f"loopback interface is not a valid {driver} parent link")
    with NetlinkSocket() as netlink:
        link = links.find_link(netlink, name) if 0 < len(name) < 16 and name.isascii() else None
    if link is None:
        raise InvalidParameterError(
            f"the parent interface {name} does not exist; subinterfaces for VLANs are not made by this engine"
        )
    return link.index


def check_support(parent: int, kind: ChildKind) -> None:
    """Make a child and remove it. Raises NotSupportedError when this machine's kernel has no such kind."""
    with NetlinkSocket() as netlink:
        try:
            create_child(netlink, PROBE, parent, kind, "", None)
        except NetlinkError as error:
            if error.errno in (errno.EOPNOTSUPP, errno.ENODEV):
                raise NotSupportedError(f"this machine's kernel has no {kind.driver}") from error
            if error.errno == errno.EBUSY:
                raise InvalidParameterError(
                    f"the parent interface cannot have {kind.driver} children: it has others, or a bridge"
                ) from error
            raise
        links.delete_link(netlink, PROBE)


def create_child(
    netlink: NetlinkSocket,
    name: str,
    parent: int,
    kind: ChildKind,
    mac_address: str,
    namespace: int | None,
    mtu: int = 0,
) -> None:
    """Make a child of an interface, down, in another namespace (an open descriptor of it) or in this one."""
    width = "=I" if kind.driver == "macvlan" else "=H"
    netlink.change(
        f"create the {kind.driver} interface {name}",
        links.RTM_NEWLINK,
        links.LINK_HEADER.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
        + text_attribute(links.IFLA_IFNAME, name)
        + number_attribute(IFLA_LINK, parent)
        + (
            attribute(links.IFLA_ADDRESS, bytes.fromhex(mac_address.replace(":", "")))
            if mac_address and kind.has_own_mac
            else b""
        )
        + (number_attribute(links.IFLA_NET_NS_FD, namespace) if namespace is not None else b"")
        + (number_attribute(links.IFLA_MTU, mtu) if mtu else b"")
        + number_attribute(links.IFLA_GROUP, links.OURS)
        + nested(
            links.IFLA_LINKINFO,
            text_attribute(links.IFLA_INFO_KIND, kind.driver),
            nested(links.IFLA_INFO_DATA, attribute(IFLA_CHILD_MODE, struct.pack(width, kind.mode))),
        ),
        NLM_F_CREATE | NLM_F_EXCL,
    )
