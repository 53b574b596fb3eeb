"""The services over the fakes' sockets, as view-models reach them."""

import http.client
import sys
import threading
from pathlib import Path
from typing import Any

import requests

from app.services.app_folders import AppFolders
from app.services.computer.docker_command import DockerCommand
from app.services.computer.own_command import OwnCommand
from app.services.computer.uninstall import Uninstaller
from app.services.containers.volume_backups import BackupPlans
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_transport import StreamConnection
from app.services.engine.engines import Engines
from app.services.images.key_store import KeyStore
from app.services.images.registry_logins import RegistryLogins
from app.services.images.scan.scan_store import ScanStore
from app.services.images.scan.scanner import Scanner
from app.services.machine.at_login.start_at_login import StartAtLogin
from app.services.machine.at_login.window_at_login import WindowAtLogin
from app.services.machine.virtual_machine import StatusCallback, VirtualMachine
from app.services.migration.sources import SourceEngine
from app.services.remote.remote_machine import RemoteMachine
from app.services.updates.update_service import Updates
from tests.fakes.fake_engine import FakeEngine

NO_SUPERVISOR = (sys.executable, "-c", "raise SystemExit('the machine is a fake')")
"""What a call starts that comes after the fake's end: a real supervisor would start a real machine."""


class FakeKeyring:
    """A key store in memory, as a backend of `keyring`."""

    priority = 5.0

    def __init__(self) -> None:
        self.passwords: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept."""
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        self.passwords[(service, username)] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget it."""
        del self.passwords[(service, username)]


class WorkersClient(EngineClient):
    """A client that only workers may use: the window's thread would stand still until the engine answers."""

    def request(self, *values: Any, **options: Any) -> requests.Response:
        """Send a request from a worker."""
        assert threading.current_thread() is not threading.main_thread(), f"the window waits for {values}"
        return super().request(*values, **options)

    def open_stream(self, *values: Any, **options: Any) -> tuple[StreamConnection, http.client.HTTPResponse]:
        """Open a stream from a worker."""
        assert threading.current_thread() is not threading.main_thread(), f"the window waits for {values}"
        return super().open_stream(*values, **options)


class FakeAccess:
    """See `app.viewmodels.access.Access`; `folder` holds the fake machine's socket."""

    def __init__(self, folder: Path, engine: FakeEngine) -> None:
        self._folder, self._engine = folder, engine
        self._client = WorkersClient(engine.socket_path, connect_timeout=20.0, read_timeout=20.0)
        self.key_store = KeyStore(FakeKeyring())
        self.others: list[SourceEngine] = []
        self._logins: RegistryLogins | None = None
        self._client.login_headers = lambda reference: self.logins().headers_for(reference)
        self._client.build_headers = lambda: self.logins().build_headers()

    def machine(self) -> VirtualMachine:
        """Return the machine of the folder."""
        return VirtualMachine(self._folder, NO_SUPERVISOR)

    def engine(self) -> VirtualMachine | RemoteMachine:
        """Return the machine, or the engine that was chosen before somebody asked."""
        chosen = self.engines().current()
        return self.machine() if chosen.is_machine else RemoteMachine(chosen)

    def engines(self) -> Engines:
        """Return a list in the test's folder."""
        return Engines(AppFolders(self._folder, self._folder, self._folder))

    def other_engines(self) -> list[SourceEngine]:
        """Return those that a test has set up."""
        return self.others

    def client(self) -> EngineClient:
        """Return the one client."""
        return self._client

    def logins(self) -> RegistryLogins:
        """Return sign-ins over `key_store`, which a test may replace before anybody asks."""
        if self._logins is None:
            self._logins = RegistryLogins(self._folder / "registries.json", self.key_store)
        return self._logins

    def scanner(self) -> Scanner:
        """Return the scanner of the fake engine, which keeps what it finds in the test's folder."""
        return Scanner(self._client, ScanStore(self._folder / "scans"))

    def backups(self) -> BackupPlans:
        """Return plans in the test's folder."""
        return BackupPlans(self._folder / "backups.json")

    def start_at_login(self) -> StartAtLogin:
        """Return what is set up in a home folder of the test's."""
        return StartAtLogin(self._folder / "home", "linux")

    def window_at_login(self) -> WindowAtLogin:
        """Return what is set up in a home folder of the test's."""
        return WindowAtLogin(self._folder / "home", "linux")

    def docker_command(self) -> DockerCommand:
        """Return what leads the docker command of a test's home to the fake engine."""
        environment = {"DOCKER_CONFIG": str(self._folder / "docker"), "PATH": str(self._folder)}
        return DockerCommand(
            str(self._engine.socket_path), environment, self._folder / "usual.sock", platform="linux"
        )

    def own_command(self) -> OwnCommand:
        """Return what puts a program of the test's into a home of its own."""
        program = self._folder / "program" / "marina"
        program.parent.mkdir(exist_ok=True)
        program.touch(mode=0o755)
        return OwnCommand(program, self._folder / "home", {"PATH": str(self._folder / "bin")}, "linux")

    def lessons_folder(self) -> Path:
        """Return a folder of the test's."""
        return self._folder / "learn"

    def drag_folder(self) -> Path:
        """Return a folder of the test's."""
        folder = self._folder / "drag"
        folder.mkdir(exist_ok=True)
        return folder

    def updates(self) -> Updates:
        """Return the updates of this source tree, which knows no server; a test replaces the method."""
        return Updates(self._folder / "updates", self._folder / "downloads")

    def uninstaller(self) -> Uninstaller:
        """Return what removes the files in the test's folder."""
        return Uninstaller(
            self.machine(),
            self.logins(),
            self.start_at_login(),
            self.docker_command(),
            self.own_command(),
            self.window_at_login(),
        )

    def start_engine(self, on_status: StatusCallback, cancelled: threading.Event) -> EngineClient:
        """Start the fake machine and return a client of its own."""
        self.machine().start_engine(on_status, cancelled).close()
        return WorkersClient(self._engine.socket_path, connect_timeout=20.0, read_timeout=20.0)

    def close(self) -> None:
        """Close the client's connections."""
        self._client.close()
