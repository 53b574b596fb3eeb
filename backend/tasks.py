"""Background tasks of the engine: each is held until it ends, and its failure is logged."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

log = logging.getLogger(__name__)
Result = TypeVar("Result")


class Tasks:
    """A set of running tasks that belong together and are cancelled together."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, coroutine: Coroutine[Any, Any, Result], name: str) -> asyncio.Task[Result]:
        """Run `coroutine` in the background; `name` appears in logs."""
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task %s failed", task.get_name(), exc_info=error)

    async def cancel_all(self) -> None:
        """Cancel every task and wait until all have ended."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def in_thread(function: Callable[..., Result], *arguments: Any) -> Result:
    """Run blocking work (mounts, file trees, hashing) on a thread and wait for its result."""
    return await asyncio.to_thread(function, *arguments)


async def in_thread_to_end(function: Callable[..., Result], *arguments: Any) -> Result:
    """Like `in_thread`, but a cancelled caller waits for the thread first: its files stay open till then."""
    work = asyncio.ensure_future(in_thread(function, *arguments))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise
