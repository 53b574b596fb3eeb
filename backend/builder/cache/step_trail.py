"""What the steps of a build were, by names that mean the same on every engine: what a shared cache holds.

A name says what was done (the step as the cache compares it) on what (the name of the step before it, or the
id of the image that the stage began with).
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from backend.images.image import Image, Layer

# What differs from container to container and says nothing about the step.
PASSED_OVER = frozenset(("Image", "Hostname", "Domainname", "MacAddress"))


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a step took from other stages: `key` tells what those are made of, `words` is compared of them.

    `key` is "" for steps that took nothing from one.
    """

    key: str = ""
    words: tuple[str, ...] = ()


NOTHING_FORESEEN = Foreseen()


@dataclass(frozen=True, slots=True)
class TrailStep:
    """A step that was done or found: `image` is what it made of `parent`, `stage` the stage's number."""

    key: str
    parent_key: str
    parent: Image | None
    image: Image
    stage: int
    foreseen: Foreseen = NOTHING_FORESEEN


@dataclass(frozen=True, slots=True)
class SharedStep:
    """A step as a shared cache tells it: its entry in the history, and the container that it was done in."""

    history: Mapping[str, Any]
    container_id: str = ""
    foreseen: Foreseen = NOTHING_FORESEEN


class SharedSteps(Protocol):
    """A cache that others have filled."""

    def find(self, key: str) -> SharedStep | None:
        """Return what is known of a step."""
        ...

    def foreseen(self, key: str) -> tuple[str, ...] | None:
        """Return what the cache compares of the step that is foreseen by this key."""
        ...

    def layer(self, key: str, parent: Image | None) -> AbstractAsyncContextManager[Layer | None]:
        """Hold the layer that a known step adds to `parent`, fetched if need be; None when it adds none.

        Raises EngineError when it cannot be had.
        """
        ...


class StepTrail:
    """The steps of one build, in the order in which they ended."""

    def __init__(self) -> None:
        self.steps: list[TrailStep] = []
        self._keys: dict[str, str] = {}

    def key(self, parent: Image | None, step: Mapping[str, Any]) -> str:
        """Return the name of what `step` (a container's configuration) makes of `parent`."""
        words = json.dumps([self.key_of(parent), comparable(step)], sort_keys=True)
        return f"sha256:{hashlib.sha256(words.encode()).hexdigest()}"

    def add(
        self,
        parent: Image | None,
        step: Mapping[str, Any],
        image: Image,
        stage: int,
        foreseen: Foreseen = NOTHING_FORESEEN,
    ) -> None:
        """Note that a step has made `image`."""
        key = self.key(parent, step)
        self.steps.append(TrailStep(key, self.key_of(parent), parent, image, stage, foreseen))
        self._keys.setdefault(image.id, key)

    def key_of(self, image: Image | None) -> str:
        """Return the name of what has made an image."""
        return self._keys.get(image.id, image.id) if image is not None else ""


def comparable(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a configuration the cache compares: what is empty counts as absent."""
    return {name: value for name, value in config.items() if name not in PASSED_OVER and value}
