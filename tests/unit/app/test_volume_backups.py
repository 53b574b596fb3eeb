"""Backups of volumes: plans on disk, when one is due, what is written, checked, kept and deleted."""

import json
import os
import tarfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli import main
from app.services.containers import volume_backups
from app.services.containers.volume_backups import (
    BackupPlan,
    BackupPlans,
    back_up,
    is_due,
    list_backups,
)
from app.services.engine.engine_client import EngineClient
from app.services.errors import MarinaError, UserError
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_state import FakeVolume
from tests.fakes.faults import FaultKind

HOUR = 3600.0
NOW = 1_790_000_000.0
Output = pytest.CaptureFixture[str]


@pytest.fixture
def client(engine: FakeEngine) -> Iterator[EngineClient]:
    """A client of an engine with the volume `data`."""
    engine.state.volumes.append(FakeVolume("data", files={"/a.txt": b"hello"}))
    with EngineClient(engine.socket_path) as made:
        yield made


@pytest.fixture
def plan(tmp_path: Path) -> BackupPlan:
    """A daily backup of it, of which two are kept."""
    folder = tmp_path / "backups"
    folder.mkdir()
    return BackupPlan("machine", "data", str(folder), "day", 2)


def test_plans_are_kept_by_engine_and_volume(tmp_path: Path, plan: BackupPlan) -> None:
    plans = BackupPlans(tmp_path / "config" / "backups.json")
    assert plans.of("machine") == ()
    plans.put(plan)
    weekly = replace(plan, every="week", keep=4)
    plans.put(weekly)
    assert plans.of("machine") == (weekly,)
    assert plans.of("other") == ()
    with pytest.raises(UserError, match="backed up in .* already"):
        plans.put(replace(plan, engine="other"))
    for wrong in (replace(plan, keep=0), replace(plan, every="hour"), replace(plan, folder="here")):
        with pytest.raises(UserError):
            plans.put(wrong)
    assert plans.remove("machine", "data")
    assert not plans.remove("machine", "data")
    (tmp_path / "config" / "backups.json").write_text("{")
    with pytest.raises(UserError, match="cannot be read"):
        plans.of("machine")


def test_one_is_due_when_the_newest_is_too_old(plan: BackupPlan, client: EngineClient) -> None:
    assert is_due(plan, NOW)
    made = back_up(client, plan, NOW)
    assert list_backups(plan) == [made]
    assert not is_due(plan, NOW + 23 * HOUR)
    assert is_due(plan, NOW + 24 * HOUR)
    assert not is_due(replace(plan, every="week"), NOW + 100 * HOUR)
    assert is_due(replace(plan, every="week"), NOW + 169 * HOUR), "missed ones are made up"
    assert is_due(plan, NOW - 1), "a clock that was wrong keeps nobody waiting"


def test_the_newest_are_kept_and_nothing_else_is_touched(plan: BackupPlan, client: EngineClient) -> None:
    folder = Path(plan.folder)
    others = ["data-notes.tar.gz", "data-20260101T000000Z.tar", "data-2-20260101T000000Z.tar.gz",
              "data-20269999T000000Z.tar.gz"]  # fmt: skip
    for name in others:
        (folder / name).touch()
    left, under_way = folder / ".marina-left", folder / ".marina-under-way"
    for part, moment in ((left, NOW - 30 * HOUR), (under_way, NOW + 71 * HOUR)):
        part.touch()
        os.utime(part, (moment, moment))
    others.append(under_way.name)
    for day in range(4):
        made = back_up(client, plan, NOW + day * 24 * HOUR)
    assert [backup.made for backup in list_backups(plan)] == [NOW + 72 * HOUR, NOW + 48 * HOUR]
    assert {path.name for path in folder.iterdir()} == {*others, *(b.path.name for b in list_backups(plan))}
    with tarfile.open(made.path) as archive:
        assert archive.getnames() == ["a.txt"]


def test_one_that_a_wrong_clock_has_dated_takes_no_others_place(
    plan: BackupPlan, client: EngineClient
) -> None:
    plan = replace(plan, keep=1)
    late = back_up(client, plan, NOW + 1000 * HOUR)
    for day in range(2):
        made = back_up(client, plan, NOW + day * 24 * HOUR)
        assert list_backups(plan) == [late, made]


def test_a_failed_one_leaves_what_was_there(
    plan: BackupPlan, client: EngineClient, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [back_up(client, replace(plan, keep=1), NOW)]
    plan = replace(plan, keep=1)
    archive = "GET /marina/volumes/data/archive"
    for fault in (FaultKind.CUT, FaultKind.STATUS):
        engine.fail(archive, fault, status=500, message="no space left on device")
        with pytest.raises(MarinaError):
            back_up(client, plan, NOW + 24 * HOUR)
        assert list_backups(plan) == kept
        assert len(list(Path(plan.folder).iterdir())) == 1, "no part of one, either"

    def broken(client: EngineClient, volume: str, target: Path) -> None:
        target.write_bytes(kept[0].path.read_bytes()[:-6])  # the check sum is in the last eight

    monkeypatch.setattr(volume_backups, "export", broken)
    with pytest.raises(UserError, match="cannot be read back"):
        back_up(client, plan, NOW + 24 * HOUR)
    assert list_backups(plan) == kept


def test_a_folder_that_is_not_there_is_not_made(plan: BackupPlan, client: EngineClient) -> None:
    gone = replace(plan, folder=f"{plan.folder}/unplugged")
    for call in (lambda: back_up(client, gone, NOW), lambda: is_due(gone, NOW)):
        with pytest.raises(UserError, match="is not there"):
            call()
    assert not Path(gone.folder).exists()


def test_the_command_line_sets_up_runs_and_stops(
    client: EngineClient, engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Output
) -> None:
    monkeypatch.setenv("MARINA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MARINA_SOCKET", str(engine.socket_path))
    folder = tmp_path / "b"
    folder.mkdir()
    assert main(["backup", "set", "nothing", str(folder)]) == 1
    assert main(["backup", "set", "--every", "week", "--keep", "3", "data", str(tmp_path / "none")]) == 1
    assert main(["backup", "run", "data"]) == 1
    assert main(["backup", "set", "--every", "week", "--keep", "3", "data", str(folder)]) == 0
    capfd.readouterr()
    assert main(["backup", "list"]) == 0
    assert "never" in capfd.readouterr().out
    assert main(["backup", "run"]) == 0
    assert Path(capfd.readouterr().out.strip()).parent == folder
    assert main(["backup", "run"]) == 0
    assert capfd.readouterr().out == "", "nothing is due"
    monkeypatch.setattr(time, "time", lambda now=time.time: now() + 60)
    assert main(["backup", "run", "data"]) == 0
    assert len(list(folder.iterdir())) == 2
    assert main(["backup", "list", "--json"]) == 0
    (told,) = json.loads(capfd.readouterr().out.partition("\n")[2])
    assert (told["volume"], told["every"], told["keep"]) == ("data", "week", 3)
    engine.fail(
        "GET /marina/volumes/data/archive", FaultKind.STATUS, status=500, message="input/output error"
    )
    assert main(["backup", "run", "data"]) == 1
    assert "input/output error" in capfd.readouterr().err
    assert main(["backup", "stop", "data"]) == 0
    assert main(["backup", "stop", "data"]) == 1
    assert len(list(folder.iterdir())) == 2, "they stay"
