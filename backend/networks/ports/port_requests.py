"""Which ports a container wants published: Docker's PortBindings and ExposedPorts, checked and made plain.

Source: Docker Engine API, HostConfig.PortBindings, HostConfig.PublishAllPorts, Config.ExposedPorts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from backend.errors import InvalidParameterError, NotSupportedError

PROTOCOLS = ("tcp", "udp", "sctp")
RELAYED = frozenset({"tcp", "udp"})  # what can be carried on where no translation leads, and to a host
ANY_ADDRESS = "0.0.0.0"
ANY_ADDRESS_6 = "::"
MAX_PORTS = 4096  # in one container: a range of all ports would hold the engine up for minutes


@dataclass(frozen=True, slots=True)
class PortRequest:
    """One wish: the first free host port from `first` to `last`; both 0 means any free one.

    `both`: any IPv4 and any IPv6 address, at the same port.
    """

    protocol: str
    container_port: int
    host_ip: str = ANY_ADDRESS
    first: int = 0
    last: int = 0
    both: bool = False


def parse_container_port(text: str) -> tuple[range, str]:
    """Return the port numbers and protocol of "80/tcp", "80" or "80-85/udp"; errors in Docker's words."""
    numbers, _, protocol = text.partition("/")
    protocol = protocol.lower() or "tcp"
    if protocol not in PROTOCOLS:
        raise InvalidParameterError(f"invalid proto: {protocol}")
    first, last = _parse_range(numbers)
    if first == 0:
        raise InvalidParameterError(f'invalid port specification: "{numbers}"')
    return range(first, last + 1), protocol


def expand_exposed(exposed: Iterable[str]) -> tuple[str, ...]:
    """Return exposed ports one by one as "80/tcp", without repeats, in order of protocol and number."""
    single: set[tuple[str, int]] = set()
    for text in exposed:
        numbers, protocol = parse_container_port(text)
        single.update((protocol, number) for number in numbers)
        _check_count(len(single))
    return tuple(f"{number}/{protocol}" for protocol, number in sorted(single))


def parse_port_requests(
    bindings: Mapping[str, Sequence[Mapping[str, str]] | None],
    exposed: Iterable[str],
    publish_all: bool,
    default_ip: str = "",
) -> tuple[PortRequest, ...]:
    """Return all wishes of a container; those that name no address of the host are at `default_ip`.

    Raises InvalidParameterError in Docker's words for what is no port, NotSupportedError for SCTP on IPv6.
    """
    requests: list[PortRequest] = []
    bound: set[str] = set()
    for text, wishes in bindings.items():
        numbers, protocol = parse_container_port(text)
        for number in numbers:
            if wishes:
                bound.add(f"{number}/{protocol}")
            for wish in wishes or ():
                requests.append(_parse_wish(protocol, number, wish, default_ip))
            _check_count(len(requests))
    if publish_all:
        for text in expand_exposed(exposed):
            if text not in bound:
                number_text, _, protocol = text.partition("/")
                requests.append(PortRequest(protocol, int(number_text), default_ip or ANY_ADDRESS))
    return tuple(requests)


def _parse_wish(protocol: str, container_port: int, wish: Mapping[str, str], default_ip: str) -> PortRequest:
    if not isinstance(wish, Mapping):
        raise InvalidParameterError("invalid JSON: PortBindings must hold arrays of objects")
    host_ip, host_port = wish.get("HostIp") or "", wish.get("HostPort") or ""
    if not isinstance(host_ip, str) or not isinstance(host_port, str):
        raise InvalidParameterError("invalid JSON: HostIp and HostPort must be strings")
    first, last = _parse_range(host_port) if host_port else (0, 0)
    address = _parse_host_ip(host_ip or default_ip)
    if ":" in address and protocol not in RELAYED:
        raise NotSupportedError(f"{protocol} ports are published on IPv4 addresses only, not on {address}")
    return PortRequest(protocol, container_port, address, first, last)


def _parse_host_ip(text: str) -> str:
    if not text:
        return ANY_ADDRESS
    try:
        return str(IPv4Address(text))
    except AddressValueError:
        pass
    try:
        if "%" in text:
            raise AddressValueError(text)
        return str(IPv6Address(text.strip("[]")))
    except AddressValueError as error:
        raise InvalidParameterError(f'invalid IP address: "{text}"') from error


def fit(requests: Iterable[PortRequest], *, ipv6: bool) -> tuple[PortRequest, ...]:
    """Return the wishes as they are for a container with or without IPv6: with it, any address is any IPv6
    address too."""
    return tuple(
        replace(request, both=True)
        if ipv6 and request.host_ip == ANY_ADDRESS and request.protocol in RELAYED
        else request
        for request in requests
    )


def _parse_range(text: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    try:
        lowest = _parse_number(first)
        highest = _parse_number(last) if dash else lowest
    except ValueError as error:
        raise InvalidParameterError(f'invalid port specification: "{text}"') from error
    if highest < lowest or (dash and lowest == 0):
        raise InvalidParameterError(f'invalid port specification: "{text}"')
    return lowest, highest


def _parse_number(text: str) -> int:
    # int() alone would also take "+80", "8_0" and other scripts' digits.
    if not (text.isascii() and text.isdigit()) or int(text) > 65535:
        raise ValueError(text)
    return int(text)


def _check_count(count: int) -> None:
    if count > MAX_PORTS:
        raise InvalidParameterError(f"too many ports: at most {MAX_PORTS} in one container")
