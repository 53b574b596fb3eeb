"""One virtual machine for the whole session: every test gets it running."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine.machine_under_test import MachineUnderTest
from vm.client import MachineClient
from vm.machine.machine_files import MachineFiles


@pytest.fixture(scope="session")
def session_machine() -> Iterator[MachineUnderTest]:
    folder = Path(tempfile.mkdtemp(prefix="marina-vm-"))  # short: it holds sockets
    machine = MachineUnderTest(MachineClient(MachineFiles.find(folder)))
    machine.shared.mkdir()
    machine.files.settings.write_text(json.dumps({"shared_folders": [str(machine.shared)]}))
    try:
        machine.start()
        yield machine
    finally:
        machine.client.quit()
        shutil.rmtree(folder)


@pytest.fixture
def machine(session_machine: MachineUnderTest) -> MachineUnderTest:
    """The session's machine, running: started again if an earlier test has stopped it."""
    session_machine.start()
    return session_machine
