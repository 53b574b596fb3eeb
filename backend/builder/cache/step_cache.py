"""The build cache: an image that was made here, of the same parent, by the same step.

Source: the classic builder's `imageprobe.go`, moby's `image/cache`. What a step was is in the image's own
`container_config`, so that the cache survives whatever the images survive.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backend.builder.cache.step_trail import SharedSteps, StepTrail, comparable
from backend.builder.stages.image_config import stored
from backend.errors import EngineError
from backend.images import platforms
from backend.images.image import Image, Layer
from backend.images.image_creation import ImageDraft
from backend.images.manager import Images
from backend.images.platforms import Platform

log = logging.getLogger(__name__)


class StepCache:
    """The cache as one stage sees it: after the first miss everything misses.

    With `cache_from` hits come from the images of these names only, and from what they were made of: pulled
    ones give the steps that their history tells. What is not here may be in `shared`, where steps have the
    names of `trail`.
    """

    def __init__(
        self,
        images: Images,
        *,
        disabled: bool,
        cache_from: Iterable[str],
        shared: SharedSteps | None,
        trail: StepTrail,
        platform: Platform | None,
    ) -> None:
        self._images = images
        self._shared = shared
        self._trail = trail
        self._platform = platform
        self._missed = disabled
        names = list(cache_from)
        self._sources = _found(images, names) if names else None

    @property
    def has_missed(self) -> bool:
        """Whether nothing is found any more."""
        return self._missed

    async def find(
        self, parent: Image | None, step: Mapping[str, Any], config: Mapping[str, Any]
    ) -> Image | None:
        """Return the newest image that `step` (a container's configuration) has made of `parent`.

        `config` is what the step makes of the image's configuration.
        """
        if self._missed:
            return None
        found = self._made_here(parent, step)
        if self._sources is not None and (found is None or not self._is_in_sources(found)):
            # A history does not tell what was mounted.
            mounted = bool(step.get("Mounts"))
            found = None if mounted else await self._from_sources(self._sources, parent, step, config)
        if found is None and self._shared is not None:
            found = await self._from_shared(self._shared, parent, step, config)
        self._missed = found is None
        return found

    def _made_here(self, parent: Image | None, step: Mapping[str, Any]) -> Image | None:
        wanted = comparable(step)
        fitting = [image for image in self._children(parent) if _made_by(image) == wanted]
        return max(fitting, key=lambda image: image.created, default=None)

    def _children(self, parent: Image | None) -> list[Image]:
        if parent is not None:
            return self._images.children(parent)
        # Pulled images have no parent here either: what they say about steps is not to be trusted
        # (CVE-2024-24557).
        wanted = self._platform or platforms.own()
        return [
            image
            for image in self._images
            if image.made_here and not image.parent and platforms.from_json(image.config).suits(wanted)
        ]

    def _is_in_sources(self, image: Image) -> bool:
        """Return whether an image is one of the sources, or one that they were made of."""
        for source in self._sources or ():
            ancestor: Image | None = source
            seen: set[str] = set()
            while ancestor is not None and ancestor.id not in seen:
                if ancestor.id == image.id:
                    return True
                seen.add(ancestor.id)
                ancestor = self._images.get(ancestor.parent) if ancestor.parent else None
        return False

    async def _from_sources(
        self,
        sources: Sequence[Image],
        parent: Image | None,
        step: Mapping[str, Any],
        config: Mapping[str, Any],
    ) -> Image | None:
        """Return the step as the history of a source tells it, made an image of its own."""
        command = " ".join(step["Cmd"])
        for source in sources:
            history, done = _history(source), _history(parent)
            if not _continues(source, parent) or history[len(done)].get("created_by") != command:
                continue
            if len(history) == len(done) + 1:
                return source
            self._sources = [source]  # never a step of one and the next of another
            entry = history[len(done)]
            draft = ImageDraft(parent, config, command, step=entry)
            return await self._images.create(draft, _layer_of(source, history, len(done)))
        return None

    async def _from_shared(
        self, shared: SharedSteps, parent: Image | None, step: Mapping[str, Any], config: Mapping[str, Any]
    ) -> Image | None:
        """Return the step as a shared cache knows it, made the image that it was where it was done."""
        key = self._trail.key(parent, step)
        known = shared.find(key)
        if known is None:
            return None
        draft = ImageDraft(
            parent,
            config,
            " ".join(step["Cmd"]),
            author=str(known.history.get("author") or ""),
            comment=str(known.history.get("comment") or ""),
            container_id=known.container_id,
            platform=None if parent else self._platform,
            container_config={**stored(step), "Hostname": known.container_id[:12]},
            step=known.history,
        )
        try:
            async with shared.layer(key, parent) as layer:
                return await self._images.create(draft, layer)
        except EngineError as error:  # as BuildKit: what cannot be had is done again
            log.warning("a layer of a shared build cache is left out: %s", error.message)
            return None


def _made_by(image: Image) -> dict[str, Any] | None:
    config = image.config.get("container_config")
    return comparable(config) if isinstance(config, dict) else None


def _found(images: Images, names: Iterable[str]) -> list[Image]:
    """Return the images of these names that are here; what is missing gives no hits, as in Docker."""
    found: list[Image] = []
    for name in names:
        try:
            found.append(images.find_listed(name))
        except EngineError:
            continue
    return found


def _history(image: Image | None) -> list[dict[str, Any]]:
    steps = (image.config.get("history") or []) if image is not None else []
    return [step if isinstance(step, dict) else {} for step in steps]


def _continues(source: Image, parent: Image | None) -> bool:
    """Return whether a source was made by what `parent` was made by, and more."""
    history, done = _history(source), _history(parent)
    layers = parent.layers if parent is not None else ()
    return (
        len(history) > len(done) and history[: len(done)] == done and source.layers[: len(layers)] == layers
    )


def _layer_of(source: Image, history: Sequence[Mapping[str, Any]], number: int) -> Layer | None:
    """Return the layer of one step of a history, None for a step that made none."""
    if history[number].get("empty_layer"):
        return None
    below = sum(not step.get("empty_layer") for step in history[:number])
    return source.store_layers[below] if below < len(source.store_layers) else None
