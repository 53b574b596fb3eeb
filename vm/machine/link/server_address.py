"""The address of a name server as it stands in the settings: `192.0.2.1`, `192.0.2.1:5353`, `[::1]:53`."""

import re
from ipaddress import ip_address

PORT = 53
_WITH_PORT = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[0-9.]+)):(?P<port>[0-9]{1,5})")


def parse_server(text: str) -> tuple[str, int]:
    """Return the address and the port. Raises ValueError for anything else, names as well."""
    address, port = text, PORT
    if match := _WITH_PORT.fullmatch(text):
        address, port = match["v6"] or match["v4"], int(match["port"])
    if not 0 < port < 1 << 16:
        raise ValueError(f"{port} is no port")
    return str(ip_address(address)), port
