"""The engine's nftables tables as text: rules that never change, over sets and maps that do.

Rules cost the same with one network or a hundred, one published port or a thousand. All of it is in the
tables `ip marina` and, once a network has IPv6, `ip6 marina`; nobody else's table is ever changed.
Source: `man 8 nft`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address

from backend.networks.attachment import PublishedPort

TABLE_NAME = "marina"
LOOPBACK_6 = "::1"
ANY = frozenset({"0.0.0.0", "::"})


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge interface and the addresses behind it; `masquerade`: they appear as this machine outside."""

    name: str
    subnets: tuple[IPv4Network | IPv6Network, ...]
    internal: bool = False
    masquerade: bool = True

    def elements(self, version: int) -> list[tuple[str, str]]:
        """Return (name of the set, element) of one table."""
        own = [subnet for subnet in self.subnets if subnet.version == version]
        if not own:
            return []
        name = f'"{self.name}"'
        found = [("bridges", name), ("same", f"{name} . {name}")]
        found += [("homes", f"{name} . {subnet}") for subnet in own]
        if self.internal:
            found.append(("closed", name))
        elif self.masquerade:
            found += [("hidden", str(subnet)) for subnet in own]
        return found


@dataclass(frozen=True, slots=True)
class Translation:
    """Traffic for a port of this machine goes to a port of a container. `host_ip` "" is any local address."""

    protocol: str
    host_ip: str
    host_port: int
    target_ip: str
    target_port: int

    @property
    def version(self) -> int:
        """4 or 6."""
        return ip_address(self.target_ip).version

    def element(self) -> tuple[str, str]:
        """Return (name of the map, element as nft writes it)."""
        target = f"{self.target_ip} . {self.target_port}"
        if self.host_ip:
            return "published_at", f"{self.protocol} . {self.host_ip} . {self.host_port} : {target}"
        return "published", f"{self.protocol} . {self.host_port} : {target}"


def translations_for(
    target_ip: str, ports: Iterable[PublishedPort], *, behind_supervisor: bool, target_ip_6: str = ""
) -> tuple[Translation, ...]:
    """Return what a container's published ports need.

    Behind a supervisor the host's address was matched on the host; all traffic comes to one address of ours.
    """
    found = []
    for port in ports:
        on_6 = ":" in port.host_ip and not behind_supervisor
        target = target_ip_6 if on_6 else target_ip
        if target and not (on_6 and port.host_ip == LOOPBACK_6):
            host_ip = "" if behind_supervisor or port.host_ip in ANY else port.host_ip
            found.append(Translation(port.protocol, host_ip, port.guest_port, target, port.container_port))
    return tuple(found)


def relayed(
    target_ip: str, ports: Iterable[PublishedPort], target_ip_6: str = ""
) -> list[tuple[PublishedPort, tuple[str, int]]]:
    """Return the ports of this machine that no translation leads to a container, and where they lead."""
    return [
        (port, (target_ip_6 or target_ip, port.container_port))
        for port in ports
        if ":" in port.host_ip and (not target_ip_6 or port.host_ip in ("::", LOOPBACK_6))
    ]


def table(version: int) -> str:
    """Return the name of the table for IPv4 (4) or IPv6 (6)."""
    return f"{'ip' if version == 4 else 'ip6'} {TABLE_NAME}"


def base_rules(version: int) -> str:
    """Return one table as one transaction; elements survive it, so open ports stay open."""
    ip, address = ("ip", "ipv4_addr") if version == 4 else ("ip6", "ipv6_addr")
    # Every IPv6 interface also has an address that holds on its own link only, and speaks under it.
    own_link = "" if version == 4 else "        ip6 saddr { ::, fe80::/10 } accept\n"
    loopback = "127.0.0.0/8" if version == 4 else "::1"
    # What comes to 127.0.0.1 can be led elsewhere (route_localnet); IPv6 has nothing like it, so that a
    # client is better refused at once.
    not_led = 'iifname != "lo" ' if version == 4 else ""
    not_led_from_here = "" if version == 4 else f"        ip6 daddr {loopback} return\n"
    # "typeof" for sets of one thing: nft 1.0 crashes when it lists what nft 1.1 made with "type".
    from_loopback = "        oifname @bridges ip saddr 127.0.0.0/8 masquerade\n" if version == 4 else ""
    # Priorities as numbers: older nft knows "dstnat" in the prerouting hook only.
    return f"""\
add table {table(version)}
flush table {table(version)}
table {table(version)} {{
    map published {{ type inet_proto . inet_service : {address} . inet_service; }}
    map published_at {{ type inet_proto . {address} . inet_service : {address} . inet_service; }}
    set bridges {{ typeof meta iifname; }}
    set same {{ type ifname . ifname; }}
    set homes {{ type ifname . {address}; flags interval; }}
    set hidden {{ typeof {ip} saddr; flags interval; }}
    set closed {{ typeof meta iifname; }}
    chain publish {{
        dnat {ip} to meta l4proto . {ip} daddr . th dport map @published_at
        fib daddr type local dnat {ip} to meta l4proto . th dport map @published
    }}
    chain arriving {{
        type nat hook prerouting priority -100; policy accept;
        {not_led}{ip} daddr {loopback} return
        jump publish
    }}
    chain from_here {{
        type nat hook output priority -100; policy accept;
{not_led_from_here}        jump publish
    }}
    chain leaving {{
        type nat hook postrouting priority 100; policy accept;
{from_loopback}        oifname . {ip} saddr @homes ct status dnat masquerade
        oifname . {ip} saddr @homes return
        {ip} saddr @hidden masquerade
    }}
    chain guard {{
        type filter hook prerouting priority -300; policy accept;
        iifname != @bridges accept
{own_link}        {ip} daddr {loopback} drop
        iifname . {ip} saddr != @homes drop
    }}
    chain passing {{
        type filter hook forward priority 0; policy accept;
        iifname . oifname @same accept
        ct state established,related accept
        iifname @closed drop
        oifname @closed drop
        oifname @bridges ct status dnat accept
        oifname @bridges drop
    }}
}}
"""


def bridge_commands(verb: str, bridges: Iterable[Bridge], version: int) -> str:
    """Return the commands that "add" or "delete" what bridges have in one table."""
    return _commands(verb, version, (one for bridge in bridges for one in bridge.elements(version)))


def port_commands(verb: str, translations: Iterable[Translation], version: int) -> str:
    """Return the commands that "add" or "delete" published ports in one table."""
    return _commands(verb, version, (one.element() for one in translations if one.version == version))


def flush_ports(version: int) -> str:
    """Return the commands that close all published ports of one table."""
    return f"flush map {table(version)} published\nflush map {table(version)} published_at\n"


def flush_bridges(version: int) -> str:
    """Return the commands that forget all bridges of one table."""
    return "".join(
        f"flush set {table(version)} {name}\n" for name in ("bridges", "same", "homes", "hidden", "closed")
    )


def _commands(verb: str, version: int, elements: Iterable[tuple[str, str]]) -> str:
    by_name: dict[str, list[str]] = {}
    for name, element in elements:
        by_name.setdefault(name, []).append(element)
    return "".join(
        f"{verb} element {table(version)} {name} {{ {', '.join(found)} }}\n"
        for name, found in by_name.items()
    )


def versions_of(bridges: Sequence[Bridge]) -> set[int]:
    """Return which of IPv4 and IPv6 some bridges have."""
    return {subnet.version for bridge in bridges for subnet in bridge.subnets}
