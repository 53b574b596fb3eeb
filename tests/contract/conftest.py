"""Two engines to hold against each other: ours as it ships, and Debian's dockerd."""

import os
from collections.abc import Iterator

import pytest

from tests.support.api_client import ApiClient
from tests.support.dockerd import ReferenceDocker, started_dockerd, why_not
from tests.support.namespaces import made_netns
from tests.support.native_engine import IMAGE, NativeEngine, started_engine
from tests.support.registry import started_hub
from tests.support.test_images import busybox_image, save_docker_archive

ARCHIVE = save_docker_archive(busybox_image(docker=True), ["busybox:latest"])


def load_busybox(client: ApiClient) -> None:
    """Give an engine the image that the tests run."""
    answer = client.request(
        "POST", "/images/load", body=ARCHIVE, headers={"Content-Type": "application/x-tar"}
    )
    assert answer.status == 200, answer.body


@pytest.fixture(scope="session")
def marina(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeEngine]:
    """Our engine, with a registry of its own in place of Docker Hub."""
    if not (IMAGE / "manifest.json").exists():
        pytest.fail(f"no image in {IMAGE}: run `make image` first")
    folder = tmp_path_factory.mktemp("marina")
    with (
        made_netns(f"tm{os.getpid() % 1_000_000}") as netns,
        started_hub(netns, folder) as registry,
        started_engine(folder / "state", netns, ["--registry-mirror", registry.url]) as engine,
    ):
        load_busybox(engine)
        yield engine


@pytest.fixture(scope="session")
def dockerd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReferenceDocker]:
    """The reference, in the same surroundings."""
    if reason := why_not():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("dockerd")
    with (
        made_netns(f"td{os.getpid() % 1_000_000}") as netns,
        started_hub(netns, folder) as registry,
        started_dockerd(folder / "state", netns, ["--registry-mirror", registry.url]) as docker,
    ):
        load_busybox(docker)
        yield docker


@pytest.fixture(params=["marina", "dockerd"])
def engine(request: pytest.FixtureRequest) -> Iterator[ApiClient]:
    """Each of the two in turn; a test that leaves a container behind fails, and not the next one."""
    client: ApiClient = request.getfixturevalue(request.param)
    yield client
    left = client.request("GET", "/containers/json", query={"all": "1"}).json
    for container in left:
        client.request("DELETE", f"/containers/{container['Id']}", query={"force": "1", "v": "1"})
    assert not left, [container["Names"] for container in left]
