"""Who is found by which name on which network, as the containers of it see it."""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

from backend.networks.attachment import Attachment
from backend.networks.endpoint import Endpoint


class _Names:
    """The names of one network."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self.by_name: dict[str, list[Endpoint]] = {}
        self.by_address: dict[str, Endpoint] = {}
        for endpoint in endpoints:
            for name in {one.lower() for one in endpoint.names}:
                self.by_name.setdefault(name, []).append(endpoint)
            for address in (endpoint.ip_address, endpoint.ip6_address):
                if address:
                    self.by_address[address] = endpoint


class NameTable:
    """Names by network, put together when somebody asks and forgotten when somebody comes or goes."""

    def __init__(self, attachments: Callable[[], Iterable[Attachment]]) -> None:
        self._attachments = attachments
        self._networks: dict[str, _Names] = {}

    def forget(self) -> None:
        """Look again at who is there."""
        self._networks.clear()

    def resolve(self, asking: Attachment, name: str) -> list[IPv4Address | IPv6Address] | None:
        """Return all addresses of a name as one container sees it, None when there is no such name.

        "web" is looked up on each of its networks, the one that leads out first; "web.net" on the network
        "net" only. Source: libnetwork, Sandbox.ResolveName.
        """
        splits = [(name, "")]
        at = name.rfind(".")
        while at != -1:
            splits.append((name[:at], name[at + 1 :]))
            at = name.rfind(".", 0, at)
        for host, network in splits:
            for endpoint in _in_order(asking):
                if network and endpoint.network_name.lower() != network:
                    continue
                if found := self._on(endpoint, host):
                    texts = [text for one in found for text in (one.ip_address, one.ip6_address) if text]
                    return [ip_address(text) for text in texts]
        return None

    def _on(self, endpoint: Endpoint, name: str) -> list[Endpoint]:
        names = self._names(endpoint.network_id).by_name
        for link in endpoint.links:
            target, _, alias = link.partition(":")
            if (alias or target).lower() == name:
                return names.get(target.removeprefix("/").lower(), [])
        return names.get(name, [])

    def name_of(self, asking: Attachment, address: IPv4Address | IPv6Address) -> str | None:
        """Return "web.net" for an address on one of a container's networks."""
        for endpoint in _in_order(asking):
            found = self._names(endpoint.network_id).by_address.get(str(address))
            if found is not None and found.names:
                return f"{found.names[0]}.{found.network_name}"
        return None

    def _names(self, network_id: str) -> _Names:
        names = self._networks.get(network_id)
        if names is None:
            endpoints = (one.endpoint_on(network_id) for one in self._attachments())
            names = self._networks[network_id] = _Names(one for one in endpoints if one)
        return names


def _in_order(attachment: Attachment) -> list[Endpoint]:
    with_names = (one for one in attachment.endpoints if one.has_name_service)
    return sorted(with_names, key=lambda one: one.order)
