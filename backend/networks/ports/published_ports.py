"""Published ports from claim to release: the host's side and this kernel's translation, kept in step."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from backend.errors import SystemFailureError
from backend.networks.attachment import PublishedPort
from backend.networks.kernel.conntrack import forget_udp
from backend.networks.kernel.firewall import Firewall
from backend.networks.kernel.firewall_rules import Bridge, Translation, relayed, translations_for
from backend.networks.ports.host_ports import HostPorts
from backend.networks.ports.port_requests import PortRequest
from backend.tasks import in_thread

if TYPE_CHECKING:
    from backend.networks.ports.port_relays import PortRelays

log = logging.getLogger(__name__)
Relayed = list[tuple[PublishedPort, tuple[str, int]]]
Result = TypeVar("Result")


class PublishedPorts:
    """All published ports of all containers."""

    def __init__(self, host_ports: HostPorts) -> None:
        self._host_ports = host_ports
        self._open: dict[str, tuple[Translation, ...]] = {}
        self._relays: PortRelays | None = None
        self._to_relay: dict[str, Relayed] = {}
        self._bridges: dict[str, Bridge] = {}
        self._firewall: Firewall | None = None
        # libnftables wants one thread at a time, and its work (about 3 ms) must not hold the event loop up.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="firewall")

    @property
    def behind_supervisor(self) -> bool:
        """Whether all traffic reaches us at one address, from the supervisor of a machine."""
        return self._host_ports.behind_supervisor

    async def start(self, bridges: Sequence[Bridge]) -> None:
        """Load the firewall and make its table. Raises SystemFailureError with the reason when it cannot."""
        self._firewall = await self._on_thread(Firewall)
        self._bridges = {bridge.name: bridge for bridge in bridges}
        await self._on_thread(self._firewall.prepare, bridges)
        if await self._on_thread(self._firewall.others_drop_forwarded):
            log.warning(
                "another program's firewall drops forwarded traffic (chain ip filter FORWARD, policy drop): "
                "published ports and containers' outbound traffic need a rule there that lets them pass"
            )

    async def close(self) -> None:
        """Let go of sockets and library; open ports stay open for the containers that run on."""
        if self._relays is not None:
            self._relays.close_all()
        self._host_ports.close()
        if self._firewall is not None:
            await self._on_thread(self._firewall.close)
            self._firewall = None
        self._thread.shutdown(wait=False)

    async def claim(self, container_id: str, requests: Sequence[PortRequest]) -> tuple[PublishedPort, ...]:
        """Take host ports for a container; no traffic flows yet. Raises as HostPorts.claim does."""
        # What must be a certain port comes first: any free one could be the same.
        ordered = sorted(requests, key=lambda request: not request.first)
        return await self._host_ports.claim(container_id, ordered) if ordered else ()

    async def add_bridge(self, bridge: Bridge) -> None:
        """Let the containers of a new bridge in and out as it says. Raises SystemFailureError."""
        self._bridges[bridge.name] = bridge
        try:
            if self._firewall is not None:
                await self._change(self._firewall.add_bridge, bridge)
        except BaseException:
            del self._bridges[bridge.name]
            raise

    async def remove_bridge(self, bridge: Bridge) -> None:
        """Forget a bridge. Raises SystemFailureError."""
        self._bridges.pop(bridge.name, None)
        if self._firewall is not None:
            await self._change(self._firewall.remove_bridge, bridge)

    async def open(
        self, container_id: str, target_ip: str, ports: Sequence[PublishedPort], target_ip_6: str = ""
    ) -> None:
        """Let traffic flow, to another address of the container if it did already.

        Raises SystemFailureError.
        """
        await self._relay(container_id, self._relayed(target_ip, ports, target_ip_6))
        translations = self._translations(target_ip, ports, target_ip_6)
        before = self._open.get(container_id, ())
        if translations == before or self._firewall is None:
            return
        if before:
            self._open[container_id] = translations
            await self._change(self._firewall.replace, self._all_open())
            return
        # Noted first: if this is cancelled half-way, `release` still closes what was opened.
        self._open[container_id] = translations
        await self._change(self._firewall.publish, translations)
        if udp := {one.host_port for one in translations if one.protocol == "udp"}:
            try:
                await in_thread(forget_udp, udp)
            except SystemFailureError as error:
                log.warning("clients that already send to UDP port %s must reconnect: %s", udp, error)

    async def release(self, container_id: str) -> None:
        """Stop the traffic and give the host ports back; nothing happens when there are none."""
        translations = self._open.pop(container_id, ())
        self._to_relay.pop(container_id, None)
        if self._relays is not None:
            self._relays.close(container_id)
        try:
            if translations and self._firewall is not None:
                await self._change(self._firewall.unpublish, translations)
        finally:
            await self._host_ports.release(container_id)

    def take_over(
        self, container_id: str, target_ip: str, ports: Sequence[PublishedPort], target_ip_6: str = ""
    ) -> None:
        """Count the ports of a container that outlived an earlier engine as open; `settle` makes it true."""
        if ports:
            self._host_ports.take_over(container_id, ports)
            self._open[container_id] = self._translations(target_ip, ports, target_ip_6)
            self._to_relay[container_id] = self._relayed(target_ip, ports, target_ip_6)

    async def settle(self) -> None:
        """Make what is open exactly what was taken over or opened, here and at the supervisor."""
        if self._firewall is not None:
            await self._on_thread(self._firewall.replace, self._all_open())
        for container_id, ports in tuple(self._to_relay.items()):
            try:
                await self._relay(container_id, ports)
            except SystemFailureError as error:
                log.warning("ports of %s: %s", container_id[:12], error)
        self._to_relay.clear()
        await self._host_ports.settle()

    def _relayed(self, target_ip: str, ports: Sequence[PublishedPort], target_ip_6: str) -> Relayed:
        return [] if self.behind_supervisor else relayed(target_ip, ports, target_ip_6)

    async def _relay(self, container_id: str, ports: Relayed) -> None:
        """Carry what no translation leads to the container. Raises SystemFailureError."""
        if not ports and self._relays is None:
            return
        if self._relays is None:
            from backend.networks.ports.port_relays import PortRelays  # few containers need it

            self._relays = PortRelays()
        held = [(self._host_ports.held(container_id, port), target) for port, target in ports]
        try:
            await self._relays.open(container_id, [(one, target) for one, target in held if one])
        except OSError as error:
            raise SystemFailureError(f"cannot serve a published port: {error.strerror}") from error

    def _translations(
        self, target_ip: str, ports: Sequence[PublishedPort], target_ip_6: str
    ) -> tuple[Translation, ...]:
        return translations_for(
            target_ip,
            ports,
            behind_supervisor=self._host_ports.behind_supervisor,
            target_ip_6=target_ip_6,
        )

    def _all_open(self) -> list[Translation]:
        return [translation for translations in self._open.values() for translation in translations]

    async def _change(self, change: Callable[[Any], None], what: Any) -> None:
        """Make one change of the tables.

        When the kernel refuses, they are not what they should be: an element is there that a crash left, or
        somebody flushed all rules. Then they are made anew. Raises SystemFailureError when that fails too.
        """
        assert self._firewall is not None
        try:
            await self._on_thread(change, what)
        except SystemFailureError as error:
            log.warning("the firewall's tables are made anew: %s", error)
            await self._on_thread(self._firewall.prepare, list(self._bridges.values()))
            await self._on_thread(self._firewall.replace, self._all_open())

    async def _on_thread(self, function: Callable[..., Result], *arguments: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)
