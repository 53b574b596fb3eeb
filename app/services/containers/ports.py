"""Chooses free ports of this computer and says who holds a taken one."""

import errno
import socket
import sys
from collections.abc import Collection, Iterable, Iterator

from app.services.engine.engine_types import Container
from app.services.engine.port_types import LAST_PORT

FIRST_FREE_FOR_ALL = 1024
_WELL_KNOWN = {80: 8080, 443: 8443}


def suggest_host_port(container_port: int, taken: Collection[int] = (), protocol: str = "tcp") -> int | None:
    """Return a host port for a container's: the same from 1024 on, else 8000 more, else the next.

    `taken` are ports that containers hold or that other rows of a form use. None when all are taken.
    """
    for port in candidate_ports(container_port):
        if port not in taken and is_bindable(port, protocol):
            return port
    return None


def candidate_ports(container_port: int) -> Iterator[int]:
    """Yield host ports in order of liking."""
    first = _WELL_KNOWN.get(container_port, container_port)
    if first < FIRST_FREE_FOR_ALL:
        first += 8000
    yield from range(first, LAST_PORT + 1)
    yield from range(first - 1, FIRST_FREE_FOR_ALL - 1, -1)


def ports_of_containers(containers: Iterable[Container], protocol: str = "tcp") -> set[int]:
    """Return the host ports that running containers hold."""
    return {
        port.host_port
        for container in containers
        for port in container.ports
        if port.host_port is not None and port.protocol == protocol
    }


def is_bindable(port: int, protocol: str = "tcp") -> bool:
    """Return whether this computer would let a program listen on `port`, on IPv4 and IPv6."""
    kind = socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM
    if not _can_bind(socket.AF_INET, kind, "0.0.0.0", port):
        return False
    return not socket.has_ipv6 or _can_bind(socket.AF_INET6, kind, "::", port)


def _can_bind(family: socket.AddressFamily, kind: socket.SocketKind, address: str, port: int) -> bool:
    try:
        with socket.socket(family, kind) as probe:
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            if kind == socket.SOCK_STREAM and sys.platform != "win32":
                # closed connections that linger do not keep a listener out; on Windows the option means theft
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError as error:
        return error.errno in (
            errno.EADDRNOTAVAIL,
            errno.EAFNOSUPPORT,
        )  # no IPv6 here
    return True


def find_holder(port: int, containers: Iterable[Container], protocol: str = "tcp") -> str:
    """Return who holds a host port, such as 'container "web"' or "nginx (pid 12)", "" for nobody."""
    for container in containers:
        for published in container.ports:
            if published.host_port == port and published.protocol == protocol:
                return f'container "{container.name}"'
    if is_bindable(port, protocol):
        return ""
    return _find_program(port, protocol) or "another program on this computer"


def _find_program(port: int, protocol: str) -> str:
    """Return the name and pid of the listening program when the system tells us, else ""."""
    import psutil  # 40 ms that only a conflict costs

    try:
        for connection in psutil.net_connections("udp" if protocol == "udp" else "tcp"):
            listening = protocol == "udp" or connection.status == psutil.CONN_LISTEN
            if listening and connection.laddr and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except (psutil.Error, OSError):
        pass  # another user's program stays nameless
    return ""
