"""The getting-started image: same bytes each time, a layout any OCI tool reads, pages that hang together."""

import hashlib
import io
import json
import re
import subprocess
import tarfile
from pathlib import Path

import pytest

from vm.errors import UserError
from vm.image import welcome
from vm.image.welcome import NAME, PAGES, Layer, build_welcome_image

PACKAGE_NAME = "busybox-static_1%3a1.37.0-6_amd64.deb"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A download cache with a busybox package of our own making."""
    tree = tmp_path / "tree"
    for name, content in (
        (
            "DEBIAN/control",
            b"Package: busybox-static\nVersion: 1\nArchitecture: amd64\nMaintainer: t\nDescription: t\n",
        ),
        ("usr/bin/busybox", b"the program"),
        ("usr/share/doc/busybox-static/copyright", b"the licence"),
    ):
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    downloads = tmp_path / "cache" / "downloads" / "amd64"
    downloads.mkdir(parents=True)
    package = downloads / PACKAGE_NAME
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, package], check=True, capture_output=True)
    return tmp_path / "cache"


def read_files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_builds_have_the_same_bytes(cache: Path, tmp_path: Path) -> None:
    build_welcome_image(tmp_path / "one", "amd64", cache)
    build_welcome_image(tmp_path / "two", "amd64", cache)
    assert read_files(tmp_path / "one") == read_files(tmp_path / "two")


def test_layout_names_the_image_and_every_digest_is_right(cache: Path, tmp_path: Path) -> None:
    layout = tmp_path / "layout"
    build_welcome_image(layout, "amd64", cache)
    assert json.loads((layout / "oci-layout").read_bytes()) == {"imageLayoutVersion": "1.0.0"}
    (descriptor,) = json.loads((layout / "index.json").read_bytes())["manifests"]
    assert descriptor["annotations"]["io.containerd.image.name"] == NAME
    assert descriptor["platform"] == {"architecture": "amd64", "os": "linux"}

    def read_blob(described: dict[str, object]) -> bytes:
        content = (layout / "blobs" / str(described["digest"]).replace(":", "/")).read_bytes()
        assert described["digest"] == "sha256:" + hashlib.sha256(content).hexdigest()
        assert described["size"] == len(content)
        return content

    manifest = json.loads(read_blob(descriptor))
    config = json.loads(read_blob(manifest["config"]))
    names: set[str] = set()
    for layer, diff_id in zip(manifest["layers"], config["rootfs"]["diff_ids"], strict=True):
        with tarfile.open(fileobj=io.BytesIO(read_blob(layer)), mode="r:gz") as tar:
            assert tar.fileobj is not None
            names |= set(tar.getnames())
        assert read_blob(layer)[9] == 255, "which system packed it is not told"
        unpacked = subprocess.run(
            ["gzip", "-dc"], input=read_blob(layer), capture_output=True, check=True
        ).stdout
        assert diff_id == "sha256:" + hashlib.sha256(unpacked).hexdigest()
    assert {"bin/busybox", "bin/sh", "bin/serve", "www/index.html", "www/zh/index.html"} <= names
    assert config["config"]["ExposedPorts"] == {"80/tcp": {}}
    assert config["config"]["Cmd"] == ["/bin/serve"]
    assert len(read_files(layout / "blobs" / "sha256")) == 2 + len(manifest["layers"])  # and nothing beside


def test_a_build_replaces_the_earlier_one(cache: Path, tmp_path: Path) -> None:
    layout = tmp_path / "images" / "layout"
    layout.mkdir(parents=True)
    (layout / "left-over").touch()
    build_welcome_image(layout, "amd64", cache)
    assert not (layout / "left-over").exists()
    assert [path.name for path in layout.parent.iterdir()] == ["layout"]


def test_a_broken_package_is_told_and_leaves_nothing(cache: Path, tmp_path: Path) -> None:
    package = cache / "downloads" / "amd64" / PACKAGE_NAME
    package.write_bytes(b"not a package")
    with pytest.raises(UserError, match="cannot be unpacked") as failure:
        build_welcome_image(tmp_path / "images" / "layout", "amd64", cache)
    assert str(package) in failure.value.what_to_do
    assert list((tmp_path / "images").iterdir()) == []


def test_folders_come_before_what_is_in_them() -> None:
    tar = Layer("", {"a/b/c": (0o755, b"x")}, {"tmp": 0o1777}, {"a/l": "b/c"}).write_tar()
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        members = archive.getmembers()
    assert [member.name for member in members] == ["a", "a/b", "a/b/c", "a/l", "tmp"]
    assert {(member.uid, member.gid, member.mtime) for member in members} == {(0, 0, welcome.CREATED)}
    assert members[-1].mode == 0o1777


def test_pages_use_nothing_that_is_not_in_the_image() -> None:
    for page in (PAGES / "index.html", PAGES / "zh" / "index.html"):
        text = page.read_text(encoding="utf-8")
        assert text.count("<h1>") == 1
        assert not re.search(r"https?://", text.replace("http://www.w3.org/2000/svg", ""))
        for target in re.findall(r'(?:href|src)="([^"#]+)"', text):
            path = PAGES / target.lstrip("/") if target.startswith("/") else page.parent / target
            assert path.is_file() or (path / "index.html").is_file(), target


def test_pages_show_the_same_commands_in_each_language() -> None:
    pages = [(PAGES / name).read_text(encoding="utf-8") for name in ("index.html", "zh/index.html")]
    english, chinese = (re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL) for page in pages)
    assert english == [command.replace("你好", "Hello") for command in chinese]
    assert len(english) >= 6
