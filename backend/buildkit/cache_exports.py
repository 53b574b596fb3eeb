"""Writes the steps of a build where other engines find them: `--cache-to`.

Source: BuildKit's `solver/llbsolver` (`runCacheExporters`), `cache/remotecache` (export.go, inline).
"""

import json
from collections.abc import Sequence
from dataclasses import replace

from backend.builder.cache.step_trail import StepTrail
from backend.buildkit import cache_config
from backend.buildkit.build_status import BuildStatus, Vertex
from backend.buildkit.cache_config import CONFIG_TYPE
from backend.buildkit.cache_places import CacheSink, opened_sink
from backend.buildkit.cache_wishes import EXPORTERS, INLINE, CacheWish, CacheWishes
from backend.buildkit.flags import flag
from backend.buildkit.platform_result import PlatformResult
from backend.buildkit.sessions import Session
from backend.errors import EngineError
from backend.images import digests
from backend.images.image import Image
from backend.images.manager import Images
from backend.images.manifest import DOCKER_LIST, OCI_INDEX, OCI_MANIFEST, Descriptor, as_oci
from backend.tasks import in_thread


async def with_inline_cache(
    wish: CacheWish, images: Images, image: Image, trail: StepTrail, status: BuildStatus
) -> Image:
    """Return the image that tells of its own steps."""
    if wish.mode == "max":
        status.warn(
            "an inline cache holds the steps of the result alone: mode=max is for caches of other types"
        )
    with status.vertex("preparing layers for inline cache").under_way():
        steps = cache_config.taken(trail.steps, image, all_steps=False)
        return await images.amended(image, {cache_config.INLINE_FIELD: cache_config.inline(steps, image)})


async def export_caches(
    wishes: CacheWishes,
    images: Images,
    results: Sequence[PlatformResult],
    session: Session,
    status: BuildStatus,
) -> dict[str, str]:
    """Write what a build did where its client wants it; returns what the client is told.

    Raises EngineError.
    """
    told: dict[str, str] = {}
    for wish in wishes.exports:
        if wish.kind == INLINE:
            continue
        try:
            with status.vertex(EXPORTERS[wish.kind]).under_way() as vertex:
                written = await _export(wish, images, results, session, vertex)
        except EngineError:
            if not flag(wish.attributes, "ignore-error"):
                raise
        else:
            told["cache.manifest"] = json.dumps(_described(written))
    return told


async def _export(
    wish: CacheWish, images: Images, results: Sequence[PlatformResult], session: Session, vertex: Vertex
) -> Descriptor:
    distinct = {
        step.key: step
        for result in results
        for step in cache_config.taken(result.trail.steps, result.image, all_steps=wish.mode == "max")
    }
    steps = list(distinct.values())
    exchange = images.exchange
    with exchange.held(step.image for step in steps):
        layers = {layer.blob: layer for layer, _ in cache_config.layers_of(steps)}
        found = {digest: await in_thread(exchange.blob_of, layer) for digest, layer in layers.items()}
        blobs = {digest: blob for digest, (blob, _) in found.items()}
        config = cache_config.written(steps, blobs)
        vertex.transfer("preparing build cache for export", 0, done=True)
        async with opened_sink(wish.kind, wish.attributes, exchange, session) as sink:
            for blob, path in found.values():
                vertex.transfer(f"writing layer {blob.digest}", 0)
                await sink.put_file(blob, path)
                vertex.transfer(f"writing layer {blob.digest}", 0, done=True)
            return await _finish(sink, wish, list(blobs.values()), config, vertex)


async def _finish(
    sink: CacheSink, wish: CacheWish, layers: Sequence[Descriptor], config: bytes, vertex: Vertex
) -> Descriptor:
    described = Descriptor(CONFIG_TYPE, digests.of_bytes(config), len(config))
    await sink.put_bytes(described, config)
    vertex.transfer(f"writing config {described.digest}", 0, done=True)
    is_oci = flag(wish.attributes, "image-manifest") or flag(wish.attributes, "oci-mediatypes", default=True)
    if is_oci:
        layers = [replace(layer, media_type=as_oci(layer.media_type)) for layer in layers]
    entries = [_described(layer) for layer in layers]
    if flag(wish.attributes, "image-manifest"):
        media_type = OCI_MANIFEST
        value = {"config": _described(described), "layers": entries}
    else:
        media_type = OCI_INDEX if is_oci else DOCKER_LIST
        value = {"manifests": [*entries, _described(described)]}
    data = json.dumps({"schemaVersion": 2, "mediaType": media_type, **value}).encode()
    manifest = Descriptor(media_type, digests.of_bytes(data), len(data))
    await sink.put_manifest(manifest, data)
    vertex.transfer(f"writing cache manifest {manifest.digest}", 0, done=True)
    return manifest


def _described(blob: Descriptor) -> dict[str, str | int]:
    return {"mediaType": blob.media_type, "digest": blob.digest, "size": blob.size}
