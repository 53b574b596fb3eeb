"""Where a registry's name leads: the addresses to try, in order, and how far each is to be trusted.

Source: dockerd's rules for `--registry-mirror` and `--insecure-registry`.
"""

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yarl import URL

from backend.errors import InvalidParameterError
from backend.images.reference import DEFAULT_DOMAIN

DOCKER_HUB = URL("https://registry-1.docker.io")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of a registry. An `insecure` one may speak plain HTTP or have any certificate."""

    url: URL
    insecure: bool
    is_mirror: bool = False


def endpoints(domain: str, mirrors: Sequence[str], insecure_hosts: Sequence[str]) -> Iterator[Endpoint]:
    """Yield the addresses for `domain`. Raises InvalidParameterError for an impossible host."""
    if domain == DEFAULT_DOMAIN:
        for mirror in mirrors:
            url = URL(mirror.rstrip("/"))
            insecure = url.scheme == "http" or _is_insecure(url, insecure_hosts)
            yield Endpoint(url, insecure, is_mirror=True)
        yield Endpoint(DOCKER_HUB, insecure=False)
        return
    try:
        secure_url = URL(f"https://{domain}")
    except (ValueError, IndexError) as error:  # yarl's for "[]"
        raise InvalidParameterError(f"invalid registry host {domain!r}: {error}") from error
    insecure = _is_insecure(secure_url, insecure_hosts)
    yield Endpoint(secure_url, insecure)
    if insecure:
        port = secure_url.explicit_port
        yield Endpoint(secure_url.with_scheme("http").with_port(port), insecure=True)


def _is_insecure(url: URL, insecure_hosts: Sequence[str]) -> bool:
    host = url.host or ""
    if host == "localhost" or host in insecure_hosts or url.authority in insecure_hosts:
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or any(_holds(network, address) for network in insecure_hosts)


def _holds(network: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        return address in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False  # a host name, compared above
