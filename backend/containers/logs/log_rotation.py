"""Keeps stored output small: a file that has grown over its limit is put aside, and the oldest ones go.

Only the monitor writes: the file is renamed under its hands, and it is told to open a new one. What
it writes up to then goes to the renamed file; nothing is lost.
"""

import asyncio
import logging
from typing import TYPE_CHECKING

from backend.containers.container import Container
from backend.containers.logs import log_files
from backend.containers.logs.log_config import is_kept, limits_of
from backend.containers.run_files import RunFiles
from backend.errors import SystemFailureError
from backend.runtime import monitor
from backend.tasks import in_thread

if TYPE_CHECKING:
    from backend.containers.manager import Containers

log = logging.getLogger(__name__)

INTERVAL_S = 1.0


class LogRotation:
    """Looks at the logs of running containers from time to time."""

    def __init__(self, containers: "Containers") -> None:
        self._containers = containers
        self._without_file: dict[str, int] = {}  # container id -> how often in a row it had no file

    async def run(self) -> None:
        """Keep all logs below their limits until cancelled."""
        while True:
            await self._until_one_runs()
            await asyncio.sleep(INTERVAL_S)
            for container in self._containers.store:
                # One that is just started, stopped or removed is left alone: its monitor changes.
                if not is_kept(container.record.host_config["LogConfig"]):
                    continue
                if container.state.running and not container.lock.locked():
                    async with container.lock:
                        await self._look_at(container)
                elif not container.state.running:
                    self._without_file.pop(container.id, None)

    async def _until_one_runs(self) -> None:
        # Told, not looked for by the clock, which wakes an idle machine. The state is set before it is told.
        while not any(container.state.running for container in self._containers.store):
            self._without_file.clear()
            with self._containers.events.subscribe() as subscription:
                await subscription.next()

    async def _look_at(self, container: Container) -> None:
        paths = RunFiles.of(self._containers.files, container.id)
        limits = limits_of(container.record.host_config["LogConfig"])
        try:
            size = paths.log.stat().st_size
        except FileNotFoundError:
            # The monitor is about to make it. An engine that was killed before it could ask for it leaves it
            # missing; it must not be asked for twice, for the second time would throw away what is in it.
            missing = self._without_file[container.id] = self._without_file.get(container.id, 0) + 1
            if missing == 2:
                self._ask_for_file(paths)
            return
        self._without_file.pop(container.id, None)
        if size >= limits.size:
            try:
                await in_thread(log_files.turn, paths.log, limits.files)
            except OSError as error:
                log.error("cannot turn the log of %s: %s", container.name, error.strerror)
                return
            self._without_file[container.id] = 2
            self._ask_for_file(paths)

    @staticmethod
    def _ask_for_file(paths: RunFiles) -> None:
        try:
            monitor.reopen_log(paths.monitor)
        except SystemFailureError as error:
            log.error("%s", error.message)
