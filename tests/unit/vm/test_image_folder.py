"""The check of the machine's image."""

import hashlib
import json
from pathlib import Path

import pytest

from vm.errors import UserError
from vm.machine.machine_files import MachineFiles
from vm.machine.storage.image_folder import FILES, find_image_folder, is_installed, read_image


@pytest.fixture
def image(tmp_path: Path) -> Path:
    folder = tmp_path / "image"
    folder.mkdir()
    listed = {}
    for name in FILES:
        content = name.encode() * 100
        (folder / name).write_bytes(content)
        listed[name] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    manifest = {"version": "0.1", "kernel_arguments": "quiet", "files": listed}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def files(tmp_path: Path) -> MachineFiles:
    return MachineFiles.find(tmp_path)


def test_a_whole_image_is_read(image: Path, files: MachineFiles) -> None:
    found = read_image(image, files)
    assert (found.version, found.kernel_arguments) == ("0.1", "quiet")
    assert found.root_disk == image / "root.erofs"
    assert is_installed(image)


def test_a_changed_byte_is_noticed_also_later(image: Path, files: MachineFiles) -> None:
    read_image(image, files)
    content = bytearray((image / "root.erofs").read_bytes())
    content[7] ^= 1
    (image / "root.erofs").write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_image(image, files)
    assert "root.erofs is damaged" in caught.value.details


def test_a_short_file_is_noticed(image: Path, files: MachineFiles) -> None:
    (image / "vmlinux").write_bytes(b"")
    with pytest.raises(UserError) as caught:
        read_image(image, files)
    assert "0 bytes" in caught.value.details


def test_a_missing_file_or_manifest_is_told_with_the_remedy(image: Path, files: MachineFiles) -> None:
    (image / "engine.erofs").unlink()
    with pytest.raises(UserError):
        read_image(image, files)
    (image / "manifest.json").unlink()
    assert not is_installed(image)
    with pytest.raises(UserError) as caught:
        read_image(image, files)
    assert "make image" in caught.value.what_to_do


def test_the_environment_names_another_image() -> None:
    assert find_image_folder({"MARINA_IMAGE_DIR": "/elsewhere"}) == Path("/elsewhere")
    assert find_image_folder({}).parts[-3:-1] == ("build", "image")
