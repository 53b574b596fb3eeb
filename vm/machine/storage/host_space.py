"""Holds the machine while this computer's disk is nearly full: a write that fails would cost data."""

import asyncio
import contextlib
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from vm.machine.qemu.qmp import QmpError
from vm.machine.status import Problem
from vm.machine.storage.disks import LEAST_FREE_BYTES

log = logging.getLogger(__name__)

LOW_BYTES = 256 * 2**20
"""Below this much free space the machine is held; from LEAST_FREE_BYTES on it goes on."""

INTERVAL = 3.0
"""Seconds between two looks. Who writes faster is held by QEMU itself, at the first write without room."""


class Holdable(Protocol):
    """A machine that can be held where it is."""

    gone: asyncio.Event
    out_of_space: asyncio.Event
    """Set when QEMU has held the machine because the host had no room for a write."""

    async def hold(self) -> None:
        """Stop its processors. Raises QmpError when QEMU does not answer."""

    async def go_on(self) -> None:
        """Let it run again, and try writes again that found no room. Raises QmpError."""


def free_bytes(folder: Path) -> int:
    """Return what is free for this user on the disk of a folder."""
    return shutil.disk_usage(folder).free


class HostSpace:
    """Watches the free space beside the data disk, and holds the machine when it gets too little."""

    def __init__(
        self,
        folder: Path,
        machine: Holdable,
        on_change: Callable[[Problem | None], None],
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        """`on_change` is told why the machine is held, and None when it goes on."""
        self._folder = folder
        self._machine = machine
        self._on_change = on_change
        self._free = free
        self._held = False

    async def keep_looking(self) -> None:
        """Look every INTERVAL, and at once when QEMU held the machine, until it is gone."""
        machine = self._machine
        while not machine.gone.is_set():
            try:
                await self.look()
            except QmpError as error:
                log.warning("the machine cannot be held, or let go on: %s", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL):
                    await (machine.gone if self._held else machine.out_of_space).wait()

    async def look(self) -> None:
        """Hold the machine, or let it go on, as the space asks for. Raises QmpError."""
        try:
            free = await asyncio.to_thread(self._free, self._folder)
        except OSError as error:
            log.warning("the free space of %s is not known: %s", self._folder, error)
            return
        if not self._held and (free < LOW_BYTES or self._machine.out_of_space.is_set()):
            await self._machine.hold()
            self._held = True
            log.error("%d MB are free in %s: the machine is held", free // 2**20, self._folder)
            self._on_change(self._problem(free))
        elif self._held and free >= LEAST_FREE_BYTES:
            self._machine.out_of_space.clear()
            await self._machine.go_on()
            self._held = False
            log.info("there is space again: the machine goes on")
            self._on_change(None)

    def _problem(self, free: int) -> Problem:
        needed = LEAST_FREE_BYTES // 2**20
        return Problem(
            "The disk of this computer is full, so the containers are held.",
            f"{free // 2**20} MB are free in {self._folder}; the machine goes on by itself at {needed} MB.",
            "Free some space: nothing is lost meanwhile.",
        )
