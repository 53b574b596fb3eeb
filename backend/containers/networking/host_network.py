"""Ports of containers on the host's network, opened on the computer that the machine runs on.

Such a container listens in the machine; people expect its port on their own localhost, as where Docker runs
natively. So while one runs, its sockets are looked at once a second, and each port is claimed of the host.
When a port opens there, is refused or closes, an event of its container says so: `host-ports`, which Docker
does not have.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from backend.containers import container_events
from backend.containers.container import Container
from backend.containers.store import ContainerStore
from backend.errors import EngineError
from backend.events import EventBus, Subscription
from backend.host_link import HostLink, PortClaim
from backend.host_settings import HOST_SETTINGS
from backend.networks.ports.local_ports import HeldPort, hold_guest_port
from backend.networks.ports.open_sockets import OpenSocket, OpenSockets, sockets_of
from backend.networks.ports.port_holder import name_container
from backend.networks.ports.port_relays import PortRelays
from backend.runtime import cgroups
from backend.tasks import in_thread

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0  # seconds
ASK_AGAIN = 10  # looks after which the host is asked again for a port that it has refused
LOCALHOST = "localhost"
"""The host's address in a claim: by IPv4, and by IPv6 where there is any."""

STARTS_AND_ENDS = ("start", "die")
CHANGED = "host-ports"
"""The event of a container whose ports on the host are others than before."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A port of a container that is to be open on the host."""

    container: str
    protocol: str
    port: int

    @property
    def name(self) -> str:
        """What the supervisor calls its claim: each port is claimed, and refused, by itself."""
        return f"{self.container}/{self.protocol}/{self.port}"


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why the host has refused a port, and in how many looks it is asked again."""

    reason: str
    looks: int = ASK_AGAIN


class HostNetworkPorts:
    """Keeps the host's ports in step with the containers' sockets, until the engine ends."""

    def __init__(self, link: HostLink, store: ContainerStore, events: EventBus) -> None:
        self._link = link
        self._store = store
        self._events = events
        self._relays = PortRelays()
        self._table = OpenSockets()
        self._seen: tuple[OpenSocket, ...] | None = None
        self._wanted: dict[Wish, str] = {}
        """What the last look has led to; holds as long as the same sockets and containers are there."""
        self._groups: dict[str, str] = {}
        """The control groups of the containers on the host's network, by their ids."""
        self._owners: dict[int, str] = {}
        """Of each socket by its inode: the id of one of these containers, or "" for somebody else."""
        self._open: dict[Wish, str] = {}
        """What the host has opened, with the address where the container listens."""
        self._held: dict[Wish, HeldPort] = {}
        self._refused: dict[Wish, _Refusal] = {}

    def all(self) -> dict[Wish, str]:
        """Return the ports that containers listen at, each with why the host has not opened it, or ""."""
        return dict.fromkeys(self._open, "") | {wish: told.reason for wish, told in self._refused.items()}

    async def run(self) -> None:
        """Look while there are such containers, and sleep while there are none."""
        loop = asyncio.get_running_loop()
        try:
            with self._events.subscribe() as subscription:
                self._note_containers()
                while True:
                    await self._look()
                    until = loop.time() + LOOK_EVERY if self._groups else None
                    if not await self._hear(subscription, until):
                        return
        finally:
            self._table.close()
            self._relays.close_all()
            for held in self._held.values():
                held.close()

    async def _hear(self, subscription: Subscription, until: float | None) -> bool:
        """Take note of what starts and ends until that time, or the first that does; False at the end."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                while (event := await subscription.next()) is not None:
                    if event.type == "container" and event.action in STARTS_AND_ENDS:
                        self._note_containers()
                        if until is None and self._groups:
                            return True
                return False
        return True

    def _note_containers(self) -> None:
        own = _network_of("thread-self")
        self._groups = {one.id: one.group for one in self._store if _is_on(one, own)}
        # what belonged to nobody may belong to a container that was not known yet
        self._owners = {inode: owner for inode, owner in self._owners.items() if owner in self._groups}
        self._seen = None

    async def _look(self) -> None:
        groups = self._groups if HOST_SETTINGS.host_network_ports else {}
        sockets = await in_thread(self._table.look) if groups else ()
        if sockets is not self._seen:
            self._seen = sockets
            await self._find_owners(sockets, groups)
            self._wanted = wishes(sockets, self._owners)
        await self._keep_open(self._wanted)

    async def _find_owners(self, sockets: Iterable[OpenSocket], groups: Mapping[str, str]) -> None:
        present = {found.inode for found in sockets}
        self._owners = {inode: owner for inode, owner in self._owners.items() if inode in present}
        if not present <= self._owners.keys():
            owned = await in_thread(_owned, groups)
            self._owners |= {inode: owned.get(inode, "") for inode in present}

    async def _keep_open(self, wanted: Mapping[Wish, str]) -> None:
        """Have those ports open and no others; each comes with the address where its container listens."""
        for wish in [wish for wish, address in self._open.items() if wanted.get(wish) != address]:
            await self._close(wish)
        self._refused = {
            wish: _Refusal(told.reason, told.looks - 1)
            for wish, told in self._refused.items()
            if wish in wanted
        }
        for wish, address in wanted.items():
            refusal = self._refused.get(wish)
            if wish not in self._open and (refusal is None or refusal.looks <= 0):
                await self._claim(wish, address)

    async def _claim(self, wish: Wish, address: str) -> None:
        try:
            guest_port = await self._reachable_port(wish, address)
            claim = PortClaim(wish.protocol, LOCALHOST, wish.port, guest_port)
            await self._link.claim(wish.name, [claim])
        except (EngineError, OSError) as error:
            self._unrelay(wish)
            before = self._refused.get(wish)
            reason = name_container(str(error), ((one.id, one.name) for one in self._store))
            self._refused[wish] = _Refusal(reason)
            if before is None:  # said once
                log.warning(
                    "port %d/%s of container %s, which is on the host's network, is not opened there: %s",
                    wish.port, wish.protocol, wish.container[:12], reason,
                )  # fmt: skip
            if before is None or before.reason != reason:
                self._tell(wish)
            return
        self._refused.pop(wish, None)
        self._open[wish] = address
        self._tell(wish)

    def _tell(self, wish: Wish) -> None:
        container = next((one for one in self._store if one.id == wish.container), None)
        if container is not None:
            container_events.publish(self._events, container, CHANGED)

    async def _reachable_port(self, wish: Wish, address: str) -> int:
        """Return the port of this machine by which the host reaches `address`. Raises OSError."""
        if ip_address(address).is_unspecified:
            return wish.port
        held = self._held[wish] = hold_guest_port(wish.protocol, 0)
        await self._relays.open(wish.name, [(held.socket, (address, wish.port))])
        return held.port

    async def _close(self, wish: Wish) -> None:
        del self._open[wish]
        self._unrelay(wish)
        # A supervisor that is away frees all claims by itself, and learns the rest when it comes back.
        with suppress(EngineError):
            await self._link.release(wish.name)
        self._tell(wish)

    def _unrelay(self, wish: Wish) -> None:
        self._relays.close(wish.name)
        if held := self._held.pop(wish, None):
            held.close()


def wishes(sockets: Iterable[OpenSocket], owners: Mapping[int, str]) -> dict[Wish, str]:
    """Return the ports of those who have an owner, each with the address by which it is reached best."""
    found: dict[Wish, str] = {}
    for each in sockets:
        if owner := owners.get(each.inode):
            wish = Wish(owner, each.protocol, each.port)
            found[wish] = min(found.get(wish, each.address), each.address, key=_distance)
    return found


def _distance(address: str) -> tuple[bool, int, str]:
    ip = ip_address(address)
    return not ip.is_unspecified, ip.version, address


def _owned(groups: Mapping[str, str]) -> dict[int, str]:
    """Return the containers of all their sockets, by inode. Blocking."""
    return {
        inode: container
        for container, group in groups.items()
        for inode in sockets_of(cgroups.processes(group))
    }


def _is_on(container: Container, network: int) -> bool:
    """Return whether a container runs in that network namespace, its own or another container's."""
    with suppress(OSError):  # it has just ended
        return container.state.running and _network_of(str(container.state.pid)) == network
    return False


def _network_of(process: str) -> int:
    return Path(f"/proc/{process}/ns/net").stat().st_ino
