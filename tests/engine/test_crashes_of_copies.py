"""The engine is killed in the middle of commits and copies: what it has answered is there and whole, nothing
of the rest is."""

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException

import pytest

from tests.engine.container_calls import call, create, remove, run, start, status, until, wait
from tests.support.namespaces import made_netns
from tests.support.native_engine import NativeEngine, started_engine
from tests.support.test_images import Entry, busybox_image, layer_tar, save_docker_archive

SEEDS = range(int(os.environ.get("MARINA_KILLS", "2")))
SIZE = 3_000_000


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeEngine]:
    """An engine of this module's own, with busybox."""
    with (
        made_netns(f"tk{os.getpid() % 1_000_000}") as netns,
        started_engine(tmp_path_factory.mktemp("mortal"), netns) as engine,
    ):
        archive = save_docker_archive(busybox_image(docker=True), ["busybox:latest"])
        assert engine.request("POST", "/images/load", body=archive).status == 200
        yield engine


def work(engine: NativeEngine, name: str, stop: threading.Event, committed: list[str]) -> None:
    """Copy in, commit and copy out until told to stop or the engine is gone; notes what was answered."""
    with suppress(OSError, HTTPException, ValueError):
        for number in range(10_000):
            if stop.is_set():
                return
            text = f"{name}-{number}"
            data = layer_tar([Entry("text", text.encode()), Entry("big", os.urandom(1000) * (SIZE // 1000))])
            put = engine.request("PUT", f"/containers/{name}/archive", query={"path": "/root"}, body=data)
            query = {"container": name, "repo": "crash", "tag": text}
            if put.status == 200 and engine.request("POST", "/commit", query=query).status == 201:
                committed.append(text)
            engine.request("GET", f"/containers/{name}/archive", query={"path": "/root"})
            engine.request("GET", f"/containers/{name}/changes")


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_while_files_are_copied(mortal: NativeEngine, seed: int) -> None:
    idle, busy = create(mortal, "true"), create(mortal, "sleep", "1000")
    start(mortal, busy)
    before = files(mortal)
    stop, committed = threading.Event(), list[str]()
    workers = [threading.Thread(target=work, args=(mortal, name, stop, committed)) for name in (idle, busy)]
    for worker in workers:
        worker.start()
    time.sleep(random.Random(seed).uniform(0.05, 1.2))
    mortal.kill()
    stop.set()
    for worker in workers:
        worker.join()
    mortal.start()
    try:
        for text in committed:
            assert run(mortal, "cat", "/root/text", Image=f"crash:{text}") == text
            size = run(mortal, "stat", "-c", "%s", "/root/big", Image=f"crash:{text}")
            assert int(size) == SIZE
        if status(mortal, busy) == "paused":  # it was held for a commit
            assert call(mortal, "unpause", busy).status == 204
        assert status(mortal, busy) == "running"
        start(mortal, idle)  # nothing that was mounted for a copy is in its way
        assert wait(mortal, idle) == 0
    finally:
        for name in (idle, busy):
            assert remove(mortal, name).status == 204
    for image in mortal.request("GET", "/images/json", query={"all": "1"}).json:
        if "busybox:latest" not in image["RepoTags"]:
            assert mortal.request("DELETE", f"/images/{image['Id']}", query={"force": "1"}).status == 200
    until(lambda: files(mortal) == before, f"nothing is left: {files(mortal)} instead of {before}")


def files(engine: NativeEngine) -> dict[str, list[str]]:
    """Return what lies in the image store, and what is mounted that copies mount."""
    mounts = engine.inside("cat", "/proc/self/mountinfo").splitlines()
    return {
        "layers": sorted(path.name for path in (engine.data_root / "layers").iterdir()),
        "blobs": sorted(path.name for path in (engine.data_root / "blobs" / "sha256").iterdir()),
        "unfinished": [path.name for path in (engine.data_root / "downloads").glob("*.new")],
        "views": [line for line in mounts if "/run/view" in line],
    }
