"""Real pulls that fail, each for another reason: the window and the command line tell them apart."""

import http.server
import io
import json
import os
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.services.engine.engine_client import EngineClient
from app.services.errors import EngineRequestError, ErrorCode, MarinaError, Task, UserError
from app.services.explain import explain
from tests.engine.test_images_push import HTPASSWD
from tests.support.namespaces import in_netns, made_netns
from tests.support.native_engine import NativeEngine, started_engine
from tests.support.registry import Registry, started_registry
from tests.support.registry_proxy import started_proxy
from tests.support.test_images import Entry, build_image, build_index, busybox_image, layer_tar
from tests.support.tls_front import Authority

pytestmark = pytest.mark.timeout(180)

LOCKED_PORT, PROXY_PORT, STUB_PORT, NOBODYS_PORT = 5051, 5052, 5053, 5059
ADDRESS = "192.0.2.7"
"""Of no loopback device: a registry there is asked by HTTPS only."""


@pytest.fixture
def client(engine: NativeEngine) -> Iterator[EngineClient]:
    """The desktop's client."""
    with EngineClient(engine.socket) as made:
        yield made


def told(client: EngineClient, name: str, platform: str = "") -> UserError:
    """Return what is told of a pull that fails."""
    try:
        with client.pull(name, platform) as stream:
            list(stream)
    except MarinaError as error:
        return explain(error, name, Task.PULL)
    pytest.fail(f"{name} was pulled")


@contextmanager
def answering(
    netns: str,
    address: str,
    answer: Callable[[http.server.BaseHTTPRequestHandler], None],
    context: ssl.SSLContext | None = None,
) -> Iterator[None]:
    """Run a server in a namespace that answers every request alike."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing on the test's output."""

        def do_GET(self) -> None:
            answer(self)

        do_HEAD = do_GET

    server = in_netns(netns, lambda: http.server.ThreadingHTTPServer((address, STUB_PORT), Handler))
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.05))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_name_that_the_registry_does_not_have(client: EngineClient, registry: Registry) -> None:
    registry.push("told/there", "1", busybox_image())
    for name in ("told/not-there:1", "told/there:2"):
        failure = told(client, f"{registry.address}/{name}")
        assert (failure.code, f"/{name}" in failure.summary) == (ErrorCode.PULL_NOT_FOUND, True)


def test_a_registry_that_wants_to_know_who_asks(
    client: EngineClient, registry: Registry, tmp_path: Path
) -> None:
    with started_registry(registry.netns, tmp_path, LOCKED_PORT, HTPASSWD):
        failure = told(client, f"127.0.0.1:{LOCKED_PORT}/private:1")
    assert failure.code is ErrorCode.PULL_NEEDS_SIGN_IN


def test_a_limit_on_pulls(client: EngineClient, registry: Registry) -> None:
    words = "You have reached your unauthenticated pull rate limit."

    def refuse(request: http.server.BaseHTTPRequestHandler) -> None:
        body = json.dumps({"errors": [{"code": "TOOMANYREQUESTS", "message": words}]}).encode()
        request.send_response(429)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.send_header("Retry-After", "1500")
        request.end_headers()
        request.wfile.write(body)

    with answering(registry.netns, "127.0.0.1", refuse):
        failure = told(client, f"127.0.0.1:{STUB_PORT}/limited:1")
    assert failure.code is ErrorCode.PULL_RATE_LIMIT
    assert "in 25 minutes" in failure.summary
    assert words in failure.details


@pytest.mark.parametrize("name", [f"127.0.0.1:{NOBODYS_PORT}/web:1", "registry.invalid/web:1"])
def test_nobody_there(client: EngineClient, name: str) -> None:
    assert told(client, name).code is ErrorCode.PULL_NO_NETWORK


def test_a_certificate_that_nobody_trusts(client: EngineClient, registry: Registry, tmp_path: Path) -> None:
    folder = Authority().write(tmp_path, ADDRESS)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(folder / "cert.pem"), str(folder / "key.pem"))
    device = ["ip", "-n", registry.netns, "addr"]
    subprocess.run([*device, "add", f"{ADDRESS}/32", "dev", "lo"], check=True)
    try:
        with answering(registry.netns, ADDRESS, lambda request: None, context):
            failure = told(client, f"{ADDRESS}:{STUB_PORT}/web:1")
    finally:
        subprocess.run([*device, "del", f"{ADDRESS}/32", "dev", "lo"], check=True)
    assert failure.code is ErrorCode.PULL_TLS


def test_another_processor(client: EngineClient, registry: Registry) -> None:
    index = build_index({"linux/s390x": build_image([layer_tar([Entry("f")])], architecture="s390x")})
    name = registry.push("told/big-iron", "1", index)
    assert told(client, name).code is ErrorCode.PULL_WRONG_PLATFORM
    assert told(client, name, "linux/arm64").code is ErrorCode.PULL_WRONG_PLATFORM


def test_a_download_that_breaks_off(client: EngineClient, registry: Registry) -> None:
    noise = build_image([layer_tar([Entry("f", bytes(300_000))])], compression="none")
    registry.push("told/broken", "1", noise)
    with started_proxy(registry, PROXY_PORT) as proxy:
        proxy.behaviour.cut_blobs_after = 1000
        proxy.behaviour.ignore_ranges = True  # else it goes on where it was until it has all
        failure = told(client, f"{proxy.address}/told/broken:1")
    assert failure.code is ErrorCode.PULL_INTERRUPTED


def test_a_full_disk(tmp_path: Path) -> None:
    state = tmp_path / "small"
    state.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", state], check=True)
    try:
        with (
            made_netns(f"tp{os.getpid() % 1_000_000}") as netns,
            started_registry(netns, tmp_path) as registry,
            started_engine(state, netns) as engine,
            EngineClient(engine.socket) as client,
        ):
            big = build_image([layer_tar([Entry("f", bytes(60_000_000))])], compression="none")
            failure = told(client, registry.push("told/big", "1", big))
            client.create_volume("kept")
            client.put_volume_archive("kept", "/", io.BytesIO(layer_tar([Entry("f", b"precious")])))
            new = layer_tar([Entry("f", b"new"), Entry("g", bytes(60_000_000))])
            with pytest.raises(EngineRequestError, match="no space left"):
                client.put_volume_archive("kept", "/", io.BytesIO(new))
            assert [(f.name, f.size) for f in client.list_volume_files("kept", "/")] == [("f", 8)]
    finally:
        subprocess.run(["umount", "-l", state], check=True)
    assert failure.code is ErrorCode.DISK_FULL
