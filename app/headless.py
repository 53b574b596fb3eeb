"""What `python -m app` does where there is no display: the same work, told line by line."""

import shutil
import sys
from pathlib import Path

from app.services.errors import UserError
from app.services.learn.getting_started import TITLES, GettingStarted, Phase, Progress
from app.services.machine.startup import StepReport
from app.services.machine.virtual_machine import MachineStatus, StepState, VirtualMachine


class _Report:
    """Prints each step and phase once, on standard error: standard output is for the address."""

    def __init__(self) -> None:
        self._steps = StepReport()
        self._phase: Phase | None = None
        self._machine: MachineStatus | None = None

    def tell_machine(self, status: MachineStatus) -> None:
        """Print the steps that ended since the last time."""
        for step in self._steps.changes(status):
            if step.state is StepState.DONE:
                _tell(f"  {step.title}: {step.seconds:.1f} s")

    def tell_story(self, progress: Progress) -> None:
        """Print the phase when it is a new one."""
        if progress.machine is not None and progress.machine is not self._machine:
            self._machine = progress.machine
            self.tell_machine(progress.machine)
        if progress.phase is not self._phase:
            self._phase = progress.phase
            if progress.phase is not Phase.OPENED:  # nothing is: the address is for whoever has a browser
                _tell(f"{TITLES[progress.phase]} …")


def run_headless(getting_started: bool) -> int:
    """Start the machine, run getting-started when asked, print its address; return the exit code."""
    report = _Report()
    try:
        machine = VirtualMachine()
        if not getting_started:
            _tell("No display: starting the engine without a window.")
            machine.start(report.tell_machine)
            _tell(f"The engine answers at {machine.docker_socket}")
            _tell_end()
            return 0
        _tell("No display: running getting-started without a window.")
        story = GettingStarted(machine.start_engine, report.tell_story)
        url = story.run().url
    except UserError as error:
        for part in (error.summary, error.details, error.what_to_do):
            if part:
                _tell(part)
        return 1
    except KeyboardInterrupt:
        return 130
    _tell_end()
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()
    return 0


def _tell_end() -> None:
    """Say how to end what goes on by itself; a source tree's command is on no path."""
    command = "marina" if shutil.which("marina") else Path(sys.executable).with_name("marina")
    _tell(f"The machine runs on. To stop it: {command} stop")


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
