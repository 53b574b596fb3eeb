"""Caches that builds share: what is read of one, whatever it says."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest

from backend.builder.cache.step_trail import Foreseen, StepTrail, TrailStep
from backend.buildkit import cache_config
from backend.buildkit.cache_wishes import CacheWish, CacheWishes
from backend.errors import EngineError, InvalidParameterError
from backend.images.image import Image, Layer
from backend.images.manifest import DOCKER_LAYER, Descriptor


def _digest(number: int) -> str:
    return f"sha256:{number:064x}"


def _layer(number: int) -> Layer:
    return Layer(_digest(number), f"{number:064x}", _digest(100 + number), f"{DOCKER_LAYER}.gzip", 1)


def _image(number: int, layers: tuple[Layer, ...], step: Mapping[str, Any]) -> Image:
    config = {"history": [{"created_by": "base"}, step], "container": f"{number:064x}"}
    return Image(_digest(1000 + number), config, layers)


BASE = Image(_digest(1000), {}, (_layer(1),))
MADE = _image(1, (_layer(1), _layer(2)), {"created_by": "RUN one", "created": "2026-01-01T00:00:00Z"})
NAMED = _image(2, (_layer(1), _layer(2)), {"created_by": "LABEL a=b", "empty_layer": True})
OTHER = _image(3, (_layer(1), _layer(3)), {"created_by": "RUN other"})
BLOBS = {layer.blob: Descriptor(layer.media_type, layer.blob, 10) for layer in map(_layer, (1, 2, 3))}


def _trail() -> list[TrailStep]:
    trail = StepTrail()
    trail.add(BASE, {"Cmd": ["one"]}, MADE, 0)
    trail.add(MADE, {"Cmd": ["label"]}, NAMED, 0)
    trail.add(BASE, {"Cmd": ["other"]}, OTHER, 1)
    return trail.steps


def test_what_is_written_is_read() -> None:
    steps = _trail()
    found = cache_config.read(cache_config.written(steps, BLOBS), BLOBS)
    assert list(found) == [step.key for step in steps]
    one, label, other = found.values()
    assert one.step.history == {"created_by": "RUN one", "created": "2026-01-01T00:00:00Z"}
    assert one.step.container_id == f"{1:064x}"
    assert one.layer is not None
    assert one.layer.diff_id == _digest(2)
    assert one.layer.blob.digest == _digest(102)
    assert label.layer is None
    assert label.step.history["empty_layer"] is True
    assert other.layer is not None
    assert other.layer.diff_id == _digest(3)


def test_the_least_is_what_the_result_was_made_by() -> None:
    steps = _trail()
    assert cache_config.taken(steps, NAMED, all_steps=False) == steps[:2]
    assert cache_config.taken(steps, BASE, all_steps=False) == []
    assert cache_config.taken([*steps, *steps], NAMED, all_steps=True) == steps


def test_names_of_steps_are_the_same_everywhere() -> None:
    """Neither what an image is called here nor the container of a step counts; what it follows does."""
    here, there = StepTrail(), StepTrail()
    here.add(BASE, {"Cmd": ["one"], "Hostname": "a", "Image": "x"}, MADE, 0)
    there.add(BASE, {"Cmd": ["one"], "Hostname": "b", "User": ""}, OTHER, 4)
    assert here.steps[0].key == there.steps[0].key
    assert here.key(MADE, {"Cmd": ["two"]}) == there.key(OTHER, {"Cmd": ["two"]})
    assert here.key(BASE, {"Cmd": ["two"]}) != here.key(MADE, {"Cmd": ["two"]})
    assert here.key(None, {"Cmd": ["two"]}) != here.key(BASE, {"Cmd": ["two"]})


def test_what_is_foreseen_goes_along() -> None:
    trail = StepTrail()
    trail.add(BASE, {"Cmd": ["one"]}, MADE, 0, Foreseen("sha256:key", ("COPY file:1 in /a ",)))
    data = json.loads(cache_config.written(trail.steps, BLOBS))
    (found,) = cache_config.read(json.dumps(data).encode(), BLOBS).values()
    assert found.step.foreseen == trail.steps[0].foreseen
    for damaged in (None, 7, [], [7], ["key", None]):
        data["records"][-1]["marina.step"]["foreseen"] = damaged
        (found,) = cache_config.read(json.dumps(data).encode(), BLOBS).values()
        assert found.step.foreseen == Foreseen()


def test_an_image_tells_of_its_own_steps() -> None:
    steps = _trail()[:2]
    config = {
        "rootfs": {"diff_ids": list(NAMED.layers)},
        cache_config.INLINE_FIELD: cache_config.inline(steps, NAMED),
    }
    blobs = [BLOBS[layer.blob] for layer in NAMED.store_layers]
    found = cache_config.read_inline(config, blobs)
    assert list(found) == [step.key for step in steps]
    assert [step.layer and step.layer.diff_id for step in found.values()] == [_digest(2), None]
    assert cache_config.read_inline({}, blobs) == {}
    assert cache_config.read_inline(config, blobs[:1]) == {}


OWN = {"history": {"created_by": "x"}, "container": ""}
GOOD_LAYER = {"blob": _digest(102), "parent": -1, "annotations": {"diffID": _digest(2)}}


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"records": None, "layers": 7},
        {"records": [{"digest": _digest(1)}]},  # as BuildKit's: it says nothing of its step
        {"records": [None, 7, {"marina.step": []}, {"marina.step": {"history": None}}]},
        {"records": [{"digest": "a", "marina.step": OWN}]},
        {"records": [{"digest": "a", "marina.step": OWN, "layers": [{"layer": 0}]}]},
        {"records": [{"digest": "a", "marina.step": OWN, "layers": [{"layer": -1}]}], "layers": [GOOD_LAYER]},
        {
            "records": [{"digest": "a", "marina.step": OWN, "layers": [{"layer": True}]}],
            "layers": [GOOD_LAYER],
        },
        {"records": [{"digest": "a", "marina.step": OWN, "layers": [7]}], "layers": [GOOD_LAYER]},
        {
            "records": [{"digest": "a", "marina.step": OWN, "layers": [{"layer": 0}]}],
            "layers": [{**GOOD_LAYER, "blob": _digest(7)}],
        },
    ],
)
def test_records_that_say_nothing_are_left_out(value: Any) -> None:
    assert cache_config.read(json.dumps(value).encode(), BLOBS) == {}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        json.dumps({"layers": [7]}).encode(),
        json.dumps({"layers": [{**GOOD_LAYER, "annotations": {"diffID": "../../etc"}}]}).encode(),
    ],
)
def test_damaged_caches_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidParameterError):
        cache_config.read(data, BLOBS)


@pytest.mark.parametrize(
    "text", ["!", base64.b64encode(b"{").decode(), base64.b64encode(b"[" * 9999).decode()]
)
def test_damaged_inline_caches_are_refused(text: str) -> None:
    config = {"rootfs": {"diff_ids": [_digest(1)]}, cache_config.INLINE_FIELD: text}
    with pytest.raises(InvalidParameterError):
        cache_config.read_inline(config, [BLOBS[_digest(101)]])


def test_history_takes_texts_only() -> None:
    odd = {"history": {"created_by": "x", "created": 7, "extra": "y", "empty_layer": 1}, "container": 7}
    data = json.dumps({"records": [{"digest": "a", "marina.step": odd}]}).encode()
    (found,) = cache_config.read(data, {}).values()
    assert found.step.history == {"created_by": "x", "empty_layer": True}
    assert found.step.container_id == ""


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("gha", {}),
        ("", {}),
        ("registry", {"ref": "x", "compression": "estargz"}),
        ("local", {"force-compression": "true"}),
        ("local", {"oci-mediatypes": "yes"}),
        ("local", {"mode": "most"}),
    ],
)
def test_what_cannot_be_written_is_refused_at_once(kind: str, attributes: dict[str, str]) -> None:
    with pytest.raises(EngineError):
        CacheWishes(exports=[CacheWish(kind, attributes)]).check()
