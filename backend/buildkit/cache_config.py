"""What a shared build cache holds, in the form that BuildKit gives it.

Records are steps, linked to the steps that they were done after; layers are the blobs that steps made,
linked to those below. BuildKit's own records have names that only its solver can make: each side reads the
other's caches and finds nothing in them. What a record says of its step under `marina.step` is this engine's
own, and BuildKit passes over it.

Source: BuildKit's `cache/remotecache/v1` (spec.go, doc.go) and `cache/remotecache/inline`.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.builder.cache.step_trail import Foreseen, SharedStep, TrailStep
from backend.buildkit.loose_json import as_list
from backend.errors import InvalidParameterError
from backend.images import digests
from backend.images.image import Image, Layer
from backend.images.manifest import Descriptor, json_object

CONFIG_TYPE = "application/vnd.buildkit.cacheconfig.v0"
INLINE_FIELD = "moby.buildkit.cache.v0"
OWN_FIELD = "marina.step"
HISTORY_TEXTS = ("created", "created_by", "author", "comment")


@dataclass(frozen=True, slots=True)
class CachedLayer:
    """A layer that a cache has: its blob, and the digest of its plain tar."""

    blob: Descriptor
    diff_id: str


@dataclass(frozen=True, slots=True)
class CachedStep:
    """A step that a cache has, and the layer that it added; None when it added none."""

    step: SharedStep
    layer: CachedLayer | None


def taken(trail: Sequence[TrailStep], result: Image, *, all_steps: bool) -> list[TrailStep]:
    """Return the steps of a build that go into its cache: all, or those that `result` was made by."""
    distinct = {step.key: step for step in trail}
    if all_steps:
        return list(distinct.values())
    by_image = {step.image.id: step for step in distinct.values()}
    chain: list[TrailStep] = []
    at: Image | None = result
    while at is not None and (step := by_image.pop(at.id, None)) is not None:
        chain.insert(0, step)
        at = step.parent
    return chain


def layers_of(steps: Sequence[TrailStep]) -> list[tuple[Layer, int]]:
    """Return the layers of steps, each after those below it, with the number of the one below (or -1)."""
    found: dict[tuple[str, ...], tuple[Layer, int]] = {}
    numbers: dict[tuple[str, ...], int] = {}
    for step in steps:
        below = -1
        for height, layer in enumerate(step.image.store_layers, 1):
            stack = step.image.layers[:height]
            if stack not in found:
                numbers[stack] = len(found)
                found[stack] = (layer, below)
            below = numbers[stack]
    return list(found.values())


def written(steps: Sequence[TrailStep], blobs: Mapping[str, Descriptor]) -> bytes:
    """Return the config of a cache; `blobs` are those of all layers by digest."""
    layers = layers_of(steps)
    listed = [
        {
            "blob": layer.blob,
            "parent": below,
            "annotations": {
                "mediaType": blobs[layer.blob].media_type,
                "diffID": layer.diff_id,
                "size": blobs[layer.blob].size,
            },
        }
        for layer, below in layers
    ]
    return _json({"layers": listed, "records": _records(steps, _numbers(layers))})


def inline(steps: Sequence[TrailStep], image: Image) -> str:
    """Return what an image's own config says of the steps that made its layers."""
    numbers = {image.layers[: height + 1]: height for height in range(len(image.layers))}
    return base64.b64encode(_json(_records(steps, numbers))).decode()


def _numbers(layers: Sequence[tuple[Layer, int]]) -> dict[tuple[str, ...], int]:
    stacks: list[tuple[str, ...]] = []
    for layer, below in layers:
        stacks.append((*(stacks[below] if below >= 0 else ()), layer.diff_id))
    return {stack: number for number, stack in enumerate(stacks)}


def _records(steps: Sequence[TrailStep], numbers: Mapping[tuple[str, ...], int]) -> list[dict[str, Any]]:
    known = {step.key for step in steps}
    # What stages begin with, so that no link leads nowhere.
    names = [*dict.fromkeys(step.parent_key for step in steps if step.parent_key not in ("", *known))]
    places = {name: number for number, name in enumerate((*names, *(step.key for step in steps)))}
    records: list[dict[str, Any]] = [{"digest": name} for name in names]
    for step in steps:
        history = dict((step.image.config.get("history") or [{}])[-1])
        record: dict[str, Any] = {"digest": step.key}
        if step.parent_key:
            record["inputs"] = [[{"link": places[step.parent_key]}]]
        if not history.get("empty_layer"):
            place = {"layer": numbers[step.image.layers]}
            record["layers"] = [{**place, "createdAt": step.image.created}]
        container = step.image.config.get("container") or ""
        told: dict[str, Any] = {"history": history, "container": container}
        if step.foreseen.key:
            told["foreseen"] = [step.foreseen.key, *step.foreseen.words]
        records.append({**record, OWN_FIELD: told})
    return records


def read(data: bytes, blobs: Mapping[str, Descriptor]) -> dict[str, CachedStep]:
    """Return the steps of a cache by their names; `blobs` are what its manifest lists, by digest.

    Raises InvalidParameterError. Records that say nothing of their steps are left out, as BuildKit's.
    """
    config = json_object(data, "cache config")
    layers = [_layer(entry, blobs) for entry in as_list(config.get("layers"))]
    return _steps(as_list(config.get("records")), layers)


def read_inline(config: Mapping[str, Any], blobs: Sequence[Descriptor]) -> dict[str, CachedStep]:
    """Return the steps that an image's config tells; `blobs` are its layers. Raises InvalidParameterError."""
    field, rootfs = config.get(INLINE_FIELD), config.get("rootfs")
    diff_ids = as_list(rootfs.get("diff_ids")) if isinstance(rootfs, dict) else []
    if not isinstance(field, str) or len(diff_ids) != len(blobs):
        return {}
    try:
        records = json.loads(base64.b64decode(field, validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise InvalidParameterError(f"damaged inline cache: {error}") from error
    layers: list[CachedLayer | None] = [
        CachedLayer(blob, digests.checked(diff_id)) for blob, diff_id in zip(blobs, diff_ids, strict=True)
    ]
    return _steps(as_list(records), layers)


def _layer(entry: object, blobs: Mapping[str, Descriptor]) -> CachedLayer | None:
    """Return a layer of a config, None for one that cannot be fetched."""
    if not isinstance(entry, dict):
        raise InvalidParameterError("damaged cache config: a layer is no object")
    blob, told = blobs.get(str(entry.get("blob"))), entry.get("annotations")
    if blob is None or not isinstance(told, dict):
        return None
    return CachedLayer(blob, digests.checked(told.get("diffID")))


def _steps(records: Sequence[object], layers: Sequence[CachedLayer | None]) -> dict[str, CachedStep]:
    found: dict[str, CachedStep] = {}
    for record in records:
        if not isinstance(record, dict) or not isinstance(record.get(OWN_FIELD), dict):
            continue
        told = record[OWN_FIELD]
        if not isinstance(told.get("history"), dict):
            continue
        history: dict[str, Any] = {
            name: value for name in HISTORY_TEXTS if isinstance(value := told["history"].get(name), str)
        }
        layer: CachedLayer | None = None
        if told["history"].get("empty_layer"):
            history["empty_layer"] = True
        else:
            results = as_list(record.get("layers"))
            number = results[0].get("layer") if results and isinstance(results[0], dict) else None
            if type(number) is not int or not 0 <= number < len(layers) or layers[number] is None:
                continue
            layer = layers[number]
        container = told.get("container")
        step = SharedStep(history, container if isinstance(container, str) else "", _foreseen(told))
        found[str(record.get("digest"))] = CachedStep(step, layer)
    return found


def _foreseen(told: Mapping[str, Any]) -> Foreseen:
    key, *words = as_list(told.get("foreseen")) or [""]
    if not isinstance(key, str) or not all(isinstance(word, str) for word in words):
        return Foreseen()
    return Foreseen(key, tuple(words))


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
