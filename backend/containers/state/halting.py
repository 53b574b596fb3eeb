"""Holding and ending running containers: signals, pauses, and the wait for an end.

Source: Docker Engine API, `POST /containers/{id}/stop`, `/kill`, `/pause`, `/unpause`.
"""

import asyncio
import signal
from contextlib import suppress
from dataclasses import dataclass

from backend.containers import container_events
from backend.containers.container import Container
from backend.containers.signals import exists, parse_signal
from backend.containers.state.health_checks import HealthChecks
from backend.containers.store import ContainerStore
from backend.errors import ConflictError, SystemFailureError
from backend.events import EventBus
from backend.runtime import cgroups
from backend.tasks import in_thread

DEFAULT_STOP_TIMEOUT_S = 10
KILL_TIMEOUT_S = 60.0
"""Until the end is on record: on a busy machine giving back network and mounts can take seconds by itself.
dockerd waits for 12 s, and has no such work to do before it tells of the end."""


@dataclass(frozen=True, slots=True)
class Halting:
    """Acts on containers that run; on others nothing happens, unless it says so."""

    store: ContainerStore
    events: EventBus
    health_checks: HealthChecks

    async def stop(self, container: Container, timeout_s: int | None, number: int | None) -> None:
        """End a container by its stop signal, or signal `number`, and after its time by SIGKILL.

        `timeout_s` is another time than its own; -1 is none.
        """
        config = container.record.config
        configured = DEFAULT_STOP_TIMEOUT_S if config["StopTimeout"] is None else config["StopTimeout"]
        limit = configured if timeout_s is None else timeout_s
        ended = container.next_exit()
        if not container.state.running:
            return
        await self.send(container, number or stop_signal(container))
        try:
            async with asyncio.timeout(None if limit < 0 else limit):
                await asyncio.shield(ended)
        except TimeoutError:
            await self.kill(container)

    async def send(self, container: Container, number: int) -> None:
        """Send a signal to the first process; a paused container goes on, or it would not see it.

        A number that is no signal reaches nobody.
        """
        if exists(number) and container.send_signal(number):
            container_events.publish(self.events, container, "kill", signal=str(number))
        if container.state.status == "paused":
            with suppress(ConflictError):  # it has ended meanwhile
                await self.pause(container, frozen=False)

    async def kill(self, container: Container) -> None:
        """End a container by SIGKILL, which also reaches a paused one. Raises SystemFailureError."""
        ended = container.next_exit()
        if not container.state.running:
            return
        if container.send_signal(signal.SIGKILL):
            container_events.publish(self.events, container, "kill", signal=str(int(signal.SIGKILL)))
        try:
            async with asyncio.timeout(KILL_TIMEOUT_S):
                await ended
        except TimeoutError as error:
            raise SystemFailureError(
                f"container {container.id[:12]} did not end within {KILL_TIMEOUT_S:.0f} s of SIGKILL"
            ) from error

    async def pause(self, container: Container, *, frozen: bool, for_work: bool = False) -> None:
        """Hold a container where it is, or let it go on. Raises ConflictError.

        `for_work`: only for as long as this engine does something with it.
        """
        async with container.lock:
            status = container.state.status
            if frozen and status == "restarting":
                raise ConflictError(
                    f"Container {container.id} is restarting, wait until the container is running"
                )
            if frozen and status == "paused":
                raise ConflictError(f"Container {container.id} is already paused")
            if frozen and status != "running":
                raise ConflictError(f"container {container.id} is not running")
            if not frozen and status != "paused":
                raise ConflictError(f"Container {container.id} is not paused")
            try:
                await in_thread(cgroups.freeze, container.group, frozen)
            except OSError as error:
                raise SystemFailureError(f"cannot pause the container: {error.strerror}") from error
            container.state.status = "paused" if frozen else "running"
            container.state.held_for_work = frozen and for_work
            if frozen:
                container.stop_probing()
                container.state.stop_health()
            else:
                self.health_checks.begin(container)
            self.store.note(container)
        container_events.publish(self.events, container, "pause" if frozen else "unpause")


def stop_signal(container: Container) -> int:
    """Return the signal that asks a container to end."""
    return parse_signal(container.record.config["StopSignal"] or "SIGTERM")
