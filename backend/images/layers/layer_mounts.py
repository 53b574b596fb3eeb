"""Mounted layers, shared by all containers that stand on them, unmounted soon after the last let go."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from backend.images.layers import read_only_mounts
from backend.images.layers.layer_store import LayerStore
from backend.state_files import StateFiles
from backend.tasks import Tasks, in_thread_to_end

LINGER = 3.0  # seconds; programs that run one after the other find what they read still in memory


class LayerMounts:
    """Who holds which layer. One mount serves all holders, so that they share the page cache too."""

    def __init__(self, files: StateFiles, layers: LayerStore, tasks: Tasks) -> None:
        self._folder = files.layer_mounts
        self._layers = layers
        self._tasks = tasks
        self._lingering: asyncio.Task[None] | None = None
        self._held: dict[str, tuple[str, ...]] = {}
        self._mounted: set[str] = set()
        self._lock = asyncio.Lock()

    def prepare(self) -> None:
        """Make the folder and see what is mounted from before the engine started. Blocking."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._mounted = read_only_mounts.mounted_below(self._folder)

    def path(self, key: str) -> Path:
        """Return where a layer is mounted."""
        return self._folder / key

    def held_keys(self) -> set[str]:
        """Return the layers that somebody holds."""
        return {key for keys in self._held.values() for key in keys}

    def is_mounted(self, key: str) -> bool:
        """Return whether a layer is mounted now."""
        return key in self._mounted

    async def hold(self, keys: Iterable[str], holder: str) -> list[Path]:
        """Mount layers for `holder`; returns their folders in the order given. Idempotent.

        Raises SystemFailureError; then `holder` holds what it held before.
        """
        wanted = tuple(keys)
        async with self._lock:
            before = self._held.get(holder, ())
            self._held[holder] = wanted
            try:
                await in_thread_to_end(self._mount, [key for key in wanted if key not in self._mounted])
            except BaseException:
                self._held[holder] = before
                await in_thread_to_end(self._unmount, self._unheld())
                raise
        return [self.path(key) for key in wanted]

    def release(self, holder: str) -> None:
        """Let go of what `holder` held; what nobody else holds is unmounted a moment later. Idempotent."""
        self._held.pop(holder, None)
        if self._lingering is None or self._lingering.done():
            self._lingering = self._tasks.start(self._linger(), "unmount layers")

    async def _linger(self) -> None:
        await asyncio.sleep(LINGER)
        await self.release_unheld()

    async def release_unheld(self) -> None:
        """Unmount what nobody holds: at the end, and once those that outlived an engine took hold again."""
        async with self._lock:
            await in_thread_to_end(self._unmount, self._unheld())

    async def release_of(self, keys: set[str]) -> set[str]:
        """Unmount layers whose files go; returns those that somebody holds after all."""
        if not keys.isdisjoint(self._mounted):
            await self.release_unheld()
        return keys & self.held_keys()

    def _mount(self, keys: list[str]) -> None:
        for key in keys:
            self.path(key).mkdir(exist_ok=True)
            self._layers.mount(key, self.path(key))
            self._mounted.add(key)

    def _unheld(self) -> set[str]:
        return self._mounted - self.held_keys()

    def _unmount(self, keys: set[str]) -> None:
        for key in keys:
            read_only_mounts.unmount(self.path(key))
            self._mounted.discard(key)
            with suppress(OSError):  # an empty folder in the way harms nobody
                self.path(key).rmdir()
