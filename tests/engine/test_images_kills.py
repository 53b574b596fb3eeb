"""Engines killed while images come and go: what was acknowledged is whole, and the rest is gone.

`MARINA_KILLS=30` does it more often.
"""

import http.client
import json
import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.image_store import check_images
from tests.support.native_engine import NativeEngine, started_engine
from tests.support.registry import Registry
from tests.support.test_images import (
    BuiltImage,
    Entry,
    build_image,
    layer_tar,
    save_docker_archive,
)

ROUNDS = int(os.environ.get("MARINA_KILLS", "5"))
LONGEST = 0.5  # seconds from the beginning of the work to the kill
NOBODY = {"X-Registry-Auth": "e30="}

pytestmark = pytest.mark.timeout(60 + 10 * ROUNDS)


def image_of(number: int) -> BuiltImage:
    """Return an image with a layer of its own and one that all share."""
    noise = random.Random(number).randbytes(1_500_000)
    layers = [layer_tar([Entry("shared", b"shared" * 1000)]), layer_tar([Entry(f"own{number}", noise)])]
    return build_image(layers)


def works(engine: NativeEngine, registry: Registry, number: int) -> list[Callable[[], str]]:
    """Return what may be under way; each returns the name of the image that it acknowledged, "" for none."""
    image = image_of(number)
    pulled = f"{registry.address}/killed:{number}"

    def pull() -> str:
        query = {"fromImage": f"{registry.address}/killed", "tag": str(number)}
        answer = engine.request("POST", "/images/create", query=query)
        return pulled if "Downloaded newer" in answer.lines[-1]["status"] else ""

    def load() -> str:
        archive = save_docker_archive(
            build_image([layer_tar([Entry(f"l{number}", b"1")])]), [f"loaded:{number}"]
        )
        answer = engine.request("POST", "/images/load", body=archive)
        return f"loaded:{number}" if "stream" in answer.lines[-1] else ""

    def import_tree() -> str:
        query = {"fromSrc": "-", "repo": "imported", "tag": str(number)}
        tree = layer_tar([Entry(f"i{number}", random.Random(number).randbytes(1_000_000))])
        answer = engine.request("POST", "/images/create", query=query, body=tree)
        return f"imported:{number}" if answer.status == 200 else ""

    def build() -> str:
        steps = f"FROM scratch\nCOPY made /built{number}\nLABEL number={number}\nCOPY made /again{number}\n"
        noise = random.Random(number).randbytes(500_000)
        context = layer_tar([Entry("Dockerfile", steps.encode()), Entry("made", noise)])
        answer = engine.request("POST", "/build", query={"t": f"built:{number}"}, body=context)
        return f"built:{number}" if "Successfully tagged" in answer.lines[-1].get("stream", "") else ""

    def push_and_remove() -> str:
        name = pull()
        engine.request("POST", f"/images/{registry.address}/killed/push?tag={number}", headers=NOBODY)
        engine.request("GET", f"/images/{name}/get")
        engine.request("DELETE", f"/images/{image.config_digest}", query={"force": "1"})
        return ""

    registry.push("killed", str(number), image)
    return [pull, load, import_tree, build, push_and_remove]


@pytest.mark.parametrize("form", ["erofs", "folders"])
def test_kills_at_random_moments(own_registry: Registry, tmp_path: Path, form: str) -> None:
    acknowledged: set[str] = set()
    arguments = ["--layer-format", form]
    with started_engine(tmp_path / "state", own_registry.netns, arguments) as engine:
        for number in range(ROUNDS):
            choices = works(engine, own_registry, number)
            work = choices[number % len(choices)]

            def run(work: Callable[[], str] = work) -> None:
                try:
                    if name := work():
                        acknowledged.add(name)
                except (OSError, http.client.HTTPException, json.JSONDecodeError, IndexError, KeyError):
                    return  # the engine died under it

            working = threading.Thread(target=run)
            working.start()
            time.sleep(random.Random(number).uniform(0, LONGEST))
            engine.kill()
            working.join(60)
            assert not working.is_alive()
            engine.start()
            check_images(engine, acknowledged)
