"""The user's machine, as an update sees it."""

from app.services.machine.virtual_machine import MachineState, VirtualMachine

AT_REST = (MachineState.STOPPED, MachineState.NOT_INSTALLED)


class MachineKeeper:
    """Ends the machine and keeps its data; see `DataKeeper`."""

    def __init__(self, machine: VirtualMachine) -> None:
        self._machine = machine

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing of the machine would be interrupted; a suspended one would lose its memory."""
        return self._machine.status().state in AT_REST

    def end_machine(self) -> None:
        """Stop machine and supervisor."""
        self._machine.quit()

    def keep_data(self, version: str) -> str | None:
        """Take a snapshot, and give up the one of the update before."""
        return self._machine.data.snapshot_before_update(version)
