"""The portable archive's script: it installs into a home, over what is there, and takes all away again."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.services.machine.at_login.autostart_entry import autostart_entry

FILES = Path(__file__).parents[3] / "packaging" / "linux" / "files"
FULL_DISK = '#!/bin/sh\nmkdir "$3" && : >"$3/half"\necho "cp: No space left on device" >&2\nexit 1\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one file of its owner's."""
    folder = tmp_path / "home of ann"
    folder.mkdir()
    (folder / ".profile").touch()
    return folder


def unpack(folder: Path, version: str) -> Path:
    """Make what an archive unpacks to; return its script."""
    (folder / "program").mkdir(parents=True)
    (folder / "program" / "version").write_text(version)
    (folder / "program" / "marina").touch(mode=0o755)
    for name in ("install.sh", "marina.desktop", "marina.svg"):
        shutil.copy(FILES / name, folder)
    shutil.copy(FILES / "install.sh", folder / "program")
    return folder / "install.sh"


def run(script: Path, home: Path, *words: str, first: str = "") -> "subprocess.CompletedProcess[str]":
    """Run the script as the home's owner; `first` is a folder of programs that come before the system's."""
    path = os.pathsep.join(filter(None, (first, "/usr/bin:/bin")))
    return subprocess.run(
        ["sh", script, *words],
        env={"HOME": str(home), "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_newer_version_takes_the_place_and_nothing_is_left_at_the_end(home: Path, tmp_path: Path) -> None:
    share = home / ".local" / "share"
    for version in ("1", "2"):
        assert run(unpack(tmp_path / version, version), home).returncode == 0
        assert (home / ".local" / "bin" / "marina").resolve() == share / "marina-program" / "marina"
        assert (share / "marina-program" / "version").read_text() == version
        assert [path.name for path in share.glob("marina-program*")] == ["marina-program"]
    (share / "marina-program.new").mkdir()  # of an installation that was killed
    assert run(share / "marina-program" / "install.sh", home, "--remove").returncode == 0
    assert [path.name for path in home.iterdir()] == [".profile"]


def test_a_disk_that_is_full_leaves_the_version_that_was_there(home: Path, tmp_path: Path) -> None:
    assert run(unpack(tmp_path / "1", "1"), home).returncode == 0
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "cp").write_text(FULL_DISK)
    (tmp_path / "bin" / "cp").chmod(0o755)
    done = run(unpack(tmp_path / "2", "2"), home, first=str(tmp_path / "bin"))
    assert done.returncode != 0
    assert "No space left" in done.stderr
    share = home / ".local" / "share"
    assert (share / "marina-program" / "version").read_text() == "1"
    assert [path.name for path in share.glob("marina-program*")] == ["marina-program"]


def test_a_home_of_any_name_is_in_the_menu_as_the_window_at_login_would_write_it(tmp_path: Path) -> None:
    odd = tmp_path / 'B\u00f6b & "co" | 100% $x `y` \\1'
    odd.mkdir()
    (odd / ".profile").touch()
    assert run(unpack(tmp_path / "1", "1"), odd).returncode == 0
    share = odd / ".local" / "share"
    entry = (share / "applications" / "marina.desktop").read_text(encoding="utf-8").splitlines()
    expected = autostart_entry(odd, [str(share / "marina-program" / "marina-desktop")]).text.splitlines()[-1]
    assert [line for line in entry if line.startswith("Exec=")] == [
        expected,
        f"{expected} --getting-started",
    ]
    assert run(share / "marina-program" / "install.sh", odd, "--remove").returncode == 0
    assert [path.name for path in odd.iterdir()] == [".profile"]
