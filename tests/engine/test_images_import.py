"""`docker import`: a root file system's archive becomes an image, from the request's body or an address."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import zstandard

from tests.support.namespaces import in_netns
from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry
from tests.support.test_images import Entry, busybox_layer, digest_of, layer_tar

pytestmark = pytest.mark.timeout(60)
PORT = 5041


def import_tree(engine: NativeEngine, archive: bytes, changes: tuple[str, ...] = (), **query: str) -> str:
    """Import an archive and return the image's id."""
    told = "&".join(f"changes={change.replace(' ', '%20')}" for change in changes)
    path = f"/images/create?fromSrc=-&{told}&" + "&".join(f"{name}={text}" for name, text in query.items())
    answer = engine.request("POST", path, body=archive)
    assert answer.status == 200, answer.body
    (message,) = answer.lines
    image: str = message["status"]
    assert image.startswith("sha256:")
    return image


def inspect(engine: NativeEngine, image: str) -> dict[str, Any]:
    """Return an image's details."""
    details: dict[str, Any] = engine.request("GET", f"/images/{image}/json").json
    return details


@pytest.mark.parametrize(
    ("kind", "wrap"),
    [("plain", bytes), ("gzip", gzip.compress), ("zstd", zstandard.ZstdCompressor().compress)],
)
def test_imported_file_system_runs(engine: NativeEngine, kind: str, wrap: Callable[[bytes], bytes]) -> None:
    tree = busybox_layer()
    changes = ("CMD echo imported", "ENV A=b", "LABEL kind=imported")
    image = import_tree(engine, wrap(tree), changes, repo="imported", tag=kind, message="told")
    details = inspect(engine, f"imported:{kind}")
    assert details["Id"] == image
    assert details["RootFS"]["Layers"] == [digest_of(tree)]
    assert details["Comment"] == "told"
    assert details["Config"]["Cmd"] == ["/bin/sh", "-c", "echo imported"]
    assert details["Config"]["Env"] == ["A=b"]
    assert details["Config"]["Labels"] == {"kind": "imported"}
    (entry,) = engine.request("GET", f"/images/imported:{kind}/history").json
    assert (entry["Comment"], entry["CreatedBy"]) == ("told", "")
    output = engine.docker("run", "--rm", "--network", "none", f"imported:{kind}").stdout
    assert output == b"imported\n"


def test_without_a_name_and_for_another_platform(engine: NativeEngine) -> None:
    image = import_tree(engine, layer_tar([Entry("elsewhere", b"1")]), platform="linux/arm64")
    details = inspect(engine, image)
    assert (details["RepoTags"], details["Architecture"]) == ([], "arm64")
    assert details["Comment"] == "Imported from -"


def test_events_and_command_line(engine: NativeEngine) -> None:
    before = time.time()
    archive = layer_tar([Entry("by-cli", b"1")])
    output = engine.docker("import", "-c", "USER 1000", "-m", "hello", "-", "cli-import:1", stdin=archive)
    image = output.stdout.decode().strip()
    assert inspect(engine, "cli-import:1")["Config"]["User"] == "1000"
    window = {"since": f"{before:.9f}", "until": f"{time.time():.9f}", "filters": '{"type":["image"]}'}
    events = engine.request("GET", "/events", query=window).lines
    ours = [event["Action"] for event in events if event["Actor"]["ID"] == image]
    assert ours == ["tag", "import"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("changes=RUN%20x", "RUN is not a valid change command"),
        ("repo=Bad", "invalid reference format: repository name (library/Bad) must be lowercase"),
        ("repo=x&tag=a%20b", "invalid tag format"),
        ("repo=x@sha256:" + "0" * 64, "cannot import digest reference"),
        ("repo=garbage", "damaged archive"),
        ("platform=a/b/c/d", "platform"),
    ],
)
def test_imports_that_cannot_be(engine: NativeEngine, query: str, message: str) -> None:
    answer = engine.request("POST", f"/images/create?fromSrc=-&{query}", body=b"not a tar at all" * 100)
    assert answer.status == 400
    assert message in answer.message


def test_hostile_tree(engine: NativeEngine) -> None:
    for archive in (layer_tar([Entry("../outside", b"1")]), gzip.compress(b"x" * 9000)[:-20]):
        answer = engine.request("POST", "/images/create?fromSrc=-&repo=hostile", body=archive)
        assert answer.status == 400, answer.body
    assert engine.request("GET", "/images/hostile/json").status == 404
    assert not [path for path in (engine.data_root / "downloads").iterdir() if path.is_dir()]


@pytest.fixture(scope="module")
def server(registry: Registry) -> Iterator[str]:
    """A web server with one archive; yields its address."""
    archive = layer_tar([Entry("from-the-net", b"0" * 300_000)])

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing on the test's output."""

        def do_GET(self) -> None:
            """Answer with the archive, or with a way to it."""
            if self.path == "/moved":
                self.send_response(302)
                self.send_header("Location", "/tree.tar")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            data = archive if self.path == "/tree.tar" else b"no such thing\n"
            self.send_response(200 if data is archive else 404)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = in_netns(registry.netns, lambda: ThreadingHTTPServer(("127.0.0.1", PORT), Handler))
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.05))
    thread.start()
    yield f"127.0.0.1:{PORT}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["tree.tar", "moved"])
def test_from_an_address(engine: NativeEngine, server: str, path: str) -> None:
    query = {"fromSrc": f"{server}/{path}", "repo": "from-net", "tag": path}
    messages = engine.request("POST", "/images/create", query=query).lines
    url = f"http://{server}/{path}"
    assert messages[0] == {"status": f"Downloading from {url}"}
    total = messages[1]["progressDetail"]["total"]
    assert {message["status"] for message in messages[1:-1]} == {"Importing"}
    assert messages[-2]["progressDetail"]["current"] == total
    assert messages[-2]["progress"].startswith("[" + "=" * 50 + ">]")
    details = inspect(engine, f"from-net:{path}")
    assert details["Id"] == messages[-1]["status"]
    assert details["Comment"] == f"Imported from {server}/{path}"


@pytest.mark.parametrize(
    ("source", "status", "message"),
    [
        (
            f"127.0.0.1:{PORT}/no",
            404,
            f"failed to GET http://127.0.0.1:{PORT}/no with status 404 Not Found: ",
        ),
        ("ftp://127.0.0.1/x", 400, 'Get "ftp://127.0.0.1/x": unsupported protocol scheme "ftp"'),
        (
            "http://127.0.0.1:1/x",
            500,
            'Get "http://127.0.0.1:1/x": dial tcp 127.0.0.1:1: connect: connection',
        ),
        ("file:///etc/passwd", 400, "unsupported protocol scheme"),
    ],
)
def test_addresses_that_lead_nowhere(
    engine: NativeEngine, server: str, source: str, status: int, message: str
) -> None:
    answer = engine.request("POST", "/images/create", query={"fromSrc": source})
    assert answer.status == status
    assert message in answer.message
