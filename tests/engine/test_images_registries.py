"""`/auth`, `/distribution/…`, `/images/search`, tags: what registries say, without moving an image."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.engine.test_images import small_image
from tests.engine.test_images_push import HTPASSWD
from tests.support.namespaces import in_netns
from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry, started_registry
from tests.support.registry_proxy import REFRESH_TOKEN, RegistryProxy, started_proxy
from tests.support.test_images import build_index

pytestmark = pytest.mark.timeout(60)
PROXY_PORT, LOCKED_PORT, SEARCH_PORT = 5031, 5032, 5033
USER = {"username": "user", "password": "secret"}


@pytest.fixture
def proxy(registry: Registry) -> Iterator[RegistryProxy]:
    """A proxy that asks for tokens once it has a password."""
    with started_proxy(registry, PROXY_PORT) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def locked(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry that wants user and secret."""
    folder = tmp_path_factory.mktemp("locked")
    with started_registry(registry.netns, folder, LOCKED_PORT, HTPASSWD) as registry:
        yield registry


@pytest.fixture(scope="module")
def search_server(registry: Registry) -> Iterator[list[str]]:
    """A registry with the search API of Docker Hub; yields the queries that it got."""
    queries: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing on the test's output."""

        def do_GET(self) -> None:
            """Answer a search with two results."""
            url = urlsplit(self.path)
            queries.append(self.path)
            found = [
                {"name": "team/app", "description": "An app", "star_count": 7, "is_official": False},
                {"name": "app", "star_count": 99, "is_official": True},
            ]
            data = json.dumps({"results": found[: int(parse_qs(url.query)["n"][0])]}).encode()
            self.send_response(200 if url.path == "/v1/search" else 404)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = in_netns(registry.netns, lambda: ThreadingHTTPServer(("127.0.0.1", SEARCH_PORT), Handler))
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.05))
    thread.start()
    yield queries
    server.shutdown()
    thread.join()
    server.server_close()


def auth_header(**credentials: str) -> dict[str, str]:
    """Return the header that carries credentials."""
    return {"X-Registry-Auth": base64.urlsafe_b64encode(json.dumps(credentials).encode()).decode()}


def test_login_with_a_password(engine: NativeEngine, locked: Registry) -> None:
    body = USER | {"serveraddress": locked.address}
    answer = engine.request("POST", "/auth", body=body)
    assert (answer.status, answer.json) == (200, {"Status": "Login Succeeded", "IdentityToken": ""})
    address = f"{locked.url}/v2/"
    wrong = engine.request("POST", "/auth", body=body | {"password": "no"})
    assert wrong.status == 401
    assert wrong.message == f"login attempt to {address} failed with status: 401 Unauthorized"
    nobody = engine.request("POST", "/auth", body={"serveraddress": locked.address})
    assert nobody.status == 401
    assert nobody.message == f'Get "{address}": no basic auth credentials'


def test_login_by_token_server(engine: NativeEngine, proxy: RegistryProxy) -> None:
    proxy.behaviour.password = "secret"
    body = USER | {"serveraddress": f"http://{proxy.address}/v2/"}
    answer = engine.request("POST", "/auth", body=body)
    assert answer.json == {"Status": "Login Succeeded", "IdentityToken": REFRESH_TOKEN}
    wrong = engine.request("POST", "/auth", body=body | {"password": "no"})
    assert wrong.status == 401
    assert wrong.message == f'Get "http://{proxy.address}/v2/": unauthorized: incorrect username or password'


def test_identity_token_takes_the_password_s_place(
    engine: NativeEngine, registry: Registry, proxy: RegistryProxy
) -> None:
    registry.push("by-token", "1", small_image("by-token"))
    proxy.behaviour.password = "secret"
    query = {"fromImage": f"{proxy.address}/by-token", "tag": "1"}
    right = auth_header(username="user", identitytoken=REFRESH_TOKEN)
    answer = engine.request("POST", "/images/create", query=query, headers=right)
    assert "Downloaded newer image" in answer.lines[-1]["status"]
    wrong = auth_header(username="user", identitytoken="another")
    answer = engine.request("POST", "/images/create", query=query, headers=wrong)
    assert (answer.status, answer.message) == (401, "unauthorized: authentication required")


def test_login_where_nobody_asks_or_answers(engine: NativeEngine, registry: Registry) -> None:
    body = USER | {"serveraddress": registry.address}
    assert engine.request("POST", "/auth", body=body).json["Status"] == "Login Succeeded"
    answer = engine.request("POST", "/auth", body=USER | {"serveraddress": "127.0.0.1:1"})
    assert answer.status == 500
    assert answer.message == 'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused'


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"username": 1}', b'{"serveraddress": {}}'])
def test_login_with_nonsense(engine: NativeEngine, body: bytes) -> None:
    assert engine.request("POST", "/auth", body=body).status == 400


def test_login_of_the_command_line(engine: NativeEngine, locked: Registry) -> None:
    assert b"Login Succeeded" in engine.docker("login", "-u", "user", "-p", "secret", locked.address).stdout
    engine.docker("logout", locked.address)
    failed = engine.docker("login", "-u", "user", "-p", "no", locked.address, check=False)
    assert failed.returncode == 1
    assert b"failed with status: 401 Unauthorized" in failed.stderr


def test_distribution_of_an_image_and_an_index(engine: NativeEngine, registry: Registry) -> None:
    ours, theirs = small_image("looked-at"), small_image("looked-at", architecture="arm64")
    registry.push("looked-at", "one", ours)
    answer = engine.request("GET", f"/distribution/{registry.address}/looked-at:one/json")
    assert answer.json == {
        "Descriptor": {"mediaType": ours.media_type, "digest": ours.digest, "size": len(ours.manifest)},
        "Platforms": [{"architecture": "amd64", "os": "linux"}],
    }
    index = build_index({"linux/amd64": ours, "linux/arm64/v8": theirs})
    registry.push("looked-at", "latest", index)
    answer = engine.request("GET", f"/distribution/{registry.address}/looked-at/json")
    assert answer.json == {
        "Descriptor": {"mediaType": index.media_type, "digest": index.digest, "size": len(index.manifest)},
        "Platforms": [
            {"architecture": "amd64", "os": "linux"},
            {"architecture": "arm64", "os": "linux", "variant": "v8"},
        ],
    }
    by_digest = f"/distribution/{registry.address}/looked-at@{ours.digest}/json"
    assert engine.request("GET", by_digest).json["Descriptor"]["digest"] == ours.digest


def test_distribution_refused(engine: NativeEngine, registry: Registry, locked: Registry) -> None:
    for name, status, message in (
        (f"{registry.address}/no/such:1", 404, "manifest unknown: manifest unknown"),
        ("Nope", 400, "invalid reference format: repository name (library/Nope) must be lowercase"),
        ("sha256:" + "0" * 64, 400, "no manifest found for full image ID"),
        (
            f"{locked.address}/x:1",
            401,
            f'Head "{locked.url}/v2/x/manifests/1": no basic auth credentials',
        ),
    ):
        answer = engine.request("GET", f"/distribution/{name}/json")
        assert (answer.status, answer.message) == (status, message)
    wrong = auth_header(username="user", password="no")
    answer = engine.request("GET", f"/distribution/{locked.address}/x:1/json", headers=wrong)
    assert (answer.status, answer.message) == (401, "unauthorized: authentication required")


def test_tags_of_a_repository(engine: NativeEngine, registry: Registry, locked: Registry) -> None:
    for tag in ("1.27", "1.9", "latest"):
        registry.push("has-tags", tag, small_image("has-tags"))
    registry.push("library/has-tags", "of-the-mirror", small_image("has-tags"))
    for name, tags in (
        (f"{registry.address}/has-tags", ["1.27", "1.9", "latest"]),
        (f"{registry.address}/has-tags:1.9", ["1.27", "1.9", "latest"]),
        ("has-tags", ["of-the-mirror"]),
    ):
        answer = engine.request("GET", f"/marina/distribution/{name}/tags")
        assert (answer.status, sorted(answer.json)) == (200, tags)
    for name, status, message in (
        (
            f"{registry.address}/no/such",
            404,
            f"repository {registry.address}/no/such not found: name unknown",
        ),
        ("Nope", 400, "invalid reference format: repository name (library/Nope) must be lowercase"),
        (f"{locked.address}/x", 401, f'Get "{locked.url}/v2/x/tags/list": no basic auth credentials'),
        ("127.0.0.1:1/x", 500, "connect: connection refused"),
    ):
        answer = engine.request("GET", f"/marina/distribution/{name}/tags")
        assert answer.status == status, answer.body
        assert message in answer.message
    right = auth_header(**USER)
    answer = engine.request("GET", f"/marina/distribution/{locked.address}/x/tags", headers=right)
    assert answer.status == 404, "signed in, and there is no such repository"


def search(engine: NativeEngine, **query: str) -> list[str]:
    """Return the names that a search of the server with the search API finds."""
    term = {"term": f"127.0.0.1:{SEARCH_PORT}/app"}
    answer = engine.request("GET", "/images/search", query=term | query)
    assert answer.status == 200, answer.body
    return [result["name"] for result in answer.json]


def test_search(engine: NativeEngine, search_server: list[str]) -> None:
    answer = engine.request("GET", "/images/search", query={"term": f"127.0.0.1:{SEARCH_PORT}/app"})
    assert answer.json[0] == {
        "star_count": 7,
        "is_official": False,
        "name": "team/app",
        "is_automated": False,
        "description": "An app",
    }
    assert search_server[-1] == "/v1/search?q=app&n=25"
    assert search(engine, limit="1") == ["team/app"]
    assert search(engine, filters='{"stars": ["8"]}') == ["app"]
    assert search(engine, filters='{"is-official": ["true"]}') == ["app"]
    assert search(engine, filters='{"is-official": ["false"]}') == ["team/app"]
    assert search(engine, filters='{"is-automated": ["true"]}') == []
    output = engine.docker("search", f"127.0.0.1:{SEARCH_PORT}/app").stdout.decode()
    assert "team/app" in output


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"limit": "200"}, "limit 200 is outside the range of [1, 100]"),
        ({"limit": "x"}, 'invalid limit specified: strconv.Atoi: parsing "x": invalid syntax'),
        ({"term": "http://x/y"}, "repository name (http://x/y) should not have a scheme"),
        ({"filters": '{"stars": ["x"]}'}, "invalid filter 'stars=x': strconv.Atoi: parsing"),
        ({"filters": '{"nope": ["x"]}'}, "invalid filter 'nope'"),
        ({"filters": '{"is-official": ["x"]}'}, "invalid filter 'is-official=[x]'"),
    ],
)
def test_search_with_nonsense(engine: NativeEngine, query: dict[str, str], message: str) -> None:
    answer = engine.request("GET", "/images/search", query={"term": "127.0.0.1:5000/x"} | query)
    assert answer.status == 400
    assert message in answer.message


def test_search_where_there_is_none(engine: NativeEngine, registry: Registry) -> None:
    answer = engine.request("GET", "/images/search", query={"term": f"{registry.address}/app"})
    assert answer.status == 500
    assert answer.message == f"Unexpected status code 404: {registry.address} offers no search"
