"""A container's whole network: what it asks for, and what it has from start to stop. Kept as JSON.

Source: Docker Engine API, NetworkSettings, PortMap, ContainerSummary.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from backend.networks.endpoint import Endpoint, EndpointWish, wished_settings


@dataclass(frozen=True)
class AttachRequest:
    """A container's wishes, in the words of Docker's HostConfig and Config.

    `mode` is HostConfig.NetworkMode: "host" and "none" are what they say, everything else has `networks`, in
    the order of their interfaces. `port_bindings` is HostConfig.PortBindings ("80/tcp" to a list of
    {"HostIp", "HostPort"}), `exposed_ports` holds "80/tcp", `extra_hosts` "name:address" (or
    "name:host-gateway"), `more_hosts` whole lines of /etc/hosts.
    """

    container_id: str
    container_name: str = ""
    hostname: str = ""
    domainname: str = ""
    mode: str = "default"
    networks: Sequence[EndpointWish] = (EndpointWish("bridge"),)
    port_bindings: Mapping[str, Sequence[Mapping[str, str]] | None] = field(default_factory=dict)
    exposed_ports: Sequence[str] = ()
    publish_all: bool = False
    mac_address: str = ""
    extra_hosts: Sequence[str] = ()
    dns: Sequence[str] = ()
    dns_search: Sequence[str] = ()
    dns_options: Sequence[str] = ()
    more_hosts: str = ""


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
class Attachment:
    """A container's network from start to stop.

    `namespace_path` is the pinned network namespace to join, None for the machine's own ("host").
    `resolver_port` is where the engine's name service listens inside, 0 where there is none; `dns` are the
    servers that it asks, none for the machine's. `shared_with` is the container whose network it is.
    """

    container_id: str
    container_name: str
    mode: str
    namespace_path: Path | None
    sandbox_id: str
    hosts_file: str
    resolv_conf: str
    endpoints: tuple[Endpoint, ...] = ()
    ports: tuple[PublishedPort, ...] = ()
    exposed_ports: tuple[str, ...] = ()
    resolver_port: int = 0
    dns: tuple[str, ...] = ()
    hostname: str = ""
    domainname: str = ""
    shared_with: str = ""

    @property
    def way_out(self) -> Endpoint | None:
        """The endpoint whose gateway leads out, and at which ports are published."""
        able = [one for one in self.endpoints if one.gateway and not one.internal]
        return min(able, key=lambda one: one.order, default=None)

    def endpoint_on(self, network_id: str) -> Endpoint | None:
        """Return the endpoint on a network."""
        return next((one for one in self.endpoints if one.network_id == network_id), None)

    def without(self, network_id: str) -> "Attachment":
        """Return what is left when a container leaves a network."""
        return replace(self, endpoints=tuple(one for one in self.endpoints if one.network_id != network_id))

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object that `from_json` reads back."""
        return asdict(self) | {"namespace_path": str(self.namespace_path) if self.namespace_path else None}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Attachment":
        """Return the attachment that `to_json` wrote."""
        path = value["namespace_path"]
        return cls(
            **{
                **value,
                "namespace_path": Path(path) if path else None,
                "endpoints": tuple(Endpoint.from_json(one) for one in value["endpoints"]),
                "ports": tuple(PublishedPort(**port) for port in value["ports"]),
                "exposed_ports": tuple(value["exposed_ports"]),
                "dns": tuple(value["dns"]),
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

    def network_settings(self) -> dict[str, Any]:
        """Return Docker's NetworkSettings of a running container."""
        if self.shared_with:
            return _settings(None, {})
        # The outer fields are the default bridge's; on other networks Docker leaves them empty.
        default = next((one for one in self.endpoints if one.network_name == "bridge"), None)
        return _settings(
            default,
            {one.network_name: one.to_docker() for one in self.endpoints},
            SandboxID=self.sandbox_id,
            SandboxKey=str(self.namespace_path or ""),
            Ports=self.port_map(),
        )


def idle_settings(networks: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return Docker's NetworkSettings of a container that does not run, from its wishes by network."""
    return _settings(None, {name: wished_settings(wish) for name, wish in networks.items()})


def _settings(
    default: Endpoint | None, networks: Mapping[str, Mapping[str, Any]], **more: Any
) -> dict[str, Any]:
    return {
        "Bridge": "",
        "SandboxID": "",
        "SandboxKey": "",
        "Ports": {},
        "HairpinMode": False,
        "LinkLocalIPv6Address": "",
        "LinkLocalIPv6PrefixLen": 0,
        "SecondaryIPAddresses": None,
        "SecondaryIPv6Addresses": None,
        "EndpointID": default.endpoint_id if default else "",
        "Gateway": default.gateway if default else "",
        "GlobalIPv6Address": default.ip6_address if default else "",
        "GlobalIPv6PrefixLen": default.prefix_length_6 if default else 0,
        "IPAddress": default.ip_address if default else "",
        "IPPrefixLen": default.prefix_length if default else 0,
        "IPv6Gateway": default.gateway_6 if default else "",
        "MacAddress": default.mac_address if default else "",
        "Networks": dict(sorted(networks.items())),
        **more,
    }
