"""One virtual machine for the whole session: every test gets it running."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine.machine_under_test import MachineUnderTest
from tests.support.machine_folder import machine_folder
from vm.client import MachineClient
from vm.machine.machine_files import MachineFiles

LIMIT = 900
"""Seconds for a test: some boot the machine three times, a minute each on a busy computer."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(LIMIT))


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
