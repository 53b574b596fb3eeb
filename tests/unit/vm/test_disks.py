"""The data disk, made and checked by the real qemu-img."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from vm.errors import UserError
from vm.machine.machine_files import MachineFiles
from vm.machine.storage import disks
from vm.machine.storage.disks import (
    DataDiskState,
    allocated_bytes,
    check_host_space,
    mark_formatted,
    prepare_data_disk,
    read_disk_record,
    virtual_bytes,
)

QEMU_IMG = shutil.which("qemu-img") or "qemu-img"


@pytest.fixture
def files(tmp_path: Path) -> MachineFiles:
    return MachineFiles.find(tmp_path)


def test_the_first_disk_is_new_sparse_and_private(files: MachineFiles) -> None:
    disk = prepare_data_disk(files, 8, QEMU_IMG)
    assert disk.state is DataDiskState.NEW
    assert virtual_bytes(files.data_disk) == 8 * 2**30
    assert allocated_bytes(files.data_disk) < 2**20
    assert files.data_disk.stat().st_mode & 0o777 == 0o600


def test_once_formatted_it_is_known_and_the_same(files: MachineFiles) -> None:
    first = prepare_data_disk(files, 1, QEMU_IMG)
    assert prepare_data_disk(files, 1, QEMU_IMG).state is DataDiskState.NEW
    mark_formatted(files)
    second = prepare_data_disk(files, 1, QEMU_IMG)
    assert second.state is DataDiskState.KNOWN
    assert second.id == first.id


def test_a_missing_disk_is_never_replaced_in_silence(files: MachineFiles) -> None:
    prepare_data_disk(files, 1, QEMU_IMG)
    mark_formatted(files)
    files.data_disk.unlink()
    with pytest.raises(UserError, match="missing") as caught:
        prepare_data_disk(files, 1, QEMU_IMG)
    assert "Put it back" in caught.value.what_to_do
    assert not files.data_disk.exists()


def test_a_disk_without_its_record_is_not_touched(files: MachineFiles) -> None:
    files.data_disk.write_bytes(b"precious")
    with pytest.raises(UserError, match="no record"):
        prepare_data_disk(files, 1, QEMU_IMG)
    assert files.data_disk.read_bytes() == b"precious"


def test_a_kill_between_record_and_disk_does_no_harm(files: MachineFiles) -> None:
    prepare_data_disk(files, 1, QEMU_IMG)
    files.data_disk.rename(files.data_disk.with_name(".data.qcow2.new"))
    assert prepare_data_disk(files, 1, QEMU_IMG).state is DataDiskState.NEW
    assert files.data_disk.exists()


def test_a_newer_marinas_disk_is_not_touched(files: MachineFiles) -> None:
    prepare_data_disk(files, 1, QEMU_IMG)
    record = json.loads(files.data_disk_record.read_text())
    files.data_disk_record.write_text(json.dumps(record | {"schema_version": 99}))
    with pytest.raises(UserError, match="newer Marina"):
        prepare_data_disk(files, 1, QEMU_IMG)


def test_a_damaged_disk_is_told_and_kept(files: MachineFiles) -> None:
    prepare_data_disk(files, 1, QEMU_IMG)
    with files.data_disk.open("r+b") as file:
        file.write(b"garbage!")
    with pytest.raises(UserError, match="damaged"):
        prepare_data_disk(files, 1, QEMU_IMG)
    assert files.data_disk.exists()


def test_a_disk_in_use_is_told(files: MachineFiles) -> None:
    prepare_data_disk(files, 1, QEMU_IMG)
    with subprocess.Popen(
        ["qemu-io", "-f", "qcow2", str(files.data_disk)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdin.write(b"length\n")
        holder.stdin.flush()
        while b"GiB" not in holder.stdout.readline():
            pass
        with pytest.raises(UserError, match="in use"):
            prepare_data_disk(files, 1, QEMU_IMG)
        holder.stdin.write(b"quit\n")


def test_a_full_host_is_noticed_before_the_start(
    files: MachineFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disks, "LEAST_FREE_BYTES", 2**62)
    with pytest.raises(UserError, match="full"):
        check_host_space(files.data)


def test_without_qemu_img_the_remedy_is_told(files: MachineFiles) -> None:
    with pytest.raises(UserError, match="not installed") as caught:
        prepare_data_disk(files, 1, "/nowhere/qemu-img")
    assert "apt install" in caught.value.what_to_do
    assert not files.data_disk.exists()
    assert read_disk_record(files) is None


def test_a_raised_limit_makes_the_disk_larger_and_a_lower_one_changes_nothing(files: MachineFiles) -> None:
    prepare_data_disk(files, 2, QEMU_IMG)
    prepare_data_disk(files, 3, QEMU_IMG)
    assert virtual_bytes(files.data_disk) == 3 * 2**30
    prepare_data_disk(files, 1, QEMU_IMG)
    assert virtual_bytes(files.data_disk) == 3 * 2**30
