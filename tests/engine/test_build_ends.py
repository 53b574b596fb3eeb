"""How builds end before their end: failures, clients that leave, engines that die. What is left is known."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engine.builds import build, context
from tests.engine.container_calls import run, until
from tests.support.namespaces import made_netns
from tests.support.native_engine import NativeEngine, started_engine
from tests.support.test_images import busybox_image, save_docker_archive

pytestmark = pytest.mark.usefixtures("builds")

STEP = "org.marina.build-step"


def containers(engine: NativeEngine) -> list[str]:
    """Return the ids of all containers."""
    return [item["Id"] for item in engine.request("GET", "/containers/json", query={"all": "1"}).json]


def leftovers(engine: NativeEngine) -> list[str]:
    """Return what a build may leave on the disk: containers' folders, half layers, received contexts."""
    data = engine.data_root
    found = [*data.glob("containers/*"), *data.glob("downloads/*")]
    found += (data / "layers").glob(".unfinished-*")
    return [str(path.relative_to(data)) for path in found]


def labels(engine: NativeEngine, container: str) -> set[str]:
    """Return the names of a container's labels."""
    return set(engine.request("GET", f"/containers/{container}/json").json["Config"]["Labels"] or ())


def test_a_failed_step_leaves_what_docker_leaves(engine: NativeEngine) -> None:
    """The steps that were done, and the container that failed, unless the caller wants it removed."""
    before = leftovers(engine)
    assert build(engine, "FROM busybox\nENV failing=1\nRUN false\n", forcerm="1").error
    assert containers(engine) == []
    assert leftovers(engine) == before
    failed = build(engine, "FROM busybox\nENV failing=1\nRUN echo x > /seen; false\n")
    assert failed.hits == 1
    (left,) = containers(engine)
    assert f"Running in {left[:12]}" in failed.text
    assert STEP not in labels(engine, left), "it is anybody's now"
    assert engine.request("DELETE", f"/containers/{left}").status == 204
    assert leftovers(engine) == before


def test_a_client_that_leaves_ends_the_build(engine: NativeEngine) -> None:
    """The container is killed and removed, and no other step begins."""
    before = leftovers(engine)
    connection = engine.connection()
    archive = context({"Dockerfile": "FROM busybox\nRUN sleep 1000\nENV never=1\n"})
    connection.request("POST", "/build", body=archive, headers={"Content-Type": "application/x-tar"})
    answer = connection.getresponse()
    received = b""
    while b"Running in" not in received:
        received += answer.read1()
    until(lambda: len(containers(engine)) == 1, "the container is there")
    assert STEP in labels(engine, *containers(engine))
    answer.close()
    connection.close()
    until(lambda: containers(engine) == [], "the container is gone")
    until(lambda: leftovers(engine) == before, "the build is gone")


def test_a_prune_leaves_a_build_its_containers(engine: NativeEngine) -> None:
    """Also while a step's changes are read, when its container has ended."""
    over = threading.Event()

    def prune() -> None:
        while not over.is_set():
            assert engine.request("POST", "/containers/prune").status == 200

    pruning = threading.Thread(target=prune)
    pruning.start()
    try:
        step = "RUN head -c 20000000 /dev/urandom > /made{}\n"
        built = build(engine, "FROM busybox\n" + "".join(step.format(number) for number in range(3)))
    finally:
        over.set()
        pruning.join()
    assert built.error == ""


def test_builds_over_restarts(tmp_path: Path) -> None:
    """The cache survives an engine's end; a build that was cut off leaves nothing but its finished steps."""
    with made_netns(f"tb{os.getpid() % 1_000_000}") as netns, started_engine(tmp_path / "own", netns) as own:
        archive = save_docker_archive(busybox_image(docker=True), ["busybox:latest"])
        own.docker("load", "-q", stdin=archive)
        dockerfile = "FROM busybox\nRUN echo once > /once\nENV done=1\n"
        assert build(own, dockerfile).hits == 0
        cut_off = f"{dockerfile}RUN sleep 1000\n"
        with under_way(own, cut_off):
            own.kill()
        own.start()
        assert containers(own) == []
        assert leftovers(own) == []
        assert build(own, dockerfile).hits == 2
        with under_way(own, cut_off):
            own.stop()
        assert leftovers(own) == []  # put in order by the engine that ends, not by the next one
        own.start()
        assert containers(own) == []


@contextmanager
def under_way(engine: NativeEngine, dockerfile: str) -> Iterator[None]:
    """A build whose last step runs."""
    connection = engine.connection()
    connection.request("POST", "/build", body=context({"Dockerfile": dockerfile}))
    answer = connection.getresponse()
    received = b""
    while b"Running in" not in received:
        received += answer.read1()
    until(lambda: len(containers(engine)) == 1, "the container is there")
    yield
    answer.close()
    connection.close()


def test_images_of_steps_outlive_a_prune(engine: NativeEngine) -> None:
    """What a build goes on from is nameless between its steps, and still no waste."""
    built, done = [], threading.Event()

    def prune_on() -> None:
        while not done.is_set():
            assert engine.request("POST", "/images/prune").status == 200

    pruning = threading.Thread(target=prune_on)
    pruning.start()
    try:
        for turn in range(3):
            steps = "".join(f"ENV V{number}={turn}\n" for number in range(12))
            built.append(build(engine, f"FROM busybox\nRUN echo {turn} > /turn\n{steps}", t=f"pruned:{turn}"))
    finally:
        done.set()
        pruning.join()
    for turn, outcome in enumerate(built):
        assert not outcome.error
        assert run(engine, "cat", "/turn", Image=f"pruned:{turn}") == f"{turn}\n"
        assert engine.request("DELETE", f"/images/pruned:{turn}").status == 200
