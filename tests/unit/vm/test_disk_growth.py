"""The data disk follows its setting upwards while the machine runs."""

import asyncio
import json
from pathlib import Path

import pytest

from vm.machine.link.guest_transport import TunnelDown
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu.qemu_img import run_qemu_img
from vm.machine.storage.disk_growth import DiskGrowth
from vm.machine.storage.disks import virtual_bytes


class Machine:
    """Has a real disk; its guest does not answer the first time."""

    def __init__(self, disk: Path) -> None:
        self.disk = disk
        self.asked: list[str] = []

    async def resize_disk(self, size: int) -> None:
        """Make the disk larger, as QEMU does."""
        self.asked.append("disk")
        run_qemu_img("qemu-img", "resize", "-q", "-f", "qcow2", str(self.disk), str(size))

    async def grow_file_system(self) -> None:
        """Be away once."""
        self.asked.append("file system")
        if self.asked.count("file system") == 1:
            raise TunnelDown("no connection to the machine")


@pytest.mark.parametrize(
    ("gib", "asked", "size"),
    [(3, ["disk", "file system", "file system"], 3), (2, [], 2), (1, [], 2)],
)
def test_the_disk_grows_once_and_its_file_system_until_it_has(
    tmp_path: Path, gib: int, asked: list[str], size: int
) -> None:
    files = MachineFiles.find(tmp_path)
    files.create_folders()
    run_qemu_img("qemu-img", "create", "-q", "-f", "qcow2", str(files.data_disk), "2G")
    files.settings.write_text(json.dumps({"disk_gib": gib}))
    machine, looks = Machine(files.data_disk), iter(range(6))

    async def story() -> None:
        enough = asyncio.Event()

        def is_up() -> bool:
            if next(looks, None) is None:
                enough.set()
                return False
            return True

        growth = asyncio.ensure_future(DiskGrowth(files, machine, is_up).keep_looking(0.001))
        await enough.wait()
        growth.cancel()

    asyncio.run(story())
    assert machine.asked == asked
    assert virtual_bytes(files.data_disk) == size * 2**30
