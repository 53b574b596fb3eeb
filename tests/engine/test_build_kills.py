"""An engine that is killed at random moments of a build: afterwards nothing is left but whole steps.

`MARINA_KILLS=30` does it more often.
"""

import http.client
import os
import random
import threading
import time
from pathlib import Path

import pytest

from tests.engine.builds import Files, build, context, run
from tests.support.namespaces import made_netns
from tests.support.native_engine import NativeEngine, started_engine
from tests.support.test_images import busybox_image, save_docker_archive

ROUNDS = int(os.environ.get("MARINA_KILLS", "2"))
LONGEST = 0.6  # seconds from the beginning of the build to the kill

pytestmark = pytest.mark.timeout(60 + 10 * ROUNDS)

DOCKERFILE = """\
FROM busybox AS base
RUN echo {number} > /number
COPY files /files
FROM base
ADD archive.tar /unpacked
RUN cat /number /files/* > /seen
WORKDIR /made
COPY --from=base /number /again
"""


def check(engine: NativeEngine) -> None:
    """No container, no mount, no half-made file; every image on record is whole."""
    assert engine.request("GET", "/containers/json", query={"all": "1"}).json == []
    data = engine.data_root
    assert list(data.glob("containers/*")) == []
    assert [path for path in data.glob("downloads/*") if path.is_dir() or path.suffix] == []
    mounts = engine.inside("cat", "/proc/self/mountinfo")
    assert f"{engine.state}/run/containers" not in mounts
    images = engine.request("GET", "/images/json", query={"all": "1"}).json
    layers = set()
    for image in images:
        details = engine.request("GET", f"/images/{image['Id']}/json").json
        layers |= {diff_id.removeprefix("sha256:") for diff_id in details["RootFS"]["Layers"]}
    assert {path.stem.partition("-")[0] for path in data.glob("layers/*")} == layers


def test_kills_at_random_moments(tmp_path: Path) -> None:
    """The next build goes on with the steps that were done, and comes to the right end."""
    inner = context({f"file{number}": "x" * 1000 for number in range(300)})
    files: Files = {"files/a": "a" * 300_000, "files/b": "b", "archive.tar": inner}
    with (
        made_netns(f"tv{os.getpid() % 1_000_000}") as netns,
        started_engine(tmp_path / "own", netns) as engine,
    ):
        archive = save_docker_archive(busybox_image(docker=True), ["busybox:latest"])
        engine.docker("load", "-q", stdin=archive)
        for number in range(ROUNDS):
            dockerfile = DOCKERFILE.format(number=number)

            def work(dockerfile: str = dockerfile) -> None:
                try:
                    build(engine, dockerfile, files, t="killed:1")
                except (OSError, http.client.HTTPException, ValueError):
                    return  # the engine died under it

            working = threading.Thread(target=work)
            working.start()
            time.sleep(random.Random(number).uniform(0, LONGEST))
            engine.kill()
            working.join(60)
            assert not working.is_alive()
            engine.start()
            check(engine)
            built = build(engine, dockerfile, files, t="killed:1")
            assert not built.error, built.error
            seen = run(engine, "killed:1", "cat /again; tail -c 3 /seen; ls /unpacked | wc -l")
            assert seen == f"{number}\naab300\n"
            check(engine)
