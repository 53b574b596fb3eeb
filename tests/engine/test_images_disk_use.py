"""What the engine says of the disk against the disk itself: usage, prunes, shared layers."""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.namespaces import made_netns
from tests.support.native_engine import NativeEngine, started_engine
from tests.support.test_images import Entry, build_image, layer_tar, save_docker_archive

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[NativeEngine]:
    """An engine without images, in a network of its own: the other tests' engine may be running."""
    with made_netns(f"tq{os.getpid() % 1_000_000}") as netns, started_engine(tmp_path / "s", netns) as engine:
        yield engine


def on_disk(engine: NativeEngine) -> int:
    """Return what lies in the folders of images, in bytes."""
    folders = [engine.data_root / name for name in ("blobs", "layers", "downloads")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return sum(path.stat().st_blocks * 512 for path in files)


def noise(seed: int, size: int = 700_000) -> bytes:
    """Return a layer that does not compress, with a piece that does."""
    return layer_tar([Entry(f"f{seed}", random.Random(seed).randbytes(size)), Entry(f"z{seed}", bytes(size))])


def load(engine: NativeEngine, name: str, *seeds: int) -> None:
    """Load an image of these layers."""
    archive = save_docker_archive(build_image([noise(seed) for seed in seeds]), [name])
    assert engine.request("POST", "/images/load", body=archive).status == 200


def test_usage_and_prunes_are_what_the_disk_says(own: NativeEngine) -> None:
    load(own, "one:1", 1, 2)
    load(own, "two:1", 1, 3)
    load(own, "three:1", 4)
    usage = own.request("GET", "/system/df").json
    assert usage["LayersSize"] == pytest.approx(on_disk(own), rel=0.01)
    by_name = {image["RepoTags"][0]: image for image in usage["Images"]}
    assert by_name["three:1"]["SharedSize"] == 0
    assert 0 < by_name["one:1"]["SharedSize"] == by_name["two:1"]["SharedSize"] < by_name["one:1"]["Size"]
    sizes = sum(image["Size"] for image in usage["Images"])
    assert usage["LayersSize"] == sizes - by_name["one:1"]["SharedSize"]

    own.request("POST", "/containers/create", body={"Image": "one:1", "Cmd": ["x"]}, query={"name": "user"})
    before = on_disk(own)
    everything = {"filters": json.dumps({"dangling": ["false"]})}
    pruned = own.request("POST", "/images/prune", query=everything).json
    assert pruned["SpaceReclaimed"] == before - on_disk(own) > 1_400_000
    assert own.request("GET", "/system/df").json["LayersSize"] == pytest.approx(on_disk(own), rel=0.01)

    # A removed image that a container stands on is gone with the container, to the last file.
    assert own.request("DELETE", "/images/one:1", query={"force": "1"}).status == 200
    assert own.request("GET", "/system/df").json["LayersSize"] == pytest.approx(on_disk(own), rel=0.01)
    assert on_disk(own) > 1_400_000
    assert own.request("DELETE", "/containers/user").status == 204
    assert on_disk(own) == own.request("GET", "/system/df").json["LayersSize"] == 0


def test_layers_go_with_their_last_image(own: NativeEngine) -> None:
    """Images of random layers come and go in random order; after each step the disk has what they need."""
    chance = random.Random(7)
    there: dict[str, set[int]] = {}
    for step in range(14):
        if there and chance.random() < 0.45:
            name = chance.choice(sorted(there))
            assert own.request("DELETE", f"/images/{name}").status == 200
            del there[name]
        else:
            seeds = chance.sample(range(6), chance.randint(1, 3))
            name = f"image:{step}"
            load_small(own, name, seeds)
            there[name] = set(seeds)
        layers = len(list((own.data_root / "layers").iterdir()))
        assert layers == len(set[int]().union(*there.values()))
        blobs = len(list((own.data_root / "blobs" / "sha256").iterdir()))
        images = len(own.request("GET", "/images/json").json)
        assert blobs == layers + 2 * images  # each has its configuration and its manifest
        assert images == len(there)


def load_small(engine: NativeEngine, name: str, seeds: list[int]) -> None:
    """Load an image of small layers that list all their folders."""
    layers = [layer_tar([Entry(f"s{seed}", b"%d" % seed)]) for seed in seeds]
    archive = save_docker_archive(build_image(layers, config={"Labels": {"of": name}}), [name])
    assert engine.request("POST", "/images/load", body=archive).status == 200
