"""What is so at this moment: the machine's state, and all else that a status is made of."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from vm.machine.machine_files import MachineFiles
from vm.machine.processes import busy_seconds, resident_bytes
from vm.machine.readiness import StartSteps
from vm.machine.running_machine import RunningMachine
from vm.machine.settings import MachineSettings, default_settings
from vm.machine.sockets.local_sockets import client_address
from vm.machine.status import MachineState, MachineStatus, Problem
from vm.machine.storage import disks
from vm.machine.storage.image_folder import is_installed

log = logging.getLogger(__name__)

UP = (MachineState.RUNNING, MachineState.DEGRADED, MachineState.RECONNECTING)
"""The states in which the guest runs."""


class StatusBoard:
    """The machine's state, why it is so, and how far what goes on has come."""

    def __init__(self, files: MachineFiles, image_folder: Path, on_change: Callable[[], None]) -> None:
        self._files = files
        self._image_folder = image_folder
        self.on_change = on_change
        """Wakes whoever watches."""
        self.state = MachineState.STOPPED
        self.problem: Problem | None = None
        self.steps: StartSteps | None = None
        """Those of the last start."""
        self.settings: MachineSettings = default_settings()
        """Those of the last start."""
        self.warnings: tuple[str, ...] = ()
        self.folder_warnings: tuple[str, ...] = ()
        """What is wrong with the shared folders at this moment."""
        self.work = ""
        """The title of the piece of work that goes on."""
        self.work_progress = 0.0
        self.idle_since = time.monotonic()
        """When the machine last came to rest (`time.monotonic`)."""

    @property
    def is_up(self) -> bool:
        """Whether the guest runs."""
        return self.state in UP

    def set(self, state: MachineState) -> None:
        """Go to a state, or tell that something else has changed."""
        if state is not self.state:
            log.info("%s -> %s", self.state, state)
        self.state = state
        if state in (MachineState.STOPPED, MachineState.FAILED):
            self.idle_since = time.monotonic()
        self.on_change()

    def fail(self, problem: Problem) -> None:
        """Tell that the machine does not run, and why."""
        log.error("%s\n%s", problem.summary, problem.details)
        self.problem = problem
        self.set(MachineState.FAILED)

    def status(self, running: RunningMachine | None) -> MachineStatus:
        """Return how everything is at this moment."""
        steps = self.steps
        record = running.record if running else None
        return MachineStatus(
            state=self._state_at_rest() if self.state is MachineState.STOPPED else self.state,
            steps=steps.steps if steps else (),
            progress=self.work_progress if self.work else steps.progress if steps else 0.0,
            problem=self.problem,
            accelerator=record.accelerator if record else "",
            accelerator_reason=record.accelerator_reason if record else "",
            docker_socket=client_address(self._files.docker_socket),
            supervisor_pid=psutil.Process().pid,
            qemu_pid=record.pid if record else 0,
            uptime=round(max(0.0, time.time() - record.start_time), 1) if record else 0.0,
            boot_seconds=record.boot_seconds if record else 0.0,
            cpu_seconds=busy_seconds(running.process) if running else 0.0,
            memory_bytes=resident_bytes(running.process) if running else 0,
            memory_limit_bytes=(record.memory_mib if record else self.settings.memory_mib) * 2**20,
            disk_bytes=disks.allocated_bytes(self._files.data_disk),
            disk_limit_bytes=disks.virtual_bytes(self._files.data_disk) or self.settings.disk_gib * 2**30,
            cpus=record.cpus if record else self.settings.cpus,
            ports=running.forwards.ports if running else (),
            image_version=record.image_version if record else "",
            shared_folders=running.shared_folders if running else (),
            sharing="sftp" if running and running.shared_folders else "",
            warnings=(*self.warnings, *(self.folder_warnings if running else ())),
            work=self.work,
        )

    def _state_at_rest(self) -> MachineState:
        return MachineState.STOPPED if is_installed(self._image_folder) else MachineState.NOT_INSTALLED
