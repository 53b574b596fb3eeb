"""What a container asks of the network, and what it got: plain values, kept over a restart as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class EndpointRequest:
    """A container's wishes, in the words of Docker's HostConfig and Config.

    `mode` is HostConfig.NetworkMode: "", "default" and "bridge" mean the default bridge; then "host", "none".
    `port_bindings` is HostConfig.PortBindings ("80/tcp" to a list of {"HostIp", "HostPort"}), `exposed_ports`
    holds "80/tcp", `extra_hosts` holds "name:address" (or "name:host-gateway").
    """

    container_id: str
    container_name: str = ""
    hostname: str = ""
    domainname: str = ""
    mode: str = "default"
    port_bindings: Mapping[str, Sequence[Mapping[str, str]] | None] = field(default_factory=dict)
    exposed_ports: Sequence[str] = ()
    publish_all: bool = False
    mac_address: str = ""
    extra_hosts: Sequence[str] = ()
    dns: Sequence[str] = ()
    dns_search: Sequence[str] = ()
    dns_options: Sequence[str] = ()


@dataclass(frozen=True)
class PublishedPort:
    """One port of the container on one port of the host.

    `guest_port` is where this kernel takes the traffic: the host's port itself, or in a virtual machine the
    port that the supervisor forwards to.
    """

    protocol: str
    container_port: int
    host_ip: str
    host_port: int
    guest_port: int


@dataclass(frozen=True)
class Endpoint:
    """A container's place on the network from start to stop.

    `namespace_path` is the pinned network namespace to join, None for the machine's own ("host").
    """

    container_id: str
    container_name: str
    mode: str
    namespace_path: Path | None
    network_id: str
    network_name: str
    endpoint_id: str
    hosts_file: str
    resolv_conf: str
    ip_address: str = ""
    prefix_length: int = 0
    gateway: str = ""
    mac_address: str = ""
    host_interface: str = ""
    ports: tuple[PublishedPort, ...] = ()
    exposed_ports: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object that `from_json` reads back."""
        return asdict(self) | {"namespace_path": str(self.namespace_path) if self.namespace_path else None}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Endpoint":
        """Return the endpoint that `to_json` wrote."""
        path = value["namespace_path"]
        return cls(
            **{
                **value,
                "namespace_path": Path(path) if path else None,
                "ports": tuple(PublishedPort(**port) for port in value["ports"]),
                "exposed_ports": tuple(value["exposed_ports"]),
            }
        )

    def port_map(self) -> dict[str, list[dict[str, str]] | None]:
        """Return Docker's PortMap: every exposed or published port, null when it is not published."""
        ports: dict[str, list[dict[str, str]] | None] = {}
        for port in self.ports:
            bindings = ports.setdefault(f"{port.container_port}/{port.protocol}", [])
            assert bindings is not None
            bindings.append({"HostIp": port.host_ip, "HostPort": str(port.host_port)})
        for exposed in self.exposed_ports:
            ports.setdefault(exposed, None)
        return ports

    def port_summary(self) -> list[dict[str, Any]]:
        """Return the `Ports` of a container list (Docker API, ContainerSummary)."""
        summary: list[dict[str, Any]] = [
            {
                "IP": port.host_ip,
                "PrivatePort": port.container_port,
                "PublicPort": port.host_port,
                "Type": port.protocol,
            }
            for port in self.ports
        ]
        published = {f"{port.container_port}/{port.protocol}" for port in self.ports}
        for exposed in self.exposed_ports:
            if exposed not in published:
                number, _, protocol = exposed.partition("/")
                summary.append({"PrivatePort": int(number), "Type": protocol})
        return summary

    def endpoint_settings(self) -> dict[str, Any]:
        """Return Docker's EndpointSettings for this endpoint."""
        return {
            "IPAMConfig": None,
            "Links": None,
            "Aliases": None,
            "MacAddress": self.mac_address,
            "DriverOpts": None,
            "NetworkID": self.network_id,
            "EndpointID": self.endpoint_id,
            "Gateway": self.gateway,
            "IPAddress": self.ip_address,
            "IPPrefixLen": self.prefix_length,
            "IPv6Gateway": "",
            "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0,
            "DNSNames": None,
        }

    def network_settings(self) -> dict[str, Any]:
        """Return Docker's NetworkSettings of a running container."""
        return {
            "Bridge": "",
            "SandboxID": self.endpoint_id,
            "SandboxKey": str(self.namespace_path or ""),
            "Ports": self.port_map(),
            "HairpinMode": False,
            "LinkLocalIPv6Address": "",
            "LinkLocalIPv6PrefixLen": 0,
            "SecondaryIPAddresses": None,
            "SecondaryIPv6Addresses": None,
            "EndpointID": self.endpoint_id if self.mode == "bridge" else "",
            "Gateway": self.gateway,
            "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0,
            "IPAddress": self.ip_address,
            "IPPrefixLen": self.prefix_length,
            "IPv6Gateway": "",
            "MacAddress": self.mac_address,
            "Networks": {self.network_name: self.endpoint_settings()},
        }


def idle_endpoint(request: EndpointRequest, network_id: str, network_name: str) -> Endpoint:
    """Return the endpoint of a container that does not run: on a network, without an address."""
    return Endpoint(
        container_id=request.container_id,
        container_name=request.container_name,
        mode=network_name,
        namespace_path=None,
        network_id=network_id,
        network_name=network_name,
        endpoint_id="",
        hosts_file="",
        resolv_conf="",
    )
