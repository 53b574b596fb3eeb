"""What leaves the computer with Marina, besides the machine's files."""

from pathlib import Path

import pytest

from app.services.app_folders import AppFolders
from app.services.computer.docker_command import DockerCommand
from app.services.computer.own_command import OwnCommand
from app.services.computer.uninstall import Uninstaller, remove_folders
from app.services.images.key_store import KeyStore
from app.services.images.registry_logins import RegistryLogins
from app.services.machine.at_login.start_at_login import StartAtLogin
from app.services.machine.at_login.window_at_login import WindowAtLogin
from app.services.machine.virtual_machine import VirtualMachine
from app.services.updates.installation import Installation, Way
from tests.fakes.fake_access import NO_SUPERVISOR, FakeKeyring


def test_what_other_services_keep_goes_too_and_twice_is_fine(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    keyring.set_password("Marina: ghcr.io", "ann", "secret")
    names = tmp_path / "registries.json"
    names.write_text('{"ghcr.io": "ann"}')
    logins = RegistryLogins(names, KeyStore(keyring))
    docker = DockerCommand("/run/docker.sock", {"DOCKER_CONFIG": str(tmp_path / "docker")})
    docker.turn_on()
    at_login = StartAtLogin(tmp_path / "home", "linux")
    at_login.turn_on()
    own = OwnCommand(Path("/usr/bin/true"), tmp_path / "home", {"PATH": ""}, "linux")
    own.turn_on()
    window = WindowAtLogin(tmp_path / "home", "linux")
    window.turn_on()
    uninstaller = Uninstaller(
        VirtualMachine(tmp_path / "m", NO_SUPERVISOR), logins, at_login, docker, own, window
    )
    for _ in range(2):
        uninstaller.remove(data=True)
        assert keyring.passwords == {}
        assert not at_login.is_on()
        assert not at_login.entry.path.exists()
        assert not (tmp_path / "docker").exists()
        assert not own.link.is_symlink()
        assert not window.is_on()
        assert not (tmp_path / "m").exists()


def test_the_last_folders_go_with_what_is_in_them(tmp_path: Path) -> None:
    folders = AppFolders(tmp_path / "config", tmp_path / "cache", tmp_path / "marina" / "log")
    for folder in (folders.config / "learn", folders.downloads, folders.logs):
        folder.mkdir(parents=True)
        (folder / "file").touch()
    remove_folders(folders)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("linux-amd64-deb", "sudo apt purge marina"),
        ("linux-amd64-portable", "sh '/home/a b/marina-program/install.sh' --remove"),
        ("darwin-arm64-app", ""),
        ("", ""),
    ],
)
def test_how_the_program_goes_depends_on_how_it_came(kind: str, command: str) -> None:
    assert Installation(Way.NONE, Path("/home/a b/marina-program"), kind).removal == command
