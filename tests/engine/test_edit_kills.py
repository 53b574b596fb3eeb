"""The engine is killed in the middle of edits: each is made all the same, and nothing stays half done."""

import os
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.services.containers.container_edit import EditContainer
from app.services.containers.container_setup import EditStep, read_setup
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_types import ContainerState
from tests.engine.container_calls import create, remove, start
from tests.support.namespaces import made_netns
from tests.support.native_engine import NativeEngine, started_engine
from tests.support.test_images import busybox_image, save_docker_archive

pytestmark = pytest.mark.timeout(180)
SEEDS = range(int(os.environ.get("MARINA_KILLS", "1")))


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeEngine]:
    """An engine of this module's own, with busybox."""
    with (
        made_netns(f"tx{os.getpid() % 1_000_000}") as netns,
        started_engine(tmp_path_factory.mktemp("mortal"), netns) as engine,
    ):
        archive = save_docker_archive(busybox_image(docker=True), ["busybox:latest"])
        assert engine.request("POST", "/images/load", body=archive).status == 200
        yield engine


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("at", [EditStep.CREATE, EditStep.SWAP, EditStep.WATCH, EditStep.REMOVE])
def test_an_edit_outlasts_the_engine(mortal: NativeEngine, at: EditStep, seed: int) -> None:
    old = create(mortal, "sleep", "1000", name="edited", StopSignal="SIGKILL")
    start(mortal, old)
    reached = threading.Event()

    def kill() -> None:
        assert reached.wait(60)
        time.sleep(random.Random(seed).uniform(0, 0.1))
        mortal.kill()
        mortal.start()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with EngineClient(mortal.socket) as client:
            edit = EditContainer(
                client, lambda step: reached.set() if step is at else None, settles=0.2, patience=60
            )
            setup = read_setup(client.inspect_container(old))
            new = edit.apply(old, replace(setup, environment=(*setup.environment, ("ADDED", "1"))))
            killer.join()
            assert [(row.id, row.name, row.state) for row in client.list_containers()] == [
                (new, "edited", ContainerState.RUNNING)
            ]
            assert ("ADDED", "1") in client.inspect_container(new).environment
    finally:
        reached.set()
        killer.join()
        remove(mortal, "edited")
