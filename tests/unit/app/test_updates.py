"""Updates from a real repository on loopback: good ones, and all that may be wrong with one."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.cli import main
from app.services.app_folders import AppFolders
from app.services.errors import UserError
from app.services.settings import SettingsFile
from app.services.updates import update_service
from app.services.updates.at_start import do_what_is_due
from app.services.updates.installation import (
    Way,
    exchange,
    find_installation,
    programs_of,
    read_folder_version,
)
from app.services.updates.source import UpdateSource, find_source
from app.services.updates.update_service import Offer, Updates
from tests.support.update_server import serve_updates
from tests.support.update_world import NEW, OLD, PADDING, Keeper, UpdateWorld

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="folders are exchanged by renameat2")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[UpdateWorld]:
    with serve_updates(tmp_path / "repository") as server:
        yield UpdateWorld(tmp_path, server)


def test_a_good_update_is_fetched_tried_and_put_in_place(world: UpdateWorld) -> None:
    world.publish(NEW)
    updates = world.prepare()
    assert world.version() == OLD, "the program that runs is left alone"
    assert updates.is_prepared
    keeper = Keeper()
    assert updates.apply(keeper) == NEW
    assert keeper.calls == ["end", f"keep before {NEW}", "end"]
    assert world.version() == NEW
    assert (world.program / "image" / "root.erofs").read_bytes() == PADDING
    assert stat.S_IMODE((world.program / "marina").stat().st_mode) == 0o755
    assert read_folder_version(updates.installation.spare) == OLD, "the former image is kept, too"
    started = world.updates()
    assert started.record.snapshot == "kept"
    assert not started.is_prepared
    assert started.check() is None
    assert not list((world.folder / "downloads").glob("*.zst"))


def test_a_second_update_takes_the_place_of_the_former_version(world: UpdateWorld) -> None:
    world.publish(NEW)
    world.prepare().apply(Keeper())
    world.updates().note_good_start()
    world.publish("0.10.0")
    world.prepare("0.10.0").apply(Keeper())
    assert world.version() == "0.10.0"
    assert read_folder_version(world.updates().installation.spare) == NEW
    assert {path.name for path in world.folder.glob("marina-program*")} == {
        "marina-program",
        "marina-program.spare",
    }


def test_a_tampered_file_is_refused_and_the_right_one_accepted_later(world: UpdateWorld) -> None:
    served = world.publish(NEW)
    right = served.read_bytes()
    served.write_bytes(right[:-1] + bytes([right[-1] ^ 1]))
    with pytest.raises(UserError, match="not what was signed"):
        world.prepare()
    assert not world.updates().is_prepared
    assert not list((world.folder / "downloads").glob("*.part")), "nothing of it is used again"
    served.write_bytes(right)
    assert world.prepare().is_prepared


def test_a_file_that_does_not_end_is_refused(world: UpdateWorld) -> None:
    served = world.publish(NEW)
    served.write_bytes(served.read_bytes() + PADDING)
    with pytest.raises(UserError, match="not what was signed"):
        world.prepare()


def test_an_interrupted_download_goes_on_where_it_was(world: UpdateWorld) -> None:
    world.publish(NEW)
    world.server.break_after = 300_000
    with pytest.raises(UserError, match="does not answer"):
        world.prepare()
    (part,) = (world.folder / "downloads").glob("*.part")
    kept = part.stat().st_size
    assert 0 < kept <= 300_000
    assert world.prepare().is_prepared
    assert world.server.ranges == [f"bytes={kept}-"]


def test_a_kept_part_that_is_of_another_file_costs_only_a_download(world: UpdateWorld) -> None:
    served = world.publish(NEW)
    world.server.break_after = 300_000
    with pytest.raises(UserError):
        world.prepare()
    (part,) = (world.folder / "downloads").glob("*.part")
    part.write_bytes(b"x" * served.stat().st_size)
    with pytest.raises(UserError, match="not what was signed"):
        world.prepare()
    assert world.prepare().is_prepared


def test_an_older_version_is_not_offered(world: UpdateWorld) -> None:
    world.publish("0.0.9")
    assert world.updates().check() is None


def test_a_server_that_replays_old_metadata_is_refused(world: UpdateWorld) -> None:
    world.publish(NEW)
    before = world.folder / "before"
    shutil.copytree(world.server.folder / "metadata", before)
    world.publish("0.3.0")
    offer = world.updates().check()
    assert offer is not None
    assert offer.version == "0.3.0"
    (served,) = (world.server.folder / "targets").glob("*.marina-0.3.0.tar.zst")
    assert offer.size == served.stat().st_size
    shutil.rmtree(world.server.folder / "metadata")
    shutil.copytree(before, world.server.folder / "metadata")
    with pytest.raises(UserError, match="older than what was seen"):
        world.updates().check()


def test_metadata_that_has_expired_is_refused(world: UpdateWorld) -> None:
    world.publish(NEW, datetime.now(UTC) - timedelta(days=60))
    with pytest.raises(UserError, match="out of date"):
        world.updates().check()
    world.repository().refresh()
    assert world.updates().check() is not None


def test_a_repository_of_somebody_else_is_refused(world: UpdateWorld) -> None:
    world.publish(NEW)
    source = world.source()
    keys, folder = world.folder / "other-keys", world.folder / "other"
    world.script.ReleaseRepository(folder, keys).create(source.address)
    other = UpdateSource(source.address, (folder / "trust" / "root.json").read_bytes())
    updates = Updates(
        world.folder / "fresh", world.folder / "fresh", world.updates().installation, other, OLD
    )
    with pytest.raises(UserError, match="cannot be trusted"):
        updates.check()


def test_a_version_that_fails_its_own_test_is_not_put_in_place(world: UpdateWorld) -> None:
    world.publish(NEW, starts=False)
    updates = world.prepare()
    keeper = Keeper()
    with pytest.raises(UserError, match="does not start on this computer") as caught:
        updates.apply(keeper)
    assert "said selftest --no-boot" in caught.value.details
    assert keeper.calls == [], "the machine was not disturbed"
    assert world.version() == OLD
    assert not world.updates().is_prepared
    offer = world.updates().check()
    assert offer is not None
    assert offer.refused


def test_a_version_that_never_comes_to_its_window_is_taken_back(world: UpdateWorld) -> None:
    world.publish(NEW)
    world.prepare().apply(Keeper())
    keeper = Keeper(is_at_rest=False)
    assert not do_what_is_due(world.updates(), lambda: keeper), "the first start may try"
    assert keeper.calls == []
    assert do_what_is_due(world.updates(), lambda: keeper), "it did not get far"
    assert keeper.calls == ["end"], "a supervisor would go on with files that are gone"
    assert world.version() == OLD
    former = world.updates()
    assert not former.is_prepared
    assert not former.can_roll_back
    assert not former.note_start()


def test_a_version_that_started_well_stays(world: UpdateWorld) -> None:
    world.publish(NEW)
    world.prepare().apply(Keeper())
    assert not world.updates().note_start()
    world.updates().note_good_start()
    assert not world.updates().note_start()
    assert not world.updates().note_start()
    assert world.version() == NEW
    assert world.updates().roll_back(Keeper()) == OLD
    assert world.version() == OLD
    with pytest.raises(UserError, match="no former version"):
        world.updates().roll_back(Keeper())


def test_a_window_that_is_to_go_back_does_so_at_its_next_start(world: UpdateWorld) -> None:
    world.publish(NEW)
    with pytest.raises(UserError, match="no former version"):
        world.updates().plan_roll_back()
    world.prepare()
    keeper = Keeper(is_at_rest=False)
    assert not do_what_is_due(world.updates(), lambda: keeper), "the machine runs"
    assert world.version() == OLD
    keeper.is_at_rest = True
    assert do_what_is_due(world.updates(), lambda: keeper)
    assert world.version() == NEW
    world.updates().note_good_start()
    assert not do_what_is_due(world.updates(), lambda: keeper)
    assert world.updates().former_version == OLD
    world.updates().plan_roll_back()
    assert world.updates().is_going_back
    world.updates().plan_roll_back(wanted=False)
    assert not do_what_is_due(world.updates(), lambda: keeper), "the user thought better of it"
    world.updates().plan_roll_back()
    keeper.is_at_rest = False
    assert not do_what_is_due(world.updates(), lambda: keeper), "the machine runs"
    assert world.version() == NEW
    keeper.is_at_rest, keeper.calls = True, []
    assert do_what_is_due(world.updates(), lambda: keeper)
    assert keeper.calls == ["end"]
    assert world.version() == OLD
    assert not do_what_is_due(world.updates(), lambda: keeper), "nothing more is due"
    offer = world.updates().check()
    assert offer is not None
    assert offer.refused


@pytest.mark.parametrize("action", ["apply", "roll_back"])
def test_a_program_that_is_killed_before_the_exchange_loses_nothing(
    world: UpdateWorld, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish(NEW)
    world.prepare()
    if action == "roll_back":
        world.updates().apply(Keeper())
    before = world.version()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(update_service, "exchange", die)
        with pytest.raises(KeyboardInterrupt):
            world.updates().apply(Keeper()) if action == "apply" else world.updates().roll_back(Keeper())
    assert world.version() == before
    if action == "apply":
        world.updates().apply(Keeper())
        assert world.version() == NEW
    else:
        assert world.updates().roll_back(Keeper()) == OLD


def test_a_rollback_that_is_killed_after_the_exchange_is_not_undone(
    world: UpdateWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish(NEW)
    world.prepare().apply(Keeper())

    def exchange_and_die(first: Path, second: Path) -> None:
        exchange(first, second)
        raise KeyboardInterrupt

    monkeypatch.setattr(update_service, "exchange", exchange_and_die)
    with pytest.raises(KeyboardInterrupt):
        world.updates().roll_back(Keeper())
    assert world.version() == OLD
    assert not world.updates().is_prepared, "the refused version is not put in place again"


def test_a_program_that_is_in_use_is_left_alone(world: UpdateWorld) -> None:
    world.publish(NEW)
    window = world.program / "marina-desktop"
    shutil.copy("/bin/sleep", window)
    updates = world.prepare()
    keeper = Keeper()
    with subprocess.Popen([window, "infinity"]) as process:
        try:
            with pytest.raises(UserError, match="still in use") as caught:
                updates.apply(keeper)
        finally:
            process.kill()
    assert f"pid {process.pid}" in caught.value.details
    assert keeper.calls == [], "the machine was not disturbed"
    assert updates.apply(keeper) == NEW


def test_what_a_package_manager_owns_is_handed_over(world: UpdateWorld) -> None:
    world.publish(NEW)
    updates = world.updates(Way.HAND_OVER, "linux-amd64-deb")
    offer = updates.check()
    assert offer is not None
    prepared = updates.prepare(offer)
    assert prepared.file is not None
    assert prepared.command == f"sudo apt install {prepared.file}"
    assert prepared.file.exists()
    assert not updates.is_prepared
    assert world.version() == OLD
    assert updates.check() == offer
    assert prepared.file.exists(), "it is to be installed yet"
    (world.program / "_internal" / "resources" / "version.txt").write_text(f"{NEW}\n")
    assert world.updates(Way.HAND_OVER, "linux-amd64-deb").check() is None
    assert not prepared.file.exists(), "it was installed"


def test_a_release_without_a_file_for_this_installation_says_so(world: UpdateWorld) -> None:
    world.publish(NEW)
    updates = world.updates(kind="linux-arm64-portable")
    offer = updates.check()
    assert offer is not None
    with pytest.raises(UserError, match="no file for this kind"):
        updates.prepare(offer)


def test_a_program_from_source_is_not_replaced(world: UpdateWorld) -> None:
    assert find_installation().way is Way.NONE
    with pytest.raises(UserError, match="from its source"):
        world.updates(Way.NONE).prepare(Offer(NEW, "", "x"))


def test_a_server_that_is_away_is_told_as_that(world: UpdateWorld) -> None:
    source = UpdateSource("http://127.0.0.1:9", world.source().root)
    updates = Updates(
        world.folder / "state", world.folder / "downloads", world.updates().installation, source, OLD
    )
    with pytest.raises(UserError, match="does not answer"):
        updates.check()


def test_the_command_line_checks_and_keeps_the_consent(
    world: UpdateWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MARINA_HOME", str(world.folder / "home"))
    monkeypatch.setenv("MARINA_UPDATES_DIR", str(world.server.folder / "trust"))
    world.publish("99.1.0")
    assert main(["update", "--check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["offer"]["version"] == "99.1.0"
    assert main(["update"]) == 1
    assert "git pull" in capsys.readouterr().err
    settings = SettingsFile(AppFolders.find().settings)
    assert settings.load().check_for_updates is False, "off until the user wants it"
    assert main(["update", "--automatic", "on"]) == 0
    assert settings.load().check_for_updates is True
    assert main(["update", "--automatic", "off"]) == 0
    assert settings.load().check_for_updates is False
    assert main(["update", "--apply", "--yes"]) == 1
    assert "No update is prepared" in capsys.readouterr().err


def test_a_build_without_a_source_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not know where updates come from"):
        find_source({"MARINA_UPDATES_DIR": str(tmp_path)})


def test_a_program_is_in_use_while_it_runs_and_not_once_it_has_ended(tmp_path: Path) -> None:
    program = tmp_path / "marina"
    shutil.copy2(str(shutil.which("sleep")), program)
    process = subprocess.Popen([program, "1000"])
    try:
        (told,) = programs_of(tmp_path)
        assert str(process.pid) in told
    finally:
        process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # nobody has asked yet how it ended
    assert programs_of(tmp_path) == []
    process.wait()
