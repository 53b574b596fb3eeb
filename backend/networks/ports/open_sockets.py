"""The ports on which programs of this network namespace wait for clients, and whose sockets these are.

Source: `man 7 sock_diag`, linux/inet_diag.h, net/tcp_states.h. `/proc/net/tcp` tells the same, but goes
through the table of all connections for it.
"""

import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv6Address
from pathlib import Path

from backend.networks.kernel.netlink_socket import NetlinkSocket
from backend.networks.ports.local_ports import ephemeral_ports

NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY = 20
LISTEN, CLOSE = 10, 7
"""States; the second is what a datagram socket without one peer is in."""

WAITING = {"tcp": (socket.IPPROTO_TCP, LISTEN), "udp": (socket.IPPROTO_UDP, CLOSE)}
_REQUEST = struct.Struct("=BBBxI48x")  # inet_diag_req_v2: family, protocol, extensions, states; any socket
_ANSWER = struct.Struct("=4xH2x16s16s4x8x16xI")
"""inet_diag_msg: port and address (in network order), the peer's address, inode; the rest is passed over."""


@dataclass(frozen=True, slots=True)
class OpenSocket:
    """A socket that waits for clients at an address of this namespace."""

    protocol: str
    address: str
    port: int
    inode: int


class OpenSockets:
    """Looks again and again. `look` gives the same tuple as before while nothing has changed."""

    def __init__(self) -> None:
        self._netlink: NetlinkSocket | None = None
        self._answers: list[tuple[str, int, list[bytes]]] = []
        self._found: tuple[OpenSocket, ...] = ()

    def look(self) -> tuple[OpenSocket, ...]:
        """Return all that wait now. Blocking, for a moment. Raises SystemFailureError.

        Datagram sockets at ports that the kernel chose are left out: programs ask name servers from such.
        """
        if self._netlink is None:
            self._netlink = NetlinkSocket(NETLINK_SOCK_DIAG)
        answers = [
            (protocol, family, self._ask(self._netlink, protocol, family))
            for protocol in WAITING
            for family in (int(socket.AF_INET), int(socket.AF_INET6))
        ]
        if answers != self._answers:
            passing = ephemeral_ports()
            every = (read(protocol, family, one) for protocol, family, found in answers for one in found)
            self._found = tuple(one for one in every if one.protocol == "tcp" or one.port not in passing)
            self._answers = answers
        return self._found

    def close(self) -> None:
        """Let go of the kernel's socket."""
        if self._netlink is not None:
            self._netlink.close()
            self._netlink = None

    @staticmethod
    def _ask(netlink: NetlinkSocket, protocol: str, family: int) -> list[bytes]:
        number, state = WAITING[protocol]
        request = _REQUEST.pack(family, number, 0, 1 << state)
        answers = netlink.dump("list the machine's sockets", SOCK_DIAG_BY_FAMILY, request)
        return [answer.payload for answer in answers]


def read(protocol: str, family: int, answer: bytes) -> OpenSocket:
    """Return what an answer of the kernel says; an address of IPv4 within IPv6 is the former."""
    port, address, _, inode = _ANSWER.unpack_from(answer)
    if family == socket.AF_INET:
        text = socket.inet_ntoa(address[:4])
    else:
        text = str(IPv6Address(address).ipv4_mapped or IPv6Address(address))
    return OpenSocket(protocol, text, socket.ntohs(port), inode)


def sockets_of(processes: Iterable[int]) -> set[int]:
    """Return the inodes of all sockets that these processes have open. Blocking."""
    found = set()
    for pid in processes:
        with suppress(OSError):  # it has just ended
            for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    target = str(descriptor.readlink())
                    if target.startswith("socket:["):
                        found.add(int(target[8:-1]))
    return found
