"""What both engines tell of a container's files: copies both ways, changes, exports, commits."""

import base64
import io
import json
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.comparison import text_of
from tests.support.api_client import Answer, ApiClient
from tests.support.dockerd import ReferenceDocker
from tests.support.native_engine import NativeEngine
from tests.support.sparse_archives import FILES, contents, sparse_tar
from tests.support.test_images import Entry, folder, hard_link, layer_tar, symlink

SCRIPT = """
    mkdir -p /d/sub; echo hi > /d/f; ln /d/f /d/again; ln -s f /d/link; ln -s /d /to-d; ln -s loop /loop
    ln -s ../../../../etc/passwd /up; ln -s /no/where /dangling; mkfifo /d/pipe
    chown 5:6 /d/f; chmod 4755 /d/f
    touch -d @1500000000 /d/f /d/sub; echo a > /etc/passwd; : >> /etc/group; rm -rf /home; mkdir /home
    touch /home/new; rm -rf /usr; chmod 700 /var; rm -rf /root; echo file > /root; touch /tmp/x; rm /tmp/x
    chown 5 /bin/vi; rm /bin/awk; ln -s vi /bin/awk; rm /bin/cp; echo v > /vol/v
"""
PATHS = (
    "/d/f", "d/f", "/d", "/d/", "/d/.", "/to-d", "/to-d/", "/to-d/f", "/d/link", "/up", "/dangling",
    "/dangling/", "/loop", "/loop/", "/nope", "/nope/x", "/d/f/x", "/d/f/", "/d/../etc/passwd",
    "/../../etc/passwd", "/d/pipe", "/vol", "/vol/v", "/etc/mtab", "/.dockerenv", "", "\0",
)  # fmt: skip
ARCHIVES = {
    "file": [Entry("x", b"1", mode=0o640, uid=7, gid=8)],
    "way up": [Entry("../x", b"1")],
    "way up below": [Entry("a/../../x", b"1")],
    "absolute": [Entry("/absolute", b"1"), Entry("/etc/absolute", b"1")],
    "link up": [symlink("l1", "../../etc")],
    "link to the root": [symlink("l2", "/etc"), Entry("l2/through", b"1")],
    "hard link up": [hard_link("h1", "../etc/passwd")],
    "hard link to the root": [hard_link("h2", "/etc/passwd")],
    "hard link": [Entry("h3", b"1"), hard_link("h4", "h3")],
    "pipe and device": [Entry("p", kind=tarfile.FIFOTYPE), Entry("n", kind=tarfile.CHRTYPE, device=(1, 3))],
    "parents": [Entry("i/j/k", b"1")],
    "folder over file": [Entry("o", b"1"), folder("o", 0o711)],
    "file over folder": [folder("q"), Entry("q/deep"), Entry("q", b"1")],
    "the folder itself": [folder(".", 0o700), Entry("", b"1")],
    "whiteout": [Entry(".wh.x"), Entry(".wh..wh..opq")],
    "unknown": [Entry("z", kind=b"Z")],
    "long": [Entry("n" * 300)],
    "nothing": [],
}

Pair = tuple[ApiClient, ApiClient]


@pytest.fixture(scope="module")
def pair(marina: NativeEngine, dockerd: ReferenceDocker) -> Iterator[Pair]:
    """Both engines with a container that has changed everything, and has ended."""
    for engine in (marina, dockerd):
        body = {"Image": "busybox", "Cmd": ["sh", "-c", SCRIPT], "Volumes": {"/vol": {}}, "Env": ["A=b"]}
        engine.request("POST", "/containers/create", body=body, query={"name": "files"})
        assert engine.request("POST", "/containers/files/start").status == 204
        assert engine.request("POST", "/containers/files/wait").json["StatusCode"] == 0
    yield marina, dockerd
    for engine in (marina, dockerd):
        engine.request("DELETE", "/containers/files", query={"force": "1", "v": "1"})
        engine.request("DELETE", "/images/files:committed", query={"force": "1"})


def told(answer: Answer) -> tuple[int, Any]:
    """Return status and text; what comes from the request is 400 here, where dockerd says 500."""
    return (400 if answer.status == 500 else answer.status), text_of(answer) if answer.status >= 400 else ""


def entries(data: bytes) -> list[tuple[Any, ...]]:
    """Return what an archive says of each entry; times of this run do not count."""
    found = []
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            old = member.mtime if member.mtime < time.time() - 86400 else 0
            size = 0 if member.name.endswith(("hosts", "resolv.conf")) else member.size
            found.append(
                (member.name, member.type, member.mode, member.uid, member.gid, size, member.linkname, old)
            )
    return found


@pytest.mark.parametrize("path", PATHS)
def test_looking_and_copying_out(pair: Pair, path: str) -> None:
    seen = []
    for engine in pair:
        query = {"path": path}
        answer = engine.request("GET", "/containers/files/archive", query=query)
        looked = engine.request("HEAD", "/containers/files/archive", query=query)
        assert answer.headers.get(HEADER) == looked.headers.get(HEADER)
        stat = stat_of(answer) if answer.status == 200 else {}
        seen.append((told(answer), stat, entries(answer.body) if answer.status == 200 else []))
    assert seen[0] == seen[1]


HEADER = "X-Docker-Container-Path-Stat"


def stat_of(answer: Answer) -> dict[str, Any]:
    """Return the header without what is of this run: recent times, and the sizes of folders."""
    value: dict[str, Any] = json.loads(base64.b64decode(answer.headers[HEADER]))
    if value["mtime"] > "2024":
        del value["mtime"]
    if value["mode"] & 1 << 31:
        del value["size"]
    return value


def test_changes(pair: Pair) -> None:
    ours, theirs = (engine.request("GET", "/containers/files/changes").json for engine in pair)
    assert ours == sorted(theirs, key=lambda change: change["Path"].split("/"))


def test_export(pair: Pair) -> None:
    ours, theirs = (entries(engine.request("GET", "/containers/files/export").body) for engine in pair)
    # Folders that the image lacks are made by the one or the other layer; then only their times differ.
    assert {entry[:-1] for entry in ours} == {entry[:-1] for entry in theirs}
    assert [entry[0] for entry in ours] == [entry[0] for entry in theirs]


@pytest.mark.parametrize("name", ARCHIVES)
@pytest.mark.parametrize("keep", ["0", "1"])
def test_copying_in(pair: Pair, name: str, keep: str) -> None:
    seen = []
    place = f"in-{name.replace(' ', '-')}-{keep}"
    for engine in pair:
        made = layer_tar([folder(place), Entry(f"{place}/there", b"1")])
        query = {"path": "/d"}
        assert engine.request("PUT", "/containers/files/archive", query=query, body=made).status == 200
        query = {"path": f"/to-d/{place}", "noOverwriteDirNonDir": keep}
        data = layer_tar(ARCHIVES[name])
        answer = engine.request("PUT", "/containers/files/archive", query=query, body=data)
        after = engine.request("GET", "/containers/files/archive", query={"path": f"/d/{place}"})
        seen.append((told(answer), entries(after.body)))
    assert seen[0] == seen[1]


def test_copying_files_with_holes_in(pair: Pair, tmp_path: Path) -> None:
    data = sparse_tar(tmp_path, "--format=posix")  # GNU's own form dockerd refuses
    for engine in pair:
        made = layer_tar([folder("holes")])
        assert (
            engine.request("PUT", "/containers/files/archive", query={"path": "/d"}, body=made).status == 200
        )
        query = {"path": "/d/holes"}
        assert engine.request("PUT", "/containers/files/archive", query=query, body=data).status == 200
        after = engine.request("GET", "/containers/files/archive", query=query).body
        with tarfile.open(fileobj=io.BytesIO(after)) as archive:
            for name in FILES:
                file = archive.extractfile(f"holes/{name}")
                assert file is not None
                assert file.read() == contents(name), name


def test_commit(pair: Pair) -> None:
    seen = []
    for engine in pair:
        query = {
            "container": "files", "repo": "files", "tag": "committed", "author": "me", "comment": "why",
            "changes": 'CMD ["x"]\nEXPOSE 80\nLABEL a=b\nSTOPSIGNAL SIGINT',
        }  # fmt: skip
        assert engine.request("POST", "/commit", query=query, body={}).status == 201
        details = engine.request("GET", "/images/files:committed/json").json
        config = details["Config"] | {"Hostname": "", "Env": sorted(details["Config"]["Env"])}
        steps = engine.request("GET", "/images/files:committed/history").json
        last = {name: steps[0][name] for name in ("CreatedBy", "Comment", "Tags")}
        layers = len(details["RootFS"]["Layers"])
        seen.append((config, last, layers, details["Author"], details["Comment"]))
    assert seen[0] == seen[1]
