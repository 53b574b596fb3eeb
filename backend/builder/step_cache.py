"""The build cache: an image that was made here, of the same parent, by the same step.

Source: the classic builder's `imageprobe.go`, moby's `image/cache`. What a step was is in the image's own
`container_config`, so that the cache survives whatever the images survive.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from backend.errors import EngineError
from backend.images.image import Image
from backend.images.manager import Images

# What differs from container to container and says nothing about the step.
PASSED_OVER = frozenset(("Image", "Hostname", "Domainname", "MacAddress"))


class StepCache:
    """The cache as one stage sees it: after the first miss everything misses, until `reset`."""

    def __init__(self, images: Images, *, disabled: bool, cache_from: Iterable[str]) -> None:
        self._images = images
        self._disabled = disabled
        self._missed = disabled
        self._allowed = _ancestors(images, cache_from)

    def reset(self) -> None:
        """Begin a new stage."""
        self._missed = self._disabled

    def find(self, parent: Image | None, step: Mapping[str, Any]) -> Image | None:
        """Return the newest image that `step` (a container's configuration) has made of `parent`."""
        if self._missed:
            return None
        wanted = comparable(step)
        fitting = [image for image in self._children(parent) if _made_by(image) == wanted]
        if self._allowed is not None:
            fitting = [image for image in fitting if image.id in self._allowed]
        if not fitting:
            self._missed = True
            return None
        return max(fitting, key=lambda image: image.created)

    def _children(self, parent: Image | None) -> list[Image]:
        if parent is not None:
            return self._images.children(parent)
        # Pulled images have no parent here either, but a manifest: what they say about steps is not to be
        # trusted (CVE-2024-24557).
        return [image for image in self._images if not image.parent and not image.manifest]


def comparable(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a configuration the cache compares: what is empty counts as absent."""
    return {name: value for name, value in config.items() if name not in PASSED_OVER and value}


def _made_by(image: Image) -> dict[str, Any] | None:
    config = image.config.get("container_config")
    return comparable(config) if isinstance(config, dict) else None


def _ancestors(images: Images, names: Iterable[str]) -> set[str] | None:
    """Return the ids that hits are limited to, the named images and what they were made of; None for all.

    Names that are not there allow nothing, as in Docker.
    """
    wanted = list(names)
    if not wanted:
        return None
    allowed: set[str] = set()
    for name in wanted:
        try:
            image: Image | None = images.find_listed(name)
        except EngineError:
            continue
        while image is not None and image.id not in allowed:
            allowed.add(image.id)
            image = images.get(image.parent) if image.parent else None
    return allowed
