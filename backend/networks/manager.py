"""The networks of the engine: where containers get addresses, names and published ports."""

import logging
import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any

from backend.config import EngineConfig
from backend.database import Database
from backend.errors import (
    EngineError,
    NotSupportedError,
    SystemFailureError,
)
from backend.events import EventBus
from backend.host_link import HostLink
from backend.networks import bridge, name_files, namespaces, sandbox
from backend.networks.addresses import AddressPool, choose_subnet, mac_address_for
from backend.networks.endpoint import Endpoint, EndpointRequest, idle_endpoint
from backend.networks.firewall import Bridge
from backend.networks.host_ports import MachinePorts, SupervisedPorts
from backend.networks.mac_address import check_mac_address
from backend.networks.namespace_lock import NamespaceLock
from backend.networks.network import DEFAULT_BRIDGE, Network
from backend.networks.network_records import NetworkRecords
from backend.networks.port_requests import expand_exposed, parse_port_requests
from backend.networks.published_ports import PublishedPorts
from backend.state_files import StateFiles
from backend.tasks import Tasks, in_thread

log = logging.getLogger(__name__)

MODES = {"": "bridge", "default": "bridge"}


@dataclass(frozen=True)
class _BridgeState:
    """The default bridge while the engine runs."""

    index: int
    pool: AddressPool


class Networks:
    """All networks, and the endpoints of running containers on them."""

    def __init__(
        self, config: EngineConfig, files: StateFiles, database: Database, events: EventBus, tasks: Tasks
    ) -> None:
        self._config = config
        self._files = files
        self._events = events
        self._tasks = tasks
        self._records = NetworkRecords(database)
        self._link = HostLink(config.host_link) if config.host_link else None
        self._ports = PublishedPorts(SupervisedPorts(self._link) if self._link else MachinePorts())
        self._lock = NamespaceLock()
        self._endpoints: dict[str, Endpoint] = {}
        self._bridge: _BridgeState | None = None

    # --- the engine's start and end ---

    async def start(self) -> None:
        """Make bridge, firewall and host link ready.

        Raises SystemFailureError or UnavailableError that says what this machine lacks.
        """
        self._lock.take()
        network = self._records.load(await in_thread(self._subnet_now_free))
        subnet = IPv4Network(network.subnet)
        pool = AddressPool(subnet)
        index = await in_thread(bridge.ensure, network.interface, pool.gateway, subnet)
        self._bridge = _BridgeState(index, pool)
        await self._ports.start([Bridge(network.interface, subnet)])
        if self._link is not None:
            self._link.open()

    def _subnet_now_free(self) -> IPv4Network:
        """Return the subnet of the last time while nothing else uses it, else another one."""
        taken = bridge.networks_in_use(except_interface=DEFAULT_BRIDGE)
        taken += bridge.name_servers_in(name_files.read_machine_resolv_conf())
        known = self._records.known_subnet
        if known is not None and not any(known.overlaps(network) for network in taken):
            return known
        return choose_subnet(taken)

    async def close(self) -> None:
        """Let go of sockets; running containers keep their network."""
        if self._link is not None:
            self._link.close()
        await self._ports.close()
        self._lock.release()

    # --- what containers need ---

    def validate(self, request: EndpointRequest) -> None:
        """Check a request when a container is created.

        Raises InvalidParameterError, NotFoundError or NotSupportedError in Docker's words.
        """
        self.network_of(request.mode)
        parse_port_requests(request.port_bindings, request.exposed_ports, request.publish_all)
        expand_exposed(request.exposed_ports)
        check_mac_address(request.mac_address)
        name_files.check_names(request)

    def network_of(self, mode: str) -> Network:
        """Return the network of a HostConfig.NetworkMode. Raises NotFoundError or NotSupportedError."""
        if mode.startswith("container:"):
            raise NotSupportedError("sharing another container's network is not supported yet")
        return self._records.find(MODES.get(mode, mode))

    async def attach(self, request: EndpointRequest) -> Endpoint:
        """Give a container its namespace, address and claimed ports: all of it, or nothing and an error."""
        self.validate(request)
        await self.detach(request.container_id)
        network = self.network_of(request.mode)
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self._ports.release, request.container_id)
            if network.driver == "bridge":
                endpoint = await self._join_bridge(request, network, undo)
            else:
                endpoint = await self._join_without_address(request, network, undo)
            undo.pop_all()
        self._endpoints[request.container_id] = endpoint
        self._publish_event("connect", endpoint)
        return endpoint

    async def _join_bridge(
        self, request: EndpointRequest, network: Network, undo: AsyncExitStack
    ) -> Endpoint:
        state = self._ready_bridge()
        endpoint_id = secrets.token_hex(32)
        wanted = parse_port_requests(request.port_bindings, request.exposed_ports, request.publish_all)
        try:
            ports = await self._ports.claim(request.container_id, wanted)
        except SystemFailureError as error:
            raise SystemFailureError(
                "driver failed programming external connectivity on endpoint "
                f"{request.container_name} ({endpoint_id}): {error}"
            ) from error
        address = state.pool.allocate()
        undo.callback(state.pool.release, address)
        cable = sandbox.Cable(
            outer_name=sandbox.cable_name(endpoint_id),
            bridge_index=state.index,
            mac_address=request.mac_address.lower().replace("-", ":") or mac_address_for(address),
            address=IPv4Interface((address, state.pool.subnet.prefixlen)),
            gateway=state.pool.gateway,
        )
        pin = self._pin(request.container_id)
        undo.callback(self._remove_sandbox, pin, cable.outer_name)
        await namespaces.on_own_thread(partial(sandbox.create, pin, cable), "attach")
        return Endpoint(
            container_id=request.container_id,
            container_name=request.container_name,
            mode="bridge",
            namespace_path=pin,
            network_id=network.id,
            network_name=network.name,
            endpoint_id=endpoint_id,
            hosts_file=name_files.hosts_text(request, str(address), self._host_address),
            resolv_conf=self._resolv_conf(request),
            ip_address=str(address),
            prefix_length=state.pool.subnet.prefixlen,
            gateway=str(state.pool.gateway),
            mac_address=cable.mac_address,
            host_interface=cable.outer_name,
            ports=ports,
            exposed_ports=expand_exposed(request.exposed_ports),
        )

    async def _join_without_address(
        self, request: EndpointRequest, network: Network, undo: AsyncExitStack
    ) -> Endpoint:
        pin: Path | None = None
        if network.driver == "null":
            pin = self._pin(request.container_id)
            undo.callback(self._remove_sandbox, pin, "")
            await namespaces.on_own_thread(partial(sandbox.create, pin, None), "attach")
        on_host = pin is None
        base = name_files.read_machine_hosts() if on_host else name_files.LOCAL_ENTRIES
        return Endpoint(
            container_id=request.container_id,
            container_name=request.container_name,
            mode=network.name,
            namespace_path=pin,
            network_id=network.id,
            network_name=network.name,
            endpoint_id=secrets.token_hex(32),
            hosts_file=name_files.hosts_text(request, "", self._host_address if on_host else "", base),
            resolv_conf=self._resolv_conf(request, keep_loopback=on_host),
        )

    async def publish(self, endpoint: Endpoint) -> None:
        """Open the published ports; call once the container runs. Raises SystemFailureError."""
        await self._ports.open(endpoint.container_id, endpoint.ip_address, endpoint.ports)

    async def detach(self, container_id: str) -> None:
        """Free all that `attach` gave; nothing happens when there is nothing."""
        endpoint = self._endpoints.pop(container_id, None)
        if endpoint is None:
            return
        try:
            await self._ports.release(container_id)
        finally:
            if endpoint.namespace_path is not None:
                self._remove_sandbox(endpoint.namespace_path, endpoint.host_interface)
            if endpoint.ip_address and self._bridge is not None:
                self._bridge.pool.release(IPv4Address(endpoint.ip_address))
            self._publish_event("disconnect", endpoint)

    def _remove_sandbox(self, pin: Path, outer_name: str) -> None:
        namespaces.unpin(pin)
        if outer_name:
            # In its own time: the name is never used again, so a restart need not wait for it.
            self._tasks.start(in_thread(sandbox.remove_cable, outer_name), f"remove {outer_name}")

    # --- after a restart of the engine ---

    async def restore(self, endpoint: Endpoint) -> None:
        """Take over the endpoint of a container that outlived an earlier engine; `reap` completes it."""
        self._endpoints[endpoint.container_id] = endpoint
        if endpoint.ip_address and self._bridge is not None:
            try:
                self._bridge.pool.claim(IPv4Address(endpoint.ip_address))
            except EngineError as error:
                log.warning("container %s has lost its network: %s", endpoint.container_id[:12], error)
                return
        self._ports.take_over(endpoint.container_id, endpoint.ip_address, endpoint.ports)

    async def reap(self, keep: set[str]) -> None:
        """Remove whatever belongs to containers that are not in `keep`, and open the ports of the others."""
        for container_id in tuple(self._endpoints):
            if container_id not in keep:
                await self.detach(container_id)
        cables = {endpoint.host_interface for endpoint in self._endpoints.values()}
        await in_thread(self._sweep, keep, cables)
        await self._ports.settle()

    def _sweep(self, keep: set[str], cables: set[str]) -> None:
        folder = self._files.network_namespaces
        for pin in folder.iterdir() if folder.is_dir() else ():
            if pin.name not in keep:
                namespaces.unpin(pin)
        for name in sandbox.list_cables(self._ready_bridge().index):
            if name not in cables:
                sandbox.remove_cable(name)

    # --- what the API shows ---

    def idle_settings(self, request: EndpointRequest) -> dict[str, Any]:
        """Return Docker's NetworkSettings of a container that does not run."""
        network = self.network_of(request.mode)
        return idle_endpoint(request, network.id, network.name).network_settings()

    def endpoint_of(self, container_id: str) -> Endpoint | None:
        """Return the endpoint of a running container, or None."""
        return self._endpoints.get(container_id)

    def inspect(self, name: str) -> dict[str, Any]:
        """Return Docker's Network by name, ID or the start of an ID. Raises NotFoundError."""
        return self._show(self._records.find(name))

    def list(self) -> Sequence[dict[str, Any]]:
        """Return all networks as Docker lists them: without their containers."""
        return [network.to_docker(()) for network in self._records.all()]

    def _show(self, network: Network) -> dict[str, Any]:
        return network.to_docker(
            [endpoint for endpoint in self._endpoints.values() if endpoint.network_id == network.id]
        )

    # --- small things ---

    @property
    def _host_address(self) -> str:
        return self._config.host_address or str(self._ready_bridge().pool.gateway)

    def _resolv_conf(self, request: EndpointRequest, *, keep_loopback: bool = False) -> str:
        return name_files.resolv_conf_text(
            request, name_files.read_machine_resolv_conf(), keep_loopback=keep_loopback
        )

    def _pin(self, container_id: str) -> Path:
        return self._files.network_namespaces / container_id

    def _ready_bridge(self) -> _BridgeState:
        if self._bridge is None:
            raise SystemFailureError("the network is not ready; the engine's log says why")
        return self._bridge

    def _publish_event(self, action: str, endpoint: Endpoint) -> None:
        self._events.publish(
            "network",
            action,
            endpoint.network_id,
            container=endpoint.container_id,
            name=endpoint.network_name,
            type=self._records.find(endpoint.network_id).driver,
        )
