"""A container's place on one network: what it asks for, and what it got. Kept over a restart as JSON.

Source: Docker Engine API, EndpointSettings.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class EndpointWish:
    """What a container asks of one network; `network` is its name, or its ID once it has been there.

    `links` are "container:alias" as the caller wrote them; aliases hold on this network only.
    """

    network: str
    ipv4_address: str = ""
    ipv6_address: str = ""
    aliases: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    mac_address: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_docker(cls, network: str, settings: Mapping[str, Any]) -> "EndpointWish":
        """Return the wish of checked EndpointSettings."""
        ipam = settings.get("IPAMConfig") or {}
        return cls(
            network=network,
            ipv4_address=ipam.get("IPv4Address") or "",
            ipv6_address=ipam.get("IPv6Address") or "",
            aliases=tuple(settings.get("Aliases") or ()),
            links=tuple(settings.get("Links") or ()),
            mac_address=settings.get("MacAddress") or "",
            settings=settings,
        )


@dataclass(frozen=True)
class Endpoint:
    """A running container's place on one network.

    `interface` is the name inside, `host_interface` the cable's end outside; `names` are what others on the
    network find it by.
    """

    network_id: str
    network_name: str
    endpoint_id: str
    interface: str = ""
    host_interface: str = ""
    mac_address: str = ""
    ip_address: str = ""
    prefix_length: int = 0
    gateway: str = ""
    ip6_address: str = ""
    prefix_length_6: int = 0
    gateway_6: str = ""
    names: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    internal: bool = False
    has_name_service: bool = False
    wish: Mapping[str, Any] = field(default_factory=dict)

    @property
    def with_prefix(self) -> str:
        """The IPv4 address with its prefix length, "" without one."""
        return f"{self.ip_address}/{self.prefix_length}" if self.ip_address else ""

    @property
    def with_prefix_6(self) -> str:
        """The IPv6 address with its prefix length, "" without one."""
        return f"{self.ip6_address}/{self.prefix_length_6}" if self.ip6_address else ""

    @property
    def order(self) -> tuple[bool, bool, str]:
        """What decides which endpoint leads out, as in Docker: not internal, then IPv6, then by name."""
        return self.internal, not self.ip6_address, self.network_name

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Endpoint":
        """Return the endpoint that `to_json` wrote."""
        return cls(**{**value, "names": tuple(value["names"]), "links": tuple(value["links"])})

    def to_docker(self) -> dict[str, Any]:
        """Return Docker's EndpointSettings."""
        return {
            **wished_settings(self.wish),
            "MacAddress": self.mac_address,
            "NetworkID": self.network_id,
            "EndpointID": self.endpoint_id,
            "Gateway": self.gateway,
            "IPAddress": self.ip_address,
            "IPPrefixLen": self.prefix_length,
            "IPv6Gateway": self.gateway_6,
            "GlobalIPv6Address": self.ip6_address,
            "GlobalIPv6PrefixLen": self.prefix_length_6,
            "DNSNames": list(self.names) if self.has_name_service else None,
        }


def wished_settings(wish: Mapping[str, Any]) -> dict[str, Any]:
    """Return EndpointSettings of a container that does not run: what was asked for, no addresses."""
    return {
        "IPAMConfig": wish.get("IPAMConfig"),
        "Links": wish.get("Links"),
        "Aliases": wish.get("Aliases"),
        "MacAddress": wish.get("MacAddress") or "",
        "NetworkID": wish.get("NetworkID") or "",
        "EndpointID": "",
        "Gateway": "",
        "IPAddress": "",
        "IPPrefixLen": 0,
        "IPv6Gateway": "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "DriverOpts": wish.get("DriverOpts"),
        "DNSNames": wish.get("DNSNames"),
    }
