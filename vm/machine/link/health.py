"""Whether the engine answers: asked through the same tunnel that clients use, never assumed.

A question costs an emulated guest 50 ms, most of them for SSH. So one that has answered is asked again only
now and then, as long as the tunnel is up and the engine answers on its agent port, which needs no SSH.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from vm.machine.link.guest_transport import EngineDown, TunnelDown
from vm.machine.link.ssh_tunnel import Tunnel, ping_engine
from vm.machine.status import MachineState

log = logging.getLogger(__name__)

INTERVAL = 5.0
"""Seconds from one look to the next, and without traffic after which the engine must show that it works."""

LONGEST_SILENCE = 120.0
"""Seconds without traffic after which it is asked in any case."""

ANSWER_LIMIT = 15.0


class Health:
    """Tells each look's outcome: running, degraded (engine silent) or reconnecting (no tunnel)."""

    def __init__(
        self, tunnel: Tunnel, on_look: Callable[[MachineState], None], engine_answers: Callable[[], bool]
    ) -> None:
        """`engine_answers` tells whether it does so on its agent port."""
        self._tunnel = tunnel
        self._engine_answers = engine_answers
        self._in_doubt = True
        self._on_look = on_look
        self._look_now = asyncio.Event()
        self._ended = False
        self._held = False

    async def keep_looking(self) -> None:
        """Look every INTERVAL and whenever the tunnel changes, until `end`."""
        while not self._ended:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL):
                    await self._look_now.wait()
            self._look_now.clear()
            if self._held:
                continue
            state = await self.look()
            if not self._ended:
                self._on_look(state)

    def tunnel_changed(self, up: bool) -> None:
        """Take note that the tunnel broke or is back."""
        if not up and not self._ended and not self._held:
            self._on_look(MachineState.RECONNECTING)
        self._in_doubt = True
        self._look_now.set()

    def hold(self, held: bool) -> None:
        """Do not look while the machine is held; look at once when it goes on."""
        self._held = held
        self._in_doubt = True
        self._look_now.set()

    def end(self) -> None:
        """Look no more."""
        self._ended = True
        self._look_now.set()

    async def look(self) -> MachineState:
        """Return what is true right now."""
        silence = time.monotonic() - self._tunnel.last_traffic
        trusted = not self._in_doubt and silence < LONGEST_SILENCE and self._engine_answers()
        if self._tunnel.is_up and (silence < INTERVAL or trusted):
            return MachineState.RUNNING
        self._in_doubt = True
        try:
            await asyncio.to_thread(ping_engine, self._tunnel, 0.0, ANSWER_LIMIT)
        except TunnelDown:
            return MachineState.RECONNECTING
        except EngineDown as error:
            log.warning("the engine does not answer: %s", error)
            return MachineState.DEGRADED
        self._in_doubt = False
        return MachineState.RUNNING
