"""The engine's own nftables table, changed in-process: published ports, outbound traffic, isolation.

All rules live in the table `ip marina`; nobody else's table is ever changed. A published port is one element
of a map, so opening one costs the same with one port or a thousand. Source: `man 8 nft`, `man 3 libnftables`.
"""

import ctypes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from backend.errors import SystemFailureError
from backend.networks.endpoint import PublishedPort
from backend.networks.port_requests import ANY_ADDRESS

TABLE = "ip marina"
LIBRARY = "libnftables.so.1"


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge interface and the addresses behind it."""

    name: str
    subnet: IPv4Network


@dataclass(frozen=True, slots=True)
class Translation:
    """Traffic for a port of this machine goes to a port of a container. `host_ip` "" is any local address."""

    protocol: str
    host_ip: str
    host_port: int
    target_ip: str
    target_port: int

    def element(self) -> tuple[str, str]:
        """Return (name of the map, element as nft writes it)."""
        target = f"{self.target_ip} . {self.target_port}"
        if self.host_ip:
            return "published_at", f"{self.protocol} . {self.host_ip} . {self.host_port} : {target}"
        return "published", f"{self.protocol} . {self.host_port} : {target}"


def translations_for(
    target_ip: str, ports: Iterable[PublishedPort], *, behind_supervisor: bool
) -> tuple[Translation, ...]:
    """Return what a container's published ports need.

    Behind a supervisor the host's address was matched on the host; all traffic comes to one address of ours.
    """
    return tuple(
        Translation(
            port.protocol,
            "" if behind_supervisor or port.host_ip == ANY_ADDRESS else port.host_ip,
            port.guest_port,
            target_ip,
            port.container_port,
        )
        for port in ports
    )


def base_rules(bridges: Sequence[Bridge]) -> str:
    """Return the table as one transaction; elements of the maps survive it, so open ports stay open."""
    leaving = "\n".join(
        f"""\
        oifname "{bridge.name}" ip saddr 127.0.0.0/8 masquerade
        ip saddr {bridge.subnet} oifname != "{bridge.name}" masquerade
        ip saddr {bridge.subnet} oifname "{bridge.name}" ct status dnat masquerade"""
        for bridge in bridges
    )
    guard = "\n".join(
        f"""\
        iifname "{bridge.name}" ip daddr 127.0.0.0/8 drop
        iifname "{bridge.name}" ip saddr != {bridge.subnet} drop"""
        for bridge in bridges
    )
    passing = "\n".join(
        f"""\
        iifname "{bridge.name}" accept
        oifname "{bridge.name}" ct state established,related accept
        oifname "{bridge.name}" ct status dnat accept
        oifname "{bridge.name}" drop"""
        for bridge in bridges
    )
    # Priorities as numbers: older nft knows "dstnat" in the prerouting hook only.
    return f"""\
add table {TABLE}
flush table {TABLE}
table {TABLE} {{
    map published {{ type inet_proto . inet_service : ipv4_addr . inet_service; }}
    map published_at {{ type inet_proto . ipv4_addr . inet_service : ipv4_addr . inet_service; }}
    chain publish {{
        dnat ip to meta l4proto . ip daddr . th dport map @published_at
        fib daddr type local dnat ip to meta l4proto . th dport map @published
    }}
    chain arriving {{
        type nat hook prerouting priority -100; policy accept;
        iifname != "lo" ip daddr 127.0.0.0/8 return
        jump publish
    }}
    chain from_here {{
        type nat hook output priority -100; policy accept;
        jump publish
    }}
    chain leaving {{
        type nat hook postrouting priority 100; policy accept;
{leaving}
    }}
    chain guard {{
        type filter hook prerouting priority -300; policy accept;
{guard}
    }}
    chain passing {{
        type filter hook forward priority 0; policy accept;
{passing}
    }}
}}
"""


def element_commands(verb: str, translations: Iterable[Translation]) -> str:
    """Return the commands that "add" or "delete" the elements of some translations."""
    by_map: dict[str, list[str]] = {}
    for translation in translations:
        name, element = translation.element()
        by_map.setdefault(name, []).append(element)
    return "".join(
        f"{verb} element {TABLE} {name} {{ {', '.join(elements)} }}\n" for name, elements in by_map.items()
    )


class Firewall:
    """libnftables, used from one thread at a time; every call is one transaction: all of it or nothing."""

    def __init__(self) -> None:
        """Load the library. Raises SystemFailureError when it is missing."""
        try:
            self._library = ctypes.CDLL(LIBRARY)
        except OSError as error:
            raise SystemFailureError(
                f"cannot load {LIBRARY}: {error}; install the package libnftables1"
            ) from error
        self._library.nft_ctx_new.restype = ctypes.c_void_p
        self._library.nft_ctx_new.argtypes = [ctypes.c_uint32]
        self._library.nft_ctx_free.argtypes = [ctypes.c_void_p]
        self._library.nft_ctx_buffer_error.argtypes = [ctypes.c_void_p]
        self._library.nft_ctx_buffer_output.argtypes = [ctypes.c_void_p]
        self._library.nft_ctx_get_error_buffer.restype = ctypes.c_char_p
        self._library.nft_ctx_get_error_buffer.argtypes = [ctypes.c_void_p]
        self._library.nft_ctx_get_output_buffer.restype = ctypes.c_char_p
        self._library.nft_ctx_get_output_buffer.argtypes = [ctypes.c_void_p]
        self._library.nft_run_cmd_from_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
        self._context = self._library.nft_ctx_new(0)
        if not self._context:
            raise SystemFailureError("cannot start libnftables")
        self._library.nft_ctx_buffer_error(self._context)
        self._library.nft_ctx_buffer_output(self._context)

    def close(self) -> None:
        """Free the library's memory; the rules stay."""
        self._library.nft_ctx_free(self._context)
        self._context = None

    def run(self, commands: str) -> str:
        """Run commands as one transaction and return their output.

        Raises SystemFailureError with the library's or the kernel's reason.
        """
        failed = self._library.nft_run_cmd_from_buffer(self._context, commands.encode())
        errors = self._library.nft_ctx_get_error_buffer(self._context) or b""
        output = self._library.nft_ctx_get_output_buffer(self._context) or b""
        if failed:
            lines = errors.decode(errors="replace").strip().splitlines() or ["unknown reason"]
            raise SystemFailureError(
                f"cannot change the firewall: {lines[0]} (the kernel needs nf_tables with nat, masq and fib)"
            )
        return str(output.decode(errors="replace"))

    def prepare(self, bridges: Sequence[Bridge]) -> None:
        """Make or renew the table; a table of another shape (an older Marina's) is replaced."""
        rules = base_rules(bridges)
        try:
            self.run(rules)
        except SystemFailureError:
            self.run(f"add table {TABLE}\ndelete table {TABLE}\n" + rules)

    def publish(self, translations: Sequence[Translation]) -> None:
        """Open ports."""
        if translations:
            self.run(element_commands("add", translations))

    def unpublish(self, translations: Sequence[Translation]) -> None:
        """Close ports. Raises SystemFailureError when one of them is not open."""
        if translations:
            self.run(element_commands("delete", translations))

    def replace(self, translations: Sequence[Translation]) -> None:
        """Make these the only open ports, without a moment in which one of them is closed."""
        self.run(
            f"flush map {TABLE} published\nflush map {TABLE} published_at\n"
            + element_commands("add", translations)
        )

    def others_drop_forwarded(self) -> bool:
        """Return whether the usual forward chain of iptables or Docker drops what it does not know."""
        try:
            return "policy drop" in self.run("list chain ip filter FORWARD\n")
        except SystemFailureError:
            return False  # no such chain
