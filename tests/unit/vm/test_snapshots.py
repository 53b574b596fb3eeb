"""Names of snapshots, and what QEMU tells of them."""

import pytest

from vm.errors import UserError
from vm.machine.machine_files import MachineFiles
from vm.machine.storage.disk_usage import DiskUsage, GuestUsage, host_usage, parse_guest_usage
from vm.machine.storage.snapshots import check_name, check_new, find, parse_snapshots


@pytest.mark.parametrize("name", ["a", "before update 2", "更新之前", "x" * 60, "a'b\"c,d"])
def test_people_name_snapshots_as_they_like(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "12", "-d", " a", "a\n", "x" * 61, None, 5, "a\0b"])
def test_names_that_qemu_img_would_misunderstand_are_refused(name: object) -> None:
    with pytest.raises(UserError):
        check_name(name)


def test_snapshots_are_found_by_name_the_oldest_first() -> None:
    told = [
        {"name": "b", "date-sec": 20, "date-nsec": 5 * 10**8},
        {"name": "a", "date-sec": 10, "date-nsec": 0},
    ]
    found = parse_snapshots({"snapshots": told})
    assert [(one.name, one.created) for one in found] == [("a", 10), ("b", 20.5)]
    assert parse_snapshots({}) == []
    assert find(found, "b").created == 20.5
    with pytest.raises(UserError, match="no snapshot"):
        find(found, "c")
    check_new(found, "c")
    with pytest.raises(UserError, match="already"):
        check_new(found, "a")


def test_usage_is_read_from_what_the_guest_prints(tmp_path_factory: pytest.TempPathFactory) -> None:
    output = "/dev/vdc  1000 600 400 60% /data\n12\t/data/engine/blobs\n4\t/data/engine/layers\n77\n"
    usage = parse_guest_usage(output)
    assert usage == GuestUsage(1024000, 614400, 409600, 77, {"blobs": 12288, "layers": 4096})
    folder = tmp_path_factory.mktemp("machine")
    whole = host_usage(MachineFiles(folder, folder, folder), usage)
    assert DiskUsage.from_json(whole.to_json()) == whole
    assert DiskUsage.from_json(whole.to_json() | {"new": 1}) == whole


@pytest.mark.parametrize(
    "output", ["", "x", "a b c d\n1\n", "/dev/vdc 1 2 3 4\nx\t/y\n1", "/dev/vdc 1 2 3 4\n"]
)
def test_nonsense_of_a_guest_is_no_usage(output: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        parse_guest_usage(output)
