"""Lends the user's SSH agent to the programs of containers that have mounted it.

The engine asks for each of their connections under a key (docs/architecture.md, "ssh-agent"), and takes the
conversation by that key at its API.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator

import paramiko

from vm.errors import UserError
from vm.machine.link.guest_transport import EngineDown, TunnelDown
from vm.machine.link.ssh_tunnel import Tunnel
from vm.ssh_agent import AGENTS, AgentConnection, ask, whole_messages

log = logging.getLogger(__name__)

MOST_AT_ONCE = 64
PATIENCE = 10.0
"""Seconds for the tunnel to come back, and for each answer until the conversation begins."""

LONGEST_HEAD = 8192
BUFFER = 2**16


class AgentConversations:
    """Those that go on; each has a thread of its own. Their end is the end of the tunnel, or of a side."""

    def __init__(self, connect: Callable[[], AgentConnection] = AGENTS.connect) -> None:
        self._connect = connect
        self._free = threading.BoundedSemaphore(MOST_AT_ONCE)

    def begin(self, tunnel: Tunnel | None, key: str) -> None:
        """Connect to the agent, and let whoever asked under `key` speak to it; blocks for a moment.

        Raises UserError when there is no agent, no way to the engine, or too much goes on.
        """
        if tunnel is None:
            raise UserError("The machine is not connected yet.")
        if not self._free.acquire(blocking=False):
            raise UserError(f"{MOST_AT_ONCE} programs in containers speak to the SSH agent already.")
        try:
            agent = self._connect()
        except BaseException:
            self._free.release()
            raise
        threading.Thread(target=self._hold, args=(tunnel, key, agent), name="ssh-agent", daemon=True).start()

    def _hold(self, tunnel: Tunnel, key: str, agent: AgentConnection) -> None:
        try:
            with contextlib.closing(agent), contextlib.closing(tunnel.open_channel(PATIENCE)) as channel:
                for request in whole_messages(_carried(channel, key)):
                    channel.sendall(ask(agent, request))
        except (TunnelDown, EngineDown, paramiko.SSHException, OSError, EOFError, ValueError) as error:
            # the program in the container sees its connection end
            log.info("a conversation with the SSH agent has ended: %s", error or type(error).__name__)
        finally:
            self._free.release()


def _carried(channel: paramiko.Channel, key: str) -> Iterator[bytes]:
    """Offer the conversation to the engine, then yield what the program says. Raises as the channel does."""
    channel.settimeout(PATIENCE)
    channel.sendall(
        f"POST /marina/ssh-agents/{key} HTTP/1.1\r\nHost: marina\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
        "Content-Length: 0\r\n\r\n".encode()
    )
    data = b""
    while b"\r\n\r\n" not in data:
        piece = channel.recv(BUFFER)
        if not piece or len(data) > LONGEST_HEAD:
            raise EngineDown(f"the engine answered {data[:80]!r}")
        data += piece
    head, _, data = data.partition(b"\r\n\r\n")
    if b" 101 " not in head.partition(b"\r\n")[0]:
        raise EngineDown(f"the engine answered {head[:80]!r}")
    channel.settimeout(None)
    if data:
        yield data
    while piece := channel.recv(BUFFER):
        yield piece
