"""Work done once for several callers, and given up with the last of them."""

import asyncio
from collections.abc import Callable

import pytest

from backend.errors import InvalidParameterError
from backend.images.shared_jobs import SharedJobs
from backend.tasks import Tasks

Report = Callable[[str], None]


class Work:
    """Counts its runs and waits until told to go on."""

    def __init__(self) -> None:
        self.runs = 0
        self.cancelled = 0
        self.started = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, report: Report) -> int:
        self.runs += 1
        report("begun")
        self.started.set()
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        report("done")
        return self.runs


async def test_callers_share_one_run_and_late_ones_see_the_last_report() -> None:
    jobs, work = SharedJobs[int, str](Tasks(), "job"), Work()
    first_seen: list[str] = []
    second_seen: list[str] = []
    first = asyncio.ensure_future(jobs.run("k", work, first_seen.append))
    await work.started.wait()
    second = asyncio.ensure_future(jobs.run("k", work, second_seen.append))
    await asyncio.sleep(0)
    work.go_on.set()
    assert list(await asyncio.gather(first, second)) == [1, 1]
    assert first_seen == ["begun", "done"]
    assert second_seen == ["begun", "done"]
    assert await jobs.run("k", work, first_seen.append) == 2


async def test_one_who_leaves_does_not_stop_the_others() -> None:
    jobs, work = SharedJobs[int, str](Tasks(), "job"), Work()
    first = asyncio.ensure_future(jobs.run("k", work, lambda _: None))
    second = asyncio.ensure_future(jobs.run("k", work, lambda _: None))
    await work.started.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    work.go_on.set()
    assert await second == 1
    assert work.cancelled == 0


async def test_the_last_to_leave_ends_the_work_before_it_returns() -> None:
    jobs, work = SharedJobs[int, str](Tasks(), "job"), Work()
    only = asyncio.ensure_future(jobs.run("k", work, lambda _: None))
    await work.started.wait()
    only.cancel()
    with pytest.raises(asyncio.CancelledError):
        await only
    assert work.cancelled == 1
    work.go_on.set()
    assert await jobs.run("k", work, lambda _: None) == 2


async def test_failure_reaches_every_caller(caplog: pytest.LogCaptureFixture) -> None:
    jobs = SharedJobs[int, str](Tasks(), "job")

    async def fail(report: Report) -> int:
        await asyncio.sleep(0)
        raise InvalidParameterError("no")

    outcomes = await asyncio.gather(
        *(jobs.run("k", fail, lambda _: None) for _ in range(3)), return_exceptions=True
    )
    assert [str(outcome) for outcome in outcomes] == ["no"] * 3
    assert not caplog.records
