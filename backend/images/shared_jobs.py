"""Work that several callers want at once: done once, watched by all, given up when nobody is left."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from backend.tasks import Tasks

Result = TypeVar("Result")
Update = TypeVar("Update")


@dataclass(slots=True, eq=False)
class _Job(Generic[Result, Update]):
    watchers: list[Callable[[Update], None]] = field(default_factory=list)
    last: list[Update] = field(default_factory=list)
    task: "asyncio.Task[Result | Exception] | None" = None

    def report(self, update: Update) -> None:
        self.last = [update]
        for watcher in tuple(self.watchers):
            watcher(update)


class SharedJobs(Generic[Result, Update]):
    """Running jobs by key."""

    def __init__(self, tasks: Tasks, name: str) -> None:
        self._tasks = tasks
        self._name = name
        self._jobs: dict[str, _Job[Result, Update]] = {}

    def running(self) -> set[str]:
        """Return the keys of all jobs under way."""
        return set(self._jobs)

    async def run(
        self,
        key: str,
        work: Callable[[Callable[[Update], None]], Awaitable[Result]],
        watcher: Callable[[Update], None],
    ) -> Result:
        """Return the result of `work(report)`, or of the same job that is under way already.

        `watcher` gets what the job reports, from the event loop's thread. A caller that is cancelled leaves
        the job to the others; the last one to leave cancels it and waits until it has cleaned up.
        """
        job = self._jobs.get(key)
        if job is None:
            job = _Job[Result, Update]()
            self._jobs[key] = job
            job.task = self._tasks.start(_outcome(work, job.report), f"{self._name} {key[:19]}")
            job.task.add_done_callback(lambda _: self._forget(key, job))
        assert job.task is not None
        job.watchers.append(watcher)
        for update in job.last:
            watcher(update)
        try:
            outcome = await asyncio.shield(job.task)
        finally:
            job.watchers.remove(watcher)
            if not job.watchers and not job.task.done():
                self._forget(key, job)
                job.task.cancel()
                await asyncio.wait([job.task])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _forget(self, key: str, job: _Job[Result, Update]) -> None:
        if self._jobs.get(key) is job:
            del self._jobs[key]


async def _outcome(
    work: Callable[[Callable[[Update], None]], Awaitable[Result]], report: Callable[[Update], None]
) -> Result | Exception:
    """Return what `work` raises: a failure reaches the callers, and is not logged as unexpected too."""
    try:
        return await work(report)
    except Exception as error:  # noqa: BLE001 - handed to every caller
        return error
