"""Layers as containers see them: whiteouts, folders left out, links, devices, attributes; hostile layers."""

import json
import random
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support import layer_tree
from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry
from tests.support.test_images import (
    BuiltImage,
    Entry,
    build_image,
    digest_of,
    folder,
    hard_link,
    layer_tar,
    symlink,
)

pytestmark = pytest.mark.timeout(120)

LOOK = Path(layer_tree.__file__).read_text()

Tree = dict[str, list[object]]


@pytest.fixture(params=["erofs", "folders"])
def either(request: pytest.FixtureRequest, engine: NativeEngine) -> NativeEngine:
    """An engine of each format of layers."""
    if request.param == "erofs":
        return engine
    folder_engine: NativeEngine = request.getfixturevalue("folder_engine")
    return folder_engine


@pytest.fixture
def its_registry(either: NativeEngine, registry: Registry, folder_registry: Registry) -> Registry:
    """The registry in reach of `either`."""
    return folder_registry if either.netns == folder_registry.netns else registry


def pulled_tree(engine: NativeEngine, registry: Registry, name: str, layers: Sequence[bytes]) -> Tree:
    """Push layers as an image, pull it, and return its merged tree."""
    image = build_image(layers)
    registry.push(name, "latest", image)
    answer = engine.request(
        "POST", "/images/create", query={"fromImage": f"{registry.address}/{name}", "tag": "latest"}
    )
    assert "error" not in answer.lines[-1], answer.lines
    details = engine.request("GET", f"/images/{registry.address}/{name}/json").json
    folders = details["GraphDriver"]["Data"]
    paths = [folders["UpperDir"], *filter(None, folders.get("LowerDir", "").split(":"))]
    keys = [path.rpartition("/")[2] for path in paths]
    stored = {path.name.partition(".")[0]: str(path) for path in (engine.data_root / "layers").iterdir()}
    files = [stored[key] for key in keys]
    scratch = f"/run/look-{name}-{random.randrange(1 << 32)}"
    tree: Tree = json.loads(engine.inside("python3", "-c", LOOK, scratch, *files))
    return tree


def refused(engine: NativeEngine, registry: Registry, name: str, layer: bytes) -> str:
    """Push a layer that must not be unpacked; returns why it was not."""
    registry.push(name, "latest", build_image([layer]))
    query = {"fromImage": f"{registry.address}/{name}", "tag": "latest"}
    before = set((engine.data_root / "layers").iterdir())
    answer = engine.request("POST", "/images/create", query=query)
    assert engine.request("GET", f"/images/{registry.address}/{name}/json").status == 404
    assert set((engine.data_root / "layers").iterdir()) == before
    return str(answer.lines[-1]["error"])


def test_whiteouts_and_opaque_folders(either: NativeEngine, its_registry: Registry) -> None:
    lower = layer_tar(
        [
            folder("a"), Entry("a/gone", b"1"), Entry("a/stays", b"2"),
            folder("b"), Entry("b/hidden", b"3"), folder("b/deep"), Entry("b/deep/hidden", b"4"),
            folder("c"), Entry("c/x", b"5"),
            Entry("becomes-folder", b"6"), folder("becomes-file"), Entry("becomes-file/x", b"7"),
        ]
    )  # fmt: skip
    upper = layer_tar(
        [
            folder("a"), Entry("a/.wh.gone"),
            folder("b"), Entry("b/.wh..wh..opq"), Entry("b/new", b"8"),
            Entry(".wh.c"),
            folder("becomes-folder"), Entry("becomes-folder/y", b"9"), Entry("becomes-file", b"0"),
            Entry(".wh..wh.plnk"),
        ]
    )  # fmt: skip
    tree = pulled_tree(either, its_registry, "whiteouts", [lower, upper])
    assert {name: row[4] for name, row in tree.items() if row[0] == "-"} == {
        "a/stays": "2",
        "b/new": "8",
        "becomes-folder/y": "9",
        "becomes-file": "0",
    }
    assert set(tree) == {"a", "a/stays", "b", "b/new", "becomes-folder", "becomes-folder/y", "becomes-file"}


def test_opaque_mark_may_stand_before_its_folder(either: NativeEngine, its_registry: Registry) -> None:
    lower = layer_tar([folder("d"), Entry("d/old", b"1")])
    upper = layer_tar([Entry("d/.wh..wh..opq"), folder("d", 0o700), Entry("d/new", b"2")])
    tree = pulled_tree(either, its_registry, "opaque-first", [lower, upper])
    assert set(tree) == {"d", "d/new"}
    assert tree["d"][1] == 0o700


def test_folders_left_out_have_the_attributes_of_the_layers_below(
    either: NativeEngine, its_registry: Registry
) -> None:
    base = layer_tar([folder("srv", 0o750, 7, 8), folder("srv/data", 0o1777, 9, 9), symlink("link", "/etc")])
    top = layer_tar(
        [Entry("srv/data/file", b"x"), Entry("srv/new/deep/file", b"y"), Entry("link/file", b"z")]
    )
    tree = pulled_tree(either, its_registry, "implied", [base, top])
    assert tree["srv"][:4] == ["d", 0o750, 7, 8]
    assert tree["srv/data"][:4] == ["d", 0o1777, 9, 9]
    assert tree["srv/new"][:4] == ["d", 0o755, 0, 0]
    assert tree["srv/new/deep"][:4] == ["d", 0o755, 0, 0]
    assert tree["link"][:4] == ["d", 0o755, 0, 0]  # dockerd's overlay2 too: the layer's folder hides the link


def test_same_layer_on_different_ones_takes_each_one_s_attributes(
    either: NativeEngine, its_registry: Registry
) -> None:
    top = layer_tar([Entry("opt/tool", b"t")])
    closed = pulled_tree(either, its_registry, "on-closed", [layer_tar([folder("opt", 0o700)]), top])
    opened = pulled_tree(either, its_registry, "on-open", [layer_tar([folder("opt", 0o775, 3, 3)]), top])
    assert closed["opt"][:4] == ["d", 0o700, 0, 0]
    assert opened["opt"][:4] == ["d", 0o775, 3, 3]


@pytest.mark.parametrize("tar_format", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
def test_files_links_and_attributes(either: NativeEngine, its_registry: Registry, tar_format: int) -> None:
    long_name = "long/" + "x" * 90 + "/" + "y" * (60 if tar_format == tarfile.USTAR_FORMAT else 200)
    entries = [
        Entry("plain", b"text", mode=0o4755, uid=1000, gid=2000),
        hard_link("same", "plain"),
        symlink("pointing", "../../../etc/passwd"),
        Entry("pipe", kind=tarfile.FIFOTYPE, mode=0o600),
        Entry("null", kind=tarfile.CHRTYPE, mode=0o666, device=(1, 3)),
        Entry("ümläut ünd späce", b"utf8"),
        Entry(long_name, b"long"),
        Entry("twice", b"first"),
        Entry("twice", b"second"),
    ]
    if tar_format == tarfile.PAX_FORMAT:
        entries.append(Entry("labelled", b"", pax={"SCHILY.xattr.user.note": "kept"}))
        entries.append(Entry("rich", b"", uid=3_000_000_000))
    tree = pulled_tree(either, its_registry, f"attributes-{tar_format}", [layer_tar(entries, tar_format)])
    assert tree["plain"][:6] == ["-", 0o4755, 1000, 2000, "text", 2]
    assert tree["plain"][6] == 1_700_000_000
    assert tree["same"] == tree["plain"]
    assert tree["pointing"][4] == "../../../etc/passwd"
    assert tree["pointing"][6] == 1_700_000_000
    assert tree["pipe"][:2] == ["p", 0o600]
    assert (tree["null"][0], tree["null"][8]) == ("c", 0x103)
    assert tree["ümläut ünd späce"][4] == "utf8"
    assert tree[long_name][4] == "long"
    assert tree["twice"][4] == "second"
    if tar_format == tarfile.PAX_FORMAT:
        assert tree["labelled"][7] == {"user.note": "kept"}
        assert tree["rich"][2] == 3_000_000_000


def test_last_one_of_a_name_counts(either: NativeEngine, its_registry: Registry) -> None:
    """Docker refuses such layers since it keeps a list of names; podman and containerd take the last."""
    layer = layer_tar(
        [
            Entry("one", b"first"), Entry("one", b"second", mode=0o600),
            folder("dir", 0o700), Entry("dir/x", b"x"), folder("dir", 0o750, 5, 6),
            folder("was-folder"), Entry("was-folder/x", b"x"), Entry("was-folder", b"a file"),
            Entry("was-file", b"a file"), folder("was-file"), Entry("was-file/x", b"x"),
            symlink("was-link", "one"), Entry("was-link", b"not a link"),
            Entry("linked", b"old"), hard_link("link", "linked"), Entry("linked", b"new"),
        ]
    )  # fmt: skip
    tree = pulled_tree(either, its_registry, "names-twice", [layer])
    texts = {name: row[4] for name, row in tree.items() if row[0] == "-"}
    assert texts == {
        "one": "second",
        "dir/x": "x",
        "was-folder": "a file",
        "was-file/x": "x",
        "was-link": "not a link",
        "linked": "new",
        "link": "old",
    }
    assert tree["one"][1] == 0o600
    assert tree["dir"][:4] == ["d", 0o750, 5, 6]


def test_absolute_and_dotted_names_stay_inside(either: NativeEngine, its_registry: Registry) -> None:
    layer = layer_tar([Entry("/abs/file", b"1"), Entry("./dot//file", b"2"), folder("./", 0o700)])
    tree = pulled_tree(either, its_registry, "dotted", [layer])
    assert tree["abs/file"][4] == "1"
    assert tree["dot/file"][4] == "2"


@pytest.mark.parametrize(
    ("name", "layer", "reason"),
    [
        ("up", layer_tar([Entry("a/../../etc/passwd", b"x")]), "leads out of it"),
        ("linked-up", layer_tar([hard_link("x", "../../etc/passwd")]), "leads out of it"),
        ("below-link", layer_tar([symlink("l", "/etc"), Entry("l/passwd", b"x")]), "below the symbolic link"),
        ("cut", layer_tar([Entry("a", b"x" * 5000)])[:3000], "ends within a file"),
        ("cut-large", layer_tar([Entry("a", b"x" * 5_000_000)])[:3_000_000], "ends within a file"),
        ("garbage", random.Random(1).randbytes(20_000), "checksum is wrong"),
        ("no-target", layer_tar([hard_link("x", "missing")]), "cannot unpack a layer"),
    ],
)
def test_hostile_layers_are_refused(
    either: NativeEngine, its_registry: Registry, name: str, layer: bytes, reason: str
) -> None:
    assert reason in refused(either, its_registry, f"hostile-{name}", layer)


def test_contents_must_have_the_diff_id_of_the_config(either: NativeEngine, its_registry: Registry) -> None:
    image = build_image([layer_tar([Entry("real", b"1")])])
    config = json.loads(image.blobs[image.config_digest])
    config["rootfs"]["diff_ids"] = ["sha256:" + "1" * 64]
    forged = build_image([layer_tar([Entry("real", b"1")])])
    data = json.dumps(config).encode()
    manifest = json.loads(forged.manifest)

    manifest["config"] |= {"digest": digest_of(data), "size": len(data)}
    blobs = dict(forged.blobs) | {digest_of(data): data}
    its_registry.push(
        "forged",
        "latest",
        BuiltImage(forged.media_type, json.dumps(manifest).encode(), blobs, digest_of(data)),
    )
    query = {"fromImage": f"{its_registry.address}/forged", "tag": "latest"}
    error = either.request("POST", "/images/create", query=query).lines[-1]["error"]
    assert "is not what the image says" in error
    assert either.request("GET", f"/images/{its_registry.address}/forged/json").status == 404


def test_same_layer_twice_in_one_image(either: NativeEngine, its_registry: Registry) -> None:
    first = layer_tar([folder("d"), Entry("d/f", b"first")])
    second = layer_tar([folder("d"), Entry("d/f", b"second")])
    image = build_image([first, second, first])
    its_registry.push("layer-twice", "latest", image)
    query = {"fromImage": f"{its_registry.address}/layer-twice", "tag": "latest"}
    answer = either.request("POST", "/images/create", query=query)
    assert "Downloaded newer image" in answer.lines[-1]["status"]
    layers = either.request("GET", f"/images/{image.config_digest}/json").json["RootFS"]["Layers"]
    assert len(layers) == 3
