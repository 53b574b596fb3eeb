"""Registry addresses, challenges, credentials, failures, platforms and manifests: all pure functions."""

import asyncio
import base64
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from backend.errors import EngineError, InvalidParameterError, NotFoundError, UnauthorizedError
from backend.images import manifest, platforms
from backend.images.manifest import Index, Manifest
from backend.images.platforms import Platform
from backend.images.reference import parse
from backend.images.registry import registry_auth
from backend.images.registry.registry_auth import Credentials
from backend.images.registry.registry_client import RegistryClient
from backend.images.registry.registry_endpoints import Endpoint, endpoints
from backend.images.registry.registry_errors import BrokenTransferError, for_user, from_body

HEX = "b" * 64
DIGEST = f"sha256:{HEX}"


def urls(
    domain: str, mirrors: tuple[str, ...] = (), insecure: tuple[str, ...] = ()
) -> list[tuple[str, bool]]:
    """Return addresses in order, and whether they may be insecure."""
    return [(str(e.url), e.insecure) for e in endpoints(domain, mirrors, insecure)]


@pytest.mark.parametrize(
    ("domain", "insecure", "expected"),
    [
        ("registry.example", (), [("https://registry.example", False)]),
        ("registry.example:5000", (), [("https://registry.example:5000", False)]),
        ("localhost", (), [("https://localhost", True), ("http://localhost", True)]),
        ("localhost:5000", (), [("https://localhost:5000", True), ("http://localhost:5000", True)]),
        ("127.8.8.8:1", (), [("https://127.8.8.8:1", True), ("http://127.8.8.8:1", True)]),
        ("[::1]:1", (), [("https://[::1]:1", True), ("http://[::1]:1", True)]),
        ("10.1.2.3", ("10.0.0.0/8",), [("https://10.1.2.3", True), ("http://10.1.2.3", True)]),
        ("10.1.2.3", ("11.0.0.0/8",), [("https://10.1.2.3", False)]),
        ("my.lan:5000", ("my.lan:5000",), [("https://my.lan:5000", True), ("http://my.lan:5000", True)]),
        ("my.lan:5001", ("my.lan:5000",), [("https://my.lan:5001", False)]),
        ("docker.io", (), [("https://registry-1.docker.io", False)]),
    ],
)
def test_addresses(domain: str, insecure: tuple[str, ...], expected: list[tuple[str, bool]]) -> None:
    assert urls(domain, (), insecure) == expected


def test_mirrors_come_first_and_only_for_docker_hub() -> None:
    mirrors = ("https://one.example/", "http://two.example:5000")
    assert urls("docker.io", mirrors) == [
        ("https://one.example", False),
        ("http://two.example:5000", True),
        ("https://registry-1.docker.io", False),
    ]
    assert urls("quay.io", mirrors) == [("https://quay.io", False)]


def encoded(value: object) -> str:
    """Return a header as the docker command line sends it."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def test_credentials_from_the_header() -> None:
    shown = registry_auth.parse_header(encoded({"username": "me", "password": "ünîcode?>"}))
    assert (shown.username, shown.password) == ("me", "ünîcode?>")
    assert (
        registry_auth.parse_header(encoded({"auth": base64.b64encode(b"u:p:q").decode()})).password == "p:q"
    )
    assert registry_auth.parse_header(encoded({"identitytoken": "t"})).identity_token == "t"
    assert not registry_auth.parse_header(encoded({}))
    assert not registry_auth.parse_header("")
    assert not registry_auth.parse_header(None)
    assert "ünîcode" not in repr(shown)


@pytest.mark.parametrize(
    "header",
    ["%", "aaaaa", encoded([]), encoded({"username": 1}), encoded({"auth": "?"}), "A" * 70_000, "bm8="],
)
def test_bad_headers_are_refused_without_repeating_them(header: str) -> None:
    with pytest.raises(InvalidParameterError, match="invalid X-Registry-Auth header") as caught:
        registry_auth.parse_header(header)
    assert header not in caught.value.message


@given(st.text(max_size=200))
def test_any_header_is_credentials_or_a_refusal(header: str) -> None:
    try:
        registry_auth.parse_header(header)
    except InvalidParameterError:
        return  # any other exception fails the test


def test_challenges() -> None:
    header = 'Bearer realm="https://auth.example/token",service="a,b \\"c\\"",scope="repository:x:pull"'
    (challenge,) = registry_auth.parse_challenges([header])
    assert challenge.realm == "https://auth.example/token"
    assert challenge.service == 'a,b "c"'
    assert challenge.scope == "repository:x:pull"
    assert registry_auth.parse_challenges(['Basic realm="x"'])[0].scheme == "basic"
    assert registry_auth.parse_challenges(["Bearer", "Digest realm=x", "", 'Bearer service="x"']) == []


@given(st.text(max_size=200))
def test_any_challenge_is_read_without_failing(header: str) -> None:
    registry_auth.parse_challenges([header])


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (
            404,
            {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]},
            NotFoundError,
            "manifest for me/x:1 not found: manifest unknown: manifest unknown",
        ),
        (
            403,
            {"errors": [{"code": "DENIED", "message": "requested access to the resource is denied"}]},
            NotFoundError,
            "pull access denied for me/x, repository does not exist or may require 'docker login': "
            "denied: requested access to the resource is denied",
        ),
        (
            404,
            {"errors": [{"code": "NAME_UNKNOWN", "message": "no such\nname"}]},
            NotFoundError,
            "repository me/x not found: name unknown: no such name",
        ),
        (404, "<html>", NotFoundError, "manifest for me/x:1 not found: manifest unknown: manifest unknown"),
        (
            401,
            "",
            UnauthorizedError,
            "unauthorized: authentication required",
        ),
        (500, "", EngineError, "cannot pull me/x:1: received unexpected HTTP status: 500 Oops"),
        (200, {"errors": []}, EngineError, "cannot pull me/x:1: received unexpected HTTP status: 200 Oops"),
    ],
)
def test_refusals_in_docker_s_words(status: int, body: object, kind: type[EngineError], message: str) -> None:
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    error = for_user(from_body(status, "Oops", data, ""), parse("me/x:1"))
    assert isinstance(error, kind)
    assert error.message == message


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("1201", "toomanyrequests: Oops (try again in 21 minutes)"),
        ("Fri, 02 Jan 1970 02:00:30 GMT", "(try again in 121 minutes)"),
        ("Thu, 01 Jan 1970 23:00:00 GMT", "toomanyrequests: Oops"),
        ("soon", "toomanyrequests: Oops"),
        ("", "toomanyrequests: Oops"),
    ],
)
def test_a_limit_tells_how_long_it_holds(monkeypatch: pytest.MonkeyPatch, header: str, told: str) -> None:
    monkeypatch.setattr(time, "time", lambda: 86_400.0)
    assert str(from_body(429, "Oops", b"", "", header)).endswith(told)


def test_insufficient_scope_means_access_denied() -> None:
    error = for_user(from_body(401, "", b"", 'Bearer error="insufficient_scope"'), parse("me/x:1"))
    assert error.message.startswith("pull access denied for me/x, repository does not exist")


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("linux/amd64", Platform("linux", "amd64")),
        ("linux/x86_64", Platform("linux", "amd64")),
        ("arm64", Platform("linux", "arm64")),
        ("linux/arm64/v8", Platform("linux", "arm64", "v8")),
        ("Linux/ARM/v7", Platform("linux", "arm", "v7")),
    ],
)
def test_platforms(text: str, platform: Platform) -> None:
    assert platforms.parse(text) == platform


@pytest.mark.parametrize("text", ["", "/", "linux/", "a/b/c/d", "linux/a b"])
def test_bad_platforms(text: str) -> None:
    with pytest.raises(InvalidParameterError):
        platforms.parse(text)


def test_usual_variants_are_the_same_platform() -> None:
    assert Platform("linux", "arm64", "v8").suits(Platform("linux", "arm64"))
    assert Platform("linux", "arm64").suits(Platform("linux", "arm64", "v8"))
    assert not Platform("linux", "arm", "v6").suits(Platform("linux", "arm"))
    assert not Platform("windows", "amd64").suits(Platform("linux", "amd64"))


def descriptor(**changes: object) -> dict[str, object]:
    """Return a descriptor of a config."""
    return {"mediaType": manifest.OCI_CONFIG, "digest": DIGEST, "size": 1} | changes


def test_manifest_and_index() -> None:
    value = {"schemaVersion": 2, "config": descriptor(), "layers": [descriptor(mediaType="x")]}
    parsed = manifest.parse(json.dumps(value).encode(), manifest.OCI_MANIFEST)
    assert isinstance(parsed, Manifest)
    assert parsed.layers[0].digest == DIGEST
    entries = [
        descriptor(platform={"os": "linux", "architecture": "amd64"}),
        descriptor(platform={"os": "unknown", "architecture": "unknown"}),
    ]
    index = manifest.parse(json.dumps({"manifests": entries}).encode(), manifest.OCI_INDEX)
    assert isinstance(index, Index)
    assert index.choose(Platform("linux", "amd64")).digest == DIGEST
    with pytest.raises(NotFoundError, match="no matching manifest for linux/arm64/v8 in the manifest list"):
        index.choose(Platform("linux", "arm64", "v8"))


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"schemaVersion": 1},
        {"config": descriptor(digest="sha256:../../x"), "layers": []},
        {"config": descriptor(digest=f"md5:{HEX}"), "layers": []},
        {"config": descriptor(size=-1), "layers": []},
        {"config": descriptor(size="1"), "layers": []},
        {"config": descriptor(size=True), "layers": []},
        {"config": descriptor(mediaType="application/vnd.cncf.helm.config.v1+json"), "layers": []},
        {"config": descriptor(), "layers": [descriptor()] * 501},
        {"config": descriptor(), "layers": "x"},
        {"config": None, "layers": []},
        {"mediaType": manifest.OCI_INDEX, "manifests": {}},
        {"mediaType": "text/plain"},
    ],
)
def test_damaged_manifests(value: object) -> None:
    with pytest.raises(InvalidParameterError):
        manifest.parse(json.dumps(value).encode(), manifest.OCI_MANIFEST)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["config", "layers", "manifests", "mediaType", "digest", "size"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_a_manifest_or_a_refusal(value: object) -> None:
    try:
        manifest.parse(json.dumps(value).encode(), "")
    except InvalidParameterError:
        return


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"rootfs": {"diff_ids": [DIGEST, DIGEST]}},
        {"rootfs": {"diff_ids": ["x"]}},
        {"rootfs": {"diff_ids": [DIGEST]}, "config": ["x"]},
        {"rootfs": {"diff_ids": [DIGEST]}, "history": {"a": 1}},
        {"rootfs": {"diff_ids": [DIGEST]}, "config": {"Labels": ["x"]}},
    ],
)
def test_damaged_configs(config: object) -> None:
    with pytest.raises(InvalidParameterError):
        manifest.parse_config(json.dumps(config).encode(), 1)


async def half_a_blob(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
    await reader.read()
    writer.close()


async def read_across_a_close() -> None:
    async with await asyncio.start_server(half_a_blob, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        endpoint = Endpoint(URL(f"http://127.0.0.1:{port}"), insecure=True)
        async with RegistryClient(endpoint, "left", Credentials()) as client:
            blob = client.blob(f"sha256:{'1' * 64}", 0)
            stream = await blob.__aenter__()
            assert await anext(stream.chunks) == b"half"
        with pytest.raises(BrokenTransferError):
            await anext(stream.chunks)
        await blob.__aexit__(None, None, None)


def test_reading_on_after_a_pull_has_left_is_a_broken_transfer() -> None:
    """Another pull reads from the session of the one that began the download, and that is closed."""
    asyncio.run(read_across_a_close())
