"""Ports as EXPOSE names them.

Source: docker/go-connections, `nat`: `[[ip:]hostPort:]containerPort[/protocol]`, both may be ranges.
"""

import re
from collections.abc import Iterable, Iterator

from backend.errors import InvalidParameterError

PROTOCOLS = ("tcp", "udp", "sctp")
MAX_PORT = 65535
_RANGE = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", re.ASCII)


def parse_port_specs(specs: Iterable[str]) -> Iterator[str]:
    """Yield the container's ports (`80/tcp`) that `specs` name. Raises InvalidParameterError."""
    for spec in specs:
        ports, slash, protocol = spec.partition("/")
        protocol = protocol if slash and protocol else "tcp"
        container_port = ports.rpartition(":")[2]
        if not container_port:
            raise InvalidParameterError(f"No port specified: {spec}<empty>")
        match = _RANGE.fullmatch(container_port)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, -1)
        if first > last or last > MAX_PORT:
            raise InvalidParameterError(f"Invalid containerPort: {container_port}")
        if protocol.lower() not in PROTOCOLS:
            raise InvalidParameterError(f"Invalid proto: {protocol}")
        for port in range(first, last + 1):
            yield f"{port}/{protocol.lower()}"
