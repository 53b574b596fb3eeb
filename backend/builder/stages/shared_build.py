"""What the stages of one build have in common."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from backend.builder.build_context import BuildContext
from backend.builder.build_options import BuildOptions
from backend.builder.cache.cache_mounts import CacheMounts
from backend.builder.dockerfile.instructions import Stage
from backend.builder.progress.progress import Progress, Step
from backend.containers.manager import Containers
from backend.errors import EngineError
from backend.images.image import Image


@dataclass(frozen=True, slots=True)
class SharedBuild:
    """What all stages work with. `made` waits for another stage's image, `start`
    begins it.

    Steps that work hold a place of `working`; `told` tells listeners of a failure.
    """

    containers: Containers
    cache_mounts: CacheMounts
    context: BuildContext
    options: BuildOptions
    progress: Progress
    stages: Sequence[Stage]
    escape: str
    keep: Callable[[Image], None]
    made: Callable[[int], Awaitable[Image | None]]
    start: Callable[[int], object]
    tell_failure: Callable[[Step, EngineError], None]
    working: asyncio.Semaphore
