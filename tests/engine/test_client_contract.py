"""The engine behaves as the desktop's client expects."""

import secrets
from collections.abc import Iterator

import pytest

from app.services.engine_client import EngineClient
from tests.contract.client_contract import ClientContract
from tests.contract.edit_contract import EditContract
from tests.contract.inside_contract import InsideContract
from tests.contract.objects_contract import ObjectsContract
from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry
from tests.support.test_images import Entry, build_image, busybox_layer, layer_tar


class OnNativeEngine:
    """What every contract is given here."""

    @pytest.fixture
    def client(self, engine: NativeEngine) -> Iterator[EngineClient]:
        """The desktop's client."""
        with EngineClient(engine.socket) as engine_client:
            yield engine_client

    @pytest.fixture
    def image(self, busybox: str) -> str:
        """An image with a few commands."""
        return busybox


class TestNativeEngine(OnNativeEngine, ClientContract):
    """The contract against the engine as it ships."""

    @pytest.fixture
    def pullable(self, registry: Registry) -> str:
        """A reference that the registry has, to an image that is new to the engine."""
        new = layer_tar([Entry("offered", secrets.token_bytes(1000))])
        registry.push("library/offered", "1", build_image([busybox_layer(), new]))
        return "offered:1"


class TestNativeObjects(OnNativeEngine, ObjectsContract):
    """The contract of volumes and networks against the engine as it ships."""


class TestNativeInside(OnNativeEngine, InsideContract):
    """The contract of containers' insides against the engine as it ships."""


class TestNativeEdits(OnNativeEngine, EditContract):
    """The contract of changing containers against the engine as it ships."""
