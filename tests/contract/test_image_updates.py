"""Newer images for containers that exist, with a real registry: on our engine and on dockerd."""

import itertools
import secrets
from collections.abc import Iterator

import pytest

from app.services.engine.engine_client import EngineClient
from tests.contract.updates_contract import Offer, UpdatesContract
from tests.support.dockerd import ReferenceDocker
from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry
from tests.support.test_images import Entry, build_image, busybox_layer, layer_tar

HUB_PORT = 5000

pytestmark = pytest.mark.timeout(180)


class TestUpdates(UpdatesContract):
    """The contract against the engine as it ships, and against dockerd."""

    @pytest.fixture
    def client(self, engine: NativeEngine | ReferenceDocker) -> Iterator[EngineClient]:
        """The desktop's client."""
        with EngineClient(engine.socket) as made:
            yield made

    @pytest.fixture
    def offer(self, engine: NativeEngine | ReferenceDocker) -> Offer:
        """Put images of one name into the registry beside the engine."""
        registry, name = Registry(engine.netns, HUB_PORT), f"contract/{secrets.token_hex(4)}"
        numbers = itertools.count()

        def put(version: str, command: tuple[str, ...] = ("sleep", "1000")) -> str:
            layer = layer_tar([Entry("version", f"{version} {next(numbers)}".encode())])
            config = {"Env": [f"VERSION={version}"], "Cmd": list(command), "Volumes": {"/nameless": {}}}
            return registry.push(name, "1", build_image([busybox_layer(), layer], config=config))

        return put
