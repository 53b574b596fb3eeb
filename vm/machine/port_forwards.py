"""The host ports that containers hold: bound first, then carried by QEMU's own forwards, all or nothing."""

import asyncio
import ipaddress
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from vm.machine.json_files import read_json, write_json
from vm.machine.machine_files import MachineFiles
from vm.machine.port_reasons import KINDS, PortRefused, find_free_port
from vm.machine.qemu_command import NETWORK
from vm.machine.qmp import QmpError
from vm.machine.status import PublishedPort

log = logging.getLogger(__name__)
ANY_ADDRESS = "0.0.0.0"
MOST_PORTS = 4096
"""Per container: each is a socket of QEMU."""


class Monitor(Protocol):
    """What port forwards need of QEMU."""

    async def monitor(self, command_line: str) -> str:
        """Run a command of the human monitor and return what it printed."""


def host_address(host_ip: str) -> str:
    """Return the IPv4 address on which a claim's `host_ip` is served.

    QEMU's forwards know IPv4 only: any IPv6 address at all means all IPv4 ones, `::1` means 127.0.0.1.
    Raises PortRefused for other IPv6 addresses and for what is no address.
    """
    if host_ip == "":
        return ANY_ADDRESS
    try:
        address = ipaddress.ip_address(host_ip)
    except ValueError as error:
        raise PortRefused(f"invalid address {host_ip!r}") from error
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address == ipaddress.IPv6Address("::"):
        return ANY_ADDRESS
    if address == ipaddress.IPv6Address("::1"):
        return "127.0.0.1"
    raise PortRefused(f"{host_ip} cannot be served: published ports are IPv4 only for now")


def parse_claim(container: Any, ports: Any) -> tuple[PublishedPort, ...]:
    """Return the ports of a claim as the engine sent it. Raises PortRefused for what is not valid."""
    if not isinstance(container, str) or not container or len(container) > 128:
        raise PortRefused("invalid claim: no container")
    if not isinstance(ports, list) or len(ports) > MOST_PORTS:
        raise PortRefused("invalid claim: no list of ports")
    return tuple(_parse_port(container, port) for port in ports)


def _parse_port(container: str, port: Any) -> PublishedPort:
    if not isinstance(port, dict):
        raise PortRefused("invalid claim: a port is no object")
    protocol, host_ip = port.get("protocol", "tcp"), port.get("host_ip", "")
    host_port, guest_port = port.get("host_port", 0), port.get("guest_port")
    if protocol not in KINDS:
        raise PortRefused(f"protocol {str(protocol)[:20]!r} cannot be published: tcp and udp can")
    if not isinstance(host_ip, str):
        raise PortRefused("invalid claim: host_ip is no text")
    if type(host_port) is not int or not 0 <= host_port <= 65535:
        raise PortRefused("invalid claim: host_port is no port")
    if type(guest_port) is not int or not 1 <= guest_port <= 65535:
        raise PortRefused("invalid claim: guest_port is no port")
    return PublishedPort(container, protocol, host_ip, host_port, guest_port)


def parse_forwards(usernet: str) -> list[str]:
    """Return the rules, as `hostfwd_remove` takes them, in what QEMU prints for `info usernet`."""
    rules = []
    for line in usernet.splitlines():
        words = line.split()
        if len(words) > 3 and words[0].endswith("[HOST_FORWARD]"):
            address = ANY_ADDRESS if words[2] == "*" else words[2]
            rules.append(f"{words[0].partition('[')[0].lower()}:{address}:{words[3]}")
    return rules


def _rule(port: PublishedPort) -> str:
    return f"{port.protocol}:{host_address(port.host_ip)}:{port.host_port}"


def port_to_json(port: PublishedPort) -> dict[str, Any]:
    """Return a port as it stands in messages and in the file of claims."""
    return {
        "protocol": port.protocol,
        "host_ip": port.host_ip,
        "host_port": port.host_port,
        "guest_port": port.guest_port,
    }


class PortForwards:
    """All claims of one machine. Every method runs on the event loop, one at a time."""

    def __init__(self, files: MachineFiles, monitor: Monitor, on_change: Callable[[], None]) -> None:
        self._files = files
        self._monitor = monitor
        self._on_change = on_change
        self._claims: dict[str, tuple[PublishedPort, ...]] = {}
        self._lock = asyncio.Lock()

    @property
    def ports(self) -> tuple[PublishedPort, ...]:
        """All open ports, in the order of their claims."""
        return tuple(port for ports in self._claims.values() for port in ports)

    async def take_over(self, ssh_port: int) -> None:
        """Know again the claims that an earlier supervisor of the same QEMU has opened.

        What it was killed in the middle of is closed; `ssh_port` is the tunnel's own.
        """
        value = read_json(self._files.claims)
        for container, ports in value.items() if isinstance(value, dict) else ():
            try:
                self._claims[container] = parse_claim(container, ports)
            except PortRefused as error:
                log.warning("a remembered claim is not valid: %s", error)
        known = {_rule(port) for port in self.ports} | {f"tcp:127.0.0.1:{ssh_port}"}
        for rule in parse_forwards(await self._monitor.monitor("info usernet")):
            if rule not in known:
                await self._remove(rule)

    async def claim(self, container: str, ports: Sequence[PublishedPort]) -> tuple[PublishedPort, ...]:
        """Open all ports of a container, or none. Returns them with every host port filled in.

        A container's earlier claim is replaced. Raises PortRefused with the true reason.
        """
        async with self._lock:
            await self._release(container)
            opened: list[PublishedPort] = []
            try:
                for port in ports:
                    opened.append(await self._open(port, opened))
            except PortRefused:
                for port in opened:
                    await self._close(port)
                raise
            if opened:
                self._claims[container] = tuple(opened)
            self._changed()
            return tuple(opened)

    async def release(self, container: str) -> None:
        """Close all ports of a container; one that holds none is not an error."""
        async with self._lock:
            if await self._release(container):
                self._changed()

    async def release_all(self) -> None:
        """Close all ports."""
        await self.sync({})

    async def sync(self, claims: dict[str, tuple[PublishedPort, ...]]) -> dict[str, str]:
        """Make exactly `claims` be open, leaving alone what is. Returns the reason of each that is not."""
        failed = {}
        for container in set(self._claims) - set(claims):
            await self.release(container)
        for container, ports in claims.items():
            if self._claims.get(container) == ports:
                continue
            try:
                await self.claim(container, ports)
            except PortRefused as error:
                failed[container] = str(error)
        return failed

    async def _open(self, port: PublishedPort, opened: Sequence[PublishedPort]) -> PublishedPort:
        address = host_address(port.host_ip)
        self._check_own_claims(address, port, opened)
        tries = 1 if port.host_port else 5
        while True:
            tries -= 1
            number = await asyncio.to_thread(find_free_port, port.protocol, address, port.host_port)
            rule = f"{port.protocol}:{address}:{number}"
            try:
                answer = await self._monitor.monitor(f"hostfwd_add {NETWORK} {rule}-:{port.guest_port}")
            except QmpError as error:
                raise PortRefused(f"{address}:{number} cannot be opened: {error}") from error
            if not answer:
                return replace(port, host_port=number)
            if tries <= 0:
                raise PortRefused(f"{address}:{number} cannot be opened: {answer}")

    def _check_own_claims(self, address: str, port: PublishedPort, opened: Sequence[PublishedPort]) -> None:
        for other in (*self.ports, *opened):
            theirs = host_address(other.host_ip)
            if (
                port.host_port
                and (other.protocol, other.host_port) == (port.protocol, port.host_port)
                and (theirs == address or ANY_ADDRESS in (theirs, address))
            ):
                raise PortRefused(
                    f"port is already allocated: {address}:{port.host_port} is in use by "
                    f"container {other.container[:12]}"
                )

    async def _release(self, container: str) -> bool:
        ports = self._claims.pop(container, ())
        for port in ports:
            await self._close(port)
        return bool(ports)

    async def _close(self, port: PublishedPort) -> None:
        await self._remove(_rule(port))

    async def _remove(self, rule: str) -> None:
        try:
            answer = await self._monitor.monitor(f"hostfwd_remove {NETWORK} {rule}")
        except QmpError as error:
            log.warning("port %s stays open: %s", rule, error)
            return
        if "removed" not in answer:
            log.warning("port %s was not removed: %s", rule, answer)

    def _changed(self) -> None:
        value = {
            container: [port_to_json(port) for port in ports] for container, ports in self._claims.items()
        }
        write_json(self._files.claims, value)
        self._on_change()
