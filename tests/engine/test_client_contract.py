"""The engine behaves as the desktop's client expects."""

import contextlib
import io
import secrets
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.containers import volume_files
from app.services.containers.run_options import RunOptions, VolumeMount
from app.services.engine.engine_client import EngineClient
from app.services.errors import ConnectionLostError, EngineRequestError, UserError
from app.services.images.image_build import BuildOptions, open_build
from tests.contract.build_contract import BuildContract
from tests.contract.client_contract import ClientContract
from tests.contract.edit_contract import EditContract
from tests.contract.images_contract import ImagesContract
from tests.contract.inside_contract import InsideContract
from tests.contract.objects_contract import ObjectsContract
from tests.contract.volume_files_contract import VolumeFilesContract
from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry
from tests.support.test_images import Entry, build_image, busybox_layer, folder, layer_tar


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


class TestNativeVolumeFiles(OnNativeEngine, VolumeFilesContract):
    """The contract of the files in volumes against the engine as it ships."""

    def test_links_lead_nowhere_out_of_a_volume(self, client: EngineClient, tmp_path: Path) -> None:
        name = f"contract-{secrets.token_hex(4)}"
        client.create_volume(name)
        try:
            hostile = tmp_path / "hostile.tar"
            with tarfile.open(hostile, "w") as archive:
                link = tarfile.TarInfo("way-out")
                link.type, link.linkname = tarfile.SYMTYPE, "../../../../../../etc"
                archive.addfile(link)
            volume_files.import_archive(client, name, hostile)
            assert [entry.kind for entry in volume_files.list_folder(client, name, "/")] == ["link"]
            with tarfile.open(hostile, "w") as archive:
                archive.addfile(tarfile.TarInfo("../../outside"))
            with pytest.raises(UserError, match="no archive that can be unpacked"):
                volume_files.import_archive(client, name, hostile)
            with pytest.raises(UserError, match="no archive that can be unpacked") as refusal:
                volume_files.import_archive(client, f"{name}-new", hostile, is_new=True)
            assert refusal.value.what_to_do == "No volume was made."
            assert f"{name}-new" not in {volume.name for volume in client.list_volumes()}
            for path in ("/../../..", "/way-out", "/way-out/passwd"):
                with contextlib.suppress(EngineRequestError):
                    found = {entry.name for entry in volume_files.list_folder(client, name, path)}
                    assert found <= {"way-out"}
        finally:
            client.remove_volume(name)

    def test_the_folder_of_a_volume_goes_along(self, client: EngineClient, engine: NativeEngine) -> None:
        """A program that is not root can only write into its volume when the folder itself is its own."""
        name = f"contract-{secrets.token_hex(4)}"
        entries = [folder(".", 0o750, 999, 998), Entry("own", b"1", uid=999, gid=998)]
        try:
            client.create_volume_of_archive(name, io.BytesIO(layer_tar(entries)))
            volume_files.clone(client, name, f"{name}-copy")
            root = engine.state / "data" / "volumes" / f"{name}-copy" / "_data"
            status = root.stat()
            assert (status.st_mode & 0o7777, status.st_uid, status.st_gid) == (0o750, 999, 998)
            assert ((root / "own").stat().st_uid, (root / "own").read_bytes()) == (999, b"1")
        finally:
            for made in client.list_volumes():
                if made.name.startswith(name):
                    client.remove_volume(made.name)

    @pytest.mark.timeout(90)
    def test_nothing_stays_of_a_volume_whose_sender_leaves(self, client: EngineClient) -> None:
        name = f"contract-{secrets.token_hex(4)}"
        whole = layer_tar([Entry("large", b"x" * 5_000_000)])

        def leaving() -> Iterator[bytes]:
            yield whole[:3_000_000]
            raise OSError("the sender leaves")

        with pytest.raises(ConnectionLostError, match="the sender leaves"):
            client.create_volume_of_archive(name, leaving())
        assert name not in {volume.name for volume in client.list_volumes()}
        client.create_volume_of_archive(name, io.BytesIO(whole), {"team": "a"})
        made = {volume.name: volume for volume in client.list_volumes()}[name]
        try:
            assert made.labels == {"team": "a"}
            with pytest.raises(EngineRequestError) as refusal:
                client.create_volume_of_archive(name, io.BytesIO(whole))
            assert refusal.value.status == 409
        finally:
            client.remove_volume(name)

    def test_a_volume_in_use_is_emptied_by_force_only(self, client: EngineClient, image: str) -> None:
        name = f"contract-{secrets.token_hex(4)}"
        options = RunOptions(image, name, volumes=(VolumeMount(name, "/data"),), command=("true",))
        client.create_container(options)
        try:
            with pytest.raises(EngineRequestError) as refusal:
                client.remove_volume_files(name, "/")
            assert refusal.value.status == 409
            client.remove_volume_files(name, "/", force=True)
        finally:
            client.remove_container(name, force=True)
            client.remove_volume(name)


class TestNativeBuilds(OnNativeEngine, BuildContract):
    """The contract of builds from a folder, and what the fake's builder does not know."""

    def test_a_build_of_the_window_can_what_buildkit_can(
        self, client: EngineClient, image: str, tmp_path: Path
    ) -> None:
        token = secrets.token_hex(3000)  # longer than servers take headers by default
        (tmp_path / "token.txt").write_text(token)
        (tmp_path / ".dockerignore").write_text("token.txt\n")
        (tmp_path / "Dockerfile").write_text(
            f"""# syntax=docker/dockerfile:1
FROM {image} AS unused
RUN false
FROM {image} AS one
RUN --mount=type=cache,target=/cache --mount=type=secret,id=token,required <<EOF
wc -c </run/secrets/token >/size
test -d /cache
EOF
FROM {image} AS two
RUN --mount=type=secret,id=token,env=TOKEN test ${{#TOKEN}} = 6000
COPY <<EOF /text
several
lines
EOF
FROM {image}
RUN --mount=type=bind,from=one,target=/one cp /one/size /size
COPY --from=two /text /
RUN cat /size /text && ! test -e /run/secrets/token
"""
        )
        options = BuildOptions(tmp_path, secrets=(("token", "token.txt"),), no_cache=True)
        lines: list[str] = []
        with open_build(client, options) as stream:
            for progress in stream:
                lines += progress.lines
        told = ["6000", "several", "lines"]
        assert [line for line in lines if line in told] == told
        client.remove_image(progress.image_id)


class TestNativeImages(OnNativeEngine, ImagesContract):
    """The contract of images against the engine as it ships."""

    @pytest.fixture
    def pushable(self, registry: Registry) -> str:
        """A name that the registry takes."""
        return f"{registry.address}/contract/pushed:1"
