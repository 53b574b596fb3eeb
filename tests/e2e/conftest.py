"""One home with one machine for all end-to-end tests; only parts that users have, driven from outside."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.docker_tools import docker_program
from tests.support.machine_folder import machine_folder
from vm.client import MachineClient
from vm.machine.machine_files import MachineFiles

PROJECT = Path(__file__).parents[2]
BOOT_SECONDS = 240
"""Longest start of an emulated machine on a busy computer."""


@dataclass(frozen=True)
class Home:
    """A user's Marina, all of it below one folder."""

    folder: Path
    machine: MachineClient

    def environment(self, **values: str) -> dict[str, str]:
        """Return the environment of a user without a display, but for `values`."""
        inherited = {
            name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")
        }
        inherited.pop("QT_QPA_PLATFORM", None)
        return (
            inherited
            | {"MARINA_HOME": str(self.folder), "HOME": str(self.folder), "LANG": "C.UTF-8"}
            | values
        )

    def docker(self, *arguments: str, limit: float = 240) -> str:
        """Run the docker command line and return what it prints; it must succeed."""
        done = subprocess.run(
            self.docker_command(*arguments),
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=limit,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def docker_command(self, *arguments: str) -> list[str]:
        """Return the docker command line for this machine's socket."""
        return [docker_program(), "-H", f"unix://{self.machine.files.docker_socket}", *arguments]


@pytest.fixture(scope="session")
def home() -> Iterator[Home]:
    """A new home; its machine is started by whoever needs it first, and ends with the session."""
    with machine_folder("marina-e2e-") as folder:
        yield Home(folder, MachineClient(MachineFiles.find(folder)))
