"""What the machine is told to do: one command at a time, in order, and everybody who watches hears of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from vm.machine.tasks import Tasks

Result = TypeVar("Result")

WORK = "work"
"""The name of commands that work on the data: two of them in a row are two, unlike two starts."""

TICK = 0.5
"""Seconds between two looks at a command that goes on, for whoever watches."""


class Commands:
    """Runs commands one after the other. Lives on the event loop."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._commands: list[asyncio.Task[Any]] = []
        self._watchers: set[asyncio.Event] = set()

    def start(
        self, work: Callable[[], Awaitable[Result]], name: str, cancels: tuple[str, ...]
    ) -> asyncio.Task[Result]:
        """Carry out `work` after what goes on; earlier commands named in `cancels` are called off first.

        The same command again, with none between, is the one that goes on already.
        """
        earlier = list(self.unfinished())
        if earlier and earlier[-1].get_name() == name != WORK:
            return earlier[-1]

        async def after_the_others() -> Result:
            for task in earlier:
                if task.get_name() in cancels:
                    task.cancel()
            if earlier:
                await asyncio.wait(earlier)
            return await work()

        task = self._tasks.start(after_the_others(), name)
        task.add_done_callback(lambda _: self.changed())
        self._commands.append(task)
        return task

    def unfinished(self) -> list[asyncio.Task[Any]]:
        """Return the commands that go on or wait for their turn."""
        self._commands = [task for task in self._commands if not task.done()]
        return self._commands

    def changed(self) -> None:
        """Wake all watchers."""
        for watcher in self._watchers:
            watcher.set()

    async def watch(
        self, look: Callable[[], Result], until: asyncio.Task[Any] | None = None
    ) -> AsyncIterator[Result]:
        """Give what `look` sees now, after each change, and every TICK while a command goes on.

        Ends with what it sees once the command `until` is done.
        """
        changed = asyncio.Event()
        self._watchers.add(changed)
        if until is not None:
            until.add_done_callback(lambda _: changed.set())
        try:
            while True:
                changed.clear()
                finished = until is not None and until.done()
                yield look()
                if finished:
                    return
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TICK if self.unfinished() else None):
                        await changed.wait()
        finally:
            self._watchers.discard(changed)
