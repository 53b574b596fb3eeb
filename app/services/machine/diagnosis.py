"""Diagnoses of the machine, as commands and the window ask for them."""

from pathlib import Path

from app.services.errors import UserError
from vm.client import MachineClient
from vm.diagnosis.bundle import write_bundle
from vm.diagnosis.checks import diagnose
from vm.diagnosis.report import Finding, Report, Verdict
from vm.errors import UserError as MachineError
from vm.machine.machine_files import MachineFiles

__all__ = ["Finding", "Report", "Verdict", "run_diagnosis"]


def run_diagnosis(
    machine: MachineClient | None = None, *, network: bool = False, bundle: Path | None = None
) -> tuple[Report, list[str]]:
    """Look at each hop to `machine` (None: the user's own); `bundle`: write the evidence there. Blocks.

    Returns the report and the names of what was packed. Raises UserError.
    """
    try:
        client = machine or MachineClient(MachineFiles.find())
        report = diagnose(client, network=network)
        return report, write_bundle(client, report, bundle) if bundle is not None else []
    except MachineError as error:
        raise UserError(error.summary, error.details, error.what_to_do) from error
