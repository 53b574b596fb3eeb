"""A disk without a free byte: what is there can be stopped and removed, so there is a way out of it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.engine.container_calls import call, create, remove, start, status, wait
from tests.support.namespaces import made_netns
from tests.support.native_engine import NativeEngine, started_engine
from tests.support.test_images import busybox_image, save_docker_archive

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[NativeEngine]:
    """An engine with busybox on a disk of 40 MB."""
    data = tmp_path / "small" / "data"
    data.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", data], check=True)
    try:
        with (
            made_netns(f"tf{os.getpid() % 1_000_000}") as netns,
            started_engine(data.parent, netns) as engine,
        ):
            archive = save_docker_archive(busybox_image(docker=True), ["busybox:latest"])
            assert engine.request("POST", "/images/load", body=archive).status == 200
            yield engine
    finally:
        subprocess.run(["umount", "-l", data], check=True)


def fill(engine: NativeEngine) -> None:
    """Leave no room on the engine's disk, whatever the engine takes or gives back meanwhile."""
    with (engine.data_root / "filler").open("ab") as file:
        while free := os.statvfs(engine.data_root).f_bavail:
            size = max(free // 2, 1) * os.statvfs(engine.data_root).f_frsize
            with suppress(OSError):
                os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), size)


def test_what_runs_can_be_ended_and_removed(small: NativeEngine) -> None:
    stopped, killed, ending = (create(small, "sleep", "1000") for _ in range(3))
    failing = create(small, "sh", "-c", "read line; exit 7", OpenStdin=True)
    for name in (stopped, killed, ending, failing):
        start(small, name)
    assert small.request("POST", "/volumes/create", body={"Name": "vol"}).status == 201
    fill(small)
    assert call(small, "stop?t=0", stopped).status == 204
    assert call(small, "kill", killed).status == 204
    assert (status(small, stopped), wait(small, killed)) == ("exited", 137)
    assert small.request("DELETE", f"/containers/{ending}", query={"force": "1"}).status == 204
    assert remove(small, stopped).status == 204
    assert small.request("DELETE", "/volumes/vol").status == 204
    small.kill()
    small.start()  # without a free byte
    assert status(small, killed) == "exited"
    assert status(small, failing) == "running"
    small.stop()
    fill(small)
    small.start()
    assert remove(small, killed).status == 204
    assert remove(small, failing).status == 204
    assert small.request("GET", "/containers/json", query={"all": "1"}).json == []
    assert small.request("DELETE", "/images/busybox").status == 200
