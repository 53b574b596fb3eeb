"""Where builds take files from: archives that mean harm, archives to unpack, addresses."""

import bz2
import gzip
import lzma
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.engine.builds import Built, Files, Special, build, context, run
from tests.support.namespaces import in_netns
from tests.support.native_engine import NativeEngine

pytestmark = pytest.mark.usefixtures("builds")

DOCKERFILE = "FROM busybox\nCOPY . /all/\n"


def send(engine: NativeEngine, archive: bytes, **query: str) -> Built:
    """Send bytes as a context."""
    return Built(engine.request("POST", "/build", query=query, body=archive))


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress, bytes])
def test_compressed_contexts(engine: NativeEngine, compress: type[bytes]) -> None:
    """Every compression that dockerd takes."""
    archive = compress(context({"Dockerfile": "FROM busybox\nCOPY a /compressed\n", "a": "1"}))
    assert not send(engine, archive).error


@pytest.mark.parametrize(
    "files",
    [
        {"../escaped": "x"},
        {"a/../../escaped": "x"},
        {"hard": Special(b"1", "../../../etc/passwd")},
        {"hard": Special(b"1", "/etc/passwd")},
        {"link": Special(b"2", "/etc"), "link/../../escaped": "x"},
        {".wh.etc": "x"},
        {"deep/" * 600: ""},
        {"odd": Special(b"Z")},
    ],
)
def test_hostile_contexts_are_refused(engine: NativeEngine, files: dict[str, str]) -> None:
    """Names and links that lead out are the caller's error, and nothing is written anywhere."""
    built = build(engine, DOCKERFILE, files)
    assert built.answer.status in (200, 400)
    assert built.error
    assert "internal error" not in built.error
    assert engine.inside("sh", "-c", "find / -xdev -name escaped 2>/dev/null | head -1") == ""


def test_links_and_devices_stay_in_the_image(engine: NativeEngine) -> None:
    """A link to the engine's own files is a link and nothing else; what is below it lands in the context."""
    files: Files = {
        "link": Special(b"2", "/etc"), "link/inside": "x",
        "up": Special(b"2", "../../../../../../etc/shadow"), "circle": Special(b"2", "circle"),
        "disk": Special(b"4"),
    }  # fmt: skip
    assert not build(engine, DOCKERFILE, files, t="links:1").error
    assert run(engine, "links:1", "readlink /all/link; readlink /all/up; cat /all/etc/inside").split() == [
        "/etc", "../../../../../../etc/shadow", "x",
    ]  # fmt: skip
    assert "file does not exist" in build(engine, "FROM busybox\nCOPY up /x\n", files).error
    assert "too many links" in build(engine, "FROM busybox\nCOPY circle /x\n", files).error


@pytest.mark.parametrize(
    "archive", [b"", b"garbage" * 300, b"\x1f\x8bgarbage", b"BZhgarbage", context({"a": "1"})[:700]]
)
def test_what_is_no_archive_is_refused(engine: NativeEngine, archive: bytes) -> None:
    """Bytes that are none, or only a part of one."""
    assert send(engine, archive).answer.status == 400


def test_hostile_dockerfiles_are_refused(engine: NativeEngine) -> None:
    """Whatever the file says, or is."""
    for dockerfile in ("", "\0", "FROM " + "x" * 5000, "FROM busybox\nENV a=" + "${a:-" * 3000, "FROM ${x"):
        built = build(engine, dockerfile)
        assert built.error, dockerfile[:40]
        assert "internal error" not in built.error
    linked = context({"Dockerfile": Special(b"2", "/etc/passwd")})
    assert send(engine, linked).error == "Cannot locate specified Dockerfile: Dockerfile"


def test_archives_are_unpacked(engine: NativeEngine) -> None:
    """ADD unpacks archives, keeping owners and links; other compressed files are files. COPY unpacks none."""
    inner = context(
        {"folder/": "", "folder/file": "1", "link": Special(b"2", "folder/file"), "bin/tool": "t"}
    )
    dockerfile = """\
FROM busybox
RUN mkdir /real && ln -s /real /aliased
ADD inner.tar /one/
ADD inner.tgz /two
ADD inner.txz aliased
ADD just.gz /three/
COPY inner.tar /four/
"""
    files = {
        "inner.tar": inner, "inner.tgz": gzip.compress(inner), "inner.txz": lzma.compress(inner),
        "just.gz": gzip.compress(b"no archive" * 100),
    }  # fmt: skip
    built = build(engine, dockerfile, files, t="archives:1")
    assert not built.error, built.error
    found = run(
        engine, "archives:1", "find /one /two /real /three /four ! -type d | sort; cat /two/link"
    ).split()
    assert found == [
        "/four/inner.tar", "/one/bin/tool", "/one/folder/file", "/one/link", "/real/bin/tool",
        "/real/folder/file", "/real/link", "/three/just.gz", "/two/bin/tool", "/two/folder/file",
        "/two/link", "1",
    ]  # fmt: skip


def test_an_archive_over_the_root_follows_its_links(engine: NativeEngine) -> None:
    """Folders that an archive only implies may be links in the image."""
    base = "FROM busybox\nRUN mkdir /usr/lib && ln -s usr/lib /lib\nADD libs.tar /\n"
    assert not build(engine, base, {"libs.tar": context({"lib/some.so": "x"})}, t="merged:1").error
    assert run(engine, "merged:1", "readlink /lib; cat /usr/lib/some.so") == "usr/lib\nx"


@contextmanager
def web_server(netns: str, files: dict[str, bytes]) -> Iterator[str]:
    """Serve files in a network namespace; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = files.get(self.path)
            self.send_response(200 if data is not None else 404)
            self.send_header("Last-Modified", "Tue, 14 Nov 2023 22:13:20 GMT")
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, *arguments: object) -> None:
            return

    server = in_netns(netns, lambda: HTTPServer(("127.0.0.1", 0), Handler))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_files_and_contexts_by_address(engine: NativeEngine, netns: str, tmp_path: Path) -> None:
    """ADD fetches files and unpacks none; a context may be an archive or a Dockerfile at an address."""
    inner = context({"x": "1"})
    files = {
        "/file": b"fetched",
        "/inner.tar": inner,
        "/Dockerfile": b"FROM busybox\nENV by=address\n",
        "/context.tgz": gzip.compress(context({"Dockerfile": "FROM busybox\nCOPY y /\n", "y": "2"})),
    }
    with web_server(netns, files) as address:
        dockerfile = (
            f"FROM busybox\nADD {address}/file {address}/inner.tar /fetched/\nADD {address}/file /named\n"
        )
        assert not build(engine, dockerfile, t="fetched:1").error
        assert build(engine, dockerfile).hits == 2
        assert run(engine, "fetched:1", "stat -c %a:%Y /named; ls /fetched; cat /named").split() == [
            "600:1700000000", "file", "inner.tar", "fetched",
        ]  # fmt: skip
        missing = build(engine, f"FROM busybox\nADD {address}/none /\n").error
        assert missing.startswith(f"ADD failed: failed to GET {address}/none with status 404 Not Found")
        assert not send(engine, b"", remote=f"{address}/Dockerfile").error
        assert not send(engine, b"", remote=f"{address}/context.tgz").error
    assert "could not be recognized as URL" in send(engine, b"", remote="nonsense").error
