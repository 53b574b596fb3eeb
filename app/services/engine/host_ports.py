"""Ports of containers on the host's network, where the engine runs in a machine and opens them on the host.

Source: the engine's own call `GET /marina/host-ports`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from app.services.engine.engine_types import Container
from app.services.engine.json_values import as_object, get_number, get_text
from app.services.engine.port_types import Port, RefusedPort, port_order

HOST_NETWORK = "host"
_ADDRESS = "127.0.0.1"  # and ::1


@dataclass(frozen=True, slots=True)
class HostPort:
    """A port that a container listens at; `reason` says why the host has not opened it, "" when it has."""

    container: str
    port: int
    protocol: str = "tcp"
    reason: str = ""

    @classmethod
    def from_json(cls, value: Any) -> "HostPort":
        """Build it from an element of the answer."""
        source = as_object(value)
        return cls(
            get_text(source, "Container"),
            get_number(source, "Port"),
            get_text(source, "Protocol", "tcp"),
            get_text(source, "Reason"),
        )


def with_host_ports(containers: Iterable[Container], ports: Iterable[HostPort]) -> list[Container]:
    """Return the containers with those ports among their published ones, and with what was refused."""
    by_container: dict[str, list[HostPort]] = {}
    for port in ports:
        by_container.setdefault(port.container, []).append(port)
    return [
        _with_own(container, by_container[container.id]) if container.id in by_container else container
        for container in containers
    ]


def _with_own(container: Container, ports: list[HostPort]) -> Container:
    opened = [Port(one.port, one.protocol, one.port, _ADDRESS) for one in ports if not one.reason]
    refused = [RefusedPort(one.port, one.protocol, one.reason) for one in ports if one.reason]
    return replace(
        container,
        ports=tuple(sorted((*container.ports, *opened), key=port_order)),
        refused_ports=tuple(sorted(refused, key=lambda one: (one.port, one.protocol))),
    )
