"""How view-models reach the services: made in a worker on first use, so that the window is up before them."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # `requests` takes 130 ms to import: only workers do it
    from app.services.computer.docker_command import DockerCommand
    from app.services.computer.own_command import OwnCommand
    from app.services.computer.uninstall import Uninstaller
    from app.services.containers.volume_backups import BackupPlans
    from app.services.engine.engine_client import EngineClient
    from app.services.engine.engines import Engines
    from app.services.images.registry_logins import RegistryLogins
    from app.services.images.scan.scanner import Scanner
    from app.services.machine.at_login.start_at_login import StartAtLogin
    from app.services.machine.at_login.window_at_login import WindowAtLogin
    from app.services.machine.virtual_machine import MachineStatus, VirtualMachine
    from app.services.migration.sources import SourceEngine
    from app.services.remote.remote_machine import RemoteMachine
    from app.services.updates.update_service import Updates


class Access(Protocol):
    """Both ways down. Call the methods in a worker only: the first call imports and connects."""

    def machine(self) -> "VirtualMachine":
        """Return the machine that runs the engine."""

    def engine(self) -> "VirtualMachine | RemoteMachine":
        """Return what runs the engine that is worked with: the machine, or an engine of another computer."""

    def engines(self) -> "Engines":
        """Return the engines that the user knows."""

    def other_engines(self) -> "list[SourceEngine]":
        """Return what may have things to import; none of them is asked for that."""

    def client(self) -> "EngineClient":
        """Return a client of the engine."""

    def logins(self) -> "RegistryLogins":
        """Return the user's sign-ins at registries; `client` sends them along."""

    def scanner(self) -> "Scanner":
        """Return what looks into images, and what it found before."""

    def backups(self) -> "BackupPlans":
        """Return which volumes are backed up where."""

    def start_at_login(self) -> "StartAtLogin":
        """Return what starts the machine when the user logs in."""

    def window_at_login(self) -> "WindowAtLogin":
        """Return what opens the window when the user logs in."""

    def docker_command(self) -> "DockerCommand":
        """Return what leads docker's own programs to the machine's engine."""

    def own_command(self) -> "OwnCommand":
        """Return what lets terminals find the command `marina`."""

    def lessons_folder(self) -> Path:
        """Return where the walkthroughs of the Learn page write."""

    def drag_folder(self) -> Path:
        """Return a folder for copies of what is dragged out of the window; it goes when Marina ends."""

    def updates(self) -> "Updates":
        """Return what looks for newer versions of Marina and fetches them."""

    def uninstaller(self) -> "Uninstaller":
        """Return what removes all that Marina keeps on this computer."""

    def start_engine(
        self, on_status: "Callable[[MachineStatus], None]", cancelled: threading.Event
    ) -> "EngineClient":
        """Start the machine unless it runs, wait for its engine and return a client of its own."""
