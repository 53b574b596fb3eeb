"""The disk loses its power while images come and go: what was acknowledged is whole, the rest is gone.

`MARINA_KILLS=100` does it more often.
"""

import http.client
import io
import json
import os
import random
import tarfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.test_images_kills import works
from tests.support.data_disk import made_data_disk
from tests.support.image_store import check_images
from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry

ROUNDS = int(os.environ.get("MARINA_KILLS", "5"))
LONGEST = 0.6  # seconds from the beginning of the work to the cut
DISK_BYTES = 600 << 20

pytestmark = pytest.mark.timeout(120 + 30 * ROUNDS)


def contents_are_right(engine: NativeEngine, name: str) -> None:
    """Read the files of a pulled image's layers as a container has them."""
    number = int(name.rpartition(":")[2])
    container = engine.request("POST", "/containers/create", body={"Image": name, "Cmd": ["x"]}).json["Id"]
    noise = random.Random(number).randbytes(1_500_000)
    for path, expected in (("/shared", b"shared" * 1000), (f"/own{number}", noise)):
        answer = engine.request("GET", f"/containers/{container}/archive", query={"path": path})
        with tarfile.open(fileobj=io.BytesIO(answer.body)) as archive:
            file = archive.extractfile(path[1:])
            assert file is not None
            assert file.read() == expected
    assert engine.request("DELETE", f"/containers/{container}").status == 204


@pytest.mark.parametrize("form", ["erofs", "folders"])
def test_power_is_lost_at_random_moments(own_registry: Registry, tmp_path: Path, form: str) -> None:
    acknowledged: set[str] = set()
    state = tmp_path / "state"
    engine = NativeEngine(state, own_registry.netns, ["--layer-format", form])
    with made_data_disk(tmp_path / "disk", state / "data", DISK_BYTES) as disk:
        try:
            engine.start()
            for number in range(ROUNDS):
                choices = works(engine, own_registry, number)
                work = choices[number % len(choices)]
                told: list[str] = []

                def run(work: Callable[[], str] = work, told: list[str] = told) -> None:
                    try:
                        told.append(work())
                    except (OSError, http.client.HTTPException, json.JSONDecodeError, IndexError, KeyError):
                        return  # the engine could not go on

                working = threading.Thread(target=run)
                working.start()
                time.sleep(random.Random(1000 + number).uniform(0, LONGEST))
                before = set(told)  # what is told after the cut may be a lie: nothing is stored any more
                disk.lose_power()
                engine.kill()
                working.join(60)
                assert not working.is_alive()
                engine.clean()
                disk.start_again()
                acknowledged |= before - {""}
                engine.start()
                check_images(engine, acknowledged)
                for entry in engine.request("GET", "/images/json").json:
                    for name in entry["RepoTags"]:
                        if name.startswith(own_registry.address):
                            contents_are_right(engine, name)
        finally:
            engine.clean()
