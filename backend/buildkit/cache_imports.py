"""Finds steps in caches that others have filled: `--cache-from`.

Source: BuildKit's `solver/llbsolver` (`loadResult`), `cache/remotecache/import.go`.
"""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from backend.builder.cache.step_trail import SharedStep
from backend.buildkit import cache_config
from backend.buildkit.build_status import BuildStatus
from backend.buildkit.cache_config import CONFIG_TYPE, CachedStep
from backend.buildkit.cache_places import CacheSource, opened_source
from backend.buildkit.cache_wishes import CacheWish, CacheWishes
from backend.buildkit.sessions import Session
from backend.errors import EngineError, SystemFailureError
from backend.images.image import Image, Layer
from backend.images.layers.layer_exchange import LayerExchange
from backend.images.manager import Images
from backend.images.manifest import MAX_CONFIG_BYTES, descriptor_of, descriptors, json_object
from backend.images.registry.registry_errors import BrokenTransferError, RefusedError
from backend.images.transfer.image_source import FoundManifest

log = logging.getLogger(__name__)

MOST_MANIFESTS = 32


class SharedCaches:
    """What the caches that a build may take from have between them."""

    def __init__(self, exchange: LayerExchange) -> None:
        self._exchange = exchange
        self._steps: dict[str, tuple[CacheSource, CachedStep]] = {}
        self._foreseen: dict[str, tuple[str, ...]] = {}

    def add(self, source: CacheSource, steps: Mapping[str, CachedStep]) -> None:
        """Take up one more cache; those that were there before come first."""
        for key, step in steps.items():
            self._steps.setdefault(key, (source, step))
            if (foreseen := step.step.foreseen).key:
                self._foreseen.setdefault(foreseen.key, foreseen.words)

    def find(self, key: str) -> SharedStep | None:
        """Return what is known of a step."""
        found = self._steps.get(key)
        return found[1].step if found is not None else None

    def foreseen(self, key: str) -> tuple[str, ...] | None:
        """Return what is known of a step whose stages are not built yet."""
        return self._foreseen.get(key)

    @asynccontextmanager
    async def layer(self, key: str, parent: Image | None) -> AsyncIterator[Layer | None]:
        """Hold the layer that a known step adds, fetched if need be. Raises EngineError."""
        source, cached = self._steps[key]
        if cached.layer is None:
            yield None
            return
        below = parent.store_layers if parent is not None else ()
        async with AsyncExitStack() as held:
            try:
                fetched = self._exchange.fetched(source, cached.layer.blob, cached.layer.diff_id, below)
                layer = await held.enter_async_context(fetched)
            except (RefusedError, BrokenTransferError) as error:
                raise SystemFailureError(str(error)) from error
            yield layer


@asynccontextmanager
async def opened_imports(
    wishes: CacheWishes, images: Images, session: Session, status: BuildStatus
) -> AsyncIterator[SharedCaches | None]:
    """Yield what the caches that a client names hold. One that cannot be read is told of and left out."""
    if not wishes.imports:
        yield None
        return
    shared = SharedCaches(images.exchange)
    async with AsyncExitStack() as held:
        for wish in wishes.imports:
            vertex = status.vertex(f"importing cache manifest from {_shown(wish)}")
            try:
                with vertex.under_way():
                    opened = opened_source(wish.kind, wish.attributes, images.exchange, session)
                    source, found = await held.enter_async_context(opened)
                    shared.add(source, await _steps(source, found))
            except EngineError as error:
                log.info("a build cache is left out: %s", error.message)
        yield shared


async def _steps(source: CacheSource, found: FoundManifest) -> dict[str, CachedStep]:
    """Return the steps of a cache, whether a manifest of its own names it or images have it in them."""
    try:
        return await _read(source, found)
    except (RefusedError, BrokenTransferError) as error:
        raise SystemFailureError(str(error)) from error


async def _read(source: CacheSource, found: FoundManifest) -> dict[str, CachedStep]:
    value = json_object(found.data, "manifest")
    if "manifests" not in value:
        config, layers = descriptor_of(value.get("config")), descriptors(value.get("layers"), "layers")
        data = await source.small_blob(config.digest, MAX_CONFIG_BYTES)
        if config.media_type == CONFIG_TYPE:
            return cache_config.read(data, {layer.digest: layer for layer in layers})
        return cache_config.read_inline(json_object(data, "image config"), layers)
    listed = descriptors(value["manifests"], "manifests")
    for entry in listed:
        if entry.media_type == CONFIG_TYPE:
            data = await source.small_blob(entry.digest, MAX_CONFIG_BYTES)
            return cache_config.read(data, {blob.digest: blob for blob in listed})
    steps: dict[str, CachedStep] = {}
    for entry in listed[:MOST_MANIFESTS]:
        inner = await source.manifest(entry.digest)
        if "manifests" not in json_object(inner.data, "manifest"):
            steps |= await _read(source, inner)
    return steps


def _shown(wish: CacheWish) -> str:
    if wish.kind == "registry":
        return wish.attributes.get("ref", "")
    return f"{wish.kind}:{wish.attributes.get('src') or ''}".removesuffix(":")
