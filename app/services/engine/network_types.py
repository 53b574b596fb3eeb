"""Networks as the Docker API tells of them. Source: Docker Engine API, Network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.services.engine.engine_types import SHORT_ID_LENGTH, parse_time
from app.services.engine.json_values import as_object, get_flag, get_list, get_object, get_text, get_text_map

PREDEFINED = ("bridge", "host", "none")


@dataclass(frozen=True, slots=True)
class Member:
    """A running container on a network."""

    container_id: str
    name: str
    ipv4: str = ""
    ipv6: str = ""
    mac: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    """A row of the network list; `members` are only known of one that was inspected."""

    id: str
    name: str
    driver: str = ""
    subnets: tuple[str, ...] = ()
    created: float = 0.0
    is_internal: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    members: tuple[Member, ...] = ()

    @property
    def short_id(self) -> str:
        """The first 12 digits of the id."""
        return self.id[:SHORT_ID_LENGTH]

    @property
    def is_predefined(self) -> bool:
        """Whether it is always there and cannot be deleted."""
        return self.name in PREDEFINED

    @classmethod
    def from_json(cls, value: Any) -> "Network":
        """Build it from the API's Network."""
        source = as_object(value)
        configs = map(as_object, get_list(get_object(source, "IPAM"), "Config"))
        members = [
            Member(
                container_id,
                get_text(as_object(end), "Name"),
                get_text(as_object(end), "IPv4Address").partition("/")[0],
                get_text(as_object(end), "IPv6Address").partition("/")[0],
                get_text(as_object(end), "MacAddress"),
            )
            for container_id, end in get_object(source, "Containers").items()
        ]
        return cls(
            id=get_text(source, "Id"),
            name=get_text(source, "Name"),
            driver=get_text(source, "Driver"),
            subnets=tuple(filter(None, (get_text(config, "Subnet") for config in configs))),
            created=parse_time(source.get("Created")),
            is_internal=get_flag(source, "Internal"),
            labels=get_text_map(source, "Labels"),
            members=tuple(sorted(members, key=lambda member: member.name)),
        )
