"""The engine behaves as the desktop's client expects."""

from collections.abc import Iterator

import pytest

from app.services.engine_client import EngineClient
from tests.contract.client_contract import ClientContract
from tests.contract.inside_contract import InsideContract
from tests.contract.objects_contract import ObjectsContract
from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry
from tests.support.test_images import busybox_image


class TestNativeEngine(ClientContract):
    """The contract against the engine as it ships."""

    @pytest.fixture
    def client(self, engine: NativeEngine) -> Iterator[EngineClient]:
        """The desktop's client."""
        with EngineClient(engine.socket) as engine_client:
            yield engine_client

    @pytest.fixture
    def image(self, busybox: str) -> str:
        """An image with a few commands."""
        return busybox

    @pytest.fixture
    def pullable(self, registry: Registry) -> str:
        """A reference that the registry has."""
        registry.push("library/offered", "1", busybox_image(docker=True))
        return "offered:1"


class TestNativeObjects(ObjectsContract):
    """The contract of volumes and networks against the engine as it ships."""

    @pytest.fixture
    def client(self, engine: NativeEngine) -> Iterator[EngineClient]:
        """The desktop's client."""
        with EngineClient(engine.socket) as engine_client:
            yield engine_client

    @pytest.fixture
    def image(self, busybox: str) -> str:
        """An image with a few commands."""
        return busybox


class TestNativeInside(InsideContract):
    """The contract of containers' insides against the engine as it ships."""

    @pytest.fixture
    def client(self, engine: NativeEngine) -> Iterator[EngineClient]:
        """The desktop's client."""
        with EngineClient(engine.socket) as engine_client:
            yield engine_client

    @pytest.fixture
    def image(self, busybox: str) -> str:
        """An image with a few commands."""
        return busybox
