"""Defaults of what the engine makes, by the names of Docker's `daemon.json`. What cannot be used is left out.

Source: https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file. They never keep the engine
from starting: `problems` say what is not used, and `/info` shows them as warnings.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError, ip_address
from typing import Any

from backend.errors import InvalidParameterError
from backend.runtime.ulimits import check_ulimit

SIZE = re.compile(r"(\d{1,15})(?:\.0+)? ?([kmgt]?)(?:i?b)?", re.IGNORECASE)
UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
LONGEST_PREFIX = 29
"""Of a network that still has room for a gateway and some containers."""


@dataclass(frozen=True, slots=True)
class SubnetPool:
    """Networks of prefix length `size` are cut from `base`."""

    base: IPv4Network
    size: int


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What new containers and networks get when they do not ask for something else."""

    log_driver: str = ""
    log_opts: Mapping[str, str] = field(default_factory=dict)
    address_pools: tuple[SubnetPool, ...] = ()
    dns: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()
    dns_opts: tuple[str, ...] = ()
    shm_size: int = 0
    ulimits: tuple[Mapping[str, Any], ...] = ()
    init: bool = False
    labels: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def parse_options(value: Any) -> EngineOptions:
    """Return the options of an object in the form of `daemon.json`; what is wrong becomes a problem."""
    if not isinstance(value, Mapping):
        return EngineOptions(problems=("engine options: no JSON object",))
    known: dict[str, Any] = {}
    problems: list[str] = []
    for name, given in value.items():
        if name not in _READERS:
            problems.append(f"{name[:40]}: this engine has no such option")
            continue
        attribute, read = _READERS[name]
        try:
            known[attribute] = read(given)
        except (ValueError, InvalidParameterError) as error:
            problems.append(f"{name}: {error}")
    return EngineOptions(**known, problems=tuple(f"engine option {problem}" for problem in problems))


def parse_options_text(text: str) -> EngineOptions:
    """Return the options of a JSON text, none for an empty one."""
    try:
        return parse_options(json.loads(text) if text else {})
    except (ValueError, RecursionError):
        return EngineOptions(problems=("engine options: no JSON object",))


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be a text")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("must be a list of texts")
    return tuple(_text(item) for item in value)


def _addresses(value: Any) -> tuple[str, ...]:
    return tuple(str(ip_address(text)) for text in _texts(value))


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _text_map(value: Any) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError("must be an object of texts")
    return dict(value)


def _bytes(value: Any) -> int:
    match = SIZE.fullmatch(str(value)) if isinstance(value, str | int) and value is not True else None
    if match is None or not int(match[1]):
        raise ValueError('must be a size such as "64m"')
    return int(match[1]) * UNITS[match[2].lower()]


def _pools(value: Any) -> tuple[SubnetPool, ...]:
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise ValueError('must be a list such as [{"base": "10.200.0.0/16", "size": 24}]')
    return tuple(_pool(item) for item in value)


def _pool(item: Mapping[str, Any]) -> SubnetPool:
    base, size = item.get("base"), item.get("size")
    if set(item) != {"base", "size"} or not isinstance(base, str) or "/" not in base:
        raise ValueError('must be a list such as [{"base": "10.200.0.0/16", "size": 24}]')
    try:
        network = IPv4Network(base, strict=False)
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        raise ValueError(f"{base[:40]} is no IPv4 network") from error
    if type(size) is not int or not network.prefixlen <= size <= LONGEST_PREFIX:
        raise ValueError(f"the size must be from {network.prefixlen} to {LONGEST_PREFIX} for {network}")
    return SubnetPool(network, size)


def _ulimits(value: Any) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(value, Mapping):
        raise ValueError("must be an object of limits by their names")
    limits = []
    for name, given in value.items():
        if not isinstance(given, Mapping) or not set(given) <= {"Name", "Soft", "Hard"}:
            raise ValueError('must be an object such as {"nofile": {"Soft": 1024, "Hard": 4096}}')
        limit = {"Name": name, "Hard": given.get("Hard", 0), "Soft": given.get("Soft", 0)}
        check_ulimit(limit)
        limits.append(limit)
    return tuple(limits)


_READERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "log-driver": ("log_driver", _text),
    "log-opts": ("log_opts", _text_map),
    "default-address-pools": ("address_pools", _pools),
    "dns": ("dns", _addresses),
    "dns-search": ("dns_search", _texts),
    "dns-opts": ("dns_opts", _texts),
    "default-shm-size": ("shm_size", _bytes),
    "default-ulimits": ("ulimits", _ulimits),
    "init": ("init", _switch),
    "labels": ("labels", _texts),
}
