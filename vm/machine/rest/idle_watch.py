"""Notices that nobody uses the machine: first it tidies up, later it asks for the machine to be suspended."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

log = logging.getLogger(__name__)

TIDY_AFTER = 20.0
"""Seconds without a byte from or to any client after which the machine gives back what it does not need."""


class Used(Protocol):
    """What knows when it was last used."""

    @property
    def last_use(self) -> float:
        """When (`time.monotonic`)."""


LOOK_AGAIN = 20.0
"""Seconds between two looks at a machine that nobody has used for long, and that may not be suspended yet."""


class IdleWatch:
    """Tidies up once after each time of use, and suspends when the time without use is long enough."""

    def __init__(
        self,
        used: Used,
        tidy: Callable[[], Awaitable[bool]],
        idle_seconds: Callable[[], float],
        suspend: Callable[[], Awaitable[None]],
        tidy_after: float = TIDY_AFTER,
    ) -> None:
        """`tidy` tells if all is done: it is called again until it is.

        `idle_seconds` tells after how long to suspend, 0 for never; `suspend` looks at the rest itself.
        """
        self._used = used
        self._tidy = tidy
        self._idle_seconds = idle_seconds
        self._suspend = suspend
        self._tidy_after = tidy_after

    async def keep_looking(self) -> None:
        """Do what the time has come for, until cancelled."""
        tidied = -1.0
        while True:
            use = self._used.last_use
            idle = time.monotonic() - use
            if idle < self._tidy_after:
                await asyncio.sleep(self._tidy_after - idle)
                continue
            if use != tidied and await self._tidy():
                tidied = use
            if 0 < self._idle_seconds() <= idle:
                await self._suspend()
            await asyncio.sleep(min(LOOK_AGAIN, self._tidy_after))
