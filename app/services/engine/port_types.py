"""Ports of containers, as the Docker API writes them and as a browser needs them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.services.engine.json_values import as_object, get_number, get_text

LAST_PORT = 65535


@dataclass(frozen=True, slots=True, order=True)
class Port:
    """A port of a container and, when published, where it is on the host.

    `host_port` is None while the port is not published; in a wish (`RunOptions`) None lets the engine choose.
    An empty `host_ip` means every address of the host.
    """

    container_port: int
    protocol: str = "tcp"
    host_port: int | None = None
    host_ip: str = ""

    @property
    def key(self) -> str:
        """Docker's name of the container's side, such as "80/tcp"."""
        return f"{self.container_port}/{self.protocol}"

    @property
    def url(self) -> str:
        """The address for a browser, or "" when there is none: not published, or not TCP."""
        if self.host_port is None or self.protocol != "tcp":
            return ""
        everywhere = self.host_ip in ("", "0.0.0.0", "::", "127.0.0.1", "::1")
        host = "localhost" if everywhere else f"[{self.host_ip}]" if ":" in self.host_ip else self.host_ip
        if self.host_port == 443 or self.container_port in (443, 8443):
            return f"https://{host}" + ("" if self.host_port == 443 else f":{self.host_port}")
        return f"http://{host}" + ("" if self.host_port == 80 else f":{self.host_port}")


@dataclass(frozen=True, slots=True)
class RefusedPort:
    """A port that a container on the host's network listens at, and why it is not open on the host."""

    port: int
    protocol: str
    reason: str


def parse_port_key(key: str) -> Port | None:
    """Return the unpublished port that "80/tcp" or "80" names, or None when it names none."""
    number, _, protocol = key.partition("/")
    if not number.isascii() or not number.isdigit() or not 0 < int(number[:6]) <= LAST_PORT:
        return None
    return Port(int(number), protocol or "tcp")


def parse_published(source: Mapping[str, Any]) -> tuple[Port, ...]:
    """Return the ports of `NetworkSettings.Ports` or `HostConfig.PortBindings`."""
    ports: set[Port] = set()
    for key, bindings in source.items():
        port = parse_port_key(key)
        if port is None:
            continue
        hosts = [as_object(binding) for binding in bindings] if isinstance(bindings, list) else []
        for host in hosts:
            text = get_text(host, "HostPort")
            number = int(text) if text.isascii() and text.isdigit() else 0
            ports.add(Port(port.container_port, port.protocol, number or None, get_text(host, "HostIp")))
        if not hosts:
            ports.add(port)
    return tuple(sorted(ports, key=port_order))


def port_order(port: Port) -> tuple[int, str, int, str]:
    """Return a key that sorts by what a person reads first."""
    return (port.container_port, port.protocol, port.host_port or 0, port.host_ip)


def parse_exposed(source: Mapping[str, Any]) -> tuple[Port, ...]:
    """Return the ports of `Config.ExposedPorts`."""
    ports = {port for key in source if (port := parse_port_key(key)) is not None}
    return tuple(sorted(ports, key=port_order))


def parse_summary_ports(items: list[Any]) -> tuple[Port, ...]:
    """Return the ports of ContainerSummary's `Ports`."""
    ports: set[Port] = set()
    for item in map(as_object, items):
        number = get_number(item, "PrivatePort")
        if 0 < number <= LAST_PORT:
            host_port = get_number(item, "PublicPort") or None
            ports.add(Port(number, get_text(item, "Type", "tcp"), host_port, get_text(item, "IP")))
    return tuple(sorted(ports, key=port_order))
