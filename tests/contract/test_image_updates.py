"""Newer images for containers that exist, with a real registry: on our engine and on dockerd."""

import itertools
import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.containers.container_edit import EditContainer
from app.services.engine.engine_client import EngineClient
from tests.contract.updates_contract import Offer, UpdatesContract, pull
from tests.support.docker_tools import PLUGINS
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
        return offering(engine)


def offering(engine: NativeEngine | ReferenceDocker) -> Offer:
    """Return what puts versions of an image into the registry beside an engine, under one name."""
    registry, name = Registry(engine.netns, HUB_PORT), f"contract/{secrets.token_hex(4)}"
    numbers = itertools.count()

    def put(version: str, command: tuple[str, ...] = ("sleep", "1000")) -> str:
        layer = layer_tar([Entry("version", f"{version} {next(numbers)}".encode())])
        config = {"Env": [f"VERSION={version}"], "Cmd": list(command), "Volumes": {"/nameless": {}}}
        return registry.push(name, "1", build_image([busybox_layer(), layer], config=config))

    return put


@pytest.mark.skipif(
    not (PLUGINS / "docker-compose").exists(), reason="no docker compose: `make setup-test` fetches it"
)
def test_compose_takes_the_new_container_for_its_own(
    engine: NativeEngine | ReferenceDocker, tmp_path: Path
) -> None:
    offer = offering(engine)
    image = offer("1")
    file = tmp_path / "compose.yaml"
    service = {"image": image, "networks": {"back": {"aliases": ["other"]}}, "scale": 2}
    file.write_text(json.dumps({"name": "renewal", "services": {"web": service}, "networks": {"back": {}}}))
    up = ("compose", "--file", str(file), "up", "--detach")
    try:
        engine.docker(*up)
        with EngineClient(engine.socket) as client:
            before = {row.name: row.id for row in client.list_containers()}
            offer("2")
            pull(client, image)
            after = {name: EditContainer(client, settles=0.0).renew(name) for name in before}
            assert not set(before.values()) & set(after.values())
            engine.docker(*up)
            assert {row.name: row.id for row in client.list_containers()} == after, "compose made it anew"
            environment = dict(client.inspect_container("renewal-web-1").environment)
            assert environment["VERSION"] == "2"
        found = engine.docker("exec", "renewal-web-1", "nslookup", "other")
        assert b"Address" in found.stdout
    finally:
        engine.docker("compose", "--file", str(file), "down", "--timeout", "0")
