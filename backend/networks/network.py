"""A network as a value: its record in the database, and the form in which Docker shows it.

Source: Docker Engine API, Network.
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Network
from typing import Any

from backend.networks.endpoint import Endpoint

DEFAULT_BRIDGE = "marina0"  # the interface; the network is called "bridge"


@dataclass(frozen=True)
class Network:
    """One network; `subnet` and `interface` are "" for those without a bridge ("host", "none")."""

    id: str
    name: str
    driver: str
    created: str
    subnet: str = ""
    interface: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def gateway(self) -> str:
        """The bridge's own address, the first of the subnet."""
        return str(IPv4Network(self.subnet).network_address + 1) if self.subnet else ""

    def to_record(self) -> str:
        """Return what the database keeps."""
        return json.dumps(asdict(self))

    @classmethod
    def from_record(cls, record: str) -> "Network":
        """Return the network of a database record."""
        return cls(**json.loads(record))

    def to_docker(self, endpoints: Iterable[Endpoint]) -> dict[str, Any]:
        """Return Docker's Network with the containers that run on it."""
        return {
            "Name": self.name,
            "Id": self.id,
            "Created": self.created,
            "Scope": "local",
            "Driver": self.driver,
            "EnableIPv6": False,
            "IPAM": {
                "Driver": "default",
                "Options": None,
                "Config": [{"Subnet": self.subnet, "Gateway": self.gateway}] if self.subnet else [],
            },
            "Internal": False,
            "Attachable": False,
            "Ingress": False,
            "ConfigFrom": {"Network": ""},
            "ConfigOnly": False,
            "Containers": {
                endpoint.container_id: {
                    "Name": endpoint.container_name,
                    "EndpointID": endpoint.endpoint_id,
                    "MacAddress": endpoint.mac_address,
                    "IPv4Address": (
                        f"{endpoint.ip_address}/{endpoint.prefix_length}" if endpoint.ip_address else ""
                    ),
                    "IPv6Address": "",
                }
                for endpoint in endpoints
            },
            "Options": self._options(),
            "Labels": dict(self.labels),
        }

    def _options(self) -> dict[str, str]:
        if self.name != "bridge":
            return {}
        return {
            "com.docker.network.bridge.default_bridge": "true",
            "com.docker.network.bridge.enable_icc": "true",
            "com.docker.network.bridge.enable_ip_masquerade": "true",
            "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
            "com.docker.network.bridge.name": self.interface,
            "com.docker.network.driver.mtu": "1500",
        }


def new_network(name: str, driver: str, *, subnet: str = "", interface: str = "") -> Network:
    """Return a network with a fresh ID, made now."""
    created = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return Network(secrets.token_hex(32), name, driver, created, subnet, interface)
