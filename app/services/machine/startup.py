"""The start of the machine as data: what a start-up screen or a terminal shows of a status."""

from dataclasses import dataclass

from app.services.machine.virtual_machine import MachineState, MachineStatus, Step, StepState

HEADLINES = {
    MachineState.NOT_INSTALLED: "Marina's machine is not set up",
    MachineState.STOPPED: "The engine is stopped",
    MachineState.STARTING: "Starting the engine",
    MachineState.RUNNING: "The engine is running",
    MachineState.DEGRADED: "The engine is running, but slow",
    MachineState.RECONNECTING: "Reconnecting to the engine",
    MachineState.PAUSED: "The engine is paused",
    MachineState.SUSPENDED: "The engine is suspended",
    MachineState.STOPPING: "Stopping the engine",
    MachineState.FAILED: "The engine could not be started",
}


@dataclass(frozen=True, slots=True)
class Startup:
    """One moment of a start. `fraction` runs from 0 to 1, `seconds` adds up what the steps took so far."""

    headline: str
    steps: tuple[Step, ...]
    fraction: float
    seconds: float
    is_over: bool
    active: Step | None = None
    summary: str = ""
    details: str = ""
    what_to_do: str = ""


def describe_startup(status: MachineStatus) -> Startup:
    """Return what to show for a status."""
    active = next((step for step in status.steps if step.state is StepState.ACTIVE), None)
    problem = status.problem
    return Startup(
        headline=HEADLINES[status.state],
        steps=status.steps,
        fraction=min(max(status.progress, 0.0), 1.0),
        seconds=sum(step.seconds for step in status.steps if step.state is not StepState.WAITING),
        is_over=status.state not in (MachineState.STARTING, MachineState.RECONNECTING),
        active=active,
        summary=problem.summary if problem else "",
        details=problem.details if problem else "",
        what_to_do=problem.what_to_do if problem else "",
    )


class StepReport:
    """Tells of each step once, when it begins and when it ends: for a terminal that prints line by line."""

    def __init__(self) -> None:
        self._told: dict[str, StepState] = {}

    def changes(self, status: MachineStatus) -> list[Step]:
        """Return the steps whose state is new since the last call, in order."""
        fresh = [
            step for step in status.steps if self._told.get(step.name, StepState.WAITING) is not step.state
        ]
        self._told.update((step.name, step.state) for step in fresh)
        return fresh
