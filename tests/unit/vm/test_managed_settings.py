"""What an administrator has fixed wins, and what others could have written fixes nothing."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from vm.machine import managed_settings
from vm.machine.engine_settings import EngineSettings
from vm.machine.machine_files import MachineFiles
from vm.machine.managed_settings import NotTrusted, check_owner, read_managed
from vm.machine.settings import default_settings
from vm.machine.settings_files import managed_names, read_own_settings, read_settings

Fix = Callable[..., Path]


@pytest.fixture
def fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fix:
    """Writes the administrator's file, which root need not own here."""
    path = tmp_path / "fixed.json"
    monkeypatch.setattr(managed_settings, "USUAL_PLACE", str(path))
    monkeypatch.setattr(managed_settings, "check_owner", lambda found: None)

    def write(**content: object) -> Path:
        path.write_text(json.dumps(content))
        return path

    return write


def test_a_computer_without_such_a_file_fixes_nothing(fix: Fix, tmp_path: Path) -> None:
    assert not managed_names(read_managed())
    assert read_settings(MachineFiles.find(tmp_path)) == (default_settings(), ())


def test_what_is_fixed_wins_over_what_the_user_has_and_the_rest_stays(fix: Fix, tmp_path: Path) -> None:
    files = MachineFiles.find(tmp_path)
    files.settings.write_text(json.dumps({"registry_mirrors": ["https://mine"], "idle_minutes": 9}))
    fix(by="Example Corp", machine={"registry_mirrors": ["https://m.corp"], "http_proxy": "http://p.corp:1"})
    settings, warnings = read_settings(files)
    assert not warnings
    assert (settings.registry_mirrors, settings.http_proxy) == (("https://m.corp",), "http://p.corp:1")
    assert settings.idle_minutes == 9
    assert read_own_settings(files)[0].registry_mirrors == ("https://mine",)
    told = EngineSettings(files).gather()
    assert told is not None
    assert (told["registry_mirrors"], told["http_proxy"]) == (["https://m.corp"], "http://p.corp:1")
    assert set(managed_names(read_managed())) == {"registry_mirrors", "http_proxy"}


def test_a_whole_daemon_json_fixes_the_registries_too(fix: Fix, tmp_path: Path) -> None:
    fix(machine={"engine_options": {"registry-mirrors": ["https://m.corp"], "init": True}})
    settings, _ = read_settings(MachineFiles.find(tmp_path))
    assert (settings.engine_options, settings.registry_mirrors) == ({"init": True}, ("https://m.corp",))
    assert set(managed_names(read_managed())) == {"engine_options", "registry_mirrors"}


def test_a_value_that_cannot_be_is_told_and_the_others_hold(fix: Fix, tmp_path: Path) -> None:
    path = fix(machine={"cpus": 0, "nonsense": 1, "idle_minutes": 0})
    settings, warnings = read_settings(MachineFiles.find(tmp_path))
    assert settings.idle_minutes == 0
    assert settings.cpus == default_settings().cpus
    assert [str(path) in warning for warning in warnings] == [True, True]
    assert "The setting cpus" in warnings[0]
    assert managed_names(read_managed()) == ("idle_minutes",)


@pytest.mark.parametrize(
    "text", ["{ half", "[]", '{"machine": []}', '{"by": 1}', '{"cpus": 1}', "[" * 100_000]
)
def test_a_file_of_another_form_is_told_and_fixes_nothing(fix: Fix, tmp_path: Path, text: str) -> None:
    path = fix()
    path.write_text(text)
    settings, warnings = read_settings(MachineFiles.find(tmp_path))
    assert settings == default_settings()
    assert f"The fixed settings in {path} are not used" in warnings[0]


def test_a_name_cannot_hold_what_would_break_a_line(fix: Fix) -> None:
    fix(by="A\nB\x1b[31m" + "x" * 200)
    assert read_managed().by == "AB[31m" + "x" * 74


@pytest.mark.parametrize(("owner", "mode"), [(1000, 0o100644), (0, 0o100664), (0, 0o100646), (0, 0o040755)])
def test_what_others_than_root_can_change_is_not_trusted(owner: int, mode: int) -> None:
    with pytest.raises(NotTrusted):
        check_owner(os.stat_result((mode, 0, 0, 1, owner, 0, 0, 0, 0, 0)))
    check_owner(os.stat_result((0o100644, 0, 0, 1, 0, 0, 0, 0, 0, 0)))


def test_a_file_that_is_not_trusted_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "fixed.json"
    path.write_text('{"machine": {"idle_minutes": 0}}')
    path.chmod(0o666)
    monkeypatch.setattr(managed_settings, "USUAL_PLACE", str(path))
    managed = read_managed()
    assert not managed.machine
    assert "others than an administrator can change them" in managed.problem
