"""Forgetting UDP conversations that the kernel tracked before a port was published.

The kernel decides where a conversation goes by its first packet. UDP has no end that it could see, so a
client that keeps sending would never reach a container that came (back) later.
Source: Linux include/uapi/linux/netfilter/nfnetlink_conntrack.h.
"""

import errno
import socket
import struct
from collections.abc import Collection

from backend.networks.kernel.netlink import nested, parse_attributes
from backend.networks.kernel.netlink_socket import NETLINK_NETFILTER, NetlinkError, NetlinkSocket

GET, DELETE = 0x101, 0x102  # subsystem conntrack (1) << 8 | message
CTA_TUPLE_ORIG = 1
CTA_TUPLE_PROTO = 2
CTA_PROTO_NUM, CTA_PROTO_DST_PORT = 1, 3
HEADER = struct.Struct("=BBH")  # family, version, resource


def matches(original: bytes, ports: Collection[int]) -> bool:
    """Return whether a tracked conversation, as its first packet went, is UDP to one of `ports`."""
    protocol = parse_attributes(parse_attributes(original).get(CTA_TUPLE_PROTO, b""))
    return (
        protocol.get(CTA_PROTO_NUM) == bytes([socket.IPPROTO_UDP])
        and int.from_bytes(protocol.get(CTA_PROTO_DST_PORT, b""), "big") in ports
    )


def forget_udp(ports: Collection[int]) -> int:
    """Drop all tracked UDP conversations to these ports of this machine; returns how many there were."""
    forgotten = 0
    for family in (socket.AF_INET, socket.AF_INET6):
        forgotten += _forget_udp(ports, HEADER.pack(family, 0, 0))
    return forgotten


def _forget_udp(ports: Collection[int], header: bytes) -> int:
    forgotten = 0
    with NetlinkSocket(NETLINK_NETFILTER) as netlink:
        for entry in netlink.dump("list tracked connections", GET, header):
            original = parse_attributes(entry.payload[HEADER.size :]).get(CTA_TUPLE_ORIG, b"")
            if not matches(original, ports):
                continue
            try:
                netlink.change(
                    "forget a tracked connection", DELETE, header + nested(CTA_TUPLE_ORIG, original)
                )
                forgotten += 1
            except NetlinkError as error:
                if error.errno != errno.ENOENT:  # it ended by itself
                    raise
    return forgotten
