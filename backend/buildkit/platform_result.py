"""What a build has made for one platform."""

from dataclasses import dataclass

from backend.builder.cache.step_trail import StepTrail
from backend.images.image import Image
from backend.images.platforms import Platform


@dataclass(frozen=True, slots=True)
class PlatformResult:
    """An image, the platform that it was asked for (None for the engine's own), and its steps.

    `epoch` is the time that its files are told to be of, None for their own.
    """

    platform: Platform | None
    image: Image
    trail: StepTrail
    epoch: int | None = None
