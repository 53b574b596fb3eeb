"""Leads questions for the machine's name servers to the host's own resolver, while the host offers it.

The supervisor tells its port with each message of the time; when it falls silent, the name servers are
asked themselves again. A table of its own in the kernel: nothing passes through the engine.
"""

import asyncio
import logging

from backend.errors import SystemFailureError
from backend.networks.kernel.nftables import Nftables
from backend.networks.names import name_files
from backend.tasks import Tasks, in_thread

log = logging.getLogger(__name__)

TABLE = "ip marina_host_names"
SILENCE_LIMIT_S = 35.0
"""After which the supervisor counts as gone: it tells the time every ten seconds."""


class HostNames:
    """Knows where the host's resolver is and keeps the kernel's rules so. Lives on the event loop."""

    def __init__(self, host_address: str, tasks: Tasks) -> None:
        self._host_address = host_address
        self._tasks = tasks
        self._wanted: int | None = None
        self._applied: int | None = None
        self._applying = asyncio.Lock()
        self._silence: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Wait for the supervisor; rules of an earlier engine hold until it has been silent for long."""
        self._wait_for_silence()

    def close(self) -> None:
        """Look no more; the rules stay for the next engine."""
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    def found_at(self, port: int) -> None:
        """Take note that the host's resolver is at this port of the host; 0: there is none."""
        self._wait_for_silence()
        self._want(port)

    def _wait_for_silence(self) -> None:
        self.close()
        self._silence = asyncio.get_running_loop().call_later(SILENCE_LIMIT_S, self._want, 0)

    def _want(self, port: int) -> None:
        if port != self._wanted:
            self._wanted = port
            self._tasks.start(self._apply(), "the host's resolver")

    async def _apply(self) -> None:
        async with self._applying:
            port = self._wanted or 0
            if port == self._applied:
                return
            try:
                await in_thread(_run, self._rules(port))
            except SystemFailureError as error:
                log.warning("names are not resolved by the host's resolver: %s", error)
            self._applied = port

    def _rules(self, port: int) -> str:
        rules = f"add table {TABLE}\ndelete table {TABLE}\n"
        servers, _, _ = name_files.parse_resolv_conf(name_files.read_machine_resolv_conf())
        servers = [server for server in servers if ":" not in server]
        if not port or not servers:
            return rules
        lead = "".join(
            f"ip daddr {{ {', '.join(servers)} }} {protocol} dport 53 dnat to {self._host_address}:{port}\n"
            for protocol in ("udp", "tcp")
        )
        return rules + (
            f"table {TABLE} {{\n"
            f"chain arriving {{ type nat hook prerouting priority -101; policy accept;\n{lead}}}\n"
            f"chain from_here {{ type nat hook output priority -101; policy accept;\n{lead}}}\n"
            "}\n"
        )


def _run(commands: str) -> None:
    nftables = Nftables()
    try:
        nftables.run(commands)
    finally:
        nftables.close()
