"""What the engine keeps of its builds: the folders that commands cache in.

Made at the engine's start, so what is needed for builds only is loaded by the first one.
"""

from typing import TYPE_CHECKING

from backend.state_files import StateFiles

if TYPE_CHECKING:
    from backend.builder.cache_mounts import CacheMounts


class BuildState:
    """The builder's state."""

    def __init__(self, files: StateFiles) -> None:
        self._files = files
        self._cache_mounts: CacheMounts | None = None

    @property
    def cache_mounts(self) -> "CacheMounts":
        """The folders of `RUN --mount=type=cache`."""
        if self._cache_mounts is None:
            from backend.builder.cache_mounts import CacheMounts

            self._cache_mounts = CacheMounts(self._files)
        return self._cache_mounts
