"""A network as a value: its record in the database, and the form in which Docker shows it.

Source: Docker Engine API, Network.
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from backend.networks.endpoint import Endpoint

DEFAULT_BRIDGE = "marina0"  # the interface; the network is called "bridge"
PREDEFINED = ("bridge", "host", "none")

OPTION_NAME = "com.docker.network.bridge.name"
OPTION_ICC = "com.docker.network.bridge.enable_icc"
OPTION_MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade"
OPTION_HOST_BINDING = "com.docker.network.bridge.host_binding_ipv4"
OPTION_MTU = "com.docker.network.driver.mtu"
OPTION_PREFIX = "com.docker.network.container_iface_prefix"

TRUE_WORDS = frozenset({"1", "t", "T", "TRUE", "true", "True"})


@dataclass(frozen=True)
class Pool:
    """One subnet of a network. `asked`: the caller chose it; `gateway_asked`: the gateway too."""

    subnet: str
    gateway: str = ""
    ip_range: str = ""
    auxiliary: Mapping[str, str] = field(default_factory=dict)
    asked: bool = False
    gateway_asked: bool = False

    @property
    def network(self) -> IPv4Network | IPv6Network:
        """The subnet as a value."""
        return ip_network(self.subnet)

    def to_docker(self) -> dict[str, Any]:
        """Return Docker's IPAMConfig; a gateway that followed from the caller's subnet is not shown."""
        shown: dict[str, Any] = {"Subnet": self.subnet}
        if self.ip_range:
            shown["IPRange"] = self.ip_range
        if self.gateway and (self.gateway_asked or not self.asked):
            shown["Gateway"] = self.gateway
        if self.auxiliary:
            shown["AuxiliaryAddresses"] = dict(self.auxiliary)
        return shown


@dataclass(frozen=True)
class Network:
    """One network; `pools` and `interface` are empty for those without addresses ("host", "none").

    One that is `config_only` is nothing but settings, for others that name it as their `config_from`.
    """

    id: str
    name: str
    driver: str
    created: str
    pools: tuple[Pool, ...] = ()
    interface: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    ipam_options: Mapping[str, str] | None = None
    internal: bool = False
    attachable: bool = False
    enable_ipv6: bool = False
    config_only: bool = False
    config_from: str = ""

    @property
    def is_predefined(self) -> bool:
        """Whether it is one of Docker's own three."""
        return self.name in PREDEFINED

    @property
    def is_real(self) -> bool:
        """Whether it has addresses that containers can get."""
        return bool(self.pools) and not self.config_only

    @property
    def has_name_service(self) -> bool:
        """Whether containers find each other by name on it."""
        return not self.is_predefined

    def pool(self, version: int) -> Pool | None:
        """Return the IPv4 (4) or IPv6 (6) pool in use."""
        if version == 6 and not self.enable_ipv6:
            return None
        return next((pool for pool in self.pools if pool.network.version == version), None)

    def switch(self, option: str) -> bool:
        """Return one of the bridge driver's yes-or-no options; all are on by default."""
        return self.options.get(option, "true") in TRUE_WORDS

    @property
    def mtu(self) -> int:
        """The largest packet, 0 for the kernel's default."""
        return int(self.options.get(OPTION_MTU, "0"))

    @property
    def interface_prefix(self) -> str:
        """What interfaces inside containers are called, before their number."""
        return self.options.get(OPTION_PREFIX) or "eth"

    @property
    def host_binding(self) -> str:
        """The address of this machine that ports are published at where nothing else is said."""
        return self.options.get(OPTION_HOST_BINDING) or ""

    def to_record(self) -> str:
        """Return what the database keeps."""
        return json.dumps(asdict(self))

    @classmethod
    def from_record(cls, record: str) -> "Network":
        """Return the network of a database record."""
        known = {item.name for item in fields(cls)}
        values = {name: value for name, value in json.loads(record).items() if name in known}
        values["pools"] = tuple(Pool(**pool) for pool in values.get("pools", ()))
        return cls(**values)

    def to_docker(self, members: Iterable[tuple[str, str, Endpoint]]) -> dict[str, Any]:
        """Return Docker's Network; `members` are (container's id, its name, its endpoint)."""
        return {
            "Name": self.name,
            "Id": self.id,
            "Created": self.created,
            "Scope": "local",
            "Driver": self.driver,
            "EnableIPv6": self.enable_ipv6,
            "IPAM": {
                "Driver": "default",
                "Options": None if self.ipam_options is None else dict(self.ipam_options),
                "Config": [pool.to_docker() for pool in self.pools] or None,
            },
            "Internal": self.internal,
            "Attachable": self.attachable,
            "Ingress": False,
            "ConfigFrom": {"Network": self.config_from},
            "ConfigOnly": self.config_only,
            "Containers": {
                container_id: {
                    "Name": name,
                    "EndpointID": endpoint.endpoint_id,
                    "MacAddress": endpoint.mac_address,
                    "IPv4Address": endpoint.with_prefix,
                    "IPv6Address": endpoint.with_prefix_6,
                }
                for container_id, name, endpoint in members
            },
            "Options": self._options(),
            "Labels": dict(self.labels),
        }

    def _options(self) -> dict[str, str]:
        if self.name != "bridge":
            return dict(self.options)
        return {
            "com.docker.network.bridge.default_bridge": "true",
            OPTION_ICC: "true",
            OPTION_MASQUERADE: "true",
            OPTION_HOST_BINDING: "0.0.0.0",
            OPTION_NAME: self.interface,
            OPTION_MTU: "1500",
        }


def new_network(name: str, driver: str, **wishes: Any) -> Network:
    """Return a network with a fresh ID, made now; `wishes` are further fields."""
    created = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return Network(secrets.token_hex(32), name, driver, created, **wishes)
