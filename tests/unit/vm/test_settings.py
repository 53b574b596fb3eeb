"""Settings are checked, and bad ones never stop a start."""

import json
from pathlib import Path
from typing import Any

import pytest

from vm.errors import UserError
from vm.machine.machine_files import MachineFiles
from vm.machine.settings import (
    MachineSettings,
    default_settings,
    parse_settings,
)
from vm.machine.settings_files import read_settings, remember_good_settings


@pytest.fixture
def files(tmp_path: Path) -> MachineFiles:
    return MachineFiles.find(tmp_path)


def test_defaults_fit_the_computer() -> None:
    settings = default_settings()
    assert settings.cpus >= 1
    assert 512 <= settings.memory_mib <= 4096
    assert settings.disk_gib == 64
    assert parse_settings({}) == settings


def test_folders_and_further_arguments_become_the_engines_arguments() -> None:
    settings = parse_settings(
        {
            "registry_mirrors": ["https://m"],
            "insecure_registries": ["h:5000"],
            "engine_args": ["--log-level", "debug"],
            "shared_folders": ["/srv/x"],
        }
    )
    assert settings.with_engine_args(("--x",)).all_engine_args() == (
        "--shared-folder",
        "/srv/x",
        "--log-level",
        "debug",
        "--x",
    )


def test_folders_that_cannot_be_shared_are_left_out_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "file").touch()
    wanted = [str(tmp_path / name) for name in ("link", "file", "missing")]
    settings, warnings = parse_settings({"shared_folders": wanted}).with_usable_folders()
    assert settings.shared_folders == (f"{tmp_path}/link", f"{tmp_path}/real")
    assert [
        str(tmp_path / name) in warning for name, warning in zip(("file", "missing"), warnings, strict=True)
    ]
    assert parse_settings({"shared_folders": ["~/x/"]}).shared_folders == (str(Path.home() / "x"),)
    assert parse_settings({"shared_folders": []}).shared_folders == ()


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"shared_folders": ["relative"]},
        {"shared_folders": "/home"},
        {"cpus": 0},
        {"cpus": True},
        {"cpus": "2"},
        {"memory_mib": 10},
        {"memory_mib": 10**9},
        {"disk_gib": 0},
        {"accelerator": "xen"},
        {"engine_args": "--x"},
        {"engine_args": ["a\nb"]},
        {"host_network_ports": 0},
        {"unknown": 1},
    ],
)
def test_what_is_not_valid_is_refused_with_a_reason(value: Any) -> None:
    with pytest.raises(UserError) as caught:
        parse_settings(value)
    assert caught.value.details


def test_without_a_file_the_defaults_are_used_without_a_warning(files: MachineFiles) -> None:
    assert read_settings(files) == (default_settings(), ())


def test_a_bad_file_falls_back_to_the_last_good_settings_with_a_warning(files: MachineFiles) -> None:
    good = MachineSettings(cpus=1, memory_mib=600, registry_mirrors=("https://m",))
    remember_good_settings(files, good)
    files.settings.write_text(json.dumps({"cpus": -1}))
    settings, warnings = read_settings(files)
    assert settings == good
    assert "cpus" in warnings[0]
    assert "last good" in warnings[0]


def test_a_torn_file_falls_back_to_the_defaults(files: MachineFiles) -> None:
    files.settings.write_text('{"cpus": ')
    settings, warnings = read_settings(files)
    assert settings == default_settings()
    assert "defaults" in warnings[0]
