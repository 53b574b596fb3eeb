"""Health checks: a probe from time to time in each container that has one, run as an exec.

Source: Docker Engine API, HealthConfig; events `health_status: …`.
"""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

from backend.containers import container_events
from backend.containers.container import Container, now_text
from backend.containers.exec import Exec, Execs, exit_code
from backend.containers.state import health
from backend.containers.state.start_errors import EXEC, explain
from backend.containers.store import ContainerStore
from backend.errors import EngineError
from backend.events import EventBus
from backend.moments import go_duration, unix_seconds
from backend.runtime.exec_process import ExecProcess
from backend.tasks import Tasks

log = logging.getLogger(__name__)

OUTPUT_LIMIT = 4096
START_LIMIT_S = 30.0  # starting the probe does not count as its time
STOPPED = -1  # the exit code of a probe that had to be stopped, or could not start


class HealthChecks:
    """The probes of all running containers; each container holds the task that runs its own."""

    def __init__(self, store: ContainerStore, execs: Execs, events: EventBus, tasks: Tasks) -> None:
        self._store = store
        self._execs = execs
        self._events = events
        self._tasks = tasks

    def begin(self, container: Container) -> None:
        """Probe a running container from now on, if it has a health check."""
        container.stop_probing()
        if container.state.health is not None and container.state.status == "running":
            container.probing = self._tasks.start(self._probe(container), f"health of {container.id[:12]}")

    async def _probe(self, container: Container) -> None:
        config = container.record.config
        started = unix_seconds(container.state.started_at)
        period = health.seconds(config, "StartPeriod")
        while (standing := container.state.health) is not None:
            early = standing.status == health.STARTING and _now() - started < period
            await asyncio.sleep(health.seconds(config, "StartInterval" if early else "Interval"))
            begun = now_text()
            code, output = await self._run(container)
            result = {"Start": begun, "End": now_text(), "ExitCode": code, "Output": output}
            before = standing.status
            standing.take(
                result,
                retries=config["Healthcheck"].get("Retries", 0),
                starting_up=unix_seconds(begun) - started < period,
            )
            self._store.note(container)
            if standing.status != before:
                container_events.publish(self._events, container, f"health_status: {standing.status}")

    async def _run(self, container: Container) -> tuple[int, str]:
        """Run one probe; returns its exit code and the beginning of its output."""
        command = health.command_of(container.record.config) or []
        try:
            made = self._execs.create(container.id, _exec_body(command))
            async with asyncio.timeout(START_LIMIT_S):
                process = await self._execs.start(made, size=None)
        except EngineError as error:
            return STOPPED, error.message
        except TimeoutError:
            return STOPPED, f"timed out starting health check for container {container.id}"
        return await self._listen(made, process, health.seconds(container.record.config, "Timeout"))

    async def _listen(self, made: Exec, process: ExecProcess, limit: float) -> tuple[int, str]:
        output = _LimitedOutput()
        try:
            async with asyncio.timeout(limit):
                await output.read_all(process)
                code, said = await process.wait()
        except TimeoutError:
            process.kill()
            await output.read_all(process)
            process.close()
            told = f"Health check exceeded timeout ({go_duration(limit)})"
            return STOPPED, f"{told}: {output.text}" if output.text else told
        except asyncio.CancelledError:
            process.kill()  # nobody else would end it
            self._tasks.start(_let_go(process), f"end of probe {made.id[:12]}")
            raise
        process.close()
        if said:
            return STOPPED, explain(said, made.config["Cmd"], prefix=EXEC)[0].message
        return exit_code(code), output.text


async def _let_go(process: ExecProcess) -> None:
    await _LimitedOutput().read_all(process)
    process.close()


class _LimitedOutput:
    """The first bytes of a probe's output, and a word that there was more."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._more = False

    async def read_all(self, process: ExecProcess) -> None:
        while (piece := await process.read())[1]:
            room = OUTPUT_LIMIT - len(self._data)
            self._data += piece[1][:room]
            self._more = self._more or len(piece[1]) > room

    @property
    def text(self) -> str:
        return self._data.decode(errors="replace") + ("..." if self._more else "")


def _exec_body(command: list[str]) -> dict[str, Any]:
    return {"Cmd": command, "AttachStdout": True, "AttachStderr": True}


def _now() -> float:
    return datetime.now(UTC).timestamp()
