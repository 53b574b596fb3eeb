"""Puts the desktop together: the only file that sees views, view-models and services at once.

`python -m app` opens the window, or, where there is no display, does the same work and prints it.
"""

import argparse
import importlib
import logging
import logging.handlers
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.app_folders import AppFolders
from app.services.computer.browser import has_display
from app.services.computer.root_browser import is_root, root_environment

if TYPE_CHECKING:
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
    from app.viewmodels.desktop import DesktopViewModel

_LOG_BYTES = 1_000_000


class LazyAccess:
    """The user's machine and its engine, imported and made in a worker: after the window."""

    def __init__(self, folders: AppFolders) -> None:
        self._folders = folders
        self._lock = threading.Lock()
        self._logins: RegistryLogins | None = None
        self._machine: VirtualMachine | None = None
        self._client: EngineClient | None = None
        self._remote: RemoteMachine | None = None
        self._is_chosen = False
        self._drags: tempfile.TemporaryDirectory[str] | None = None

    def machine(self) -> "VirtualMachine":
        """Return the machine; see `Access`."""
        from app.services.machine.virtual_machine import VirtualMachine

        with self._lock:
            if self._machine is None:
                self._machine = VirtualMachine()
                if self._folders.update_record.exists():
                    from app.services.updates.at_start import note_good_start

                    note_good_start(self._folders)
            return self._machine

    def engine(self) -> "VirtualMachine | RemoteMachine":
        """Return what runs the engine that was chosen when Marina was started; see `Access`."""
        from app.services.remote.remote_machine import RemoteMachine

        with self._lock:
            if not self._is_chosen:
                chosen = self.engines().current()
                self._remote = RemoteMachine(chosen) if not chosen.is_machine else None
                self._is_chosen = True
        return self._remote or self.machine()

    def engines(self) -> "Engines":
        """Return the engines that the user knows; see `Access`."""
        from app.services.engine.engines import Engines

        return Engines(self._folders)

    def other_engines(self) -> "list[SourceEngine]":
        """Return engines to import from; see `Access`."""
        from app.services.migration.sources import find_sources

        own = [self.machine().docker_socket, self.client().socket_path]
        return find_sources(own, self.engines().list())

    def client(self) -> "EngineClient":
        """Return a client that keeps its connections; see `Access`."""
        engine, logins = self.engine(), self.logins()
        with self._lock:
            if self._client is None:
                self._client = engine.client()
                self._client.login_headers = logins.headers_for
                self._client.build_headers = logins.build_headers
            return self._client

    def logins(self) -> "RegistryLogins":
        """Return the user's sign-ins; see `Access`."""
        from app.services.images.key_store import KeyStore
        from app.services.images.registry_logins import RegistryLogins

        with self._lock:
            if self._logins is None:
                self._logins = RegistryLogins(self._folders.registry_logins, KeyStore())
            return self._logins

    def scanner(self) -> "Scanner":
        """Return what looks into images; see `Access`."""
        from app.services.images.scan.scan_store import ScanStore
        from app.services.images.scan.scanner import Scanner

        return Scanner(self.client(), ScanStore(self._folders.scans))

    def backups(self) -> "BackupPlans":
        """Return which volumes are backed up; see `Access`."""
        from app.services.containers.volume_backups import BackupPlans

        return BackupPlans(self._folders.backups)

    def start_at_login(self) -> "StartAtLogin":
        """Return what starts the machine at login; see `Access`."""
        from app.services.machine.at_login.start_at_login import StartAtLogin

        return StartAtLogin()

    def window_at_login(self) -> "WindowAtLogin":
        """Return what opens the window at login; see `Access`."""
        from app.services.machine.at_login.window_at_login import WindowAtLogin

        return WindowAtLogin()

    def docker_command(self) -> "DockerCommand":
        """Return what leads docker's programs to the machine; see `Access`."""
        from app.services.computer.docker_command import DockerCommand

        return DockerCommand(self.machine().docker_socket)

    def own_command(self) -> "OwnCommand":
        """Return what lets terminals find `marina`; see `Access`."""
        from app.services.computer.own_command import OwnCommand

        return OwnCommand()

    def lessons_folder(self) -> Path:
        """Return where the walkthroughs write; see `Access`."""
        return self._folders.lessons

    def drag_folder(self) -> Path:
        """Return a folder that is deleted at the end; see `Access`."""
        with self._lock:
            if self._drags is None:
                self._drags = tempfile.TemporaryDirectory(prefix="marina-drag-", ignore_cleanup_errors=True)
            return Path(self._drags.name)

    def updates(self) -> "Updates":
        """Return this installation's updates; see `Access`."""
        from app.services.updates.update_service import Updates

        return Updates(self._folders.updates, self._folders.downloads)

    def uninstaller(self) -> "Uninstaller":
        """Return what removes all but the window's own folders; see `Access`."""
        from app.services.computer.uninstall import Uninstaller

        return Uninstaller(
            self.machine(),
            self.logins(),
            self.start_at_login(),
            self.docker_command(),
            self.own_command(),
            self.window_at_login(),
        )

    def start_engine(
        self, on_status: "Callable[[MachineStatus], None]", cancelled: threading.Event
    ) -> "EngineClient":
        """Return a client of an engine that answers; see `Access`."""
        return self.engine().start_engine(on_status, cancelled)


def build_desktop_parser() -> argparse.ArgumentParser:
    """Return the parser of the desktop's options; its man page is made from it, too."""
    parser = argparse.ArgumentParser(prog="marina-desktop", description="Marina, a container desktop.")
    parser.add_argument(
        "--getting-started",
        action="store_true",
        help="run the getting-started container and print its address",
    )
    parser.add_argument("--demo", action="store_true", help="show the window over a made-up engine")
    parser.add_argument("--selftest", action="store_true", help="check that this installation is complete")
    parser.add_argument("--version", action="version", version=read_version())
    return parser


def read_version() -> str:
    """Return Marina's version."""
    return (files("resources") / "version.txt").read_text(encoding="utf-8").strip()


def write_log(folders: AppFolders) -> None:
    """Send log messages to the desktop's file; without one they are lost, which must stop nobody."""
    try:
        folders.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = logging.handlers.RotatingFileHandler(
            folders.desktop_log, maxBytes=_LOG_BYTES, backupCount=2, encoding="utf-8", delay=True
        )
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def end_log() -> None:
    """Close the file; who still logs does not make it anew."""
    root = logging.getLogger()
    for handler in tuple(root.handlers):
        root.removeHandler(handler)
        handler.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the desktop and return its exit code."""
    options = build_desktop_parser().parse_args(arguments)
    if options.selftest:
        from app.selftest import run_selftest

        return run_selftest()
    if options.demo:
        return run_demo()
    folders = AppFolders.find()
    write_log(folders)
    if folders.update_record.exists():
        from app.services.updates.at_start import put_in_place

        put_in_place(folders)
    if not has_display():
        from app.headless import run_headless

        return run_headless(options.getting_started)
    if is_root():
        os.environ.update(root_environment(folders.root_browser))  # before there are other threads
    from app.services.settings import SettingsFile
    from app.views.application import GETTING_STARTED, REMOVE, RENEW, REOPEN, run_application

    started_with = [GETTING_STARTED] if options.getting_started else []
    zoom = SettingsFile(folders.settings).load().zoom
    code = run_application(
        lambda: build_desktop(folders), str(folders.settings), started_with, read_version(), zoom
    )
    if code in (RENEW, REOPEN):
        from app.services.computer.restart import start_anew

        start_anew(without=[GETTING_STARTED] if code == REOPEN else [])
    if code == REMOVE:
        from app.services.computer.uninstall import remove_folders

        end_log()
        remove_folders(folders)
        return 0
    return code


def run_demo() -> int:
    """Show the window over the tests' fakes, which only a source tree has."""
    try:
        demo = importlib.import_module("tests.fakes.demo")  # by name: the program itself knows no tests
    except ModuleNotFoundError:
        sys.stderr.write("--demo needs Marina's source tree: its made-up engine is part of the tests.\n")
        return 2
    from app.services.settings import SettingsFile
    from app.viewmodels.desktop import DesktopViewModel
    from app.viewmodels.frame.preferences import Preferences
    from app.views.application import REMOVE, run_application

    with demo.DemoWorld() as world:
        settings = world.folder / "desktop.json"
        code = run_application(
            lambda: DesktopViewModel(world.access, Preferences(SettingsFile(settings))),
            str(settings),
            [],
            read_version(),
        )
    return 0 if code == REMOVE else code  # what the made-up machine had goes in any case


def build_desktop(folders: AppFolders) -> "DesktopViewModel":
    """Return the view-models over the user's own machine."""
    from app.services.fixed_settings import find_fixed_choices
    from app.services.settings import SettingsFile
    from app.viewmodels.desktop import DesktopViewModel
    from app.viewmodels.frame.preferences import Preferences

    fixed, choices = find_fixed_choices()
    preferences = Preferences(SettingsFile(folders.settings), fixed=choices, fixed_by=fixed.by)
    return DesktopViewModel(LazyAccess(folders), preferences)


if __name__ == "__main__":
    sys.exit(main())
