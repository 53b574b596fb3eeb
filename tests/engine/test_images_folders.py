"""Layers kept as folders, as on a machine without EROFS: the life of images, both formats in one store."""

import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.test_images_save import saved
from tests.support.namespaces import made_netns
from tests.support.native_engine import NativeEngine, started_engine
from tests.support.test_images import (
    Entry,
    build_image,
    busybox_layer,
    folder,
    hard_link,
    layer_tar,
    save_docker_archive,
)

pytestmark = pytest.mark.timeout(120)

FOLDERS = ["--layer-format", "folders"]
DOCKERFILE = "FROM base:1\nRUN rm -r /gone && echo built > /kept/built\nCOPY file /copied/file\n"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[NativeEngine]:
    """An engine of its own that keeps folders; it needs no registry."""
    with (
        made_netns(f"tg{os.getpid() % 1_000_000}") as netns,
        started_engine(tmp_path / "state", netns, FOLDERS) as engine,
    ):
        yield engine


def load_base(engine: NativeEngine) -> None:
    """Load `base:1`: busybox, and a layer that hides and keeps."""
    extra = layer_tar(
        [
            folder("kept"), Entry("kept/file", b"kept" * 5000), hard_link("kept/same", "kept/file"),
            Entry("kept/empty", bytes(3_000_000)), folder("gone"), Entry("gone/file", b"1"),
            Entry("home/.wh..wh..opq"), Entry("var/.wh.nothing"),
        ]
    )  # fmt: skip
    archive = save_docker_archive(build_image([busybox_layer(), extra]), ["base:1"])
    answer = engine.request("POST", "/images/load", body=archive)
    assert "stream" in answer.lines[-1], answer.lines


def run(engine: NativeEngine, image: str, script: str) -> str:
    """Run a shell script in a new container of `image`; returns its output."""
    command = ["run", "--rm", "--network", "none", image, "sh", "-c", script]
    return engine.docker(*command).stdout.decode()


def suffixes(engine: NativeEngine) -> list[str]:
    """Return what the names of all layers in the store end with."""
    return sorted(path.name.partition(".")[2] for path in (engine.data_root / "layers").iterdir())


def restart(engine: NativeEngine, *arguments: str) -> None:
    """Start the engine again with these arguments."""
    engine.stop()
    engine.arguments = list(arguments)
    engine.start()


def format_of(engine: NativeEngine) -> str:
    """Return what `docker info` says of layers."""
    status: list[list[str]] = engine.request("GET", "/info").json["DriverStatus"]
    return dict(status)["Image layers"]


def on_disk(engine: NativeEngine) -> int:
    """Return what lies below the folders of images, in bytes: each file once, whatever its names."""
    tops = [engine.data_root / name for name in ("blobs/sha256", "layers", "downloads")]
    found = {
        (status.st_dev, status.st_ino): status.st_blocks
        for top in tops
        for path in top.rglob("*")
        if (status := path.lstat())
    }
    return sum(found.values()) * 512


def test_changes_become_images_and_come_back_the_same(own: NativeEngine) -> None:
    assert format_of(own) == "folders"
    load_base(own)
    own.docker("run", "--name", "changed", "--network", "none", "base:1", "sh", "-c",
               "rm -r /gone /kept/same; echo more >> /kept/file; mkdir /new; chmod 4711 /new; rm /bin/awk; echo a > /bin/awk")  # fmt: skip # noqa: E501
    assert set(own.docker("diff", "changed").stdout.decode().splitlines()) == {
        "C /kept", "C /kept/file", "D /kept/same", "D /gone", "A /new", "C /bin", "C /bin/awk",
    }  # fmt: skip
    with tarfile.open(fileobj=io.BytesIO(own.request("GET", "/containers/changed/export").body)) as archive:
        names = set(archive.getnames())
        file = archive.extractfile("kept/file")
        assert file is not None
        assert file.read() == b"kept" * 5000 + b"more\n"
    assert {"new", "bin/awk"} <= names
    assert names.isdisjoint({"gone", "kept/same"})
    copied = own.docker("cp", "changed:/kept/file", "-").stdout
    with tarfile.open(fileobj=io.BytesIO(copied)) as archive:
        assert archive.getmember("file").size == 20_005

    own.docker("commit", "changed", "committed:1")
    look = (
        "cat /bin/awk; stat -c %a /new; ls -d /gone /kept/same 2>&1 | grep -c 'No such'; wc -c < /kept/file"
    )
    assert run(own, "committed:1", look).split() == ["a", "4711", "2", "20005"]
    assert suffixes(own) == ["folder"] * 3

    files = saved(own, "committed:1")
    own.docker("rm", "changed")
    own.docker("rmi", "committed:1", "base:1")
    assert suffixes(own) == []
    archive_bytes = io.BytesIO()
    with tarfile.open(fileobj=archive_bytes, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    assert own.request("POST", "/images/load", body=archive_bytes.getvalue()).status == 200
    assert saved(own, "committed:1") == files  # not a byte of any layer has changed
    assert run(own, "committed:1", look).split() == ["a", "4711", "2", "20005"]


def test_builds_usage_and_prunes(own: NativeEngine, tmp_path: Path) -> None:
    load_base(own)
    (tmp_path / "context").mkdir()
    (tmp_path / "context" / "file").write_text("copied")
    (tmp_path / "context" / "Dockerfile").write_text(DOCKERFILE)
    own.docker("build", "-q", "-t", "built:1", str(tmp_path / "context"))
    assert run(own, "built:1", "test ! -e /gone && cat /kept/built /copied/file") == "built\ncopied"
    usage = own.request("GET", "/system/df").json
    assert usage["LayersSize"] == pytest.approx(on_disk(own), rel=0.01)
    size = own.request("GET", "/images/base:1/json").json["Size"]
    assert size > 3_000_000 + 20_000  # what the files hold, also where they are holes
    before = on_disk(own)
    own.request("POST", "/build/prune", query={"all": "1"})
    everything = {"filters": json.dumps({"dangling": ["false"]})}
    pruned = own.request("POST", "/images/prune", query=everything).json
    assert pruned["SpaceReclaimed"] == before - on_disk(own) > 0
    assert suffixes(own) == []


def test_both_formats_in_one_store(own: NativeEngine) -> None:
    load_base(own)
    restart(own, "--layer-format", "auto")
    assert format_of(own) == "erofs"
    own.docker("run", "--name", "above", "--network", "none", "base:1", "touch", "/above")
    own.docker("commit", "above", "mixed:1")
    own.docker("rm", "above")
    assert suffixes(own) == ["erofs", "folder", "folder"]
    load_base(own)  # what is there in the other format is not made again
    assert suffixes(own) == ["erofs", "folder", "folder"]
    restart(own, *FOLDERS)
    own.docker("run", "--name", "top", "--network", "none", "mixed:1", "touch", "/top")
    own.docker("commit", "top", "mixed:2")
    own.docker("rm", "top")
    assert suffixes(own) == ["erofs", "folder", "folder", "folder"]
    assert run(own, "mixed:2", "ls /above /top").split() == ["/above", "/top"]
    own.docker("rmi", "mixed:2", "mixed:1", "base:1")
    assert suffixes(own) == []


def test_layers_that_cannot_be_mounted_are_made_again_from_their_blobs(own: NativeEngine) -> None:
    load_base(own)
    layers = own.data_root / "layers"
    own.stop()
    for layer in layers.iterdir():
        shutil.rmtree(layer)
    own.arguments = ["--layer-format", "auto"]
    own.start()
    script = "cat /gone/file; cmp /kept/file /kept/same && ls /home"
    assert run(own, "base:1", script) == "1"
    assert suffixes(own) == ["erofs", "erofs"]

    own.stop()
    for file in [*layers.iterdir(), *(own.data_root / "blobs" / "sha256").iterdir()]:
        file.unlink()
    own.start()
    failed = own.docker("run", "--rm", "--network", "none", "base:1", "true", check=False)
    assert b"is lost: pull or load the image again" in failed.stderr
    load_base(own)
    assert run(own, "base:1", script) == "1"


def test_what_a_killed_engine_left_is_swept(own: NativeEngine) -> None:
    load_base(own)
    container = (
        own.docker("run", "-d", "--network", "none", "base:1", "sleep", "1000").stdout.decode().strip()
    )
    own.kill()
    layers = own.data_root / "layers"
    orphan, unfinished = layers / f"{'0' * 64}.folder", layers / ".unfinished-1234.folder"
    for path in (orphan, unfinished):
        (path / "some" / "where").mkdir(parents=True)
        (path / "some" / "where" / "file").write_text("left over")
        (path / "some" / "link").symlink_to("/")
    own.start()
    assert not orphan.exists()
    assert not unfinished.exists()
    assert own.docker("exec", container, "cat", "/gone/file").stdout == b"1"
    own.docker("rm", "-f", container)
