"""Ports of the host for containers: on this machine, or through the supervisor of a virtual machine."""

import logging
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from backend.errors import EngineError, SystemFailureError
from backend.host_link import ClaimRefusedError, HostLink, PortClaim
from backend.networks.attachment import PublishedPort
from backend.networks.ports.local_ports import (
    HeldPort,
    PortTakenError,
    hold,
    hold_all,
    hold_guest_port,
)
from backend.networks.ports.port_holder import find_holder, held_by_container
from backend.networks.ports.port_requests import ANY_ADDRESS, ANY_ADDRESS_6, RELAYED, PortRequest
from backend.tasks import in_thread

log = logging.getLogger(__name__)

ANY_ADDRESSES = (ANY_ADDRESS, ANY_ADDRESS_6)


class HostPorts(Protocol):
    """Where published ports come from; `behind_supervisor`: all traffic reaches us at one address."""

    behind_supervisor: bool

    async def claim(self, container_id: str, requests: Sequence[PortRequest]) -> tuple[PublishedPort, ...]:
        """Take ports: all of them, or none.

        Raises SystemFailureError ("Bind for … failed: …"), or UnavailableError when nobody answers.
        """

    async def release(self, container_id: str) -> None:
        """Give a container's ports back; nothing happens when it has none."""

    def take_over(self, container_id: str, ports: Sequence[PublishedPort]) -> None:
        """Hold the ports of a container that outlived an engine; what cannot be had is logged."""

    def held(self, container_id: str, port: PublishedPort) -> socket.socket | None:
        """Return the socket that holds a port of this kernel; it stays ours."""

    async def settle(self) -> None:
        """Tell whoever must know that all that was to be taken over has been."""

    def close(self) -> None:
        """Let go of every port, without closing them for running containers."""


class _Held:
    """Sockets that hold ports of this kernel, by container."""

    def __init__(self) -> None:
        self._sockets: dict[str, list[HeldPort]] = {}

    def keep(self, container_id: str, held: list[HeldPort]) -> None:
        self._sockets.setdefault(container_id, []).extend(held)

    def drop(self, container_id: str) -> None:
        for port in self._sockets.pop(container_id, []):
            port.close()

    def find(self, container_id: str, port: PublishedPort) -> socket.socket | None:
        wanted = (port.host_ip, port.guest_port, port.protocol)
        for held in self._sockets.get(container_id, ()):
            if (held.host_ip, held.port, held.protocol) == wanted:
                return held.socket
        return None

    def owner(self, protocol: str, host_ip: str, port: int) -> str:
        """Return the id of the container that holds a port of this kernel at an address, "" for none."""
        for container_id, held in self._sockets.items():
            for one in held:
                met = one.host_ip == host_ip or not {one.host_ip, host_ip}.isdisjoint(ANY_ADDRESSES)
                if met and (one.protocol, one.port) == (protocol, port):
                    return container_id
        return ""

    def drop_all(self) -> None:
        for container_id in tuple(self._sockets):
            self.drop(container_id)

    def take_over(self, container_id: str, ports: Sequence[PublishedPort], *, any_address: bool) -> None:
        for port in ports:
            address = ANY_ADDRESS if any_address else port.host_ip
            try:
                self.keep(container_id, [hold(port.protocol, address, port.guest_port)])
            except OSError as error:
                # The translation still comes first, so the container keeps its clients.
                log.warning(
                    "port %s:%d/%s of %s is held by another program too: %s",
                    address,
                    port.guest_port,
                    port.protocol,
                    container_id[:12],
                    error.strerror,
                )


class MachinePorts:
    """The ports of the machine that the engine runs on."""

    behind_supervisor = False

    def __init__(self) -> None:
        self._held = _Held()

    async def claim(self, container_id: str, requests: Sequence[PortRequest]) -> tuple[PublishedPort, ...]:
        """See HostPorts; the reason names who has the port where that can be told."""
        try:
            ports, held = hold_all(requests)
        except PortTakenError as error:
            if error.in_use and len(error.ports) == 1 and (holder := await self._find_holder(error)):
                raise SystemFailureError(f"{error}: {holder}") from error
            raise
        self._held.keep(container_id, held)
        return tuple(ports)

    async def _find_holder(self, error: PortTakenError) -> str:
        request, port = error.request, error.ports.start
        if owner := self._held.owner(request.protocol, request.host_ip, port):
            return held_by_container(request.host_ip, port, owner)
        program = await in_thread(find_holder, request.protocol, port)
        return f"{request.host_ip}:{port} is in use by {program}" if program else ""

    async def release(self, container_id: str) -> None:
        """See HostPorts."""
        self._held.drop(container_id)

    def take_over(self, container_id: str, ports: Sequence[PublishedPort]) -> None:
        """See HostPorts."""
        self._held.take_over(container_id, ports, any_address=False)

    def held(self, container_id: str, port: PublishedPort) -> socket.socket | None:
        """See HostPorts."""
        return self._held.find(container_id, port)

    async def settle(self) -> None:
        """Nobody else has to know."""

    def close(self) -> None:
        """See HostPorts."""
        self._held.drop_all()


class SupervisedPorts:
    """The ports of the host of a virtual machine, by its supervisor, each led to a port of this kernel.

    What the network does not carry (SCTP) is published inside the machine, and the host is not asked.
    """

    behind_supervisor = True

    def __init__(self, link: HostLink) -> None:
        self._link = link
        self._held = _Held()

    async def claim(self, container_id: str, requests: Sequence[PortRequest]) -> tuple[PublishedPort, ...]:
        """See HostPorts; a range is tried port by port."""
        tries = max((request.last - request.first + 1 for request in requests), default=0)
        for step in range(tries):
            try:
                return await self._try(container_id, requests, step)
            except ClaimRefusedError as error:
                if step + 1 == tries:
                    wanted = ", ".join(f"{r.host_ip}:{_text(r)}" for r in requests)
                    raise SystemFailureError(f"Bind for {wanted} failed: {error}") from error
        return ()

    async def _try(
        self, container_id: str, requests: Sequence[PortRequest], step: int
    ) -> tuple[PublishedPort, ...]:
        held: list[HeldPort] = []
        claims = []
        try:
            for request in requests:
                host_port = min(request.first + step, request.last)
                if request.protocol not in RELAYED:
                    held.append(hold(request.protocol, ANY_ADDRESS, host_port))
                    continue
                held.append(hold_guest_port(request.protocol, host_port))
                host_ip = "" if request.host_ip == ANY_ADDRESS else request.host_ip
                claims.append(PortClaim(request.protocol, host_ip, host_port, held[-1].port))
            given = iter(await self._link.claim(container_id, claims) if claims else ())
        except BaseException as error:
            for port in held:
                port.close()
            if isinstance(error, OSError):
                raise SystemFailureError(
                    f"cannot take the port {request.container_port}/{request.protocol} of the machine: "
                    f"{(error.strerror or str(error)).lower()}"
                ) from error
            raise
        self._held.keep(container_id, held)
        return tuple(
            PublishedPort(
                request.protocol,
                request.container_port,
                request.host_ip,
                next(given).host_port if request.protocol in RELAYED else own.port,
                own.port,
            )
            for request, own in zip(requests, held, strict=True)
        )

    async def release(self, container_id: str) -> None:
        """See HostPorts."""
        self._held.drop(container_id)
        # A supervisor that is away frees all claims by itself, and learns the rest when it comes back.
        with suppress(EngineError):
            await self._link.release(container_id)

    def take_over(self, container_id: str, ports: Sequence[PublishedPort]) -> None:
        """See HostPorts."""
        self._held.take_over(container_id, ports, any_address=True)
        self._link.remember(
            container_id,
            [
                PortClaim(
                    port.protocol,
                    "" if port.host_ip == ANY_ADDRESS else port.host_ip,
                    port.host_port,
                    port.guest_port,
                )
                for port in ports
                if port.protocol in RELAYED
            ],
        )

    def held(self, container_id: str, port: PublishedPort) -> socket.socket | None:
        """See HostPorts."""
        return self._held.find(container_id, port)

    async def settle(self) -> None:
        """Tell the supervisor all that must be open; a silent one is told again when it comes back."""
        try:
            failed = await self._link.sync()
        except EngineError as error:
            log.warning("the machine's supervisor was not told of the open ports: %s", error)
            return
        for container_id, reason in failed.items():
            log.warning("the host does not give back the ports of %s: %s", container_id[:12], reason)

    def close(self) -> None:
        """See HostPorts."""
        self._held.drop_all()


def _text(request: PortRequest) -> str:
    return str(request.first) if request.first == request.last else f"{request.first}-{request.last}"
