"""What each step of an image's history did to its files, with layers as images and as folders."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry
from tests.support.test_images import (
    BuiltImage,
    Entry,
    build_image,
    digest_of,
    folder,
    layer_tar,
    symlink,
)

pytestmark = pytest.mark.timeout(90)

BOTTOM = [
    folder("etc"),
    Entry("etc/changed", b"1" * 10),
    Entry("etc/gone", b"2" * 7),
    Entry("etc/kept", b"3"),
    folder("dir"),
    Entry("dir/old", b"4" * 5),
]
MIDDLE = [
    folder("etc"),
    Entry("etc/changed", b"5" * 20),
    Entry("etc/.wh.gone"),
    Entry("etc/.wh.never-there"),
    Entry("new/deep/file", b"6" * 30),
    symlink("link", "etc/changed"),
    folder("dir"),
    Entry("dir/.wh..wh..opq"),
    Entry("dir/fresh", b"7"),
]
TOP = [Entry("etc/changed", b"8" * 40), Entry("etc/gone", b"9")]


def with_steps(image: BuiltImage) -> BuiltImage:
    """Put a step without a layer between the second and the third, and leave the third without words."""
    config: dict[str, Any] = json.loads(image.blobs[image.config_digest])
    words = [{"created_by": text} for text in ("ADD bottom", "COPY middle")]
    config["history"] = [*words, {"created_by": "CMD", "empty_layer": True}]
    data = json.dumps(config).encode()
    manifest = json.loads(image.manifest)
    manifest["config"] |= {"digest": digest_of(data), "size": len(data)}
    blobs = {**image.blobs, digest_of(data): data}
    return replace(image, manifest=json.dumps(manifest).encode(), blobs=blobs, config_digest=digest_of(data))


def pulled(engine: NativeEngine, registry: Registry) -> str:
    image = with_steps(build_image([layer_tar(layer) for layer in (BOTTOM, MIDDLE, TOP)]))
    name = registry.push("tests/layer-files", "1", image)
    engine.docker("pull", "-q", name)
    return name


def files(engine: NativeEngine, name: str, step: int) -> list[tuple[str, str, str, int]]:
    answer = engine.request("GET", f"/marina/images/{name}/steps/{step}/files")
    assert answer.status == 200, answer.body
    return [(file["Kind"], file["Type"], file["Path"], file["Size"]) for file in answer.json]


def check_steps(engine: NativeEngine, registry: Registry) -> None:
    name = pulled(engine, registry)
    try:
        told = [step["CreatedBy"] for step in engine.request("GET", f"/images/{name}/history").json]
        assert told == ["", "CMD", "COPY middle", "ADD bottom"]
        assert files(engine, name, 3) == [
            ("added", "folder", "/dir", 0),
            ("added", "file", "/dir/old", 5),
            ("added", "folder", "/etc", 0),
            ("added", "file", "/etc/changed", 10),
            ("added", "file", "/etc/gone", 7),
            ("added", "file", "/etc/kept", 1),
        ]
        assert files(engine, name, 2) == [
            ("added", "file", "/dir/fresh", 1),
            ("deleted", "file", "/dir/old", 5),
            ("changed", "file", "/etc/changed", 20),
            ("deleted", "file", "/etc/gone", 7),
            ("added", "link", "/link", 0),
            ("added", "folder", "/new", 0),
            ("added", "folder", "/new/deep", 0),
            ("added", "file", "/new/deep/file", 30),
        ]
        assert files(engine, name, 1) == [], "a step without a layer"
        assert files(engine, name, 0) == [
            ("changed", "file", "/etc/changed", 40),
            ("added", "file", "/etc/gone", 1),
        ]
    finally:
        engine.docker("rmi", name)


def test_each_step_tells_what_it_did(engine: NativeEngine, registry: Registry) -> None:
    check_steps(engine, registry)


def test_layers_that_are_folders_tell_the_same(
    folder_engine: NativeEngine, folder_registry: Registry
) -> None:
    check_steps(folder_engine, folder_registry)


def test_a_layer_that_occurs_twice_and_what_is_not_there(engine: NativeEngine, registry: Registry) -> None:
    twice = layer_tar([Entry("same", b"12")])
    name = registry.push("tests/layer-twice", "1", build_image([twice, layer_tar([Entry("more")]), twice]))
    engine.docker("pull", "-q", name)
    try:
        assert files(engine, name, 2) == [("added", "file", "/same", 2)]
        assert files(engine, name, 1) == [("added", "file", "/more", 0)]
        for path, status in ((f"{name}/steps/9", 404), ("no-such-image/steps/0", 404)):
            answer = engine.request("GET", f"/marina/images/{path}/files")
            assert answer.status == status
            assert "no step 9" in answer.json["message"] or "No such image" in answer.json["message"]
    finally:
        engine.docker("rmi", name)
