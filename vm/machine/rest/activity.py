"""What the engine tells of its use."""

import asyncio
import json
from dataclasses import dataclass

from vm.machine.link.guest_transport import EngineDown
from vm.machine.link.ssh_tunnel import Tunnel, ask_engine

PATH = "/_marina/activity"
LIMIT = 15.0


@dataclass(frozen=True, slots=True)
class Activity:
    """Containers that run, requests that go on, and the seconds since the last one."""

    containers: int
    requests: int
    idle_seconds: float

    @property
    def is_idle(self) -> bool:
        """Whether nothing goes on."""
        return not self.containers and not self.requests


async def ask_activity(tunnel: Tunnel) -> Activity:
    """Ask the engine. Raises TunnelDown, EngineDown."""
    body = await asyncio.to_thread(ask_engine, tunnel, PATH, 0.0, LIMIT)
    try:
        value = json.loads(body)
        return Activity(int(value["containers"]), int(value["requests"]), float(value["idle_seconds"]))
    except (ValueError, TypeError, KeyError) as error:
        raise EngineDown(f"{PATH} answered {body[:80]!r}") from error
