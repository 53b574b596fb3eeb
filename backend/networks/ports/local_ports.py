"""Ports of this kernel, held by sockets: what a container publishes, no other program gets, and the reverse.

The sockets carry no traffic (address translation takes it before them) and never listen: a client that comes
before the container runs is refused at once instead of waiting for an answer that nobody gives.
"""

import errno
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from backend.errors import SystemFailureError
from backend.networks.attachment import PublishedPort
from backend.networks.ports.port_requests import ANY_ADDRESS, ANY_ADDRESS_6, PortRequest

PORT_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
DEFAULT_RANGE = range(32768, 61000)
SOCKETS = {
    "tcp": (socket.SOCK_STREAM, socket.IPPROTO_TCP),
    "udp": (socket.SOCK_DGRAM, socket.IPPROTO_UDP),
    "sctp": (socket.SOCK_STREAM, 132),  # IPPROTO_SCTP: the name is not there everywhere
}


class PortTakenError(SystemFailureError):
    """A port cannot be had; the message ends Docker's sentence "Bind for … failed: …".

    `in_use` tells that another program or container has it; `ports` are those that were tried.
    """

    def __init__(self, reason: str, request: PortRequest, ports: range, *, in_use: bool) -> None:
        text = str(ports.start) if len(ports) == 1 else f"{ports.start}-{ports.stop - 1}"
        super().__init__(f"Bind for {request.host_ip}:{text} failed: {reason}")
        self.request = request
        self.ports = ports
        self.in_use = in_use


@dataclass(frozen=True, slots=True)
class HeldPort:
    """A port of one address that belongs to us until `close`."""

    port: int
    socket: socket.socket
    host_ip: str = ANY_ADDRESS
    protocol: str = "tcp"

    def close(self) -> None:
        """Let the port go."""
        self.socket.close()


def hold(protocol: str, host_ip: str, port: int) -> HeldPort:
    """Take one port; 0 takes any free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host_ip else socket.AF_INET
    kind, number = SOCKETS[protocol]
    holder = socket.socket(family, kind | socket.SOCK_CLOEXEC, number)
    try:
        if family == socket.AF_INET6:
            holder.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if protocol == "tcp":
            # Connections of a program that ended a moment ago must not keep the port for a minute …
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((host_ip, port))
        if protocol == "tcp":
            # … but a live program that allows sharing must not get in beside us either.
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    except OSError:
        holder.close()
        raise
    return HeldPort(holder.getsockname()[1], holder, host_ip, protocol)


def hold_requested(request: PortRequest) -> list[HeldPort]:
    """Take the first free port that a request allows, at each of its addresses. Raises PortTakenError."""
    candidates = range(request.first, request.last + 1) if request.first else ephemeral_ports()
    for port in candidates:
        try:
            return _hold_each(request, port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
            # No other port would fare better.
            raise PortTakenError(
                _reason(error, request), request, range(port, port + 1), in_use=False
            ) from error
    raise PortTakenError(
        "port is already allocated" if len(candidates) == 1 else "all ports are allocated",
        request,
        candidates,
        in_use=True,
    )


def _hold_each(request: PortRequest, port: int) -> list[HeldPort]:
    held = [hold(request.protocol, request.host_ip, port)]
    if request.both:
        try:
            held.append(hold(request.protocol, ANY_ADDRESS_6, port))
        except OSError as error:
            if error.errno == errno.EAFNOSUPPORT:
                return held
            held[0].close()
            raise
    return held


def _reason(error: OSError, request: PortRequest) -> str:
    if error.errno == errno.EADDRNOTAVAIL:
        return f"cannot assign requested address: {request.host_ip} is not an address of this machine"
    if error.errno == errno.EPROTONOSUPPORT:
        return f"protocol not supported: this machine's kernel has no {request.protocol.upper()}"
    return error.strerror or str(error)


def hold_all(requests: Iterable[PortRequest]) -> tuple[list[PublishedPort], list[HeldPort]]:
    """Take a port for every request: all of them, or none and PortTakenError."""
    published: list[PublishedPort] = []
    held: list[HeldPort] = []
    try:
        for request in requests:
            for port in hold_requested(request):
                held.append(port)
                published.append(
                    PublishedPort(
                        request.protocol, request.container_port, port.host_ip, port.port, port.port
                    )
                )
    except BaseException:
        for port in held:
            port.close()
        raise
    return published, held


def hold_guest_port(protocol: str, wanted: int) -> HeldPort:
    """Take the wanted port of a guest, or any free one when it is 0 or taken: the numbers may differ.

    Raises OSError.
    """
    if wanted:
        try:
            return hold(protocol, ANY_ADDRESS, wanted)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    return hold(protocol, ANY_ADDRESS, 0)


def ephemeral_ports() -> range:
    """Return the ports that the kernel gives to programs which ask for none of their own."""
    try:
        low, high = PORT_RANGE.read_text().split()
        return range(int(low), int(high) + 1)
    except (OSError, ValueError):
        return DEFAULT_RANGE
