"""Background tasks of the supervisor: each is held until it ends, and its failure is logged."""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
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


class ForgottenThreads:
    """Runs blocking calls in at most so many threads; the end of the process waits for none of them."""

    def __init__(self, most: int) -> None:
        self._free = asyncio.Semaphore(most)

    async def run(self, work: Callable[[], Result]) -> Result:
        """Return what `work` returns, or raise what it raises. Who is cancelled leaves it to itself."""
        loop = asyncio.get_running_loop()
        await self._free.acquire()
        future: asyncio.Future[Result] = loop.create_future()

        def ended(give: Callable[[], None]) -> None:
            self._free.release()
            if not future.done():
                give()

        def carry_out() -> None:
            try:
                result = work()
            except Exception as caught:  # noqa: BLE001 - handed on to whoever waits
                error = caught
                give = lambda: future.set_exception(error)  # noqa: E731
            else:
                give = lambda: future.set_result(result)  # noqa: E731
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(ended, give)

        threading.Thread(target=carry_out, name="forgotten", daemon=True).start()
        return await future


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
