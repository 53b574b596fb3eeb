"""Containers on their networks: joined at their start, moved while they run, left at their end."""

import logging
import secrets
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.errors import EngineError, ForbiddenError, SystemFailureError
from backend.events import EventBus
from backend.networks import joining, sandbox, sandbox_jobs
from backend.networks.attached import Attached
from backend.networks.attachment import Attachment, AttachRequest
from backend.networks.config_networks import check_can_be_joined
from backend.networks.endpoint import Endpoint, EndpointWish
from backend.networks.kernel import namespaces
from backend.networks.live_networks import LiveNetworks
from backend.networks.names import name_files
from backend.networks.network import Network
from backend.networks.network_records import NetworkRecords
from backend.networks.ports.port_holder import name_container
from backend.networks.ports.port_requests import expand_exposed, fit, parse_port_requests
from backend.networks.ports.published_ports import PublishedPorts
from backend.networks.sandbox import Cable
from backend.state_files import StateFiles
from backend.tasks import Tasks, in_thread

if TYPE_CHECKING:
    from backend.networks.names.name_service import NameService
    from backend.networks.names.resolver_sockets import ResolverSockets

log = logging.getLogger(__name__)


class Sandboxes:
    """The networks of all running containers. Whoever calls holds the container's lock."""

    def __init__(
        self,
        files: StateFiles,
        records: NetworkRecords,
        live: LiveNetworks,
        ports: PublishedPorts,
        events: EventBus,
        tasks: Tasks,
        host_address: Callable[[], str],
    ) -> None:
        self._files = files
        self._records = records
        self._live = live
        self._ports = ports
        self._events = events
        self._tasks = tasks
        self._host_address = host_address
        self.attached = Attached()
        self._name_service: NameService | None = None

    @property
    def _names(self) -> "NameService":
        """The name service, loaded when the first container needs it."""
        if self._name_service is None:
            from backend.networks.names.name_service import NameService

            self._name_service = NameService(
                self.attached.names, self._tasks, self.attached.find, self._host_address
            )
        return self._name_service

    def close(self) -> None:
        """Let go of the name service's sockets; containers keep their networks."""
        if self._name_service is not None:
            self._name_service.close()

    # --- a container's start ---

    async def attach(self, request: AttachRequest) -> Attachment:
        """Give a container its namespace, addresses and claimed ports: all of it, or nothing and an error."""
        await self.detach(request.container_id)
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self._ports.release, request.container_id)
            if request.mode == "host":
                attachment = self._on_host(request)
            else:
                attachment = await self._in_namespace(request, undo)
            undo.pop_all()
        self.attached.keep(attachment)
        for endpoint in attachment.endpoints:
            self._tell("connect", attachment, endpoint)
        return attachment

    def share(self, request: AttachRequest, other: Attachment) -> Attachment:
        """Put a container into the network of another one, which runs."""
        attachment = Attachment(
            container_id=request.container_id,
            container_name=request.container_name,
            mode=request.mode,
            namespace_path=other.namespace_path,
            sandbox_id="",
            hosts_file="",
            resolv_conf="",
            shared_with=other.shared_with or other.container_id,
        )
        self.attached.keep(attachment)
        return attachment

    def _on_host(self, request: AttachRequest) -> Attachment:
        base = name_files.read_machine_hosts()
        return Attachment(
            container_id=request.container_id,
            container_name=request.container_name,
            mode="host",
            namespace_path=None,
            sandbox_id=secrets.token_hex(32),
            hosts_file=name_files.hosts_text(request, (), self._host_address(), base),
            resolv_conf=self._resolv_conf(request, keep_loopback=True),
            endpoints=(_endpoint_without_address(self._records.find("host")),),
        )

    async def _in_namespace(self, request: AttachRequest, undo: AsyncExitStack) -> Attachment:
        endpoints: list[Endpoint] = []
        cables: list[Cable] = []
        for wish in request.networks:
            network = self._records.find(wish.network)
            check_can_be_joined(network)
            if network.driver == "null":
                endpoints.append(_endpoint_without_address(network))
                continue
            live = self._live.get(network.id)
            endpoint, cable = joining.take_place(live, wish, request, (one.interface for one in endpoints))
            undo.callback(joining.give_back, live, endpoint)
            endpoints.append(endpoint)
            cables.append(cable)
        pin = self._files.network_namespaces / request.container_id
        has_names = any(one.has_name_service for one in endpoints)
        addresses = [
            one for endpoint in endpoints for one in (endpoint.ip_address, endpoint.ip6_address) if one
        ]
        attachment = Attachment(
            container_id=request.container_id,
            container_name=request.container_name,
            mode=request.mode,
            namespace_path=pin,
            sandbox_id=secrets.token_hex(32),
            hosts_file=name_files.hosts_text(request, addresses, self._host_address() if cables else ""),
            resolv_conf=self._resolv_conf(request, has_names=has_names),
            endpoints=tuple(endpoints),
            exposed_ports=expand_exposed(request.exposed_ports) if cables else (),
            dns=tuple(request.dns),
            hostname=request.hostname,
            domainname=request.domainname,
        )
        attachment = await self._claim_ports(request, attachment)
        undo.callback(self._remove_sandbox, pin, [cable.outer_name for cable in cables if cable.outer_name])
        sockets = await namespaces.on_own_thread(
            partial(sandbox_jobs.create, pin, cables, attachment, has_names), "attach"
        )
        return await self._serve(attachment, sockets, undo)

    async def _serve(
        self, attachment: Attachment, sockets: "ResolverSockets | None", undo: AsyncExitStack
    ) -> Attachment:
        """Answer at the name service's sockets, if there are any."""
        if sockets is None:
            return attachment
        undo.push_async_callback(self._names.stop, attachment.container_id)
        await self._names.serve(attachment.container_id, sockets)
        return replace(attachment, resolver_port=sockets.port)

    async def _claim_ports(self, request: AttachRequest, attachment: Attachment) -> Attachment:
        """Take the host's ports where there is a way out to publish them at."""
        way_out = attachment.way_out
        if way_out is None or attachment.ports:
            return attachment
        network = self._records.find(way_out.network_id)
        if network.driver != "bridge":
            return attachment  # it stands beside the machine, as with Docker: nothing to publish
        wanted = parse_port_requests(
            request.port_bindings,
            request.exposed_ports,
            request.publish_all,
            network.host_binding,
        )
        if not self._ports.behind_supervisor:  # it serves all addresses of the host, and reaches us over IPv4
            wanted = fit(wanted, ipv6=bool(way_out.ip6_address))
        try:
            ports = await self._ports.claim(request.container_id, wanted)
        except SystemFailureError as error:
            reason = name_container(
                str(error), ((one.container_id, one.container_name) for one in self.attached)
            )
            raise SystemFailureError(
                "driver failed programming external connectivity on endpoint "
                f"{request.container_name} ({way_out.endpoint_id}): {reason}"
            ) from error
        return replace(attachment, ports=ports)

    async def publish(self, attachment: Attachment) -> None:
        """Open the published ports; call once the container runs. Raises SystemFailureError."""
        if (way_out := attachment.way_out) is not None:
            await self._ports.open(
                attachment.container_id, way_out.ip_address, attachment.ports, way_out.ip6_address
            )

    # --- while it runs ---

    async def connect(self, request: AttachRequest, wish: EndpointWish) -> Attachment:
        """Put a running container on one more network and return what it has then. Raises EngineError."""
        before = self._running(request.container_id)
        network = self._records.find(wish.network)
        if before.endpoint_on(network.id) is not None:
            raise ForbiddenError(
                f"endpoint with name {before.container_name} already exists in network {network.name}"
            )
        check_can_be_joined(network)
        live = self._live.get(network.id)
        endpoint, cable = joining.take_place(live, wish, request, (one.interface for one in before.endpoints))
        gets_names = endpoint.has_name_service and not before.resolver_port
        after = replace(
            before,
            endpoints=(*before.endpoints, endpoint),
            hosts_file=before.hosts_file + self._own_lines(before, endpoint),
            resolv_conf=self._resolv_conf(request, has_names=True) if gets_names else before.resolv_conf,
        )
        async with AsyncExitStack() as undo:
            undo.callback(joining.give_back, live, endpoint)
            after = await self._claim_ports(request, after)
            if after.ports and not before.ports:
                undo.push_async_callback(self._ports.release, request.container_id)
            undo.callback(self._remove_cables, [cable.outer_name] if cable.outer_name else [])
            assert before.namespace_path is not None
            sockets = await namespaces.on_own_thread(
                partial(sandbox_jobs.add, before.namespace_path, cable, after, gets_names), "connect"
            )
            after = await self._serve(after, sockets, undo)
            await self.publish(after)
            undo.pop_all()
        self.attached.keep(after)
        self._tell("connect", after, endpoint)
        return after

    async def disconnect(self, container_id: str, network: Network) -> Attachment:
        """Take a running container off a network and return what it still has. Raises SystemFailureError."""
        before = self._running(container_id)
        endpoint = before.endpoint_on(network.id)
        if endpoint is None:
            raise SystemFailureError(f"container {container_id} is not connected to network {network.name}")
        lines = self._own_lines(before, endpoint)
        after = replace(
            before.without(network.id),
            hosts_file=before.hosts_file.replace(lines, "") if lines else before.hosts_file,
        )
        self.attached.keep(after)
        if endpoint.interface and before.namespace_path is not None:
            await namespaces.on_own_thread(
                partial(sandbox_jobs.cut, before.namespace_path, endpoint, after),
                "disconnect",
            )
        if after.way_out is None and before.ports:
            await self._ports.release(container_id)
            after = replace(after, ports=())
            self.attached.keep(after)
        await self.publish(after)
        if (live := self._live.find(network.id)) is not None and endpoint.ip_address:
            joining.give_back(live, endpoint)
        self._tell("disconnect", after, endpoint)
        return after

    def rename(self, container_id: str, old: str, new: str) -> Attachment | None:
        """Let a running container be found by its new name."""
        before = self.attached.find(container_id)
        if before is None:
            return None
        endpoints = tuple(
            replace(
                one,
                names=tuple(dict.fromkeys((new, *(name for name in one.names if name != old)))),
            )
            for one in before.endpoints
        )
        after = replace(before, container_name=new, endpoints=endpoints)
        self.attached.keep(after)
        return after

    def _running(self, container_id: str) -> Attachment:
        attachment = self.attached.find(container_id)
        if attachment is None:
            raise SystemFailureError(f"container {container_id} has no network")
        return attachment

    def _own_lines(self, attachment: Attachment, endpoint: Endpoint) -> str:
        return "".join(
            name_files.own_line(address, attachment.hostname, attachment.domainname)
            for address in (endpoint.ip_address, endpoint.ip6_address)
        )

    # --- its end ---

    async def detach(self, container_id: str) -> None:
        """Free all that `attach` and `connect` gave; nothing happens when there is nothing."""
        attachment = self.attached.drop(container_id)
        if attachment is None:
            return
        if attachment.resolver_port:
            await self._names.stop(container_id)
        try:
            await self._ports.release(container_id)
        finally:
            cables = [one.host_interface for one in attachment.endpoints if one.host_interface]
            if attachment.namespace_path is not None and not attachment.shared_with:
                self._remove_sandbox(attachment.namespace_path, cables)
            for endpoint in attachment.endpoints:
                live = self._live.find(endpoint.network_id)
                if live is not None and endpoint.ip_address:
                    joining.give_back(live, endpoint)
                self._tell("disconnect", attachment, endpoint)

    def _remove_sandbox(self, pin: Path, outer_names: list[str]) -> None:
        namespaces.unpin(pin)
        self._remove_cables(outer_names)

    def _remove_cables(self, outer_names: list[str]) -> None:
        for name in outer_names:
            # In its own time: the name is never used again, so a restart need not wait for it.
            self._tasks.start(in_thread(sandbox.remove_cable, name), f"remove {name}")

    # --- after a restart of the engine ---

    async def restore(self, attachment: Attachment) -> None:
        """Take over a container's network that outlived an earlier engine; `reap` completes it."""
        self.attached.keep(attachment)
        for endpoint in attachment.endpoints:
            live = self._live.find(endpoint.network_id)
            if live is None or not endpoint.ip_address:
                continue
            try:
                joining.claim_again(live, endpoint)
            except EngineError as error:
                log.warning(
                    "container %s has lost its address on %s: %s",
                    attachment.container_id[:12],
                    endpoint.network_name,
                    error,
                )
        if (way_out := attachment.way_out) is not None:
            self._ports.take_over(
                attachment.container_id, way_out.ip_address, attachment.ports, way_out.ip6_address
            )

        if attachment.resolver_port and attachment.namespace_path is not None:
            self._tasks.start(
                self._serve_again(attachment, attachment.namespace_path),
                f"name service of {attachment.container_id[:12]}",
            )

    async def _serve_again(self, attachment: Attachment, pin: Path) -> None:
        sockets = await namespaces.on_own_thread(
            partial(sandbox_jobs.reopen, pin, attachment), "name service"
        )
        if self.attached.find(attachment.container_id) is not None:
            await self._names.serve(attachment.container_id, sockets)
        else:
            sockets.close()

    async def reap(self, keep: set[str]) -> None:
        """Remove whatever belongs to containers that are not in `keep`, and open the ports of the others."""
        for attachment in self.attached:
            if attachment.container_id not in keep:
                await self.detach(attachment.container_id)
        cables = {one.host_interface for attachment in self.attached for one in attachment.endpoints}
        await in_thread(self._sweep, keep, cables)
        await namespaces.on_own_thread(partial(sandbox_jobs.complete, tuple(self.attached)), "networks")
        await self._ports.settle()

    def _sweep(self, keep: set[str], cables: set[str]) -> None:
        folder = self._files.network_namespaces
        for pin in folder.iterdir() if folder.is_dir() else ():
            if pin.name not in keep:
                namespaces.unpin(pin)
        for name in sandbox.list_cables(self._live.indexes()):
            if name not in cables:
                sandbox.remove_cable(name)

    # --- small things ---

    def _resolv_conf(
        self, request: AttachRequest, *, keep_loopback: bool = False, has_names: bool = False
    ) -> str:
        return name_files.resolv_conf_text(
            request,
            name_files.read_machine_resolv_conf(),
            keep_loopback=keep_loopback,
            name_service=name_files.NAME_SERVICE if has_names else "",
        )

    def _tell(self, action: str, attachment: Attachment, endpoint: Endpoint) -> None:
        network = self._records.find_by_id(endpoint.network_id)
        attributes: dict[str, Any] = {
            "container": attachment.container_id,
            "name": endpoint.network_name,
            "type": network.driver if network else "",
        }
        self._events.publish_with("network", action, endpoint.network_id, attributes)


def _endpoint_without_address(network: Network) -> Endpoint:
    return Endpoint(network.id, network.name, secrets.token_hex(32))
