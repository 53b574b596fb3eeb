"""A machine is held before the host's disk is full, and goes on when there is space."""

import asyncio
from pathlib import Path

from vm.machine.status import Problem
from vm.machine.storage.disks import LEAST_FREE_BYTES
from vm.machine.storage.host_space import LOW_BYTES, HostSpace


class HeldMachine:
    """Counts what it is told."""

    def __init__(self) -> None:
        self.gone = asyncio.Event()
        self.out_of_space = asyncio.Event()
        self.told: list[str] = []

    async def hold(self) -> None:
        """Take note."""
        self.told.append("hold")

    async def go_on(self) -> None:
        """Take note."""
        self.told.append("go on")


async def test_it_is_held_when_space_is_low_and_goes_on_when_there_is_enough(tmp_path: Path) -> None:
    machine, problems, free = HeldMachine(), list[Problem | None](), [LOW_BYTES]
    space = HostSpace(tmp_path, machine, problems.append, lambda folder: free[0])
    await space.look()
    assert machine.told == []
    for free[0] in (LOW_BYTES - 1, 0, LEAST_FREE_BYTES - 1):
        await space.look()
    assert machine.told == ["hold"], "once, and not on and off around one limit"
    assert problems[0] is not None
    assert str(tmp_path) in problems[0].details
    free[0] = LEAST_FREE_BYTES
    await space.look()
    assert machine.told == ["hold", "go on"]
    assert problems[1:] == [None]


async def test_a_write_without_room_counts_whatever_the_free_space_says(tmp_path: Path) -> None:
    machine, problems, free = HeldMachine(), list[Problem | None](), [LEAST_FREE_BYTES - 1]
    space = HostSpace(tmp_path, machine, problems.append, lambda folder: free[0])
    machine.out_of_space.set()  # a quota, say
    await space.look()
    free[0] = LEAST_FREE_BYTES
    await space.look()
    assert machine.told == ["hold", "go on"]
    assert not machine.out_of_space.is_set()


async def test_it_stops_looking_when_the_machine_is_gone(tmp_path: Path) -> None:
    machine = HeldMachine()
    space = HostSpace(tmp_path, machine, lambda problem: None, lambda folder: LEAST_FREE_BYTES)
    task = asyncio.ensure_future(space.keep_looking())
    machine.gone.set()
    await asyncio.wait_for(task, 30)
