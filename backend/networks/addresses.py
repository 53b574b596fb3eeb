"""Addresses: which subnet a network takes, and which address a container gets."""

import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from backend.engine_options import SubnetPool
from backend.errors import ForbiddenError, SystemFailureError, UnavailableError

# Docker's own list of pools for local networks, so that people find what they know.
CANDIDATES = tuple(
    [IPv4Network(f"172.{second}.0.0/16") for second in range(17, 32)]
    + list(IPv4Network("192.168.0.0/16").subnets(new_prefix=20))
)
REST_SECONDS = 60.0


def choose_subnet(in_use: Iterable[IPv4Network], pools: Sequence[SubnetPool] = ()) -> IPv4Network:
    """Return the first candidate that overlaps nothing in use, one of `pools` where there are any.

    Raises UnavailableError when there is none.
    """
    taken = list(in_use)
    cut = (subnet for pool in pools for subnet in pool.base.subnets(new_prefix=pool.size))
    for candidate in cut if pools else CANDIDATES:
        if not any(candidate.overlaps(network) for network in taken):
            return candidate
    if pools:
        raise UnavailableError(
            "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to "
            "the network: default-address-pools of the engine's options has no more"
        )
    raise UnavailableError(
        "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the "
        "network: this machine already has routes to all of 172.17.0.0/16 to 172.31.0.0/16 and 192.168.0.0/16"
    )


def mac_address_for(address: IPv4Address) -> str:
    """Return the MAC address that Docker derives from an address: 02:42 and its four bytes."""
    return (b"\x02\x42" + address.packed).hex(":")


class AddressPool:
    """The addresses of one subnet; the lowest free one is next, but not one that was just given back.

    A peer that still talks to a container that is gone must not reach another one by accident, so an address
    rests for a minute unless nothing else is left. `ip_range` bounds what `allocate` gives, not what `claim`
    takes; `reserved` addresses belong to others. Without a `gateway` the first free address becomes it.
    """

    def __init__(
        self,
        subnet: IPv4Network | IPv6Network,
        clock: Callable[[], float] = time.monotonic,
        *,
        gateway: str = "",
        ip_range: str = "",
        reserved: Iterable[str] = (),
    ) -> None:
        self.subnet = subnet
        self._clock = clock
        self._released: dict[int, float] = {}
        self._used: set[int] = {int(ip_address(text)) for text in reserved}
        # An IPv4 subnet's first and last address are no host's; of an IPv6 subnet only the first is taken.
        self._lowest = int(subnet.network_address) + 1
        self._highest = int(subnet.broadcast_address) - (1 if subnet.version == 4 else 0)
        part = ip_network(ip_range) if ip_range else subnet
        self._first = max(self._lowest, int(part.network_address))
        self._last = min(self._highest, int(part.broadcast_address))
        self.gateway = ip_address(gateway) if gateway else self.allocate()
        self._used.add(int(self.gateway))
        self._never_free = len(self._used)

    @property
    def busy(self) -> bool:
        """Whether anybody has an address."""
        return len(self._used) > self._never_free

    def allocate(self) -> IPv4Address | IPv6Address:
        """Return a free address. Raises SystemFailureError when there is none."""
        now = self._clock()
        oldest: int | None = None
        for number in range(self._first, self._last + 1):
            if number in self._used:
                continue
            released = self._released.get(number)
            if released is None or now - released >= REST_SECONDS:
                return self._take(number)
            if oldest is None or released < self._released[oldest]:
                oldest = number
        if oldest is not None:
            return self._take(oldest)
        raise SystemFailureError(
            f"no available IPv{self.subnet.version} addresses on this network's address pool ({self.subnet})"
        )

    def claim(self, address: IPv4Address | IPv6Address) -> None:
        """Take one address. Raises ForbiddenError when it is taken or no host address of this subnet."""
        if not self._lowest <= int(address) <= self._highest or int(address) in self._used:
            raise ForbiddenError("Address already in use")
        self._take(int(address))

    def release(self, address: IPv4Address | IPv6Address) -> None:
        """Give an address back; nothing happens when it is free."""
        if address != self.gateway and int(address) in self._used:
            self._used.discard(int(address))
            self._released[int(address)] = self._clock()

    def _take(self, number: int) -> IPv4Address | IPv6Address:
        self._used.add(number)
        self._released.pop(number, None)
        return IPv4Address(number) if self.subnet.version == 4 else IPv6Address(number)
