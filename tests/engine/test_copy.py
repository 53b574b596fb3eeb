"""`docker cp` both ways: running and stopped containers, volumes and binds, refusals in dockerd's words."""

import base64
import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import subprocess
import tarfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests.engine.container_calls import (
    call,
    container,
    create,
    engine_events,
    inspect,
    leftovers,
    logs,
    remove,
    run,
    start,
    until,
    wait,
)  # fmt: skip
from tests.support.native_engine import Answer, NativeEngine
from tests.support.test_images import Entry, folder, hard_link, layer_tar, symlink

pytestmark = pytest.mark.usefixtures("busybox")

PREPARE = """
    mkdir -p /d/sub; echo hi > /d/f; echo there > /d/sub/g; ln -s /d /ld; ln -s f /d/lf; ln -s /nowhere /dang
    ln -s ../../../../etc/passwd /esc; mkfifo /d/p; chmod 4755 /d/f; touch -d @1500000000 /d/f
    ln -s loop /loop; echo v > /vol/v; echo ready; exec sleep 1000
"""


@pytest.fixture(scope="module")
def prepared(engine: NativeEngine, busybox: str) -> Iterator[str]:
    """A running container with files of all kinds and a volume."""
    with container(engine, "sh", "-c", PREPARE, Volumes={"/vol": {}}, name="prepared") as identifier:
        start(engine, identifier)
        until(lambda: "ready" in logs(engine, identifier), "the files are there")
        yield identifier


@pytest.fixture(autouse=True)
def no_container_stays() -> None:
    """Here a container stays for the whole module."""


def get(engine: NativeEngine, identifier: str, path: str) -> Answer:
    """Fetch an archive."""
    return engine.request("GET", f"/containers/{identifier}/archive", query={"path": path})


def put(engine: NativeEngine, identifier: str, path: str, data: bytes, **query: str) -> Answer:
    """Send an archive."""
    query = {"path": path, **query}
    return engine.request("PUT", f"/containers/{identifier}/archive", query=query, body=data)


def names(answer: Answer) -> list[str]:
    """Return the names in an archive, as they are written there."""
    with tarfile.open(fileobj=io.BytesIO(answer.body)) as archive:
        return [member.name + ("/" if member.isdir() else "") for member in archive]


def content(answer: Answer, name: str) -> bytes:
    """Return a file in an archive."""
    with tarfile.open(fileobj=io.BytesIO(answer.body)) as archive:
        file = archive.extractfile(name)
        assert file is not None
        return file.read()


def stat_of(headers: Mapping[str, str]) -> dict[str, Any]:
    """Return the decoded header."""
    value: dict[str, Any] = json.loads(base64.b64decode(headers["X-Docker-Container-Path-Stat"]))
    return value


@pytest.mark.parametrize(
    ("path", "name", "mode", "target"),
    [
        ("/d/f", "f", 8389101, ""), ("d/f", "f", 8389101, ""), ("/d", "d", 2147484141, ""),
        ("/d/", "d", 2147484141, ""), ("/d/.", ".", 2147484141, ""), ("/", "/", 2147484141, ""),
        ("/ld", "ld", 134218239, "/d"), ("/ld/", "ld", 2147484141, ""), ("/ld/f", "f", 8389101, ""),
        ("/dang", "dang", 134218239, "/nowhere"), ("/esc", "esc", 134218239, "/etc/passwd"),
        ("/d/p", "p", 33554852, ""), ("/vol/v", "v", 420, ""), ("/etc/hosts", "hosts", 420, ""),
    ],
)  # fmt: skip
def test_looking_at_paths(
    engine: NativeEngine, prepared: str, path: str, name: str, mode: int, target: str
) -> None:
    looked = engine.request("HEAD", f"/containers/{prepared}/archive", query={"path": path})
    assert looked.status == 200
    found = stat_of(looked.headers)
    assert (found["name"], found["mode"], found["linkTarget"]) == (name, mode, target)
    assert list(found) == ["name", "size", "mode", "mtime", "linkTarget"]
    fetched = get(engine, prepared, path)
    assert fetched.headers["Content-Type"] == "application/x-tar"
    assert stat_of(fetched.headers)["name"] == name


@pytest.mark.parametrize(
    ("path", "code", "text"),
    [
        ("/nope", 404, "Could not find the file /nope in container prepared"),
        ("/nope/x", 404, "Could not find the file /nope/x in container prepared"),
        ("/dang/", 404, "Could not find the file /dang/ in container prepared"),
        ("/d/f/x", 400, "lstat /d/f/x: not a directory"),
        ("/d/f/", 400, "lstat /d/f/: not a directory"),
        ("/loop/", 400, "lstat /loop/: too many levels of symbolic links"),
        ("/loop", 400, "evalSymlinksInScope: too many links in /loop"),
        ("\0", 400, "lstat /\0: invalid argument"),
        ("", 400, "bad parameter: pathcannot be empty"),
    ],
)
def test_paths_that_lead_nowhere(
    engine: NativeEngine, prepared: str, path: str, code: int, text: str
) -> None:
    answer = get(engine, "prepared", path)
    assert (answer.status, answer.message) == (code, text)
    assert engine.request("HEAD", "/containers/prepared/archive", query={"path": path}).status == code


def test_names_in_archives(engine: NativeEngine, prepared: str) -> None:
    assert names(get(engine, prepared, "/d")) == ["d/", "d/f", "d/lf", "d/p", "d/sub/", "d/sub/g"]
    assert names(get(engine, prepared, "/ld/")) == ["ld/", "ld/f", "ld/lf", "ld/p", "ld/sub/", "ld/sub/g"]
    assert names(get(engine, prepared, "/d/."))[:2] == ["./", "./f"]
    assert names(get(engine, prepared, "/ld")) == ["ld"]
    assert names(get(engine, prepared, "/d/f")) == ["f"]
    assert content(get(engine, prepared, "/d/f"), "f") == b"hi\n"
    assert names(get(engine, prepared, "/vol")) == ["vol/", "vol/v"]
    assert b"localhost" in content(get(engine, prepared, "/etc/hosts"), "hosts")


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress, zstandard.compress])
def test_archives_may_be_compressed(engine: NativeEngine, prepared: str, pack: Any) -> None:
    data = pack(layer_tar([Entry("packed", os.urandom(100_000))]))
    assert put(engine, prepared, "/tmp", data).status == 200
    assert len(content(get(engine, prepared, "/tmp/packed"), "packed")) == 100_000
    damaged = put(engine, prepared, "/tmp", data[: len(data) // 2])
    assert damaged.status == 400, damaged.body


def test_what_was_copied_in_is_seen_inside(engine: NativeEngine, prepared: str) -> None:
    entries = [
        folder("in", 0o711, uid=7), Entry("in/f", b"content", mode=0o4750, uid=7, gid=8),
        symlink("in/l", "f"), hard_link("in/h", "in/f"),
        Entry("in/null", kind=tarfile.CHRTYPE, device=(1, 3)),
    ]  # fmt: skip
    since = time.time()
    assert put(engine, prepared, "/ld", layer_tar(entries)).status == 200
    done = engine.docker(
        "exec",
        prepared,
        "sh",
        "-c",
        "cd /d/in; stat -c '%n %a %u:%g %h %Y' . f h; cat l; readlink l; ls null",
    )
    assert done.stdout.decode().splitlines() == [
        ". 711 7:0 2 1700000000", "f 4750 7:8 2 1700000000", "h 4750 7:8 2 1700000000", "contentf", "null",
    ]  # fmt: skip
    get(engine, prepared, "/d/in")
    told = engine_events(engine, since, container=[prepared])
    assert [action for action in told if "exec" not in action] == ["extract-to-dir", "archive-path"]


@pytest.mark.parametrize(
    ("entries", "code", "text"),
    [
        ([Entry("../x", b"1")], 400, '"../x" is outside of "/tmp"'),
        ([symlink("l", "../etc")], 400, 'invalid symlink "/tmp/l" -> "../etc"'),
        ([hard_link("h", "../etc/passwd")], 400, 'invalid hardlink "/etc/passwd" -> "../etc/passwd"'),
        ([hard_link("h", "/etc/passwd")], 404, "Could not find the file /tmp in container prepared"),
        ([Entry("q", kind=b"Z")], 400, "unhandled tar header type 90"),
        (None, 400, "archive/tar: invalid tar header"),
    ],
)
def test_hostile_archives(
    engine: NativeEngine, prepared: str, entries: list[Entry] | None, code: int, text: str
) -> None:
    data = b"hello world" * 100 if entries is None else layer_tar(entries)
    answer = put(engine, "prepared", "/tmp", data)
    assert (answer.status, answer.message) == (code, text)


def test_links_of_the_container_lead_nowhere_else(engine: NativeEngine, prepared: str) -> None:
    """Absolute links count from the container's root, both for what is read and for what is written."""
    assert content(get(engine, prepared, "/esc/../etc/passwd"), "passwd").startswith(
        b"root:x:0:0:root:/root:/bin"
    )
    entries = [symlink("way", "/etc"), Entry("way/through", b"1")]
    assert put(engine, prepared, "/tmp", layer_tar(entries)).status == 200
    assert content(get(engine, prepared, "/etc/through"), "through") == b"1"
    assert not Path("/etc/through").exists()


@pytest.mark.parametrize(
    ("path", "code", "text"),
    [
        ("/nope", 404, "Could not find the file /nope in container prepared"),
        ("/d/f", 400, "extraction point is not a directory"),
        ("", 400, "bad parameter: pathcannot be empty"),
        ("/d/f/x", 400, "lstat /d/f/x: not a directory"),
    ],
)
def test_destinations_that_are_none(
    engine: NativeEngine, prepared: str, path: str, code: int, text: str
) -> None:
    answer = put(engine, "prepared", path, layer_tar([Entry("x")]))
    assert (answer.status, answer.message) == (code, text)


def test_folders_and_files_keep_their_kind(engine: NativeEngine, prepared: str) -> None:
    put(engine, prepared, "/tmp", layer_tar([Entry("kind", b"1")]))
    refused = put(engine, prepared, "/tmp", layer_tar([folder("kind")]), noOverwriteDirNonDir="1")
    assert refused.message == 'cannot overwrite non-directory "/tmp/kind" with directory "/tmp"'
    assert put(engine, prepared, "/tmp", layer_tar([folder("kind")])).status == 200


def test_everything_to_the_user(engine: NativeEngine) -> None:
    data = layer_tar([Entry("mine", b"1", uid=7, gid=8)])
    with container(engine, "sleep", "1000", User="user:extra") as identifier:
        for query, expected in (({}, (7, 8)), ({"copyUIDGID": "true"}, (1000, 2000))):
            assert put(engine, identifier, "/tmp", data, **query).status == 200
            with tarfile.open(fileobj=io.BytesIO(get(engine, identifier, "/tmp/mine").body)) as archive:
                assert (archive.getmembers()[0].uid, archive.getmembers()[0].gid) == expected


def test_read_only_places(engine: NativeEngine, prepared: str) -> None:
    data = layer_tar([Entry("x", b"1")])
    volume = {"Binds": ["copy-ro:/ro:ro", "copy-rw:/rw"], "ReadonlyRootfs": True}
    with container(engine, "sleep", "1000", HostConfig=volume) as identifier:
        assert put(engine, identifier, "/tmp", data).message == "container rootfs is marked read-only"
        assert put(engine, identifier, "/ro", data).message == "mounted volume is marked read-only"
        assert put(engine, identifier, "/rw", data).status == 200
        assert names(get(engine, identifier, "/rw")) == ["rw/", "rw/x"]
    for name in ("copy-ro", "copy-rw"):
        engine.request("DELETE", f"/volumes/{name}")


def test_a_stopped_container_with_volume_and_bind(engine: NativeEngine, tmp_path: Path) -> None:
    source = engine.state / "bound"
    source.mkdir()
    (source / "b").write_text("bound")
    host = {"Binds": [f"{source}:/bind", "copy-stopped:/vol"]}
    with container(engine, "true", HostConfig=host) as identifier:
        # It has never run: nothing is mounted, and nothing of it stays mounted.
        assert content(get(engine, identifier, "/bind/b"), "b") == b"bound"
        assert put(engine, identifier, "/vol", layer_tar([Entry("v", b"1")])).status == 200
        assert put(engine, identifier, "/root", layer_tar([Entry("r", b"2")])).status == 200
        start(engine, identifier)
        wait(engine, identifier)
        assert names(get(engine, identifier, "/root")) == ["root/", "root/r"]
        mounts = engine.inside("cat", "/proc/self/mountinfo")
        assert identifier not in mounts
        assert "/view " not in mounts
    assert run(engine, "cat", "/v/v", HostConfig={"Binds": ["copy-stopped:/v"]}) == "1"
    engine.request("DELETE", "/volumes/copy-stopped")


def test_the_working_folder_is_there_before_the_first_start(engine: NativeEngine) -> None:
    with container(engine, "cat", "given", WorkingDir="/srv/app/", Volumes={"/vol": {}}) as name:
        assert put(engine, name, "/srv/app", layer_tar([Entry("given", b"in time")])).status == 200
        start(engine, name)
        wait(engine, name)
        assert logs(engine, name) == "in time"
        # What a container takes away stays away until it starts again.
    with container(engine, "rmdir", "/srv/app", WorkingDir="/srv/app") as name:
        start(engine, name)
        wait(engine, name)
        assert get(engine, name, "/srv/app").status == 404


def test_files_that_are_mounted_are_not_replaced(engine: NativeEngine) -> None:
    source = engine.state / "bound-file"
    source.write_text("bound")
    host = {"Binds": [f"{source}:/top.txt", f"{source}:/deep/er/low.txt:ro"]}
    with container(engine, "sleep", "1000", HostConfig=host) as identifier:
        for _ in ("before it runs", "while it runs"):
            assert content(get(engine, identifier, "/top.txt"), "top.txt") == b"bound"
            for folder_path, name in (("/", "top.txt"), ("/deep/er", "low.txt")):
                refused = put(engine, identifier, folder_path, layer_tar([Entry(name, b"new")]))
                path = f"{folder_path.rstrip('/')}/{name}"
                assert refused.message == f"unlinkat {path}: device or resource busy"
            assert put(engine, identifier, "/", layer_tar([Entry("beside", b"1")])).status == 200
            assert call(engine, "start", identifier).status in (204, 304)
        assert source.read_text() == "bound"


def test_nothing_is_held_after_copies(engine: NativeEngine) -> None:
    identifier = create(engine, "sleep", "1000", HostConfig={"Binds": ["copy-held:/v"]})
    start(engine, identifier)
    before = descriptors(engine)
    for _ in range(3):
        get(engine, identifier, "/etc")
        get(engine, identifier, "/nope")
        put(engine, identifier, "/v", layer_tar([Entry("x")]))
        put(engine, identifier, "/v", b"damaged" * 100)
    until(lambda: descriptors(engine) <= before, "descriptors are closed")
    remove(engine, identifier)
    assert leftovers(engine, identifier) == []
    assert engine.request("DELETE", "/volumes/copy-held").status == 204


def descriptors(engine: NativeEngine) -> int:
    """Return how many files the engine holds open."""
    return len(list(Path(f"/proc/{engine.pid}/fd").iterdir()))


def test_a_sender_that_leaves(engine: NativeEngine, prepared: str) -> None:
    connection = engine.connection()
    connection.putrequest("PUT", f"/containers/{prepared}/archive?path=/tmp")
    connection.putheader("Content-Length", "1000000")
    connection.endheaders()
    connection.send(layer_tar([Entry("cut", b"1" * 50_000)])[:20_000])
    until(lambda: get(engine, prepared, "/tmp/cut").status == 200, "the file is begun")
    connection.close()
    # The container's lock and the engine's threads are free again.
    assert put(engine, prepared, "/tmp", layer_tar([Entry("after", b"1")])).status == 200
    assert call(engine, "pause", prepared).status == 204
    assert names(get(engine, prepared, "/tmp/after")) == ["after"]
    assert call(engine, "unpause", prepared).status == 204


def test_a_receiver_that_leaves(engine: NativeEngine, prepared: str) -> None:
    put(engine, prepared, "/tmp", layer_tar([Entry("large", bytes(20_000_000))]))
    connection = engine.connection()
    connection.request("GET", f"/containers/{prepared}/archive?path=/tmp/large")
    assert connection.getresponse().read(100_000)
    connection.close()
    assert content(get(engine, prepared, "/d/f"), "f") == b"hi\n"


def test_the_container_may_end_meanwhile(engine: NativeEngine) -> None:
    with container(engine, "sh", "-c", "head -c 20000000 /dev/zero > /root/z; exec sleep 1000") as identifier:
        start(engine, identifier)
        until(lambda: len(get(engine, identifier, "/root/z").body) > 20_000_000, "the file is written")
        connection = engine.connection()
        connection.request("GET", f"/containers/{identifier}/archive?path=/root/z")
        answer = connection.getresponse()
        data = answer.read(1000)
        call(engine, "kill", identifier)
        assert inspect(engine, identifier)["State"]["Status"] == "exited"
        data += answer.read()
        connection.close()
        assert len(data) > 20_000_000


def test_the_command_line(engine: NativeEngine, prepared: str, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "deep" / "er").mkdir(parents=True)
    (tree / "deep" / "er" / "file").write_bytes(os.urandom(3_000_000))
    (tree / "link").symlink_to("deep")
    (tree / "run.sh").touch(0o755)
    engine.docker("cp", str(tree), "prepared:/root")
    engine.docker("cp", f"{tree}/.", "prepared:/root/copy")
    engine.docker("cp", "prepared:/root/tree", str(tmp_path / "back"))
    engine.docker("cp", "prepared:/root/copy/.", str(tmp_path / "again"))
    for copy in ("back", "again"):
        same = subprocess.run(["diff", "-r", tree, tmp_path / copy], capture_output=True, check=False)
        assert same.stdout == b""
        assert (tmp_path / copy / "run.sh").stat().st_mode & 0o777 == 0o755
    streamed = engine.docker("cp", "prepared:/root/tree/deep", "-").stdout
    engine.docker("exec", "prepared", "mkdir", "/root/streamed")
    engine.docker("cp", "-", "prepared:/root/streamed", stdin=streamed)
    digest = hashlib.sha256((tree / "deep" / "er" / "file").read_bytes()).hexdigest()
    done = engine.docker("exec", "prepared", "sha256sum", "/root/streamed/deep/er/file")
    assert done.stdout.startswith(digest.encode())
    engine.docker("cp", "-L", "prepared:/d/lf", str(tmp_path / "followed"))
    assert (tmp_path / "followed").read_text() == "hi\n"
    for arguments, text in (
        (["cp", "prepared:/nope", "-"], "Could not find the file /nope in container prepared"),
        (["cp", str(tree / "run.sh"), "prepared:/nope/"], "no such directory"),
    ):
        failed = engine.docker(*arguments, check=False)
        assert (failed.returncode, text in failed.stderr.decode()) == (1, True), failed.stderr
