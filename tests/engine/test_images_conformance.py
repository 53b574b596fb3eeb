"""Odd layers come out as dockerd's overlay2 unpacks them, in each format: the same image pulled by all."""

import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.engine.test_images_layers import LOOK, Tree, pulled_tree
from tests.support import dockerd
from tests.support.dockerd import ReferenceDocker, started_dockerd
from tests.support.native_engine import PROJECT, NativeEngine
from tests.support.registry import Registry
from tests.support.sparse_archives import sparse_tar
from tests.support.test_images import Entry, folder, layer_tar, symlink

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(bool(dockerd.why_not()), reason=dockerd.why_not()),
]

NET_RAW = "\x01\x00\x00\x02\x00\x20\x00\x00" + "\x00" * 12  # cap_net_raw=ep, revision 2
QUIET = ("--bridge", "none", "--iptables=false", "--ip6tables=false", "--ip-forward=false")


@pytest.fixture(scope="module")
def reference(netns: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReferenceDocker]:
    """A dockerd beside the engine, in reach of the same registry."""
    with started_dockerd(tmp_path_factory.mktemp("dockerd"), netns, QUIET) as docker:
        yield docker


def reference_tree(docker: ReferenceDocker, registry: Registry, name: str, scratch: Path) -> Tree:
    """Pull an image that the registry has, and return its merged tree."""
    full = f"{registry.address}/{name}"
    answer = docker.request("POST", "/images/create", query={"fromImage": full, "tag": "latest"})
    assert "error" not in answer.lines[-1], answer.lines
    folders = docker.request("GET", f"/images/{full}/json").json["GraphDriver"]["Data"]
    layers = [folders["UpperDir"], *filter(None, folders.get("LowerDir", "").split(":"))]
    command = [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        sys.executable,
        "-c",
        LOOK,
        str(scratch),
        *layers,
    ]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    tree: Tree = json.loads(done.stdout)
    return tree


def cases(place: Path) -> dict[str, Sequence[bytes]]:
    """Return the layers of each odd image, bottom to top."""
    base = layer_tar(
        [
            folder("a"), Entry("a/gone", b"1"), Entry("a/stays", b"2"), folder("a/deep"),
            Entry("a/deep/x", b"3"),
            folder("b"), Entry("b/hidden", b"4"), folder("b/deep"), Entry("b/deep/hidden", b"5"),
            folder("c"), Entry("c/x", b"6"), Entry("file", b"7"), symlink("link", "a"), symlink("links", "a"),
            folder("folder"), Entry("folder/x", b"8"), Entry("moved", b"9", mode=0o600),
        ]
    )  # fmt: skip
    return {
        "whiteouts": [
            base,
            layer_tar(
                [
                    folder("a"), Entry("a/.wh.gone"), Entry("a/.wh.deep"), Entry("a/.wh.never-there"),
                    folder("b"), Entry("b/.wh..wh..opq"), Entry("b/new", b"n"), Entry(".wh.c"),
                    Entry(".wh..wh.plnk"), Entry(".wh.links"),
                ]
            ),
            layer_tar([folder("c"), Entry("c/again", b"c"), folder("a"), Entry("a/gone", b"back")]),
        ],
        "replaced": [
            base,
            layer_tar(
                [
                    folder("file"), Entry("file/inside", b"f"), Entry("folder", b"was a folder"),
                    folder("link"), Entry("link/x", b"was a link"),
                    symlink("c", "b"), Entry("moved", b"new", mode=0o640),
                ]
            ),
        ],
        "links": [
            layer_tar(
                [
                    folder("x"), folder("x/y"), folder("z"), Entry("x/y/file", b"shared", mode=0o4711, uid=7),
                    Entry("z/other", kind=tarfile.LNKTYPE, link="x/y/file", mode=0o4711, uid=7),
                    Entry("third", kind=tarfile.LNKTYPE, link="./x/y/file", mode=0o4711, uid=7),
                    symlink("x/up", "../../../../etc/passwd"), symlink("abs", "/x/y"),
                    symlink("long", "t" * 300), symlink("nowhere", "does/not/exist"),
                ]
            ),
            layer_tar([folder("x"), folder("x/y"), Entry("x/y/file", b"changed", mode=0o755)]),
        ],
        "attributes": [
            layer_tar(
                [
                    Entry("ping", b"p", mode=0o755, pax={"SCHILY.xattr.security.capability": NET_RAW}),
                    Entry("noted", pax={"SCHILY.xattr.user.a": "kept", "SCHILY.xattr.user.b": "x=y\nz"}),
                    Entry("rich", b"r", uid=3_000_000_000, gid=2_999_999_999),
                    Entry("exact", b"t", pax={"mtime": "1600000000"}),
                    Entry("sticky", kind=tarfile.DIRTYPE, mode=0o3777, uid=9, gid=9),
                    Entry("pipe", kind=tarfile.FIFOTYPE, mode=0o622), Entry("empty", b"", mode=0),
                    Entry("null", kind=tarfile.CHRTYPE, mode=0o666, device=(1, 3)),
                    Entry("disk", kind=tarfile.BLKTYPE, mode=0o660, gid=6, device=(259, 65_000)),
                ]
            )
        ],
        "names": [
            layer_tar(
                [
                    Entry("caf\udce9", b"latin"), Entry("\udcff\udcfe", b"bytes"), Entry("new\nline", b"l"),
                    Entry("n" * 255, b"255"), folder("d" * 200), folder("d" * 200 + "/" + "e" * 200),
                    Entry("d" * 200 + "/" + "e" * 200 + "/" + "f" * 200, b"deep"), Entry("-rf *", b"s"),
                    Entry("日本語", "日本語".encode()), Entry(" lead and trail ", b"b"),
                    Entry("back\\slash", b"b"),
                ],
                tarfile.GNU_FORMAT,
            ),
            layer_tar(
                [Entry("日" * 60, b"wide"), folder("/abs"), folder("abs/./dot"), Entry("/abs/./dot//x", b"d")]
            ),
        ],
        "implied": [
            layer_tar([Entry("p/q/r/file", b"1"), folder("p/q", 0o700), Entry("s/t", b"2")]),
            layer_tar([Entry("p/q/r/more", b"3"), Entry("new/deep/file", b"4"), Entry("p/.wh.q2", b"")]),
        ],
        "sparse-pax": [sparse_tar(place / "pax", "--format=posix")],
    }  # fmt: skip


NAMES = (  # dockerd refuses GNU's own form of sparse files, and names that occur twice
    "whiteouts",
    "replaced",
    "links",
    "attributes",
    "names",
    "implied",
    "sparse-pax",
)


@pytest.mark.parametrize("name", NAMES)
def test_same_tree_as_dockerd(
    engine: NativeEngine,
    registry: Registry,
    folder_engine: NativeEngine,
    folder_registry: Registry,
    reference: ReferenceDocker,
    tmp_path: Path,
    name: str,
) -> None:
    layers = cases(tmp_path)[name]
    images = pulled_tree(engine, registry, f"odd-{name}", layers)
    folders = pulled_tree(folder_engine, folder_registry, f"odd-{name}", layers)
    theirs = reference_tree(reference, registry, f"odd-{name}", tmp_path / "scratch")
    for ours in (images, folders):
        assert ours.keys() == theirs.keys()
        for path, row in theirs.items():
            mine = ours[path]
            if name == "implied" and row[0] == "d":
                mine[6] = row[6] = None  # a folder that no layer lists has no time of its own
                if path == "p/q":
                    mine[1] = row[1] = None
            assert mine == row, path
