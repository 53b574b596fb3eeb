"""One virtual machine for the whole session: every test gets it running."""

import json
from collections.abc import Iterator

import pytest

from tests.machine.machine_under_test import MachineUnderTest
from tests.support.machine_folder import machine_folder
from vm.client import MachineClient
from vm.machine.machine_files import MachineFiles


@pytest.fixture(scope="session")
def session_machine() -> Iterator[MachineUnderTest]:
    with machine_folder("marina-vm-") as folder:
        machine = MachineUnderTest(MachineClient(MachineFiles.find(folder)))
        machine.shared.mkdir()
        # never suspended by itself, however long the tests take that do not use it
        settings = {"shared_folders": [str(machine.shared)], "idle_minutes": 0}
        machine.files.settings.write_text(json.dumps(settings))
        machine.start()
        yield machine


@pytest.fixture
def machine(session_machine: MachineUnderTest) -> MachineUnderTest:
    """The session's machine, running: started again if an earlier test has stopped it."""
    session_machine.start()
    return session_machine
