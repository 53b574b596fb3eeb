"""Whether a port of the host is free, and who holds it when it is not."""

import contextlib
import errno
import socket
import sys
from pathlib import Path

import psutil

KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


class PortRefused(Exception):
    """A port cannot be opened; the text is the reason as a person reads it."""


def shown_address(address: str) -> str:
    """Return an address as it stands before a port."""
    return f"[{address}]" if ":" in address else address


def find_free_port(protocol: str, address: str, port: int) -> int:
    """Bind `port` of an `address` for a moment and return it; 0 asks the system for a free one.

    Raises PortRefused with the true reason.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        probe = socket.socket(family, KINDS[protocol])
    except OSError as error:
        raise PortRefused(refusal(protocol, address, port, error)) from error
    try:
        if family == socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if protocol == "tcp" and sys.platform != "win32":
            # as QEMU does: connections in TIME_WAIT do not count, a listener does
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((address, port))
        if protocol == "tcp":
            probe.listen(1)
        return int(probe.getsockname()[1])
    except OSError as error:
        raise PortRefused(refusal(protocol, address, port, error)) from error
    finally:
        probe.close()


def refusal(protocol: str, address: str, port: int, error: OSError) -> str:
    """Return why binding failed, in Docker's wording where it has one."""
    where = f"{shown_address(address)}:{port}"
    if error.errno == errno.EADDRINUSE:
        return f"port is already allocated: {where} is in use by {describe_holder(protocol, port)}"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"cannot assign requested address: {address} is not an address of this computer"
    if error.errno in (errno.EACCES, errno.EPERM):
        if sys.platform == "win32":
            return f"permission denied: {where} is in a range that Windows has reserved"
        return (
            f"permission denied: {where} is a privileged port, as are all below {unprivileged_from()}; "
            f"{_ways_out(protocol, address, port)}"
        )
    return f"{where} cannot be opened: {error.strerror or error}"


def _ways_out(protocol: str, address: str, port: int) -> str:
    """Return what the user can do about a privileged port."""
    ways = []
    if sys.platform == "linux":
        ways.append(f"allow it with: sudo sysctl net.ipv4.ip_unprivileged_port_start={port}")
    for other in (8000 + port, 0):  # 8080 for 80
        with contextlib.suppress(PortRefused):
            ways.append(f"publish on a free port, such as {find_free_port(protocol, address, other)}")
            break
    return ", or ".join(ways)


def unprivileged_from() -> int:
    """Return the first port that needs no privilege."""
    with contextlib.suppress(OSError, ValueError):
        return int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text(encoding="ascii"))
    return 1024


def describe_holder(protocol: str, port: int) -> str:
    """Return `NAME (pid N)` of the program that holds a port; what is known when the system does not tell."""
    kind = KINDS[protocol]
    try:
        found = psutil.net_connections(kind="inet")
    except psutil.Error:  # macOS tells root only
        return "another program"
    for connection in found:
        if connection.type != kind or not connection.laddr or connection.laddr.port != port:
            continue
        if protocol == "tcp" and connection.status != psutil.CONN_LISTEN:
            continue
        if connection.pid is None:
            return "a program of another user"
        try:
            name = psutil.Process(connection.pid).name()
        except psutil.Error:
            name = "a program"
        return f"{name} (pid {connection.pid})"
    return "another program"
