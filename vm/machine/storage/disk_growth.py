"""Raises the data disk's upper limit while the machine runs, when the user has raised the setting."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from vm.machine.link.guest_transport import TunnelDown
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu.qmp import QmpError
from vm.machine.settings_files import read_settings
from vm.machine.storage.disks import virtual_bytes

log = logging.getLogger(__name__)

LOOK_EVERY = 5.0
"""Seconds between two looks at the settings."""


class Growing(Protocol):
    """A machine whose disk can grow under it."""

    async def resize_disk(self, size: int) -> None:
        """Make the disk `size` bytes long. Raises QmpError."""

    async def grow_file_system(self) -> None:
        """Let the guest's file system fill the disk. Raises TunnelDown."""


class DiskGrowth:
    """Follows the setting `disk_gib` upwards; a lower number changes nothing."""

    def __init__(self, files: MachineFiles, machine: Growing, is_up: Callable[[], bool]) -> None:
        self._files = files
        self._machine = machine
        self._is_up = is_up
        self._owed = False  # the disk has grown, its file system has not

    async def keep_looking(self, look_every: float = LOOK_EVERY) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(look_every)
            if not self._is_up():
                continue
            try:
                await self._look()
            except (QmpError, TunnelDown) as error:
                log.warning("the data disk has not grown yet: %s", error)

    async def _look(self) -> None:
        wanted, known = await asyncio.to_thread(self._sizes)
        if wanted > known > 0:
            await self._machine.resize_disk(wanted)
            log.info("the data disk may take %d GiB now", wanted // 2**30)
            self._owed = True
        if self._owed:
            await self._machine.grow_file_system()
            self._owed = False

    def _sizes(self) -> tuple[int, int]:
        """Return what the disk may take by the settings and by its header, in bytes. Blocking."""
        return read_settings(self._files)[0].disk_gib * 2**30, virtual_bytes(self._files.data_disk)
