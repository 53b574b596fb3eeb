"""Devices that a container asks for: nodes, whole folders of them, rules, and requests to drivers.

Source: Docker Engine API, HostConfig: Devices, DeviceCgroupRules, DeviceRequests.
"""

import re
from collections.abc import Mapping
from typing import Any

from backend.errors import InvalidParameterError
from backend.runtime import devices

RULE = re.compile(r"([acb]) ([0-9]{1,9}|\*):([0-9]{1,9}|\*) ([rwm]{1,3})")
MAPPING = ("PathOnHost", "PathInContainer", "CgroupPermissions")


def check(host: Mapping[str, Any]) -> None:
    """Refuse what is no device option. Raises InvalidParameterError."""
    for device in host["Devices"] or ():
        if not all(isinstance(device.get(key, ""), str | None) for key in MAPPING):
            raise InvalidParameterError("invalid JSON: Devices must hold strings")
    for rule in host["DeviceCgroupRules"] or ():
        parse_rule(rule)
    for request in host["DeviceRequests"] or ():
        if not isinstance(request.get("Driver") or "", str):
            raise InvalidParameterError("invalid JSON: DeviceRequests: Driver must be a string")


def parse_rule(text: str) -> dict[str, Any]:
    """Return the OCI rule of "c 1:3 rwm". Raises InvalidParameterError in Docker's words."""
    match = RULE.fullmatch(text)
    if match is None:
        raise InvalidParameterError(f"invalid device cgroup rule format: '{text[:80]}'")
    rule: dict[str, Any] = {"allow": True, "type": match[1], "access": match[4]}
    for name, number in (("major", match[2]), ("minor", match[3])):
        if number != "*":
            rule[name] = int(number)
    return rule


def gather(host: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the OCI devices and rules of a HostConfig. Raises InvalidParameterError in Docker's words."""
    for request in host["DeviceRequests"] or ():
        names = "[" + " ".join(f"[{' '.join(map(str, group))}]" for group in _groups(request)) + "]"
        raise InvalidParameterError(
            f'could not select device driver "{request.get("Driver") or ""}" with capabilities: {names}'
        )
    found: list[dict[str, Any]] = []
    rules: list[dict[str, Any]] = []
    for mapping in host["Devices"] or ():
        for device, rule in devices.below(*(mapping.get(key) or "" for key in MAPPING)):
            found.append(device)
            rules.append(rule)
    rules += [parse_rule(text) for text in host["DeviceCgroupRules"] or ()]
    return found, rules


def _groups(request: Mapping[str, Any]) -> list[list[Any]]:
    groups = request.get("Capabilities")
    return [group for group in groups if isinstance(group, list)] if isinstance(groups, list) else []
