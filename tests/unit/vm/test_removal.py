"""What a reset and an uninstallation leave of a machine."""

from pathlib import Path

import pytest

from vm.machine.machine_files import MachineFiles
from vm.removal import remove_machine

NOT_FILES = {"data", "run", "config", "boot_values", "qemu_keys"}


def all_files(files: MachineFiles) -> list[Path]:
    """Return every path that a machine may have, by its properties."""
    names = [name for name, value in vars(MachineFiles).items() if isinstance(value, property)]
    return [getattr(files, name) for name in names if name not in NOT_FILES]


@pytest.fixture
def files(tmp_path: Path) -> MachineFiles:
    files = MachineFiles.find(tmp_path / "m")
    files.create_folders()
    for path in all_files(files):
        path.touch()
    files.qemu_keys.mkdir()
    (files.qemu_keys / "ca-cert.pem").touch()
    return files


def test_nothing_is_left_where_all_is_to_go(files: MachineFiles) -> None:
    remove_machine(files, data=True, settings=True)
    assert not files.data.exists()


def test_data_and_settings_stay_when_they_are_to_stay(files: MachineFiles) -> None:
    remove_machine(files, data=False, settings=False)
    for path in (files.data_disk, files.data_disk_record, files.ssh_key, files.host_key, files.settings):
        assert path.exists(), path
    assert not files.suspended_memory.exists()


def test_what_is_not_marinas_stays(files: MachineFiles) -> None:
    foreign = files.data / "letter.txt"
    foreign.touch()
    remove_machine(files, data=True, settings=True)
    assert list(files.data.iterdir()) == [foreign]
