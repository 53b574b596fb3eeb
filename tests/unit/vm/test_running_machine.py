"""The end of a QEMU that answers nobody."""

import asyncio
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.unit.vm.test_suspension import RECORD
from vm.machine import running_machine
from vm.machine.machine_files import MachineFiles
from vm.machine.running_machine import RunningMachine


class SilentQemu:
    """Takes every command and answers none."""

    async def execute(self, command: str, **arguments: Any) -> Any:
        await asyncio.Event().wait()


async def test_a_qemu_that_does_not_answer_is_ended_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_machine, "QUIT_LIMIT", 0.05)
    with subprocess.Popen(["sleep", "1000"]) as process:
        machine = RunningMachine(MachineFiles.find(tmp_path), RECORD, psutil.Process(process.pid))
        machine._qmp = SilentQemu()  # type: ignore[assignment]
        await machine.quit()
        assert not psutil.pid_exists(process.pid)
    assert machine.gone.is_set()
