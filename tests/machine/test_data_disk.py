"""The user's disk: gives back what is deleted; is kept, emptied, written out, taken in, moved, grown."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from app.services.machine.machine_data import MachineData
from tests.machine.machine_under_test import MachineUnderTest, connected, wait_until
from tests.support.test_images import Entry, build_image, busybox_layer, layer_tar, save_docker_archive
from vm.errors import UserError
from vm.machine.status import MachineState
from vm.machine.storage.disk_usage import DiskUsage
from vm.machine.storage.disks import allocated_bytes, virtual_bytes
from vm.removal import remove_machine

MB = 10**6
SIZE = int(os.environ.get("MARINA_BIG_IMAGE_MB", "20")) * MB
"""By hand: MARINA_BIG_IMAGE_MB=1000."""


def usage(machine: MachineUnderTest) -> DiskUsage:
    """Ask the supervisor."""
    return DiskUsage.from_json(machine.client.ask("disk-usage"))


def test_what_is_deleted_is_free_on_this_computer(machine: MachineUnderTest) -> None:
    before = allocated_bytes(machine.files.data_disk)
    image = build_image([busybox_layer(), layer_tar([Entry("big", os.urandom(SIZE))])])
    with connected(machine, limit=300) as client:
        client.images.load(save_docker_archive(image, ["big:1"]))
        # compressed blob and unpacked layer, or one of them
        wait_until(
            lambda: allocated_bytes(machine.files.data_disk) > before + SIZE * 0.9, "the image on the disk"
        )
        machine.run("sync")  # nothing of it is still to be written
        told = usage(machine)
        # nearly: the guest writes now and then
        assert abs(told.disk_bytes - allocated_bytes(machine.files.data_disk)) < MB
        assert told.guest is not None
        assert told.guest.parts["layers"] > SIZE * 0.9
        assert told.guest.used_bytes + told.guest.free_bytes <= told.guest.total_bytes
        most = allocated_bytes(machine.files.data_disk)
        client.images.remove("big:1")
    wait_until(
        lambda: most - allocated_bytes(machine.files.data_disk) > SIZE * 0.95, "the space to be free again"
    )


def test_compacting_tells_what_it_freed(machine: MachineUnderTest) -> None:
    machine.client.ask("compact")  # trims all that was never trimmed
    # written without the mount's own discards: only trimming finds it
    machine.run("mount -o remount,nodiscard /data; head -c 20000000 /dev/urandom >/data/waste; sync")
    machine.run("rm /data/waste; sync; mount -o remount,discard /data")
    result = machine.client.ask("compact")
    assert result["before"] - result["after"] > 19 * MB
    assert abs(result["after"] - allocated_bytes(machine.files.data_disk)) < MB


def marina(machine: MachineUnderTest, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on this machine; nobody is there to answer it."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        env=os.environ | {"MARINA_HOME": str(machine.files.data)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_command_line_tells_what_goes_and_asks_first(machine: MachineUnderTest) -> None:
    told = json.loads(marina(machine, "disk", "--json").stdout)
    assert told["usage"]["disk_path"] == str(machine.files.data_disk)
    assert told["contents"]["images"]["count"] >= 0
    assert marina(machine, "snapshot", "create", "mine").returncode == 0
    assert "mine" in marina(machine, "snapshot", "list").stdout
    for command in (["reset", "data"], ["reset", "factory"], ["uninstall"], ["snapshot", "restore", "mine"]):
        refused = marina(machine, *command)
        assert refused.returncode == 1
        assert "images (" in refused.stderr
        assert "--yes" in refused.stderr
    assert "images (" in marina(machine, "reset").stdout
    assert marina(machine, "snapshot", "delete", "mine", "--yes").returncode == 0
    missing = marina(machine, "snapshot", "restore", "mine", "--yes")
    assert (missing.returncode, "no snapshot" in missing.stderr) == (1, True)
    assert machine.client.status().state is MachineState.RUNNING


def test_what_cannot_be_is_told_before_anything_is_stopped(machine: MachineUnderTest) -> None:
    qemu = machine.client.status().qemu_pid
    for work, name, where, text in (
        ("data-import", "path", "/nowhere/backup.qcow2", "no such file"),
        ("data-export", "path", "/nowhere/backup.qcow2", "no such folder"),
        ("data-move", "folder", "/nowhere", "no such folder"),
    ):
        with pytest.raises(UserError, match=text):
            machine.client.ask(work, lambda status: None, **{name: where})
    assert machine.client.status().qemu_pid == qemu


def test_an_update_keeps_the_data_as_it_was_once(machine: MachineUnderTest) -> None:
    data = MachineData(machine.client)
    data.create_snapshot("mine")
    for version in ("9.0", "9.1", "9.1"):
        assert data.snapshot_before_update(version) == f"before update to {version}"
    assert sorted(one.name for one in data.snapshots()) == ["before update to 9.1", "mine"]
    for snapshot in data.snapshots():
        data.delete_snapshot(snapshot.name)


def test_a_factory_reset_leaves_nothing_of_a_suspended_machine(machine: MachineUnderTest) -> None:
    machine.run("echo secret >/data/proof && sync")
    machine.client.ask("suspend")
    assert machine.files.suspended_memory.exists()
    (machine.shared / "mine").touch()
    remove_machine(machine.files, data=True, settings=False)
    # the settings, and what is not Marina's
    assert {path.name for path in machine.files.data.iterdir()} == {"machine.json", machine.shared.name}
    assert machine.start().warnings == ()
    assert machine.run("ls /data/proof 2>&1 || true") == "ls: /data/proof: No such file or directory\n"
    (machine.shared / "mine").unlink()


def test_the_data_is_kept_emptied_carried_elsewhere_and_grown(
    machine: MachineUnderTest, tmp_path: Path
) -> None:
    ask = machine.client.ask
    machine.run("echo first >/data/proof && sync")
    ask("snapshot-create", name="first")
    with pytest.raises(UserError, match="already"):
        ask("snapshot-create", name="first")
    machine.run("echo second >/data/proof && sync")
    machine.stop()
    exported, elsewhere = tmp_path / "data, all.qcow2", tmp_path / "elsewhere"
    elsewhere.mkdir()
    ask("data-export", path=str(exported))
    assert ask("data-move", folder=str(elsewhere)) == str(elsewhere / "marina-data.qcow2")
    assert [one["name"] for one in ask("snapshots")] == ["first"]
    ask("data-reset")
    _leave_half_a_file_system(machine.files.data_disk)
    machine.start()
    assert machine.run("ls /data/proof 2>&1 || true") == "ls: /data/proof: No such file or directory\n"
    assert machine.get("/_ping") == (200, b"OK")
    # with the machine running, so that it is stopped and started again; the snapshot's disk is grown then
    settings = json.loads(machine.files.settings.read_text())
    machine.files.settings.write_text(json.dumps(settings | {"disk_gib": 80}))
    try:
        ask("snapshot-restore", name="first")
        assert machine.run("cat /data/proof") == "first\n"
        assert virtual_bytes(machine.files.data_disk) == 80 * 2**30
        wait_until(lambda: _file_system_bytes(machine) > 75 * 2**30, "the file system to grow")
    finally:
        machine.files.settings.write_text(json.dumps(settings))
    machine.stop()
    ask("snapshot-delete", name="first")
    ask("data-import", path=str(exported))
    ask("data-move", folder=str(machine.files.data))
    assert not machine.files.data_disk.is_symlink()
    assert not any(elsewhere.iterdir())
    machine.start()
    assert machine.run("cat /data/proof; rm /data/proof") == "second\n"


def test_the_disk_grows_while_the_machine_runs(machine: MachineUnderTest) -> None:
    machine.start()
    settings = json.loads(machine.files.settings.read_text())
    larger = virtual_bytes(machine.files.data_disk) // 2**30 + 10
    machine.run(
        "(while sleep 0.05; do echo line; done) >/data/written 2>&1 </dev/null & echo $! >/run/writer"
    )
    machine.files.settings.write_text(json.dumps(settings | {"disk_gib": larger}))
    try:
        wait_until(lambda: _file_system_bytes(machine) > (larger - 3) * 2**30, "the file system to grow")
        assert virtual_bytes(machine.files.data_disk) == larger * 2**30
        assert machine.client.status().disk_limit_bytes == larger * 2**30
        # what was at work went on, and what is there when it starts again is whole
        assert machine.run("kill $(cat /run/writer) && sort -u /data/written && rm /data/written") == "line\n"
        machine.stop()
        machine.start()
        assert _file_system_bytes(machine) > (larger - 3) * 2**30
    finally:
        machine.files.settings.write_text(json.dumps(settings))


def _leave_half_a_file_system(disk: Path) -> None:
    """Make a blank disk one whose formatting was killed."""
    script = Path("vm/image/guest_files/root/usr/lib/marina-machine/data-disk.sh").read_text()
    mark = script.partition("MARK='")[2].partition("'")[0].encode()
    with tempfile.NamedTemporaryFile() as block:
        block.write(mark.ljust(4096, b"\0"))
        block.flush()
        commands = (f"write -q -s {block.name} {32767 * 4096} 4k", "write -q -P 0xaa 4k 1M")
        for command in commands:
            subprocess.run(["qemu-io", "-f", "qcow2", "-c", command, str(disk)], check=True)


def test_only_a_disk_whose_formatting_was_killed_has_a_mark(machine: MachineUnderTest) -> None:
    told = machine.run(
        """
        set -e
        cd "$(mktemp -d)"
        . /usr/lib/marina-machine/data-disk.sh
        tell() { read_superblock disk; is_marked disk && echo "$1: marked $magic" || echo "$1: $magic"; }
        truncate -s 64G disk
        tell blank
        echo -n "$MARK" | set_mark disk
        tell begun
        /usr/sbin/mke2fs -q -F -t ext4 -m 0 -E nodiscard disk
        tell "almost done"
        format disk
        tell done
        rm disk
        """
    )
    assert told.splitlines() == ["blank: 0", "begun: marked 0", "almost done: marked 61267", "done: 61267"]


def _file_system_bytes(machine: MachineUnderTest) -> int:
    guest = usage(machine).guest
    assert guest is not None
    return guest.total_bytes
