"""The steps of a start, as a terminal tells them."""

from app.services.machine.virtual_machine import MachineStatus, Step, StepState


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
