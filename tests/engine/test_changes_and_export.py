"""`docker diff` and `docker export`: what dockerd tells of the same changes, and the whole root as a tar."""

import io
import tarfile

import pytest

from tests.engine.container_calls import call, container, start, until, wait
from tests.support.native_engine import NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")

SCRIPT = """
    echo a > /etc/passwd; touch -c -r /etc/group /etc/group; : >> /etc/group
    rm -rf /home; mkdir /home; touch /home/new
    rm -rf /usr
    chmod 700 /var
    mkdir -p /a/b; touch /a/b/f; ln -s f /a/l
    rm -rf /root; echo file > /root
    touch /tmp/x; rm /tmp/x
    chown 5 /bin/vi; rm /bin/awk; ln -s vi /bin/awk; rm /bin/cp
"""
# As dockerd 26 tells them, in the order of their paths: 0 is modified, 1 added, 2 deleted.
EXPECTED = [
    ("/a", 1), ("/a/b", 1), ("/a/b/f", 1), ("/a/l", 1), ("/bin", 0), ("/bin/awk", 0), ("/bin/cp", 2),
    ("/bin/vi", 0), ("/etc", 0), ("/etc/passwd", 0), ("/home", 0), ("/home/new", 1), ("/root", 0),
    ("/usr", 2), ("/var", 0), ("/vol", 1),
]  # fmt: skip


def changes(engine: NativeEngine, identifier: str) -> list[tuple[str, int]] | None:
    """Return paths and kinds."""
    answer = engine.request("GET", f"/containers/{identifier}/changes")
    assert answer.status == 200
    return None if answer.json is None else [(item["Path"], item["Kind"]) for item in answer.json]


def test_every_kind_of_change(engine: NativeEngine) -> None:
    with container(engine, "sh", "-c", SCRIPT, Volumes={"/vol": {}}) as identifier:
        assert changes(engine, identifier) is None
        start(engine, identifier)
        wait(engine, identifier)
        assert changes(engine, identifier) == EXPECTED
        printed = engine.docker("diff", identifier).stdout.decode().splitlines()
        assert printed[:2] == ["A /a", "A /a/b"]
        assert "D /usr" in printed


def test_changes_of_a_running_container(engine: NativeEngine) -> None:
    with container(engine, "sh", "-c", "touch /var/now; exec sleep 1000", name="changing") as identifier:
        start(engine, identifier)
        until(lambda: changes(engine, identifier) == [("/var", 0), ("/var/now", 1)], "the file is there")
    answer = engine.request("GET", "/containers/changing/changes")
    assert (answer.status, answer.message) == (404, "No such container: changing")


def test_export(engine: NativeEngine) -> None:
    script = (
        "echo kept > /var/file; chmod 4711 /var/file; ln /var/file /var/again; rm /bin/cp; echo v > /vol/v"
    )
    with container(engine, "sh", "-c", script, Volumes={"/vol": {}}) as identifier:
        start(engine, identifier)
        wait(engine, identifier)
        answer = engine.request("GET", f"/containers/{identifier}/export")
        assert (answer.status, answer.headers["Content-Type"]) == (200, "application/octet-stream")
        with tarfile.open(fileobj=io.BytesIO(answer.body)) as archive:
            found = {member.name: member for member in archive}
        assert (found["var/again"].mode, found["var/file"].linkname) == (0o4711, "var/again")
        assert found["bin/busybox"].islnk() or found["bin/busybox"].size > 0
        assert "bin/cp" not in found
        # What is mounted on the root is not in it, and the places for it are as in dockerd's.
        assert found["vol"].isdir()
        assert "vol/v" not in found
        for name in (
            ".dockerenv",
            "dev/console",
            "dev/pts",
            "dev/shm",
            "etc/hosts",
            "etc/mtab",
            "proc",
            "sys",
        ):
            assert name in found
        assert engine.docker("export", identifier).stdout == answer.body


def test_export_of_a_running_container(engine: NativeEngine) -> None:
    with container(engine, "sleep", "1000") as identifier:
        start(engine, identifier)
        data = engine.docker("export", identifier).stdout
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            names = archive.getnames()
        assert "bin/sh" in names
        assert not any(name.startswith(("proc/", "sys/")) for name in names)
        assert call(engine, "stop", identifier, t="0").status == 204
    answer = engine.request("GET", "/containers/nope/export")
    assert (answer.status, answer.message) == (404, "No such container: nope")
