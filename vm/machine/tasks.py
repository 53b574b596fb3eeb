"""Background tasks of the supervisor: each is held until it ends, and its failure is logged."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from vm.errors import UserError

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
            # one for people is told to whoever asked, too
            trace = None if isinstance(error, UserError) else error
            log.error("task %s failed: %s", task.get_name(), error, exc_info=trace)

    async def cancel_all(self) -> None:
        """Cancel every task but the calling one and wait until all have ended."""
        tasks = tuple(task for task in self._tasks if task is not asyncio.current_task())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def to_the_end(
    work: Callable[..., Result], *arguments: Any, on_cancel: Callable[[], None] = lambda: None
) -> Result:
    """Run blocking work in a thread; who is cancelled meanwhile calls `on_cancel` and waits for its end."""
    running = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        on_cancel()
        await asyncio.wait((running,))
        if not running.cancelled():
            running.exception()  # looked at: nobody else is told
        raise
