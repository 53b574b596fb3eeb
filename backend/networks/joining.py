"""Taking a place on a network: what may be asked for, the addresses, the names. Pure but for the pools."""

import secrets
from collections.abc import Iterable
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Interface,
    IPv6Address,
    IPv6Interface,
    ip_address,
    ip_interface,
    ip_network,
)

from backend.errors import InvalidParameterError, SystemFailureError
from backend.networks.addresses import AddressPool, mac_address_for
from backend.networks.attachment import AttachRequest
from backend.networks.endpoint import Endpoint, EndpointWish
from backend.networks.live_networks import LiveNetwork
from backend.networks.mac_address import normal_mac_address
from backend.networks.network import Network
from backend.networks.sandbox import Cable, cable_name
from backend.networks.texts import joined

SHORT_ID = 12
LINK_LOCAL = (ip_network("169.254.0.0/16"), ip_network("fe80::/10"))
LINK_LOCAL_PREFIX = {4: 16, 6: 64}


def check_wish(wish: EndpointWish, network: Network | None, context: str = "") -> None:
    """Check what is asked of a network; one that is not there yet (None) is looked at when it is joined.

    Raises InvalidParameterError in Docker's words, with `context` before them.
    """
    problems = [*_problems_alone(wish), *(_problems_on(wish, network) if network else ())]
    if problems:
        raise InvalidParameterError(f"{context}invalid endpoint settings:\n{joined(problems)}")
    normal_mac_address(wish.mac_address)


def _problems_alone(wish: EndpointWish) -> Iterable[str]:
    if wish.ipv4_address and not is_address(wish.ipv4_address, 4):
        yield f"invalid IPv4 address: {wish.ipv4_address}"
    if wish.ipv6_address and not is_address(wish.ipv6_address, 6):
        yield f"invalid IPv6 address: {wish.ipv6_address}"
    for address in (wish.settings.get("IPAMConfig") or {}).get("LinkLocalIPs") or ():
        if not (is_address(address, 4) or is_address(address, 6)):
            yield f"invalid link-local IP address: {address}"
        elif not any(ip_address(address) in network for network in LINK_LOCAL):
            yield f"invalid link local IP address: {address}"


def _problems_on(wish: EndpointWish, network: Network) -> Iterable[str]:
    wants_address = wish.ipv4_address or wish.ipv6_address
    if wants_address and network.is_predefined:
        yield "user specified IP address is supported on user defined networks only"
    if wish.aliases and network.is_predefined:
        yield "network-scoped alias is supported only for containers in user defined networks"
    for version, text in ((4, wish.ipv4_address), (6, wish.ipv6_address)):
        if not text:
            continue
        pool = network.pool(version)
        if pool is None or not pool.asked:
            yield (
                "user specified IP address is supported only when connecting to networks with user "
                "configured subnets"
            )
        elif not is_address(text, version) or ip_address(text) not in pool.network:
            yield f"no configured subnet or ip-range contain the IP address {text}"


def is_address(text: str, version: int) -> bool:
    """Return whether a text is a plain address of IPv4 (4) or IPv6 (6)."""
    try:
        if version == 4:
            IPv4Address(text)
        else:
            IPv6Address(text)
    except AddressValueError:
        return False
    return "%" not in text


def take_place(
    live: LiveNetwork, wish: EndpointWish, request: AttachRequest, used_interfaces: Iterable[str]
) -> tuple[Endpoint, Cable]:
    """Take addresses on a network; `give_back` returns them.

    Raises InvalidParameterError, ForbiddenError or SystemFailureError; then nothing is taken.
    """
    network = live.network
    check_wish(wish, network)
    endpoint_id = secrets.token_hex(32)
    address = _take(live.pool, wish.ipv4_address, network)
    try:
        address_6 = _take(live.pool_6, wish.ipv6_address, network) if live.pool_6 else None
    except BaseException:
        live.pool.release(address)
        raise
    assert isinstance(address, IPv4Address)
    shown_gateway = "" if network.internal else str(live.pool.gateway)
    used = set(used_interfaces)
    number = next(n for n in range(len(used) + 1) if f"{network.interface_prefix}{n}" not in used)
    endpoint = Endpoint(
        network_id=network.id,
        network_name=network.name,
        endpoint_id=endpoint_id,
        interface=f"{network.interface_prefix}{number}",
        host_interface="" if live.children else cable_name(endpoint_id),
        mac_address=normal_mac_address(wish.mac_address) or mac_address_for(address),
        ip_address=str(address),
        prefix_length=live.pool.subnet.prefixlen,
        gateway=shown_gateway,
        ip6_address=str(address_6 or ""),
        prefix_length_6=live.pool_6.subnet.prefixlen if live.pool_6 else 0,
        gateway_6="" if network.internal or not live.pool_6 else str(live.pool_6.gateway),
        names=names_of(request.container_name, request.container_id, request.hostname, wish.aliases),
        links=wish.links,
        internal=network.internal,
        has_name_service=network.has_name_service,
        wish=wish.settings,
    )
    return endpoint, Cable(
        inner_name=endpoint.interface,
        outer_name=endpoint.host_interface,
        bridge_index=live.index,
        mac_address=endpoint.mac_address,
        address=IPv4Interface((address, endpoint.prefix_length)),
        address_6=IPv6Interface((str(address_6), endpoint.prefix_length_6)) if address_6 else None,
        mtu=network.mtu,
        isolated=live.isolates,
        child=live.children,
        link_local=link_local_addresses(wish),
    )


def link_local_addresses(wish: EndpointWish) -> tuple[IPv4Interface | IPv6Interface, ...]:
    """Return the further addresses that a checked wish names; nobody looks whether others have them."""
    texts = (wish.settings.get("IPAMConfig") or {}).get("LinkLocalIPs") or ()
    return tuple(
        ip_interface(f"{text}/{LINK_LOCAL_PREFIX[ip_address(text).version]}") for text in dict.fromkeys(texts)
    )


def names_of(name: str, container_id: str, hostname: str, aliases: Iterable[str]) -> tuple[str, ...]:
    """Return what a container is found by, in Docker's order, each once."""
    return tuple(dict.fromkeys(one for one in (name, *aliases, container_id[:SHORT_ID], hostname) if one))


def give_back(live: LiveNetwork, endpoint: Endpoint) -> None:
    """Free an endpoint's addresses."""
    live.pool.release(IPv4Address(endpoint.ip_address))
    if live.pool_6 and endpoint.ip6_address:
        live.pool_6.release(IPv6Address(endpoint.ip6_address))


def claim_again(live: LiveNetwork, endpoint: Endpoint) -> None:
    """Take the addresses of an endpoint that outlived an engine. Raises ForbiddenError."""
    live.pool.claim(IPv4Address(endpoint.ip_address))
    if live.pool_6 and endpoint.ip6_address:
        live.pool_6.claim(IPv6Address(endpoint.ip6_address))


def _take(pool: AddressPool, wanted: str, network: Network) -> IPv4Address | IPv6Address:
    if wanted:
        address = ip_address(wanted)
        pool.claim(address)
        return address
    try:
        return pool.allocate()
    except SystemFailureError as error:
        raise SystemFailureError(
            f"no available IPv{pool.subnet.version} addresses on this network's address pools: "
            f"{network.name} ({network.id})"
        ) from error
