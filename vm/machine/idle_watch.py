"""Notices that nobody uses the machine: first it tidies up."""

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


class IdleWatch:
    """Tidies up once after each time of use."""

    def __init__(
        self, used: Used, tidy: Callable[[], Awaitable[None]], tidy_after: float = TIDY_AFTER
    ) -> None:
        self._used = used
        self._tidy = tidy
        self._tidy_after = tidy_after

    async def keep_looking(self) -> None:
        """Tidy up when the time has come, until cancelled."""
        tidied = -1.0
        while True:
            use = self._used.last_use
            left = use + self._tidy_after - time.monotonic()
            if left > 0:
                await asyncio.sleep(left)
            elif use == tidied:
                await asyncio.sleep(self._tidy_after)
            else:
                tidied = use
                await self._tidy()
