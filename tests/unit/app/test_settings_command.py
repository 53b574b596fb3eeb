"""`marina settings`: shows and changes what the Settings page does."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.commands.setting_words import setting_names
from app.commands.window_words import window_names
from app.services.settings import Settings, SettingsFile
from tests.fakes.fake_machine import FakeMachine
from tests.support.tls_front import Authority
from vm.machine import managed_settings
from vm.machine.machine_files import MachineFiles
from vm.machine.settings import MachineSettings, default_settings
from vm.machine.settings_files import read_settings
from vm.machine.status import MachineState

Output = pytest.CaptureFixture[str]


@pytest.fixture
def home(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a user's Marina whose machine does not run."""
    monkeypatch.setenv("MARINA_HOME", str(short_folder))
    with FakeMachine(short_folder, MachineState.STOPPED):
        yield short_folder


def stored(home: Path) -> MachineSettings:
    """Return the settings that the machine would start with, which must be valid."""
    settings, warnings = read_settings(MachineFiles.find(home))
    assert not warnings
    return settings


def test_all_are_shown_with_what_they_are(home: Path, capfd: Output) -> None:
    assert main(["settings", "memory_mib", "1024"]) == 0
    capfd.readouterr()
    assert main(["settings"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [*setting_names(), *window_names()]
    assert setting_names() == list(MachineSettings.__dataclass_fields__)
    assert any(line.split()[:2] == ["memory_mib", "1024"] for line in lines)
    assert main(["settings", "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["memory_mib"], told["theme"], told["notices.update"]) == (1024, "system", "list")


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["memory-mib", "1024"], "memory_mib", 1024),
        (["idle_minutes", "7.5"], "idle_minutes", 7.5),
        (["http_proxy", "http://proxy:3128"], "http_proxy", "http://proxy:3128"),
        (["http_proxy", "--empty"], "http_proxy", ""),
        (["registry_mirrors", "https://a", "https://b"], "registry_mirrors", ("https://a", "https://b")),
        (["shared_folders", "--empty"], "shared_folders", ()),
        (["dns-servers", "192.0.2.1", "[::1]:5353"], "dns_servers", ("192.0.2.1", "[::1]:5353")),
        (["engine_options", '{"log-driver": "local"}'], "engine_options", {"log-driver": "local"}),
        (["host_network_ports", "off"], "host_network_ports", False),
    ],
)
def test_a_value_is_changed_and_the_others_stay(
    home: Path, words: list[str], name: str, value: object
) -> None:
    before = stored(home)
    assert main(["settings", *words]) == 0
    after = stored(home)
    changed = {
        field for field in before.__dataclass_fields__ if getattr(after, field) != getattr(before, field)
    }
    assert changed == {name}
    assert getattr(after, name) == value
    assert main(["settings", name, "--default"]) == 0
    assert stored(home) == before


def test_lists_grow_and_shrink_by_words(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = stored(home).shared_folders
    assert main(["settings", "shared_folders", "--add", ".", "--add", "/srv", "--add", "/srv"]) == 0
    assert stored(home).shared_folders == (*before, str(tmp_path), "/srv")
    assert main(["settings", "shared_folders", "--remove", str(tmp_path)]) == 0
    assert stored(home).shared_folders == (*before, "/srv")


def test_all_that_the_window_lets_one_choose_is_there() -> None:
    kept_by_itself = {
        "geometry",
        "last_page",
        "container_tab",
        "recent_images",
        "log_searches",
        "tables",
        "learned",
        "notice_levels",
    }
    known = {name for name in window_names() if not name.startswith("notices.")}
    assert known == set(Settings.__dataclass_fields__) - kept_by_itself


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["nope"], "There are: cpus, memory_mib"),
        (["memory_mib", "much"], "takes a number"),
        (["memory_mib", "1"], "memory_mib must be a whole number from 512"),
        (["memory_mib", "1024", "2048"], "takes one value"),
        (["memory_mib", "--empty"], "cannot be empty"),
        (["cpus", "--add", "1"], "is no list"),
        (["host_network_ports", "no"], "takes on or off"),
        (["host_network_ports", "--empty"], "is on or off"),
        (["disk_gib", "1"], "never shrinks"),
        (["accelerator", "steam"], "accelerator must be one of"),
        (["registry_mirrors", "ftp://a"], "registry_mirrors must be addresses"),
        (["registry_mirrors", "--remove", "https://c"], "is not among them"),
        (["dns_servers", "resolver.test"], "dns_servers must be addresses"),
        (["engine_options", "{"], "this is no JSON"),
        (["engine_options", "/nowhere.json"], "takes JSON or a file that holds it"),
        (["engine_options", '{"icc": false}'], "There is no option 'icc'; there are log-driver"),
        (["engine_options", '{"log-driver": "syslog"}'], "log-driver must be one of json-file, local, none"),
        (["engine_options", "--remove", "init"], "'init' is not among them"),
        (["engine_args", "--", "--socket", "/tmp/x"], "--socket is chosen by the machine"),
        (["engine_args", "--", "--of-tomorrow"], "There is no option --of-tomorrow; there are"),
        (["ca_certificates", __file__], "it holds no certificate"),
        (["ca_certificates", "/nowhere.pem"], "there is no such file"),
        (["registry_mirrors", "https://a", "--default"], "one way at a time"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_written(
    home: Path, words: list[str], reason: str, capfd: Output
) -> None:
    assert main(["settings", *words]) == 1
    assert reason in capfd.readouterr().err
    assert not MachineFiles.find(home).settings.exists()
    assert stored(home) == default_settings()


@pytest.mark.parametrize(("words", "asks"), [(["cpus", "1"], True), (["idle_minutes", "9"], False)])
def test_a_running_machine_is_told_to_be_restarted_where_it_must(
    short_folder: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], asks: bool, capfd: Output
) -> None:
    monkeypatch.setenv("MARINA_HOME", str(short_folder))
    assert default_settings().cpus != 1
    with FakeMachine(short_folder, MachineState.RUNNING):
        assert main(["settings", *words]) == 0
    assert ("marina restart" in capfd.readouterr().err) == asks


def test_a_file_of_certificates_that_is_gone_can_be_taken_off_and_keeps_nothing_else_from_changing(
    home: Path, tmp_path: Path
) -> None:
    path = Authority().write(tmp_path, "x") / "ca.pem"
    assert main(["settings", "ca_certificates", str(path)]) == 0
    path.unlink()
    assert main(["settings", "memory_mib", "1024"]) == 0
    assert stored(home).ca_certificates == (str(path),)
    assert main(["settings", "ca_certificates", "--remove", str(path)]) == 0
    assert stored(home).ca_certificates == ()
    assert stored(home).memory_mib == 1024


def test_engine_options_are_taken_from_a_file_one_by_one_and_registries_go_to_their_own_settings(
    home: Path, tmp_path: Path, capfd: Output
) -> None:
    file = tmp_path / "daemon.json"
    options = {"registry-mirrors": ["https://m.test"], "insecure-registries": ["box:1"], "init": True}
    file.write_text(json.dumps(options))
    assert main(["settings", "engine_options", str(file)]) == 0
    known = stored(home)
    assert known.engine_options == {"init": True}
    assert (known.registry_mirrors, known.insecure_registries) == (("https://m.test",), ("box:1",))
    assert main(["settings", "engine_options", "--add", '{"log-driver": "local"}']) == 0
    assert main(["settings", "engine_options", "--remove", "init"]) == 0
    capfd.readouterr()
    assert main(["settings", "engine_options"]) == 0
    assert json.loads(capfd.readouterr().out) == {"log-driver": "local"}
    assert main(["settings", "engine_options", "--empty"]) == 0
    assert stored(home).engine_options == {}


def test_what_an_administrator_has_fixed_is_shown_as_theirs_and_stays(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Output
) -> None:
    assert main(["settings", "idle_minutes", "9"]) == 0
    path = tmp_path / "fixed.json"
    path.write_text(json.dumps({"by": "Example Corp", "machine": {"idle_minutes": 3}}))
    monkeypatch.setattr(managed_settings, "USUAL_PLACE", str(path))
    monkeypatch.setattr(managed_settings, "check_owner", lambda found: None)
    capfd.readouterr()
    assert main(["settings"]) == 0
    (line,) = (line for line in capfd.readouterr().out.splitlines() if line.startswith("idle_minutes"))
    assert line.split()[1] == "3"
    assert line.endswith("fixed by Example Corp")
    assert main(["settings", "idle_minutes", "4"]) == 1
    told = capfd.readouterr().err
    assert "The setting idle_minutes is fixed by Example Corp" in told
    assert str(path) in told
    assert main(["settings", "memory_mib", "1024"]) == 0
    assert (stored(home).idle_minutes, stored(home).memory_mib) == (3, 1024)
    path.unlink()
    assert stored(home).idle_minutes == 9, "the user's own is back"


def kept(home: Path) -> Settings:
    """Return what the window would start with."""
    return SettingsFile(home / "app" / "desktop.json").load()


@pytest.mark.parametrize(
    ("words", "name", "value", "word"),
    [
        (["theme", "dark"], "theme", "dark", "dark"),
        (["zoom", "125"], "zoom", 125, "125"),
        (["language", "zh_CN"], "language", "zh_CN", "zh_CN"),
        (["keep-running-when-closed", "off"], "keep_running_when_closed", False, "off"),
        (["quit_choice", "leave"], "quit_choice", "leave", "leave"),
        (["check_for_updates", "on"], "check_for_updates", True, "on"),
        (["log_wrap", "on"], "log_wrap", True, "on"),
        (["notifications", "off"], "notifications", False, "off"),
        (["notices.task-failed", "off"], "notice_levels", {"task-failed": "off"}, "off"),
    ],
)
def test_a_choice_of_the_window_is_changed_and_the_others_stay(
    home: Path, capfd: Output, words: list[str], name: str, value: Any, word: str
) -> None:
    before = kept(home)
    assert main(["settings", *words]) == 0
    assert capfd.readouterr().out == f"{word}\n"
    assert kept(home) == replace(before, **{name: value})
    assert main(["settings", words[0], "--default"]) == 0
    assert getattr(kept(home), name) in (getattr(before, name), {"task-failed": "message"})


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["theme", "pink"], "takes system, light, dark or contrast, not 'pink'"),
        (["zoom", "1000"], "takes a number from 80 to 200, not '1000'"),
        (["zoom", "-x"], "takes a number from 80 to 200, not '-x'"),
        (["log_times", "yes"], "takes on or off, not 'yes'"),
        (["theme", "dark", "light"], "takes one value"),
        (["theme", "--empty"], "is no list"),
        (["notices.update", "loud"], "takes off, list or message"),
    ],
)
def test_a_choice_of_the_window_that_cannot_be_is_told(
    home: Path, capfd: Output, words: list[str], reason: str
) -> None:
    words = [words[0], *(["--", *words[1:]] if words[1] == "-x" else words[1:])]
    assert main(["settings", *words]) == 1
    assert reason in capfd.readouterr().err
    assert not (home / "app" / "desktop.json").exists()


def test_a_choice_that_is_fixed_is_shown_and_stays(
    home: Path, tmp_path: Path, capfd: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "settings.json"
    place.write_text('{"by": "Example Corp", "window": {"theme": "light"}}')
    monkeypatch.setattr(managed_settings, "USUAL_PLACE", str(place))
    monkeypatch.setattr(managed_settings, "check_owner", lambda found: None)
    assert main(["settings", "theme"]) == 0
    assert capfd.readouterr().out == "light\n"
    assert main(["settings", "theme", "dark"]) == 1
    assert "fixed by Example Corp" in capfd.readouterr().err
    assert kept(home).theme == "system"
    assert main(["settings"]) == 0
    assert "fixed by Example Corp" in capfd.readouterr().out
