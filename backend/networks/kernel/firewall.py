"""The engine's firewall tables in the kernel: bridges and published ports come and go as elements of sets.

Every change is one transaction: all of it or nothing.
"""

from collections.abc import Sequence
from contextlib import suppress

from backend.errors import SystemFailureError
from backend.networks.kernel import firewall_rules as rules
from backend.networks.kernel.firewall_rules import Bridge, Translation
from backend.networks.kernel.nftables import Nftables


class Firewall:
    """The tables `ip marina` and `ip6 marina`, used from one thread at a time."""

    def __init__(self) -> None:
        """Load the library. Raises SystemFailureError when it is missing."""
        self._nftables = Nftables()
        self._versions = {4}

    def close(self) -> None:
        """Free the library's memory; the rules stay."""
        self._nftables.close()

    def run(self, commands: str) -> str:
        """Run commands as one transaction and return their output. Raises SystemFailureError."""
        return self._nftables.run(commands)

    def prepare(self, bridges: Sequence[Bridge]) -> None:
        """Make or renew the tables for these bridges; a table of another shape (an older Marina's) is
        replaced."""
        self._versions = {4} | rules.versions_of(bridges)
        for version in self._versions:
            commands = (
                rules.base_rules(version)
                + rules.flush_bridges(version)
                + rules.bridge_commands("add", bridges, version)
            )
            try:
                self.run(commands)
            except SystemFailureError:
                table = rules.table(version)
                self.run(f"add table {table}\ndelete table {table}\n" + commands)
        if 6 not in self._versions:
            with suppress(SystemFailureError):  # of an earlier engine
                self.run(f"delete table {rules.table(6)}\n")

    def add_bridge(self, bridge: Bridge) -> None:
        """Let a new bridge's containers in and out as it says."""
        commands = ""
        for version in sorted(rules.versions_of([bridge])):
            if version not in self._versions:
                commands += rules.base_rules(version)
            commands += rules.bridge_commands("add", [bridge], version)
        self.run(commands)
        self._versions |= rules.versions_of([bridge])

    def remove_bridge(self, bridge: Bridge) -> None:
        """Forget a bridge. Raises SystemFailureError when it is not known."""
        self.run("".join(rules.bridge_commands("delete", [bridge], version) for version in self._versions))

    def publish(self, translations: Sequence[Translation]) -> None:
        """Open ports."""
        if translations:
            self.run(self._ports("add", translations))

    def unpublish(self, translations: Sequence[Translation]) -> None:
        """Close ports. Raises SystemFailureError when one of them is not open."""
        if translations:
            self.run(self._ports("delete", translations))

    def replace(self, translations: Sequence[Translation]) -> None:
        """Make these the only open ports, without a moment in which one of them is closed."""
        flush = "".join(rules.flush_ports(version) for version in self._versions)
        self.run(flush + self._ports("add", translations))

    def others_drop_forwarded(self) -> bool:
        """Return whether the usual forward chain of iptables or Docker drops what it does not know."""
        try:
            return "policy drop" in self.run("list chain ip filter FORWARD\n")
        except SystemFailureError:
            return False  # no such chain

    def _ports(self, verb: str, translations: Sequence[Translation]) -> str:
        return "".join(rules.port_commands(verb, translations, version) for version in self._versions)
