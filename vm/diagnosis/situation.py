"""What a check is, and what all checks share."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vm.client import MachineClient
from vm.diagnosis.report import Verdict
from vm.machine.machine_files import MachineFiles
from vm.machine.settings import MachineSettings
from vm.machine.status import MachineState, MachineStatus

RUNS = (MachineState.RUNNING, MachineState.DEGRADED, MachineState.RECONNECTING)
NOT_RUNNING = "The machine does not run, or is held."


@dataclass
class Situation:
    """What the checks share: the machine's folders, and what earlier checks have found."""

    client: MachineClient
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    status: MachineStatus | None = None
    settings: MachineSettings | None = None

    @property
    def files(self) -> MachineFiles:
        """The machine's names on disk."""
        return self.client.files

    @property
    def runs(self) -> bool:
        """Whether the supervisor says that there is a machine."""
        return self.status is not None and self.status.state in RUNS


Outcome = tuple[Verdict, str, str]
"""Verdict, details, fix."""


@dataclass(frozen=True, slots=True)
class Check:
    """A named check."""

    name: str
    title: str
    look: Callable[[Situation], Outcome]


def ok(details: str = "") -> Outcome:
    """Return a good outcome."""
    return Verdict.OK, details, ""
