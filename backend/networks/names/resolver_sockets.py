"""The name service's sockets inside a container's namespace, and the way to them from port 53.

A server in the container may want port 53 of all addresses for itself, so the engine listens at another one
and the namespace's own nftables table leads there. Everything here blocks, on a thread in the namespace.
"""

import errno
import socket
from dataclasses import dataclass

from backend.errors import SystemFailureError
from backend.networks.kernel.nftables import Nftables
from backend.networks.names.name_files import NAME_SERVICE

TABLE = "ip marina_names"
TRIES = 8
BACKLOG = 16


@dataclass(frozen=True, slots=True)
class ResolverSockets:
    """A UDP and a listening TCP socket at one port number."""

    udp: socket.socket
    tcp: socket.socket
    port: int

    def close(self) -> None:
        """Close both."""
        self.udp.close()
        self.tcp.close()


def open_here(wanted: int = 0) -> ResolverSockets:
    """Open the sockets in this thread's namespace and lead port 53 to them. Raises SystemFailureError."""
    sockets = _bind(wanted)
    try:
        nftables = Nftables()
        try:
            nftables.run(_rules(sockets.port))
        finally:
            nftables.close()
    except BaseException:
        sockets.close()
        raise
    return sockets


def _bind(wanted: int) -> ResolverSockets:
    for port in (wanted, *[0] * TRIES):
        try:
            return _bind_both(port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise SystemFailureError(f"cannot start the name service: {error.strerror}") from error
    raise SystemFailureError("cannot start the name service: no port is free in the container")


def _bind_both(port: int) -> ResolverSockets:
    tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    try:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tcp.bind((NAME_SERVICE, port))
        udp.bind((NAME_SERVICE, tcp.getsockname()[1]))
        tcp.listen(BACKLOG)
    except OSError:
        tcp.close()
        udp.close()
        raise
    return ResolverSockets(udp, tcp, tcp.getsockname()[1])


def _rules(port: int) -> str:
    return f"""\
add table {TABLE}
flush table {TABLE}
table {TABLE} {{
    chain asked {{
        type nat hook output priority -100; policy accept;
        ip daddr {NAME_SERVICE} udp dport 53 dnat to {NAME_SERVICE}:{port}
        ip daddr {NAME_SERVICE} tcp dport 53 dnat to {NAME_SERVICE}:{port}
    }}
}}
"""
