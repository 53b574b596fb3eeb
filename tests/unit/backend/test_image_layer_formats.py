"""Which format layers are kept in, and what becomes of those in a format that this machine has lost."""

import asyncio
import base64
import os
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.database import Database
from backend.errors import SystemFailureError
from backend.images.content_store import ContentStore
from backend.images.image import Layer
from backend.images.image_records import ImageRecords
from backend.images.layers import erofs, layer_formats
from backend.images.layers.erofs import ErofsFormat
from backend.images.layers.folder_format import FolderFormat
from backend.images.layers.layer_formats import LayerFormats
from backend.images.layers.layer_sources import NewLayer
from backend.images.layers.layer_store import LayerStore
from backend.images.pins import Pins
from backend.images.transfer.image_import import ImageImport
from backend.state_files import StateFiles
from backend.tasks import Tasks, in_thread
from tests.support.test_images import Entry, digest_of, folder, layer_tar


class Erofs(ErofsFormat):
    """EROFS on a machine that has as much of it as a test says."""

    def __init__(self, mounts: str = "", makes: str = "") -> None:
        self._mounts = mounts
        self._makes = makes

    def why_not_mounted(self, image: Path, target: Path) -> str:
        return self._mounts

    def why_not_made(self) -> str:
        return self._makes

    def mount(self, layer: Path, target: Path) -> None:
        raise SystemFailureError("this kernel has no EROFS")


@pytest.mark.parametrize(
    ("wanted", "machine", "expected"),
    [
        ("auto", Erofs(), (["erofs", "folders"], [])),
        ("auto", Erofs(makes="no mkfs.erofs"), (["folders", "erofs"], [])),
        ("auto", Erofs(mounts="no such file system"), (["folders"], ["erofs"])),
        ("auto", Erofs("no such file system", "no mkfs.erofs"), (["folders"], ["erofs"])),
        ("folders", Erofs(), (["folders", "erofs"], [])),
        ("folders", Erofs(mounts="no such file system"), (["folders"], ["erofs"])),
        ("erofs", Erofs(), (["erofs", "folders"], [])),
        ("erofs", Erofs(mounts="no such file system"), (["erofs", "folders"], [])),
    ],
)
def test_choice(tmp_path: Path, wanted: str, machine: Erofs, expected: tuple[list[str], list[str]]) -> None:
    formats = layer_formats.chosen(wanted, tmp_path / "image", tmp_path / "target", machine)
    assert ([form.name for form in formats.usable], [form.name for form in formats.lost]) == expected


def test_image_of_the_probe_is_an_erofs_image() -> None:
    image = zlib.decompress(base64.b85decode(erofs.EMPTY_IMAGE))
    assert len(image) == 4096
    assert image[1024:1028] == (0xE0F5E1E2).to_bytes(4, "little")


def test_probe_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    ErofsFormat().why_not_mounted(tmp_path / "image", tmp_path / "target")  # either answer is right here
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
    assert not os.path.ismount(tmp_path / "target")


def test_full_disk_does_not_take_erofs_away(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    assert ErofsFormat().why_not_mounted(tmp_path / "no place" / "image", tmp_path / "target") == ""


def test_maker_is_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ErofsFormat().why_not_made() == "mkfs.erofs is not installed"
    (tmp_path / "mkfs.erofs").write_text("#!/bin/sh\n")
    (tmp_path / "mkfs.erofs").chmod(0o755)
    assert ErofsFormat().why_not_made() == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="unpacking sets owners")
async def test_layer_of_a_lost_format_is_made_again(tmp_path: Path) -> None:
    files = StateFiles(tmp_path / "data", tmp_path / "run")
    store = LayerStore(files, lambda image, target: LayerFormats(FolderFormat(), lost=(Erofs(),)))
    store.prepare()
    data = layer_tar([folder("d"), Entry("d/file", b"text")])
    diff_id = digest_of(data)
    old = files.layers / f"{diff_id[7:]}.erofs"
    old.write_bytes(b"an image of an engine that had EROFS")
    assert store.keys() == {diff_id[7:]}
    assert store.find([diff_id]) is None
    with pytest.raises(SystemFailureError, match="no EROFS"):
        store.mount(diff_id[7:], tmp_path)

    layer = await store.unpack(NewLayer([data], tmp_path / "blob"), [diff_id], [], lambda done: None)
    store.make_durable(layer.key)
    assert store.find([diff_id]) == layer.key == diff_id[7:]
    assert [path.name for path in files.layers.iterdir()] == [f"{layer.key}.folder"]
    assert (store.path(layer.key) / "d" / "file").read_bytes() == b"text"
    ((key, trash),) = store.discard([layer.key])
    assert (key, store.keys(), trash.is_dir()) == (layer.key, set(), True)


@pytest.mark.skipif(os.geteuid() != 0, reason="unpacking sets owners")
async def test_lost_layers_of_an_image_are_made_again_from_their_blobs(tmp_path: Path) -> None:
    files = StateFiles(tmp_path / "data", tmp_path / "run")
    store = LayerStore(files, lambda image, target: LayerFormats(FolderFormat(), lost=(Erofs(),)))
    store.prepare()
    content, tasks = ContentStore(files), Tasks()
    content.prepare()
    database = Database(tmp_path / "records")
    importer = ImageImport(content, store, ImageRecords(database), Pins(), tasks)
    tars = [layer_tar([folder("d"), Entry("d/file", text)]) for text in (b"below", b"above")]
    content.add(tars)
    content.keep([digest_of(tar) for tar in tars])
    layers = [Layer(digest_of(tar), digest_of(tar)[7:], digest_of(tar), "", 5) for tar in tars]
    for layer in layers:
        (files.layers / f"{layer.key}.erofs").write_bytes(b"an image of an engine that had EROFS")

    await asyncio.gather(importer.restore(layers), importer.restore(layers))
    assert all(store.has(layer.key) for layer in layers)
    contents = [(store.path(layer.key) / "d" / "file").read_bytes() for layer in layers]
    assert contents == [b"below", b"above"]
    assert {path.suffix for path in files.layers.iterdir()} == {".folder"}

    await in_thread(shutil.rmtree, store.path(layers[1].key))
    content.path(layers[1].blob).unlink()
    with pytest.raises(SystemFailureError, match="is lost: pull or load the image again"):
        await importer.restore(layers)
    await tasks.cancel_all()
    database.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="unpacking sets owners")
async def test_cancelled_unpacking_ends_and_leaves_nothing(tmp_path: Path) -> None:
    files = StateFiles(tmp_path / "data", tmp_path / "run")
    store = LayerStore(files, lambda image, target: LayerFormats(FolderFormat()))
    store.prepare()
    loop, under_way = asyncio.get_running_loop(), asyncio.Event()

    def long_tar() -> Iterator[bytes]:
        for number in range(100_000):
            yield layer_tar([Entry(f"file{number}", b"x" * 1024)])[:1536]  # a header and the contents
            if number == 500:
                loop.call_soon_threadsafe(under_way.set)

    layer = asyncio.ensure_future(
        store.create(NewLayer(long_tar(), tmp_path / "blob"), [], [], lambda diff_id: None)
    )
    await under_way.wait()
    layer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await layer
    assert list(files.layers.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="unpacking sets owners")
async def test_refused_layer_leaves_nothing(tmp_path: Path) -> None:
    files = StateFiles(tmp_path / "data", tmp_path / "run")
    store = LayerStore(files, lambda image, target: LayerFormats(FolderFormat()))
    store.prepare()
    data = layer_tar([Entry("file", b"text")])
    with pytest.raises(Exception, match="is not what the image says"):
        await store.unpack(NewLayer([data], tmp_path / "blob"), [digest_of(b"")], [], lambda done: None)
    with pytest.raises(Exception, match="ends within a file"):
        await store.unpack(NewLayer([data[:515]], tmp_path / "blob"), [digest_of(b"")], [], lambda done: None)
    assert list(files.layers.iterdir()) == []
