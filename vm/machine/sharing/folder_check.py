"""Looks whether the shared folders are still there while the machine runs: a drive may be unplugged."""

import asyncio
from collections.abc import Callable, Sequence

from vm.machine.settings import why_not_shared

INTERVAL = 15.0
"""Seconds between two looks."""


class FolderCheck:
    """Tells `on_change` each time what is wrong has changed. Lives on the event loop."""

    def __init__(
        self,
        folders: Sequence[str],
        on_change: Callable[[tuple[str, ...]], None],
        look: Callable[[str], str] = why_not_shared,
    ) -> None:
        """`folders` are those that the machine has; `look` returns why one cannot be used, "" when it can."""
        self._folders = folders
        self._on_change = on_change
        self._look = look
        self._told: tuple[str, ...] = ()

    async def keep_looking(self) -> None:
        """Look every INTERVAL. A drive that does not answer holds up nothing but this."""
        while True:
            await self.look()
            await asyncio.sleep(INTERVAL)

    async def look(self) -> None:
        """Look once."""
        told = await asyncio.to_thread(self._warnings)
        if told != self._told:
            self._told = told
            self._on_change(told)

    def _warnings(self) -> tuple[str, ...]:
        return tuple(
            f"The shared folder {folder} cannot be used: {reason}. Containers find nothing there."
            for folder in self._folders
            if (reason := self._look(folder))
        )
