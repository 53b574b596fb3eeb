"""Images that ship with Marina, and what an engine finds when it starts again."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.container_calls import until
from tests.support.namespaces import made_netns
from tests.support.native_engine import NativeEngine, started_engine
from tests.support.test_images import (
    BuiltImage,
    Entry,
    build_image,
    busybox_layer,
    layer_tar,
    layout_files,
    save_docker_archive,
)

pytestmark = pytest.mark.timeout(120)
BUNDLED = "docker.io/marina/test-bundled:latest"


def image_of(test: str) -> BuiltImage:
    """Return an image that is one test's own, whatever the others have loaded before."""
    return build_image([busybox_layer(), layer_tar([Entry(test)])])


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeEngine]:
    """An engine without any registry in reach, and a folder of images that ship with it."""
    state: Path = tmp_path_factory.mktemp("lonely")
    layout = state / "data" / "shipped" / "test-bundled"
    for name, data in layout_files(image_of("bundled"), BUNDLED).items():
        (layout / name).parent.mkdir(parents=True, exist_ok=True)
        (layout / name).write_bytes(data)
    broken = state / "data" / "shipped" / "a-broken-one"
    broken.mkdir()
    (broken / "index.json").write_text("{")
    arguments = ["--bundled-images", str(layout.parent)]
    with (
        made_netns(f"tl{os.getpid() % 1_000_000}") as netns,
        started_engine(state, netns, arguments) as engine,
    ):
        yield engine


def test_bundled_image_is_pulled_without_a_network(lonely: NativeEngine) -> None:
    output = lonely.docker("pull", "marina/test-bundled").stdout
    assert b"latest: Pulling from marina/test-bundled" in output
    assert b"Pull complete" in output
    assert b"Status: Downloaded newer image for marina/test-bundled:latest" in output
    details = lonely.request("GET", "/images/marina/test-bundled/json").json
    assert details["Id"] == image_of("bundled").config_digest
    again = lonely.docker("pull", "marina/test-bundled").stdout
    assert b"Image is up to date" in again


def test_other_names_still_need_a_registry(lonely: NativeEngine) -> None:
    failed = lonely.docker("pull", "marina/other", check=False)
    assert b'Get "https://registry-1.docker.io/v2/": dial tcp' in failed.stderr


def test_images_survive_a_crash_and_leftovers_do_not(lonely: NativeEngine) -> None:
    lonely.request("POST", "/images/load", body=save_docker_archive(image_of("kept"), ["kept:1"]))
    before = lonely.request("GET", "/images/json").json
    lonely.kill()
    orphan = lonely.data_root / "layers" / f"{'0' * 64}.erofs"
    unfinished = lonely.data_root / "layers" / ".unfinished-1234.erofs"
    blob = lonely.data_root / "blobs" / "sha256" / ("0" * 64)
    spool = lonely.data_root / "downloads" / "load-x"
    spool.mkdir()
    for path in (orphan, unfinished, blob, spool / "received"):
        path.write_bytes(b"left over")
    lonely.start()
    assert lonely.request("GET", "/images/json").json == before
    for path in (orphan, unfinished, blob, spool):
        assert not path.exists(), path


def test_layers_stay_mounted_for_a_container_that_outlives_the_engine(lonely: NativeEngine) -> None:
    lonely.request("POST", "/images/load", body=save_docker_archive(image_of("runs"), ["runs:1"]))
    container = (
        lonely.docker("run", "-d", "--network", "none", "runs:1", "sleep", "100").stdout.decode().strip()
    )
    mounts = lonely.inside("cat", "/proc/self/mountinfo")
    layer = lonely.request("GET", "/images/runs:1/json").json["GraphDriver"]["Data"]["UpperDir"]
    assert mounts.count(f" {layer} ") == 1
    lonely.kill()
    lonely.start()
    assert lonely.inside("cat", "/proc/self/mountinfo").count(f" {layer} ") == 1
    assert lonely.docker("exec", container, "cat", "/etc/group").stdout.startswith(b"root:x:0:")
    second = lonely.docker("run", "-d", "--network", "none", "runs:1", "sleep", "100").stdout.decode().strip()
    assert lonely.inside("cat", "/proc/self/mountinfo").count(f" {layer} ") == 1
    lonely.docker("rm", "-f", container)
    assert lonely.inside("cat", "/proc/self/mountinfo").count(f" {layer} ") == 1
    lonely.docker("rm", "-f", second)
    until(lambda: f" {layer} " not in lonely.inside("cat", "/proc/self/mountinfo"), "the layer is unmounted")
