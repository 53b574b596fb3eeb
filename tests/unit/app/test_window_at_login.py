"""The window at login on each system: what is written, and that it is taken back."""

import plistlib
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import main
from app.services.errors import UserError
from app.services.machine.at_login import windows_task
from app.services.machine.at_login.autostart_entry import autostart_entry
from app.services.machine.at_login.window_at_login import WindowAtLogin, window_command

BACKSLASH = chr(92)


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_it_is_turned_on_and_off(tmp_path: Path, platform: str) -> None:
    window = WindowAtLogin(tmp_path, platform)
    assert not window.is_on()
    window.turn_off()
    window.turn_on()
    window.turn_on()
    assert WindowAtLogin(tmp_path, platform).is_on()
    assert window_command()[0] in window.entry.path.read_text()
    if platform == "darwin":
        assert plistlib.loads(window.entry.path.read_bytes())["Label"] == "org.marina.window"
    window.turn_off()
    assert not window.is_on()
    assert not window.entry.path.parent.exists()


def test_an_entry_names_a_program_whatever_its_path_is() -> None:
    lines = autostart_entry(Path("/home/me"), ['/opt/My $1/50%/"x"/marina-desktop']).text.splitlines()
    [told] = [line.removeprefix("Exec=") for line in lines if line.startswith("Exec=")]
    # as it is read: escapes of the file, then a shell's quotes, then field codes
    words = told.replace(2 * BACKSLASH, BACKSLASH)
    read = subprocess.run(["sh", "-c", f"printf %s {words}"], capture_output=True, text=True, check=True)
    assert read.stdout.replace("%%", "%") == '/opt/My $1/50%/"x"/marina-desktop'


def test_windows_is_asked_through_its_own_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, str]] = []

    def run(command: list[str]) -> int:
        calls.append((command[1], command[command.index("/TN") + 1]))
        return 0

    monkeypatch.setattr(windows_task, "run_quietly", run)
    window = WindowAtLogin(tmp_path, "win32")
    window.turn_on()
    window.turn_off()
    assert calls == [(way, "Marina-window") for way in ("/Create", "/Query", "/Delete")]
    monkeypatch.setattr(windows_task, "run_quietly", lambda command: 1)
    with pytest.raises(UserError):
        window.turn_on()


def test_a_home_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / ".config").write_text("a file")
    with pytest.raises(UserError, match="cannot be changed"):
        WindowAtLogin(tmp_path, "linux").turn_on()


@pytest.mark.skipif(sys.platform == "win32", reason="the task would be the tester's own")
def test_the_command_line_turns_it_on_and_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for words in (["on"], [], ["off"], []):
        assert main(["window-at-login", *words]) == 0
    assert capfd.readouterr().out.split() == ["on", "off"]
