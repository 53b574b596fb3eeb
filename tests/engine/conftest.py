"""What the engine's tests share: a network namespace, a registry in it, and an engine as it ships."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.namespaces import made_netns
from tests.support.native_engine import IMAGE, NativeEngine, started_engine
from tests.support.registry import Registry, started_hub, started_registry


@pytest.fixture(scope="session")
def netns() -> Iterator[str]:
    """A network namespace for one run of the tests."""
    with made_netns(f"te{os.getpid() % 1_000_000}") as name:
        yield name


@pytest.fixture(scope="session")
def registry(netns: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry that also stands in for Docker Hub, holding `busybox:latest`."""
    with started_hub(netns, tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture(scope="session")
def engine(
    netns: str, registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NativeEngine]:
    """The engine that most tests share; it asks `registry` for Docker Hub's images."""
    if not (IMAGE / "manifest.json").exists():
        pytest.fail(f"no image in {IMAGE}: run `make image` first")
    state: Path = tmp_path_factory.mktemp("engine")
    with started_engine(state, netns, ["--registry-mirror", registry.url]) as engine:
        yield engine


@pytest.fixture(scope="session")
def folder_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry like `registry`, in the namespace of `folder_engine`."""
    with (
        made_netns(f"tf{os.getpid() % 1_000_000}") as name,
        started_hub(name, tmp_path_factory.mktemp("folder-registry")) as registry,
    ):
        yield registry


@pytest.fixture(scope="session")
def folder_engine(
    folder_registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NativeEngine]:
    """An engine that keeps layers as folders, as on a machine without EROFS."""
    arguments = ["--registry-mirror", folder_registry.url, "--layer-format", "folders"]
    state: Path = tmp_path_factory.mktemp("folder-engine")
    with started_engine(state, folder_registry.netns, arguments) as engine:
        yield engine


@pytest.fixture
def own_registry(tmp_path: Path) -> Iterator[Registry]:
    """A registry in a namespace of its own, for an engine of its own: one network has one engine."""
    with (
        made_netns(f"to{os.getpid() % 1_000_000}") as netns,
        started_registry(netns, tmp_path / "registry") as registry,
    ):
        yield registry


@pytest.fixture(autouse=True)
def no_container_stays(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that leaves a container behind in the shared engine fails, and not the next one."""
    yield
    if "engine" not in request.fixturenames:
        return
    engine: NativeEngine = request.getfixturevalue("engine")
    left = engine.request("GET", "/containers/json", query={"all": "1"}).json
    for container in left:
        engine.request("DELETE", f"/containers/{container['Id']}", query={"force": "1", "v": "1"})
    assert not left, [container["Names"] for container in left]


@pytest.fixture(scope="session")
def busybox(engine: NativeEngine) -> str:
    """The image that container tests run, present in `engine`."""
    engine.docker("pull", "-q", "busybox")
    return "busybox"


@pytest.fixture(scope="module")
def builds(engine: NativeEngine, busybox: str) -> Iterator[None]:
    """What a module's tests build is gone after it: others count on `busybox` having no children."""
    del busybox
    before = set(image_ids(engine))
    yield
    while made := [image for image in image_ids(engine) if image not in before]:
        gone = [engine.request("DELETE", f"/images/{image}", query={"force": "1"}).status for image in made]
        assert 200 in gone, made


def image_ids(engine: NativeEngine) -> list[str]:
    """Return the ids of all images, steps of builds included."""
    return [image["Id"] for image in engine.request("GET", "/images/json", query={"all": "1"}).json]
