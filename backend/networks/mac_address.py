"""MAC addresses that callers ask for."""

import re

from backend.errors import InvalidParameterError


def normal_mac_address(text: str) -> str:
    """Return an address in the kernel's form, "" for "". Raises InvalidParameterError in Docker's words."""
    if text and not re.fullmatch(r"([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}", text):
        raise InvalidParameterError(f"invalid MAC address {text}")
    # The lowest bit of the first byte marks groups: no interface can have such an address.
    if text and int(text[:2], 16) & 1:
        raise InvalidParameterError(f"invalid MAC address {text}: it is a multicast address")
    return text.lower().replace("-", ":")
