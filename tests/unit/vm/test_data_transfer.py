"""The data disk carried elsewhere and back, by the real qemu-img."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from vm.errors import UserError
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu.qemu_img import CalledOff, Progress
from vm.machine.storage import data_transfer, disks
from vm.machine.storage.snapshots import StoredSnapshots

PATTERN = "write -P 5 3M 2M"


def quiet() -> Progress:
    return Progress(lambda done: None)


@pytest.fixture
def files(tmp_path: Path) -> MachineFiles:
    """A machine's folder with a disk that holds something."""
    files = MachineFiles(tmp_path, tmp_path, tmp_path)
    disks.prepare_data_disk(files, 1, "qemu-img")
    disks.mark_formatted(files)
    qemu_io(files.data_disk, PATTERN)
    return files


def qemu_io(disk: Path, command: str) -> str:
    """Write to a disk, or read it, as a guest would."""
    run = subprocess.run(
        ["qemu-io", "-t", "unsafe", "-f", "qcow2", "-c", command, disk],
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout


def holds_the_data(disk: Path) -> bool:
    """Return whether the pattern is there, and nothing beside it."""
    reads = [qemu_io(disk, f"read -P {pattern}") for pattern in ("5 3M 2M", "0 0 3M", "0 5M 1019M")]
    return not any("failed" in read for read in reads)


def is_blank(disk: Path) -> bool:
    """Return whether a guest would find zeros only."""
    return "failed" not in qemu_io(disk, "read -P 0 0 1G")


def test_what_was_exported_is_taken_in_again(files: MachineFiles, tmp_path: Path) -> None:
    target = tmp_path / "all, data.qcow2"
    told: list[float] = []
    data_transfer.export_data(files, target, Progress(told.append))
    assert told[-1] == 1
    assert target.stat().st_size < 2**20
    before = disks.read_disk_record(files)
    disks.empty_disk(files, "qemu-img")
    files.host_key.write_text("of another disk")
    data_transfer.import_data(files, target, quiet())
    after = disks.read_disk_record(files)
    assert holds_the_data(files.data_disk)
    assert before is not None
    assert after is not None
    assert after.formatted
    assert after.id != before.id
    assert not files.host_key.exists()
    assert files.data_disk.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob(".*.new"))


def test_it_is_taken_in_where_no_machine_ever_ran(files: MachineFiles, tmp_path: Path) -> None:
    target = tmp_path / "data"
    data_transfer.export_data(files, target, quiet())
    other = MachineFiles(*(tmp_path / "other",) * 3)
    other.create_folders()
    data_transfer.import_data(other, target, quiet())
    assert holds_the_data(other.data_disk)
    assert disks.prepare_data_disk(other, 1, "qemu-img").formatted


def test_nothing_is_overwritten(files: MachineFiles, tmp_path: Path) -> None:
    target = tmp_path / "there"
    target.write_text("mine")
    with pytest.raises(UserError, match="exists already"):
        data_transfer.export_data(files, target, quiet())
    with pytest.raises(UserError, match="no such folder"):
        data_transfer.export_data(files, tmp_path / "no" / "data", quiet())
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / data_transfer.MOVED_NAME).write_text("mine")
    with pytest.raises(UserError, match="Another disk"):
        data_transfer.move_data(files, folder, quiet())
    assert target.read_text() == "mine"
    assert holds_the_data(files.data_disk)


def test_a_file_that_leads_to_other_files_is_refused(files: MachineFiles, tmp_path: Path) -> None:
    secret, trap, raw = tmp_path / "secret", tmp_path / "trap", tmp_path / "raw"
    secret.write_bytes(b"secret" * 2**20)
    command = ["qemu-img", "create", "-q", "-f", "qcow2", "-b", str(secret), "-F", "raw", str(trap)]
    subprocess.run(command, check=True)
    raw.write_bytes(b"x" * 2**20)
    for path in (trap, raw, tmp_path / "missing"):
        with pytest.raises(UserError):
            data_transfer.import_data(files, path, quiet())
    assert holds_the_data(files.data_disk)


@pytest.mark.parametrize("work", ["export", "import", "move"])
def test_what_is_called_off_leaves_everything_as_it_was(
    files: MachineFiles, tmp_path: Path, work: str
) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    target.mkdir()
    data_transfer.export_data(files, source, quiet())
    qemu_io(files.data_disk, "write -P 6 100M 1M")
    called_off = quiet()
    called_off.call_off()
    before = {path.name for path in tmp_path.rglob("*")}
    works: dict[str, Callable[[], object]] = {
        "export": lambda: data_transfer.export_data(files, target / "data", called_off),
        "import": lambda: data_transfer.import_data(files, source, called_off),
        "move": lambda: data_transfer.move_data(files, target, called_off),
    }
    with pytest.raises(CalledOff):
        works[work]()
    assert {path.name for path in tmp_path.rglob("*")} == before
    assert "failed" not in qemu_io(files.data_disk, "read -P 6 100M 1M")
    assert disks.prepare_data_disk(files, 1, "qemu-img").formatted


def test_a_moved_disk_is_found_with_its_snapshots_and_comes_home(files: MachineFiles, tmp_path: Path) -> None:
    snapshots = StoredSnapshots(files, "qemu-img")
    snapshots.create("one")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    moved = data_transfer.move_data(files, folder, quiet())
    assert moved == folder / data_transfer.MOVED_NAME
    assert disks.real_disk(files) == moved
    assert disks.prepare_data_disk(files, 1, "qemu-img").formatted
    assert [one.name for one in snapshots.list()] == ["one"]
    assert disks.allocated_bytes(moved) < 8 * 2**20, "holes stay holes"
    with pytest.raises(UserError, match="already"):
        data_transfer.move_data(files, folder, quiet())
    assert data_transfer.move_data(files, files.data, quiet()) == files.data_disk
    assert not files.data_disk.is_symlink()
    assert not any(folder.iterdir())
    assert holds_the_data(files.data_disk)


def test_a_moved_disk_that_is_away_is_no_reason_for_an_empty_one(files: MachineFiles, tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    moved = data_transfer.move_data(files, folder, quiet())
    moved.rename(tmp_path / "away")
    with pytest.raises(UserError, match="missing") as error:
        disks.prepare_data_disk(files, 1, "qemu-img")
    assert str(moved) in error.value.details
    with pytest.raises(UserError, match="missing"):
        data_transfer.export_data(files, tmp_path / "data", quiet())


def test_an_emptied_disk_is_blank_and_its_snapshot_brings_all_back(files: MachineFiles) -> None:
    snapshots = StoredSnapshots(files, "qemu-img")
    snapshots.create("before")
    disks.empty_disk(files, "qemu-img")
    record = disks.prepare_data_disk(files, 1, "qemu-img")
    assert not record.formatted
    assert is_blank(files.data_disk)
    snapshots.restore("before")
    assert holds_the_data(files.data_disk)
    assert disks.prepare_data_disk(files, 1, "qemu-img").formatted
    snapshots.delete("before")
    assert snapshots.list() == []


def test_a_disk_whose_emptying_was_killed_is_emptied_by_the_next_start(files: MachineFiles) -> None:
    files.data_disk_reset.write_text("{}")
    # killed after the first of its steps
    disk = str(files.data_disk)
    subprocess.run(["qemu-img", "resize", "-q", "--shrink", "-f", "qcow2", disk, "1M"], check=True)
    assert not disks.prepare_data_disk(files, 1, "qemu-img").formatted
    assert is_blank(files.data_disk)
    assert not files.data_disk_reset.exists()
    assert not disks.prepare_data_disk(files, 1, "qemu-img").formatted


def test_too_little_space_is_told_before_anything_is_written(
    files: MachineFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, folder = tmp_path / "source", tmp_path / "elsewhere"
    folder.mkdir()
    data_transfer.export_data(files, source, quiet())
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=disks.LEAST_FREE_BYTES))
    with pytest.raises(UserError, match="not enough space"):
        data_transfer.import_data(files, source, quiet())
    with pytest.raises(UserError, match="not enough space"):
        data_transfer.move_data(files, folder, quiet())
    assert not any(folder.iterdir())
