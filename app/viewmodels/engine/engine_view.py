"""The engine's state as every view shows it: one frozen value, made from the machine's own status."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.viewmodels.failure import Failure
from app.viewmodels.wording.service_texts import say

if TYPE_CHECKING:  # it imports `requests`: only workers do
    from app.services.machine.virtual_machine import MachineStatus, Problem


class EngineState(StrEnum):
    """The machine's states, and `CONTACTING` before the first word from it."""

    CONTACTING = "contacting"
    NOT_INSTALLED = "not-installed"
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    DEGRADED = "degraded"
    RECONNECTING = "reconnecting"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    STOPPING = "stopping"
    FAILED = "failed"


DISK_NEARLY_FULL = 0.9

TONES = {
    EngineState.CONTACTING: "idle",
    EngineState.NOT_INSTALLED: "idle",
    EngineState.STOPPED: "idle",
    EngineState.STARTING: "warn",
    EngineState.RUNNING: "ok",
    EngineState.DEGRADED: "warn",
    EngineState.RECONNECTING: "warn",
    EngineState.PAUSED: "warn",
    EngineState.SUSPENDED: "idle",
    EngineState.STOPPING: "warn",
    EngineState.FAILED: "err",
}


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of the start; times in seconds, `state` is "waiting", "active", "done" or "failed"."""

    title: str
    state: str
    seconds: float = 0.0
    limit: float = 0.0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class EngineView:
    """Everything the window says about the engine. `uptime` in seconds, memory and disk in bytes."""

    state: EngineState = EngineState.CONTACTING
    steps: tuple[StepView, ...] = ()
    progress: float = 0.0
    failure: Failure | None = None
    accelerator: str = ""
    accelerator_reason: str = ""
    uptime: float = 0.0
    boot_seconds: float = 0.0
    cpu_percent: int | None = None  # of all processors the machine has; None where it is not known
    memory_bytes: int = 0
    memory_limit_bytes: int = 0
    disk_bytes: int = 0
    disk_limit_bytes: int = 0
    cpus: int = 0
    warnings: tuple[str, ...] = ()
    remote: str = ""  # the name of an engine that another computer runs

    @property
    def tone(self) -> str:
        """Return the colour token of the state's dot."""
        return TONES[self.state]

    @property
    def word(self) -> str:
        """Return the state in words, with the share done while starting, and whose state it is."""
        return f"{self.remote}: {self._word}" if self.remote else self._word

    @property
    def _word(self) -> str:
        translate = QCoreApplication.translate
        if self.state is EngineState.STARTING:
            return translate("EngineView", "Starting {0} %").format(int(self.progress * 100))
        return {
            EngineState.CONTACTING: translate("EngineView", "Looking for the engine…"),
            EngineState.NOT_INSTALLED: translate("EngineView", "Not set up"),
            EngineState.STOPPED: translate("EngineView", "Stopped"),
            EngineState.RUNNING: translate("EngineView", "Engine running"),
            EngineState.DEGRADED: translate("EngineView", "Slow"),
            EngineState.RECONNECTING: translate("EngineView", "Reconnecting"),
            EngineState.PAUSED: translate("EngineView", "Paused"),
            EngineState.SUSPENDED: translate("EngineView", "Suspended"),
            EngineState.STOPPING: translate("EngineView", "Stopping"),
            EngineState.FAILED: translate("EngineView", "Error"),
        }[self.state]

    @property
    def can_be_used(self) -> bool:
        """Return whether requests make sense."""
        return self.state in (EngineState.RUNNING, EngineState.DEGRADED)

    @property
    def is_asleep(self) -> bool:
        """Return whether all is as it was, and goes on once something is asked for."""
        return self.state in (EngineState.PAUSED, EngineState.SUSPENDED)

    @property
    def can_start(self) -> bool:
        """Return whether starting makes sense."""
        return self.state in (
            EngineState.STOPPED,
            EngineState.PAUSED,
            EngineState.SUSPENDED,
            EngineState.FAILED,
            EngineState.NOT_INSTALLED,
        )

    @property
    def can_pause(self) -> bool:
        """Return whether pausing makes sense: another computer's engine is not ours to hold."""
        return not self.remote and self.can_be_used

    @property
    def can_stop(self) -> bool:
        """Return whether stopping makes sense: from every state in which something may run."""
        return not self.remote and self.state in (
            EngineState.RUNNING,
            EngineState.DEGRADED,
            EngineState.RECONNECTING,
            EngineState.PAUSED,
            EngineState.SUSPENDED,
            EngineState.STARTING,
        )

    @property
    def is_disk_nearly_full(self) -> bool:
        """Return whether it is time to clean up: images and volumes would soon not fit any more."""
        return bool(self.disk_limit_bytes) and self.disk_bytes >= DISK_NEARLY_FULL * self.disk_limit_bytes

    @property
    def is_slow_machine(self) -> bool:
        """Return whether the machine runs without the processor's help."""
        return self.accelerator == "tcg"


def build_engine_view(status: "MachineStatus") -> EngineView:
    """Return the view of a machine's status."""
    return EngineView(
        state=_state_of(status),
        steps=tuple(
            StepView(say(step.title), step.state.value, step.seconds, step.limit, say(step.detail))
            for step in status.steps
        ),
        progress=min(max(status.progress, 0.0), 1.0),
        failure=_describe_problem(status.problem),
        accelerator=status.accelerator,
        accelerator_reason=say(status.accelerator_reason),
        uptime=status.uptime,
        boot_seconds=status.boot_seconds,
        memory_bytes=status.memory_bytes,
        memory_limit_bytes=status.memory_limit_bytes,
        disk_bytes=status.disk_bytes,
        disk_limit_bytes=status.disk_limit_bytes,
        cpus=status.cpus,
        warnings=tuple(map(say, status.warnings)),
    )


def _state_of(status: "MachineStatus") -> EngineState:
    """Return the machine's state; one that failed for want of image or QEMU is not set up."""
    is_missing = any((step.name, step.state.value) == ("image", "failed") for step in status.steps)
    if is_missing and status.state.value == EngineState.FAILED.value:
        return EngineState.NOT_INSTALLED
    return EngineState(status.state.value)


def _describe_problem(problem: "Problem | None") -> Failure | None:
    if problem is None:
        return None
    return Failure(say(problem.summary), say(problem.details), say(problem.what_to_do), "machine-failed")
