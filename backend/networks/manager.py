"""The networks of the engine: where containers get addresses, names and published ports."""

import asyncio
import logging
from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Any

from backend.config import EngineConfig
from backend.database import Database
from backend.errors import ConflictError, ForbiddenError, NotFoundError
from backend.events import EventBus
from backend.host_link import HostLink
from backend.host_settings import HOST_SETTINGS
from backend.networks import config_networks, joining
from backend.networks.attachment import AttachRequest
from backend.networks.endpoint import EndpointWish
from backend.networks.kernel import bridge
from backend.networks.kernel.namespace_lock import NamespaceLock
from backend.networks.live_networks import LiveNetworks, subnet_now_free
from backend.networks.mac_address import normal_mac_address
from backend.networks.names import name_files
from backend.networks.names.host_names import HostNames
from backend.networks.network import DEFAULT_BRIDGE, Network
from backend.networks.network_records import NetworkRecords
from backend.networks.ports.host_ports import MachinePorts, SupervisedPorts
from backend.networks.ports.port_requests import expand_exposed, parse_port_requests
from backend.networks.ports.published_ports import PublishedPorts
from backend.networks.sandboxes import Sandboxes
from backend.state_files import StateFiles
from backend.tasks import Tasks, in_thread

log = logging.getLogger(__name__)


class Networks:
    """All networks; `sandboxes` are the running containers on them, `link` leads to the host of a machine."""

    def __init__(
        self, config: EngineConfig, files: StateFiles, database: Database, events: EventBus, tasks: Tasks
    ) -> None:
        self._config = config
        self._events = events
        self._records = NetworkRecords(database)
        self.link = HostLink(config.host_link) if config.host_link else None
        self._host_names = (
            HostNames(config.host_address, tasks) if self.link and config.host_address else None
        )
        self._ports = PublishedPorts(SupervisedPorts(self.link) if self.link else MachinePorts())
        self._lock = NamespaceLock()
        self._live = LiveNetworks(self._ports)
        self._changing = asyncio.Lock()
        self.sandboxes = Sandboxes(
            files, self._records, self._live, self._ports, events, tasks, self._host_address
        )

    # --- the engine's start and end ---

    async def start(self) -> None:
        """Make bridges, firewall and host link ready.

        Raises SystemFailureError or UnavailableError that says what this machine lacks.
        """
        self._lock.take()
        default = self._records.load(await in_thread(self._default_subnet))
        others = [network for network in self._records.all() if network.is_real and network != default]
        await self._live.restore([default, *others])
        known = {network.id for network in self._records.all()}
        for name in await in_thread(bridge.sweep, known):
            log.info("removed the interface %s of a network that is no more", name)
        await self._ports.start(self._live.bridges())
        if self.link is not None:
            if self._host_names is not None:
                self._host_names.start()
                self.link.on_names = self._host_names.found_at
            self.link.open()

    def _default_subnet(self) -> IPv4Network:
        """Return the default bridge's subnet of the last time while nothing else uses it, else another.

        Where the engine's options want others, it moves once nobody can be on it: at the machine's start.
        """
        known, wanted = self._records.known_subnet, HOST_SETTINGS.options.address_pools
        if known and wanted and not any(known.subnet_of(pool.base) for pool in wanted):
            known = known if bridge.exists(DEFAULT_BRIDGE) else None
        others = [one for one in self._records.all() if one.is_real and one.name != "bridge"]
        pools = [pool for network in others for pool in network.pools]
        return subnet_now_free(known, self._interfaces() | {DEFAULT_BRIDGE}, pools)

    def _interfaces(self) -> set[str]:
        return {network.interface for network in self._records.all() if network.interface}

    async def close(self) -> None:
        """Let go of sockets; running containers keep their network."""
        if self.link is not None:
            self.link.close()
        if self._host_names is not None:
            self._host_names.close()
        self.sandboxes.close()
        await self._ports.close()
        self._lock.release()

    # --- networks come and go ---

    async def create(self, body: dict[str, Any]) -> Network:
        """Make a network from Docker's create body. Raises EngineError in Docker's words."""
        from backend.networks.network_creation import plan_network
        from backend.networks.network_request import read_network_request

        async with self._changing:
            request = read_network_request(config_networks.with_settings(body, self._records.get))
            if self._records.get(request.name) is not None:
                raise ConflictError(f"network with name {request.name} already exists")
            network = await in_thread(plan_network, request, self._records.all())
            if network.is_real:
                await self._live.add(network)
            try:
                self._records.add(network)
            except BaseException:
                await self._live.remove(network)
                raise
        self._tell("create", network)
        return network

    async def remove(self, name: str) -> None:
        """Remove a network that nobody is on. Raises NotFoundError or ForbiddenError."""
        async with self._changing:
            network = self._records.find(name)
            if network.is_predefined:
                raise ForbiddenError(f"{network.name} is a pre-defined network and cannot be removed")
            if network.config_only and any(one.config_from == network.name for one in self._records.all()):
                raise ForbiddenError(
                    f'error while removing network: configuration network "{network.name}" is in use'
                )
            if self.is_used(network):
                raise ForbiddenError(
                    f"error while removing network: network {network.name} id {network.id} "
                    "has active endpoints"
                )
            # The record goes first: what a crash leaves of the rest is swept away at the next start.
            self._records.remove(network)
            await self._live.remove(network)
        self._tell("destroy", network)

    def is_used(self, network: Network) -> bool:
        """Return whether a container is on a network, or about to be."""
        live = self._live.find(network.id)
        return bool(self.sandboxes.attached.members(network.id)) or (live is not None and live.pool.busy)

    def _tell(self, action: str, network: Network) -> None:
        self._events.publish("network", action, network.id, name=network.name, type=network.driver)

    # --- what containers need ---

    def validate(self, request: AttachRequest) -> None:
        """Check a request when a container is created; networks may still be missing then.

        Raises InvalidParameterError or NotSupportedError in Docker's words.
        """
        for wish in request.networks:
            context = f"invalid config for network {wish.network}: "
            joining.check_wish(wish, self.find_or_none(wish.network), context)
        parse_port_requests(request.port_bindings, request.exposed_ports, request.publish_all)
        expand_exposed(request.exposed_ports)
        normal_mac_address(request.mac_address)
        name_files.check_names(request)

    def check_wish(self, wish: EndpointWish) -> None:
        """Check what a container asks of a network that is there. Raises EngineError."""
        joining.check_wish(wish, self.find(wish.network))

    def find(self, name: str) -> Network:
        """Return a network by name, ID or the start of an ID. Raises NotFoundError."""
        return self._records.find(name)

    def find_or_none(self, name: str) -> Network | None:
        """Return a network by name, ID or the start of an ID, or None."""
        try:
            return self._records.find(name)
        except NotFoundError:
            return None

    # --- what the API shows ---

    def inspect(self, name: str) -> dict[str, Any]:
        """Return Docker's Network by name, ID or the start of an ID. Raises NotFoundError."""
        network = self._records.find(name)
        return network.to_docker(self.sandboxes.attached.members(network.id))

    def all(self) -> Sequence[Network]:
        """Return all networks, by name."""
        return self._records.all()

    def _host_address(self) -> str:
        default = self._records.find("bridge")
        return self._config.host_address or default.pools[0].gateway
