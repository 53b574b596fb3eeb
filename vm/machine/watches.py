"""All that looks at one machine while it runs: at its health, this computer's space, its use and its end."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from vm.machine.link.guest_transport import EngineDown, TunnelDown
from vm.machine.link.health import Health
from vm.machine.machine_files import MachineFiles
from vm.machine.rest.activity import ask_activity
from vm.machine.rest.idle_watch import IdleWatch
from vm.machine.running_machine import RunningMachine
from vm.machine.settings_files import read_settings
from vm.machine.sharing.folder_check import FolderCheck
from vm.machine.status import MachineState, Problem
from vm.machine.storage import disks
from vm.machine.storage.disk_growth import DiskGrowth
from vm.machine.storage.host_space import HostSpace
from vm.machine.tasks import Tasks

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reactions:
    """What follows from what is seen."""

    take_health: Callable[[MachineState], None]
    take_space: Callable[[Problem | None], None]
    """Is told why the machine is held, and None when it goes on."""
    take_folders: Callable[[tuple[str, ...]], None]
    """Is told what is wrong with the shared folders."""
    suspend: Callable[[], object]
    """Nobody has used the machine for as long as the user said."""
    is_up: Callable[[], bool]
    """Whether the guest is to be disturbed at all."""


class Watches:
    """Looks from `begin` to `end`. Lives on the event loop."""

    def __init__(
        self, files: MachineFiles, machine: RunningMachine, reactions: Reactions, tasks: Tasks
    ) -> None:
        assert machine.tunnel is not None
        self._files = files
        self._machine = machine
        self._reactions = reactions
        self._tasks = tasks
        self._until_end: list[asyncio.Task[None]] = []
        self.health = Health(machine.tunnel, reactions.take_health, lambda: machine.engine_answers)

    def begin(self) -> None:
        """Look from now on."""
        machine = self._machine
        self._tasks.start(self.health.keep_looking(), "health")
        space = HostSpace(disks.disk_folder(self._files), machine, self._reactions.take_space)
        self._tasks.start(space.keep_looking(), "host space")  # until the machine is gone
        growth = DiskGrowth(self._files, machine, self._reactions.is_up)
        self._until_end.append(self._tasks.start(growth.keep_looking(), "disk growth"))
        folders = FolderCheck(machine.shared_folders, self._reactions.take_folders)
        self._until_end.append(self._tasks.start(folders.keep_looking(), "shared folders"))
        assert machine.docker_socket is not None
        idle = IdleWatch(machine.docker_socket, self._tidy, self._idle_seconds, self._suspend_when_idle)
        self._until_end.append(self._tasks.start(idle.keep_looking(), "idle watch"))

    def end(self) -> None:
        """Look no more."""
        self.health.end()
        while self._until_end:
            self._until_end.pop().cancel()

    async def _tidy(self) -> bool:
        if not self._reactions.is_up():
            return False
        try:
            return await self._machine.tidy()
        except TunnelDown as error:
            log.warning("the machine was not tidied up: %s", error)
            return False

    def _idle_seconds(self) -> float:
        return read_settings(self._files)[0].idle_minutes * 60

    async def _suspend_when_idle(self) -> None:
        tunnel = self._machine.tunnel
        if tunnel is None or not self._reactions.is_up():
            return
        try:
            use = await ask_activity(tunnel)
        except (TunnelDown, EngineDown) as error:
            log.info("whether anybody uses the engine is not known: %s", error)
            return
        if use.is_idle and use.idle_seconds >= self._idle_seconds() > 0:
            self._reactions.suspend()
