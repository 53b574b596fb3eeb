"""Terminals find the command `marina` when the user says so; the way back leaves nothing of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import main
from app.services.computer import own_command
from app.services.computer.own_command import EXPORT, OwnCommand, OwnCommandState, own_program
from app.services.computer.user_path import holds_folder, with_folder, without_folder
from app.services.errors import UserError


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The command line's program as an installation has it."""
    path = tmp_path / "opt" / "marina"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\necho it is found\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home folder."""
    path = tmp_path / "home"
    path.mkdir()
    return path


def make_command(program: Path, home: Path, platform: str = "linux", path: str = "") -> OwnCommand:
    return OwnCommand(program, home, {"PATH": path or "/usr/bin:/bin"}, platform)


def test_a_shell_finds_it_and_the_way_back_leaves_nothing(program: Path, home: Path) -> None:
    folder = home / ".local" / "bin"
    command = make_command(program, home, path=f"{folder}:/usr/bin:/bin")
    assert command.state() == OwnCommandState(place=str(folder / "marina"))
    for _ in range(2):
        command.turn_on()
        state = command.state()
        assert (state.is_on, state.found, state.waits, state.command) == (True, state.place, False, "")
    told = subprocess.run(
        ["sh", "-c", "marina"], env={"PATH": f"{folder}:/usr/bin:/bin"}, capture_output=True, text=True,
        check=True, timeout=30,
    )  # fmt: skip
    assert told.stdout == "it is found\n"
    command.turn_off()
    command.turn_off()
    assert list(home.iterdir()) == []


def test_a_folder_that_the_session_does_not_know_yet_waits_for_the_next_login(
    program: Path, home: Path
) -> None:
    (home / ".profile").write_text('[ -d "$HOME/.local/bin" ] && PATH="$HOME/.local/bin:$PATH"\n')
    command = make_command(program, home)
    command.turn_on()
    state = command.state()
    assert (state.is_on, state.found, state.waits, state.command) == (True, "", True, "")


def test_where_no_login_looks_there_the_command_that_helps_is_told(program: Path, home: Path) -> None:
    command = make_command(program, home)
    command.turn_on()
    told = command.state().command
    subprocess.run(["sh", "-c", told], env={"HOME": str(home), "PATH": os.defpath}, check=True, timeout=30)
    assert (home / ".profile").read_text() == f"{EXPORT}\n"
    assert (command.state().waits, command.state().command) == (True, "")
    found = subprocess.run(
        ["sh", "-c", ". ./.profile; command -v marina"], env={"HOME": str(home), "PATH": os.defpath},
        cwd=home, capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert found.stdout.strip() == str(command.link)


def test_what_belongs_to_another_program_stays(program: Path, home: Path) -> None:
    command = make_command(program, home)
    command.link.parent.mkdir(parents=True)
    command.link.write_text("theirs")
    with pytest.raises(UserError, match="Another program is called marina"):
        command.turn_on()
    command.turn_off()
    assert command.link.read_text() == "theirs"
    assert not command.state().is_on
    command.link.unlink()
    command.link.symlink_to(home / "gone")  # that program is gone: the place is free
    command.turn_on()
    assert command.state().is_on


def test_a_mac_gets_a_line_that_goes_again(program: Path, home: Path) -> None:
    profile = home / ".zprofile"
    command = make_command(program, home, "darwin")
    command.turn_on()
    command.turn_on()
    assert profile.read_text() == f"{EXPORT} # added by Marina\n"
    assert command.state() == OwnCommandState(is_on=True, place=str(command.link))
    command.turn_off()
    assert not profile.exists()
    profile.write_text("alias x=y")
    profile.chmod(0o600)
    command.turn_on()
    assert profile.read_text().startswith(f"alias x=y\n{EXPORT}")
    command.turn_off()
    assert (profile.read_text(), profile.stat().st_mode & 0o777) == ("alias x=y\n", 0o600)


def test_a_macs_file_that_cannot_be_read_is_told_and_stays(program: Path, home: Path) -> None:
    (home / ".zprofile").write_bytes(b"\xff\xfe")
    command = make_command(program, home, "darwin")
    with pytest.raises(UserError, match="cannot be changed"):
        command.turn_on()
    assert (home / ".zprofile").read_bytes() == b"\xff\xfe"


class FakeRegistry:
    """The user's `Path` in memory; `refuses` as Windows does where a policy forbids it."""

    def __init__(self, text: str) -> None:
        self.text, self.refuses = text, False

    def read(self) -> str:
        return self.text

    def write(self, text: str) -> None:
        if self.refuses:
            raise PermissionError(13, "Access is denied")
        self.text = text


def test_windows_keeps_the_users_other_folders(program: Path, home: Path) -> None:
    others = r"%USERPROFILE%\bin;C:\Tools"
    registry = FakeRegistry(others)
    command = OwnCommand(program, home, {"PATH": ""}, "win32", registry)
    assert not command.state().is_on
    command.turn_on()
    command.turn_on()
    assert registry.text == f"{others};{program.parent}"
    assert command.state().is_on
    command.turn_off()
    assert registry.text == others
    registry.refuses = True
    with pytest.raises(UserError, match="cannot be changed") as told:
        command.turn_on()
    assert "Access is denied" in told.value.details


def test_a_folder_of_windows_is_known_however_it_is_written() -> None:
    for text in (r"C:\Apps\Marina", 'x;"c:\\apps\\marina\\"', r"x; C:\Apps\MARINA ;y"):
        assert holds_folder(text, r"C:\Apps\Marina")
        assert with_folder(text, r"C:\Apps\Marina") == text
        assert not holds_folder(without_folder(text, r"C:\Apps\Marina"), r"C:\Apps\Marina")
    assert with_folder("", r"C:\M") == r"C:\M"
    assert with_folder("x;", r"C:\M") == r"x;C:\M"
    assert without_folder("x;;y", r"C:\M") == "x;;y"


def test_a_source_tree_without_a_program_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_command, "own_program", lambda: None)
    command = OwnCommand(None, home, {"PATH": ""}, "linux")
    assert command.state() == OwnCommandState()
    with pytest.raises(UserError, match="no program for the command line"):
        command.turn_on()
    command.turn_off()


def test_a_packaged_program_is_the_one_beside_it(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program.with_name("marina-desktop")))
    assert own_program() == program


@pytest.mark.skipif(sys.platform == "win32", reason="it would be the tester's own registry")
def test_the_command_line_turns_it_on_and_off(
    program: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(own_command, "own_program", lambda: program)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PATH", os.defpath)
    for words in (["on"], [], ["off"], []):
        assert main(["path", *words]) == 0
    told = capfd.readouterr()
    assert told.out.split() == ["on", "off"]
    assert f"marina is at {home}/.local/bin/marina" in told.err
    assert "echo 'export PATH=" in told.err
