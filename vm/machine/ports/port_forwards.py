"""The host ports that containers hold: bound first, then carried by QEMU's own forwards, all or nothing."""

import asyncio
import ipaddress
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from vm.machine.json_files import read_json, write_json
from vm.machine.machine_files import MachineFiles
from vm.machine.ports.ipv6_relay import LOOPBACK, LOOPBACK_6, NO_IPV6, Relay, close_all, open_relay
from vm.machine.ports.port_reasons import KINDS, PortRefused, find_free_port, refusal, shown_address
from vm.machine.qemu.qemu_command import NETWORK
from vm.machine.qemu.qmp import QmpError
from vm.machine.status import PublishedPort

log = logging.getLogger(__name__)
ANY_ADDRESS = "0.0.0.0"
ANY_ADDRESS_6 = "::"
LOCALHOST = "localhost"
MOST_PORTS = 4096
"""Per container: each is a socket of QEMU."""


class Monitor(Protocol):
    """What port forwards need of QEMU."""

    async def monitor(self, command_line: str) -> str:
        """Run a command of the human monitor and return what it printed."""


def host_addresses(host_ip: str) -> tuple[str, ...]:
    """Return the addresses on which a claim's `host_ip` is served; an empty one means all of the host.

    Raises PortRefused for what is neither an address nor `localhost`.
    """
    if host_ip == "":
        return (ANY_ADDRESS, ANY_ADDRESS_6)
    if host_ip == LOCALHOST:
        return (LOOPBACK, LOOPBACK_6)
    try:
        return (str(ipaddress.ip_address(host_ip)),)
    except ValueError as error:
        raise PortRefused(f"invalid address {host_ip!r}") from error


def overlap(one: str, other: str) -> bool:
    """Return whether the same port cannot be had on both of two addresses."""
    return (":" in one) == (":" in other) and (
        one == other or not {one, other}.isdisjoint((ANY_ADDRESS, ANY_ADDRESS_6))
    )


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


@dataclass(slots=True)
class _Opening:
    """What is open for one port: the rule of QEMU's forward, and what hands an IPv6 address on to it."""

    rule: str
    relays: list[Relay] = field(default_factory=list)


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

    def __init__(
        self,
        files: MachineFiles,
        monitor: Monitor,
        on_change: Callable[[], None],
        lengthen: Callable[[Collection[int]], None] = lambda ports: None,
    ) -> None:
        """`lengthen` is called, in a thread, with the TCP ports of this computer that QEMU has opened."""
        self._files = files
        self._monitor = monitor
        self._on_change = on_change
        self._lengthen = lengthen
        self._claims: dict[str, tuple[PublishedPort, ...]] = {}
        self._openings: dict[PublishedPort, _Opening] = {}
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
        for port in self.ports:
            address = host_addresses(port.host_ip)[0]
            if ":" not in address:
                self._openings[port] = _Opening(f"{port.protocol}:{address}:{port.host_port}")
        known = {opening.rule for opening in self._openings.values()} | {f"tcp:{LOOPBACK}:{ssh_port}"}
        for rule in parse_forwards(await self._monitor.monitor("info usernet")):
            if rule not in known:
                await self._remove(rule)
        await self._relay_again()
        await self._let_wait(self.ports)

    async def _let_wait(self, ports: Sequence[PublishedPort]) -> None:
        """Have more than one client wait at a time where QEMU carries these ports."""
        rules = (self._openings[port].rule for port in ports)
        carriers = {int(rule.rpartition(":")[2]) for rule in rules if rule.startswith("tcp:")}
        await asyncio.to_thread(self._lengthen, carriers)

    async def _relay_again(self) -> None:
        """Open the IPv6 addresses again, which ended with the earlier supervisor."""
        for container, ports in list(self._claims.items()):
            kept = []
            for port in ports:
                try:
                    if port in self._openings:
                        await self._relay(port, self._openings[port], port.host_port)
                    else:
                        await self._open_once(port)
                except PortRefused as error:
                    log.warning("a port of %s is not open on IPv6 any more: %s", container[:12], error)
                if port in self._openings:
                    kept.append(port)
            self._claims[container] = tuple(kept)

    async def close(self) -> None:
        """Let go of what ends with the supervisor; QEMU's forwards go on."""
        for opening in self._openings.values():
            await close_all(opening.relays)

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
                await self._let_wait(opened)
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
        self._check_own_claims(port, opened)
        for _ in range(0 if port.host_port else 4):  # a free port may be taken by another program meanwhile
            try:
                return await self._open_once(port)
            except PortRefused as error:
                log.info("a free port was none: %s", error)
        return await self._open_once(port)

    async def _open_once(self, port: PublishedPort) -> PublishedPort:
        address = host_addresses(port.host_ip)[0]
        number = await asyncio.to_thread(find_free_port, port.protocol, address, port.host_port)
        filled = replace(port, host_port=number)
        carrier = number
        if ":" in address:
            address = LOOPBACK
            carrier = await asyncio.to_thread(find_free_port, port.protocol, address, 0)
        opening = _Opening(f"{port.protocol}:{address}:{carrier}")
        try:
            answer = await self._monitor.monitor(f"hostfwd_add {NETWORK} {opening.rule}-:{port.guest_port}")
        except QmpError as error:
            raise PortRefused(f"{address}:{carrier} cannot be opened: {error}") from error
        if answer:
            raise PortRefused(f"{address}:{carrier} cannot be opened: {answer}")
        try:
            await self._relay(filled, opening, carrier)
        except PortRefused:
            await self._remove(opening.rule)
            raise
        self._openings[filled] = opening
        return filled

    async def _relay(self, port: PublishedPort, opening: _Opening, carrier: int) -> None:
        """Open the IPv6 addresses of a port, which QEMU's forward on `carrier` carries."""
        addresses = host_addresses(port.host_ip)
        for address in addresses:
            if ":" not in address:
                continue
            try:
                opening.relays.append(await open_relay(port.protocol, address, port.host_port, carrier))
            except OSError as error:
                if error.errno in NO_IPV6 and len(addresses) > 1:
                    continue  # a host without IPv6
                raise PortRefused(refusal(port.protocol, address, port.host_port, error)) from error

    def _check_own_claims(self, port: PublishedPort, opened: Sequence[PublishedPort]) -> None:
        if not port.host_port:
            return
        for other in (*self.ports, *opened):
            if (other.protocol, other.host_port) != (port.protocol, port.host_port):
                continue
            for address in host_addresses(port.host_ip):
                if any(overlap(address, theirs) for theirs in host_addresses(other.host_ip)):
                    raise PortRefused(
                        f"port is already allocated: {shown_address(address)}:{port.host_port} is in use by "
                        f"container {other.container[:12]}"
                    )

    async def _release(self, container: str) -> bool:
        ports = self._claims.pop(container, ())
        for port in ports:
            await self._close(port)
        return bool(ports)

    async def _close(self, port: PublishedPort) -> None:
        opening = self._openings.pop(port, None)
        if opening is not None:
            await close_all(opening.relays)
            await self._remove(opening.rule)

    async def _remove(self, rule: str) -> None:
        try:
            answer = await self._monitor.monitor(f"hostfwd_remove {NETWORK} {rule}")
        except QmpError as error:
            log.warning("port %s stays open: %s", rule, error)
            return
        if "removed" not in answer:
            log.warning("port %s was not removed: %s", rule, answer)

    def _changed(self) -> None:
        self.write_claims()
        self._on_change()

    def write_claims(self) -> None:
        """Keep the claims for a later supervisor."""
        value = {
            container: [port_to_json(port) for port in ports] for container, ports in self._claims.items()
        }
        write_json(self._files.claims, value)
