"""Blocking calls in threads that nobody waits for at the end."""

import asyncio
import threading

import pytest

from vm.machine.tasks import ForgottenThreads


async def test_results_and_errors_reach_who_waits() -> None:
    threads = ForgottenThreads(1)
    assert await threads.run(lambda: 7) == 7

    def fail() -> None:
        raise OSError("no route")

    with pytest.raises(OSError, match="no route"):
        await threads.run(fail)
    assert await threads.run(lambda: 8) == 8


async def test_a_call_that_nobody_waits_for_keeps_its_place_until_it_ends() -> None:
    threads = ForgottenThreads(1)
    began, may_end = threading.Event(), threading.Event()

    def hang() -> None:
        began.set()
        may_end.wait(60)

    first = asyncio.ensure_future(threads.run(hang))
    await asyncio.to_thread(began.wait, 60)
    first.cancel()
    second = asyncio.ensure_future(threads.run(lambda: "second"))
    await asyncio.wait((first,))
    assert not second.done()
    may_end.set()
    async with asyncio.timeout(60):
        assert await second == "second"
