"""The fake engine behaves as the real one, as far as the desktop can tell."""

import pytest

from tests.contract.build_contract import BuildContract
from tests.contract.client_contract import ClientContract
from tests.contract.edit_contract import EditContract
from tests.contract.images_contract import ImagesContract
from tests.contract.inside_contract import InsideContract
from tests.contract.objects_contract import ObjectsContract
from tests.contract.updates_contract import Offer, UpdatesContract
from tests.contract.volume_files_contract import VolumeFilesContract
from tests.fakes.fake_engine import FakeEngine


class TestFakeEngine(ClientContract):
    """The contract against the fake."""

    @pytest.fixture
    def image(self, engine: FakeEngine) -> str:
        """An image with a few commands."""
        engine.add_image("busybox:latest")
        return "busybox"

    @pytest.fixture
    def pullable(self, engine: FakeEngine) -> str:
        """A reference that the fake registry has."""
        engine.offer_image("offered:1")
        return "offered:1"


class TestFakeObjects(ObjectsContract):
    """The contract of volumes and networks against the fake."""

    @pytest.fixture
    def image(self, engine: FakeEngine) -> str:
        """An image with a few commands."""
        engine.add_image("busybox:latest")
        return "busybox"


class TestFakeInside(InsideContract):
    """The contract of containers' insides against the fake."""

    @pytest.fixture
    def image(self, engine: FakeEngine) -> str:
        """An image with a few commands."""
        engine.add_image("busybox:latest")
        return "busybox"


class TestFakeEdits(EditContract):
    """The contract of changing containers against the fake."""

    @pytest.fixture
    def image(self, engine: FakeEngine) -> str:
        """An image with a few commands."""
        engine.add_image("busybox:latest")
        return "busybox"


class TestFakeVolumeFiles(VolumeFilesContract):
    """The contract of the files in volumes against the fake."""


class TestFakeBuilds(BuildContract):
    """The contract of builds from a folder."""

    @pytest.fixture
    def image(self, engine: FakeEngine) -> str:
        """An image with a few commands."""
        engine.add_image("busybox:latest")
        return "busybox"


class TestFakeImages(ImagesContract):
    """The contract of images against the fake."""

    @pytest.fixture
    def image(self, engine: FakeEngine) -> str:
        """An image with a few commands."""
        engine.add_image("busybox:latest")
        return "busybox"

    @pytest.fixture
    def pushable(self) -> str:
        """A name that the fake registry takes."""
        return "pushed:1"


class TestFakeUpdates(UpdatesContract):
    """The contract of newer images against the fake."""

    @pytest.fixture
    def offer(self, engine: FakeEngine) -> Offer:
        """Put an image into the fake registry."""

        def put(version: str, command: tuple[str, ...] = ("sleep", "1000")) -> str:
            engine.offer_image("offered:1", environment=(f"VERSION={version}",), command=command)
            return "offered:1"

        return put
