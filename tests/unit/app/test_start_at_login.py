"""The start at login on each system: what is written, and that it is taken back."""

import configparser
import getpass
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import main
from app.services.errors import UserError
from app.services.machine.at_login import start_at_login, systemd_unit, windows_task
from app.services.machine.at_login.launch_agent import launch_agent
from app.services.machine.at_login.start_at_login import StartAtLogin, StartState, start_command
from app.services.machine.at_login.systemd_unit import SystemdUnit

COMMAND = ["/opt/My Marina/100%/marina", "start"]


def test_the_systemd_unit_starts_and_stops_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    monkeypatch.setattr(systemd_unit, "working_folder", lambda: Path("/opt/50%"))
    unit.read_string(SystemdUnit(Path("/home/me"), COMMAND).text())
    assert unit["Service"]["ExecStart"] == '"/opt/My Marina/100%%/marina" "start"'
    assert unit["Service"]["ExecStop"] == '"/opt/My Marina/100%%/marina" "stop"'
    assert unit["Service"]["RemainAfterExit"] == "yes", "the supervisor is in its group"
    assert unit["Service"]["WorkingDirectory"] == "/opt/50%%"
    assert unit["Install"]["WantedBy"] == "default.target"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path) -> None:
    path = tmp_path / "marina.service"
    path.write_text(SystemdUnit(tmp_path, ["/bin/true", "start"]).text())
    result = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", str(path)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "marina.service:" not in result.stderr


def test_the_launchd_agent_leaves_the_supervisor_running() -> None:
    agent = plistlib.loads(launch_agent(Path("/home/me"), "org.marina.x", COMMAND).text.encode())
    assert agent["ProgramArguments"] == COMMAND
    assert agent["RunAtLoad"] is True
    assert agent["AbandonProcessGroup"] is True
    assert "KeepAlive" not in agent, "a stopped machine stays stopped"


def test_the_windows_task_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []

    def run(command: list[str]) -> int:
        calls.append(command)
        return 0

    monkeypatch.setattr(windows_task, "run_quietly", run)
    windows_task.WindowsTask("Marina", COMMAND).turn_on()
    [call] = calls
    assert call[call.index("/TR") + 1] == '"/opt/My Marina/100%/marina" start'
    assert call[call.index("/SC") + 1] == "ONLOGON"
    assert call[call.index("/RL") + 1] == "LIMITED"


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_it_is_turned_on_and_off(tmp_path: Path, platform: str) -> None:
    login = StartAtLogin(tmp_path, platform)
    assert not login.is_on()
    login.turn_off()
    login.turn_on()
    login.turn_on()
    assert StartAtLogin(tmp_path, platform).is_on()
    assert start_command()[-2] in login.entry.path.read_text()
    login.turn_off()
    assert not login.is_on()
    assert not login.entry.path.exists()


def test_windows_is_asked_through_its_own_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def run(command: list[str]) -> int:
        calls.append(command[1])
        return 0

    monkeypatch.setattr(windows_task, "run_quietly", run)
    login = StartAtLogin(tmp_path, "win32")
    login.turn_on()
    assert login.is_on()
    login.turn_off()
    assert calls == ["/Create", "/Query", "/Query", "/Delete"]
    monkeypatch.setattr(windows_task, "run_quietly", lambda command: 1)
    with pytest.raises(UserError, match="cannot be set up") as failure:
        login.turn_on()
    assert failure.value.details == "Marina: schtasks refuses"
    assert not login.is_on()


def test_a_home_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / ".config").write_text("a file")
    with pytest.raises(UserError, match="cannot be set up"):
        StartAtLogin(tmp_path, "linux").turn_on()


def test_a_packaged_program_starts_the_one_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/marina/marina-desktop")
    assert start_command() == ["/opt/marina/marina", "start"]


@pytest.mark.skipif(sys.platform == "win32", reason="the task would be the tester's own")
def test_the_command_line_turns_it_on_and_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(start_at_login, "LINGER", tmp_path / "linger")
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    for words in (["on"], [], ["off"], []):
        assert main(["start-at-login", *words]) == 0
    told = capfd.readouterr()
    assert told.out.split() == ["on", "off"]
    if sys.platform == "linux":
        user = getpass.getuser()
        assert f"before anybody logs in: loginctl enable-linger {user}" in told.err
        (tmp_path / "linger").mkdir()
        (tmp_path / "linger" / user).touch()
        assert main(["start-at-login", "on"]) == 0
        told = capfd.readouterr()
        assert "starts with the computer, before you log in." in told.err
        assert f"when you log in only: loginctl disable-linger {user}" in told.err
        assert main(["start-at-login", "off"]) == 0
        assert f"To end that: loginctl disable-linger {user}" in capfd.readouterr().err


def test_only_systemd_has_a_start_before_the_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_at_login, "LINGER", tmp_path / "linger")
    monkeypatch.setattr(windows_task, "run_quietly", lambda command: 1)  # no task of Windows
    monkeypatch.setattr(shutil, "which", lambda name: "")
    for platform in ("linux", "darwin", "win32"):
        assert StartAtLogin(tmp_path, platform).state() == StartState(at_login=False)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    for platform in ("darwin", "win32"):
        assert StartAtLogin(tmp_path, platform).state() == StartState(at_login=False)
    user = getpass.getuser()
    login = StartAtLogin(tmp_path, "linux")
    assert login.state() == StartState(False, boot_command=f"loginctl enable-linger {user}")
    (tmp_path / "linger").mkdir()
    (tmp_path / "linger" / user).touch()
    undo = f"loginctl disable-linger {user}"
    assert login.state() == StartState(False, undo_command=undo)  # other programs of the user's do
    login.turn_on()
    assert login.state() == StartState(True, before_login=True, undo_command=undo)
