"""What the engine keeps of its builds: the folders that commands cache in, and what builds did.

Made at the engine's start, so what is needed for builds only is loaded by the first one.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from backend.events import EventBus
from backend.state_files import StateFiles
from backend.tasks import Tasks

if TYPE_CHECKING:
    from backend.builder.build_history import BuildHistory
    from backend.builder.cache.cache_mounts import CacheMounts


class BuildState:
    """The builder's state."""

    def __init__(self, files: StateFiles, events: EventBus, tasks: Tasks) -> None:
        self._files = files
        self._events = events
        self._tasks = tasks

    @cached_property
    def cache_mounts(self) -> "CacheMounts":
        """The folders of `RUN --mount=type=cache`."""
        from backend.builder.cache.cache_mounts import CacheMounts

        return CacheMounts(self._files)

    @cached_property
    def history(self) -> "BuildHistory":
        """The builds of the past."""
        from backend.builder.build_history import BuildHistory

        return BuildHistory(self._files, self._events, self._tasks)
