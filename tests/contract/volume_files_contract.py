"""What the desktop expects of the files in volumes; run on the fake and on the real engine."""

import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.containers import volume_files
from app.services.engine.engine_client import EngineClient
from app.services.errors import EngineRequestError, UserError


class VolumeFilesContract:
    """Needs the fixture `client`."""

    @pytest.fixture
    def name(self, client: EngineClient) -> Iterator[str]:
        """A volume; it and those whose names begin as its own are removed after the test."""
        chosen = f"contract-{uuid.uuid4().hex[:8]}"
        client.create_volume(chosen)
        yield chosen
        for volume in client.list_volumes():
            if volume.name.startswith(chosen):
                client.remove_volume(volume.name)

    @staticmethod
    def fill(client: EngineClient, name: str, folder: Path) -> None:
        """Put a plain file and a folder with one into the volume."""
        (folder / "tree").mkdir()
        (folder / "tree" / "inner.txt").write_bytes(b"deep")
        (folder / "plain file.bin").write_bytes(bytes(range(256)) * 300)
        volume_files.upload(client, name, "/", [folder / "tree", folder / "plain file.bin"])

    def test_files_go_in_and_out_of_volumes(self, client: EngineClient, name: str, tmp_path: Path) -> None:
        assert volume_files.list_folder(client, name, "/") == []
        self.fill(client, name, tmp_path)
        found = {entry.name: entry for entry in volume_files.list_folder(client, name, "/")}
        assert (found["tree"].kind, found["plain file.bin"].kind) == ("folder", "file")
        assert found["plain file.bin"].size == 76_800
        assert [entry.name for entry in volume_files.list_folder(client, name, "/tree")] == ["inner.txt"]
        volume_files.save_file(client, name, "/plain file.bin", tmp_path / "back.bin")
        assert (tmp_path / "back.bin").read_bytes() == (tmp_path / "plain file.bin").read_bytes()
        volume_files.delete(client, name, "/tree")
        assert [entry.name for entry in volume_files.list_folder(client, name, "/")] == ["plain file.bin"]

    def test_a_volume_is_exported_emptied_imported_and_cloned(
        self, client: EngineClient, name: str, tmp_path: Path
    ) -> None:
        self.fill(client, name, tmp_path)
        target = tmp_path / "volume.tar.gz"
        volume_files.export(client, name, target)
        with tarfile.open(target) as archive:
            assert {member.name.strip("./") for member in archive} >= {"tree/inner.txt", "plain file.bin"}
        volume_files.empty(client, name)
        assert volume_files.list_folder(client, name, "/") == []
        volume_files.import_archive(client, name, target)
        copy = f"{name}-copy"
        volume_files.clone(client, name, copy)
        volume_files.save_file(client, copy, "/tree/inner.txt", tmp_path / "inner")
        assert (tmp_path / "inner").read_bytes() == b"deep"
        with pytest.raises(UserError, match="already"):
            volume_files.clone(client, name, copy)

    def test_a_volume_is_made_of_an_archive(self, client: EngineClient, name: str, tmp_path: Path) -> None:
        self.fill(client, name, tmp_path)
        target = tmp_path / "volume.tar.gz"
        volume_files.export(client, name, target)
        volume_files.import_archive(client, f"{name}-new", target, is_new=True)
        volume_files.save_file(client, f"{name}-new", "/tree/inner.txt", tmp_path / "inner")
        assert (tmp_path / "inner").read_bytes() == b"deep"

    def test_what_is_not_in_a_volume(self, client: EngineClient, name: str, tmp_path: Path) -> None:
        for call in (
            lambda: volume_files.list_folder(client, name, "/none"),
            lambda: volume_files.save_file(client, name, "/none", tmp_path / "none"),
            lambda: volume_files.upload(client, name, "/none", []),
            lambda: volume_files.list_folder(client, f"{name}-none", "/"),
        ):
            with pytest.raises(EngineRequestError) as refusal:
                call()
            assert refusal.value.status == 404
