"""The body of `POST /networks/create`, checked: what is wrong is said before anything is made.

Source: Docker Engine API, NetworkCreateRequest; the texts are those of dockerd 26.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from backend.errors import (
    EngineError,
    ForbiddenError,
    InvalidParameterError,
    NotFoundError,
    NotSupportedError,
)
from backend.networks.config_networks import DRIVER, source_of
from backend.networks.kernel.child_interfaces import kind_of
from backend.networks.network import (
    OPTION_HOST_BINDING,
    OPTION_ICC,
    OPTION_MASQUERADE,
    OPTION_MTU,
    OPTION_NAME,
    OPTION_PREFIX,
    PREDEFINED,
    Pool,
)
from backend.networks.texts import is_clean, joined

DRIVERS = ("bridge", "macvlan", "ipvlan")
TRUTHS = frozenset(["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"])
SWITCHES = (OPTION_ICC, OPTION_MASQUERADE)
OPTION_INHIBIT = "com.docker.network.bridge.inhibit_ipv4"
LARGEST_MTU = 65535
SMALLEST_MTU = {False: 68, True: 1280}  # by whether there is IPv6
NOBODYS = [ip_network(text) for text in ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/96", "ff00::/8")]
INTERFACE_NAME = re.compile(r"[^\s/:\0]{1,15}\Z")
INTERFACE_PREFIX = re.compile(r"[^\s/:%\0]{1,10}\Z")
NOT_A_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node '
    "to swarm and try again."
)


@dataclass(frozen=True)
class NetworkRequest:
    """A network that somebody wants; what `pools` leave open, the engine chooses."""

    name: str
    driver: str
    pools: tuple[Pool, ...]
    ipam_options: Mapping[str, str] | None
    options: Mapping[str, str]
    labels: Mapping[str, str]
    internal: bool
    attachable: bool
    enable_ipv6: bool
    config_only: bool = False
    config_from: str = ""


def read_network_request(body: Mapping[str, Any]) -> NetworkRequest:
    """Return a checked request. Raises EngineError in Docker's words."""
    name = _member(body, "Name", str, "")
    if not name.strip():
        raise InvalidParameterError(f"invalid name: {name}")
    if name in PREDEFINED or name == "default":  # which is what a network mode calls the first one
        raise ForbiddenError(f"operation is not permitted on predefined {name} network ")
    config_only = _member(body, "ConfigOnly", bool, False)
    driver = DRIVER if config_only else _member(body, "Driver", str, "") or "bridge"
    if not config_only:
        _check_kind(body, driver)
    enable_ipv6 = _member(body, "EnableIPv6", bool, False)
    options = _strings(body, "Options") or {}
    ipam = _member(body, "IPAM", dict, {})
    if (ipam_driver := _member(ipam, "Driver", str, "")) not in ("", "default"):
        raise _no_plugin(ipam_driver)
    pools = _read_pools(ipam, enable_ipv6)
    if driver == "bridge":
        check_bridge_options(options, enable_ipv6)
    elif not config_only:
        kind_of(driver, options)
        if OPTION_MTU in options:
            check_mtu(options[OPTION_MTU], enable_ipv6)
    return NetworkRequest(
        name=name,
        driver=driver,
        pools=pools,
        ipam_options=_strings(ipam, "Options"),
        options=options,
        labels=_strings(body, "Labels") or {},
        internal=_member(body, "Internal", bool, False),
        attachable=_member(body, "Attachable", bool, False),
        enable_ipv6=enable_ipv6,
        config_only=config_only,
        config_from=source_of(body),
    )


def _check_kind(body: Mapping[str, Any], driver: str) -> None:
    if _member(body, "Scope", str, "") not in ("", "local"):
        raise ForbiddenError("cannot create a swarm scoped network when swarm is not active")
    if driver in ("host", "null"):
        raise ForbiddenError(f'only one instance of "{driver}" network is allowed')
    if driver == "overlay" or _member(body, "Ingress", bool, False):
        raise ForbiddenError(NOT_A_MANAGER)
    if driver not in DRIVERS:
        raise _no_plugin(driver)
    _member(body, "CheckDuplicate", bool, True)  # names are always unique here, as in Docker since 25


def _no_plugin(driver: str) -> EngineError:
    return NotFoundError(f'plugin "{driver}" not found')


def _read_pools(ipam: Mapping[str, Any], enable_ipv6: bool) -> tuple[Pool, ...]:
    configs = _member(ipam, "Config", list, [])
    if not all(isinstance(one, dict) for one in configs):
        raise InvalidParameterError("invalid JSON: IPAM.Config must be an array of objects")
    problems: list[str] = []
    pools = [_read_pool(one, enable_ipv6, problems) for one in configs]
    if problems:
        raise InvalidParameterError("invalid network config:\n" + joined(problems))
    for version in (4, 6):
        if sum(pool.network.version == version for pool in pools) > 1:
            raise ForbiddenError("bridge driver doesn't support multiple subnets")
    return tuple(pools)


def _read_pool(config: Mapping[str, Any], enable_ipv6: bool, problems: list[str]) -> Pool:
    subnet, ip_range = _member(config, "Subnet", str, ""), _member(config, "IPRange", str, "")
    gateway = _member(config, "Gateway", str, "")
    auxiliary = _strings(config, "AuxiliaryAddresses") or {}
    network = _parse_network("subnet", subnet, problems)
    if network is None or (network.version == 6 and not enable_ipv6):
        return Pool(subnet, gateway, ip_range, auxiliary, asked=True, gateway_asked=bool(gateway))
    if ip_range:
        _check_range(ip_range, network, problems)
    if gateway:
        _check_member("gateway", gateway, gateway, network, problems)
    for name, address in auxiliary.items():
        _check_member("auxiliary address", name, address, network, problems)
    if any(network.version == other.version and network.overlaps(other) for other in NOBODYS):
        problems.append(f"invalid subnet {subnet}: no interface can have addresses of it")
    if network.version == 4 and network.num_addresses < 4:
        problems.append(f"invalid subnet {subnet}: it has no room for a gateway and a container")
    return Pool(subnet, gateway, ip_range, auxiliary, asked=True, gateway_asked=bool(gateway))


def _parse_network(what: str, text: str, problems: list[str]) -> IPv4Network | IPv6Network | None:
    try:
        if "/" not in text or "%" in text:
            raise ValueError(text)
        network = ip_network(text, strict=False)
    except ValueError:
        problems.append(f"invalid {what} {text}: invalid CIDR block notation")
        return None
    # As written, not only as meant: "10.0.0.5/24", and masks in other notations, are not taken.
    if str(network) != text.lower():
        if not text.rpartition("/")[2].isdigit():
            problems.append(f"invalid {what} {text}: invalid CIDR block notation")
            return None
        if ip_address(text.partition("/")[0]) != network.network_address:
            problems.append(f"invalid {what} {text}: it should be {network}")
    return network


def _check_range(text: str, subnet: IPv4Network | IPv6Network, problems: list[str]) -> None:
    network = _parse_network("ip-range", text, problems)
    if network is None:
        return
    if network.prefixlen < subnet.prefixlen:
        problems.append(f"invalid ip-range {text}: CIDR block is bigger than its parent subnet {subnet}")
    elif network.version != subnet.version or not subnet.supernet_of(network):  # type: ignore[arg-type]
        problems.append(f"invalid ip-range {text}: parent subnet {subnet} doesn't contain ip-range")


def _check_member(
    what: str, shown: str, text: str, subnet: IPv4Network | IPv6Network, problems: list[str]
) -> None:
    try:
        if "%" in text:
            raise ValueError(text)
        address = ip_address(text)
    except ValueError:
        problems.append(f"invalid {what} {shown}: invalid address")
        return
    if address not in subnet:
        problems.append(f"invalid {what} {shown}: parent subnet {subnet} doesn't contain this address")


def check_bridge_options(options: Mapping[str, str], enable_ipv6: bool) -> None:
    """Check the bridge driver's options. Raises InvalidParameterError or NotSupportedError."""
    for switch in (*SWITCHES, OPTION_INHIBIT):
        if (value := options.get(switch)) is not None and value not in TRUTHS:
            raise InvalidParameterError(
                f'failed to parse {switch} value: {value} (strconv.ParseBool: parsing "{value}": '
                "invalid syntax)"
            )
    if options.get(OPTION_INHIBIT, "false") in ("1", "t", "T", "TRUE", "true", "True"):
        raise NotSupportedError(f"the option {OPTION_INHIBIT} is not supported by this engine")
    if OPTION_MTU in options:
        check_mtu(options[OPTION_MTU], enable_ipv6)
    if OPTION_HOST_BINDING in options:
        try:
            IPv4Address(options[OPTION_HOST_BINDING])
        except ValueError as error:
            raise InvalidParameterError(
                f"failed to parse {OPTION_HOST_BINDING} value: {options[OPTION_HOST_BINDING]} (nil ip)"
            ) from error
    name, prefix = options.get(OPTION_NAME), options.get(OPTION_PREFIX)
    if name and (not INTERFACE_NAME.match(name) or name in (".", "..") or not name.isascii()):
        raise InvalidParameterError(f"invalid bridge name {name!r}: an interface has at most 15 characters")
    if prefix and (not INTERFACE_PREFIX.match(prefix) or not prefix.isascii() or prefix == "lo"):
        raise InvalidParameterError(f"invalid interface prefix {prefix!r}")


def check_mtu(text: str, enable_ipv6: bool) -> None:
    """Check the size of the largest packet. Raises InvalidParameterError in Docker's words."""
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text, re.ASCII):
        raise InvalidParameterError(
            f'failed to parse {OPTION_MTU} value: {text} (strconv.Atoi: parsing "{text}": invalid syntax)'
        )
    mtu = int(text)
    if mtu and not SMALLEST_MTU[enable_ipv6] <= mtu <= LARGEST_MTU:
        raise InvalidParameterError(f"invalid MTU number: {mtu}")


def overlapping(pool: Pool, others: Iterable[Pool]) -> bool:
    """Return whether a subnet overlaps one of the others."""
    network = pool.network
    return any(
        network.version == other.network.version and network.overlaps(other.network) for other in others
    )


def _member(body: Mapping[str, Any], name: str, kind: type[Any], default: Any) -> Any:
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, kind) or (kind is str and not is_clean(value)):
        raise InvalidParameterError(f"invalid JSON: {name} must be of type {kind.__name__}")
    return value


def _strings(body: Mapping[str, Any], name: str) -> dict[str, str] | None:
    value = _member(body, name, dict, None)
    if value is None:
        return None
    if not all(isinstance(text, str) and is_clean(text) and is_clean(key) for key, text in value.items()):
        raise InvalidParameterError(f"invalid JSON: {name} must be a map of strings")
    return dict(value)
