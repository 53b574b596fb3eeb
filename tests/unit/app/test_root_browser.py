"""Root's browser: Chromium's entry says that it starts without sandbox, and xdg-open finds that one."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.services.computer.root_browser import root_environment

ENTRY = """[Desktop Entry]
Type=Application
Name=Chromium
Exec={0} %U
Actions=new
[Desktop Action new]
Exec={0} --incognito
"""


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """A system's data folder, whose default browser is a Chromium that notes what it is told."""
    program = tmp_path / "chromium"
    program.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/told\n')
    program.chmod(0o755)
    applications = tmp_path / "share" / "applications"
    applications.mkdir(parents=True)
    (applications / "chromium.desktop").write_text(ENTRY.format(program))
    (applications / "mimeapps.list").write_text(
        "[Default Applications]\nx-scheme-handler/http=chromium.desktop\n"
    )
    return tmp_path / "share"


def environment(tmp_path: Path, system: Path) -> dict[str, str]:
    return {
        "HOME": str(tmp_path / "home"),
        "XDG_DATA_HOME": str(tmp_path / "home" / "share"),
        "XDG_DATA_DIRS": str(system),
    }


def test_the_entry_comes_before_the_systems(tmp_path: Path, system: Path) -> None:
    own, before = tmp_path / "own", environment(tmp_path, system)
    changed = root_environment(own, before)
    assert changed == {"XDG_DATA_DIRS": f"{own}:{system}"}
    lines = (own / "applications" / "chromium.desktop").read_text().splitlines()
    program = tmp_path / "chromium"
    assert [line for line in lines if line.startswith("Exec=")] == [
        f"Exec={program} --no-sandbox %U",
        f"Exec={program} --no-sandbox --incognito",
    ]
    assert root_environment(own, before | changed) == changed, "a second time changes nothing"


@pytest.mark.skipif(shutil.which("xdg-open") is None, reason="no xdg-open")
def test_xdg_open_takes_it(tmp_path: Path, system: Path) -> None:
    before = environment(tmp_path, system)
    changed = root_environment(tmp_path / "own", before)
    everything = {"PATH": os.environ["PATH"], "DISPLAY": ":nowhere"} | before | changed
    subprocess.run(["xdg-open", "http://127.0.0.1:1/"], env=everything, check=True, timeout=60)
    assert (tmp_path / "told").read_text() == "--no-sandbox http://127.0.0.1:1/\n"


def test_other_browsers_and_roots_own_entries_stay(tmp_path: Path, system: Path) -> None:
    before, own = environment(tmp_path, system), tmp_path / "own"
    kept = Path(before["XDG_DATA_HOME"]) / "applications" / "chromium.desktop"
    kept.parent.mkdir(parents=True)
    kept.write_text(ENTRY)
    assert root_environment(own, before) == {}
    kept.unlink()
    (system / "applications" / "chromium.desktop").rename(system / "applications" / "firefox.desktop")
    assert root_environment(own, before) == {}
    assert not own.exists()
