"""`docker push`: the bytes that a registry gets, what is told about it, and pushes that go wrong."""

import base64
import json
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.test_images import pull, small_image
from tests.engine.test_images_load import load
from tests.support.native_engine import Answer, NativeEngine
from tests.support.registry import Registry, started_registry
from tests.support.registry_proxy import RegistryProxy, started_proxy
from tests.support.test_images import (
    BuiltImage,
    Entry,
    build_image,
    digest_of,
    layer_tar,
    save_docker_archive,
)

pytestmark = pytest.mark.timeout(120)
PROXY_PORT = 5021
LOCKED_PORT = 5022
# "secret", by bcrypt with the least rounds.
HTPASSWD = "user:$2b$04$.8UbvbGWg6bt96y4d0B0/OZiRjxZS32UvnHJ9Id7InlOQgGtUQcaS\n"
NOBODY = base64.urlsafe_b64encode(b"{}").decode()


@pytest.fixture
def proxy(registry: Registry) -> Iterator[RegistryProxy]:
    """A proxy that behaves until told otherwise."""
    with started_proxy(registry, PROXY_PORT) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def locked(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry that wants user and secret."""
    folder = tmp_path_factory.mktemp("locked")
    with started_registry(registry.netns, folder, LOCKED_PORT, HTPASSWD) as registry:
        yield registry


def push(engine: NativeEngine, repository: str, tag: str = "", auth: str = NOBODY) -> Answer:
    """Push and return the answer."""
    query = {"tag": tag} if tag else {}
    headers = {"X-Registry-Auth": auth}
    return engine.request("POST", f"/images/{repository}/push", query=query, headers=headers)


def tag(engine: NativeEngine, image: str, repository: str, name: str) -> None:
    """Give an image a further name."""
    answer = engine.request("POST", f"/images/{image}/tag", query={"repo": repository, "tag": name})
    assert answer.status == 201, answer.body


def short(diff_id: str) -> str:
    """Return how messages call a layer."""
    return diff_id.removeprefix("sha256:")[:12]


def diff_ids(engine: NativeEngine, image: str) -> list[str]:
    """Return an image's diff ids, bottom to top."""
    layers: list[str] = engine.request("GET", f"/images/{image}/json").json["RootFS"]["Layers"]
    return layers


def end_of(name: str, image: BuiltImage) -> list[dict[str, Any]]:
    """Return the messages that end a push of one tag."""
    size = len(image.manifest)
    return [
        {"status": f"{name}: digest: {image.digest} size: {size}"},
        {"progressDetail": {}, "aux": {"Tag": name, "Digest": image.digest, "Size": size}},
    ]


def noisy_image(seed: int, size: int) -> BuiltImage:
    """Return an image whose layer does not compress."""
    return build_image([layer_tar([Entry("noise", random.Random(seed).randbytes(size))])])


@pytest.mark.parametrize("docker", [False, True])
def test_pulled_image_goes_to_another_registry_byte_for_byte(
    engine: NativeEngine, registry: Registry, proxy: RegistryProxy, docker: bool
) -> None:
    kind = "docker" if docker else "oci"
    image = build_image(
        [layer_tar([Entry(f"pushed-{kind}-{n}", b"1" * 200_000)]) for n in range(2)], docker=docker
    )
    registry.push(f"from-{kind}", "1", image)
    pull(engine, f"{registry.address}/from-{kind}", "1")
    repository = f"{proxy.address}/to/{kind}"
    tag(engine, image.config_digest, repository, "v1")
    lower, upper = map(short, diff_ids(engine, image.config_digest))
    messages = push(engine, repository, "v1").lines
    assert messages[0] == {"status": f"The push refers to repository [{repository}]"}
    assert messages[1:3] == [
        {"status": "Preparing", "progressDetail": {}, "id": upper},
        {"status": "Preparing", "progressDetail": {}, "id": lower},
    ]
    for layer in (lower, upper):
        told = [message["status"] for message in messages if message.get("id") == layer]
        assert told[0] == "Preparing"
        assert told[-1] == "Pushed"
        assert set(told[1:-1]) <= {"Pushing"}
    assert messages[-2:] == end_of("v1", image)
    assert proxy.behaviour.uploaded_bytes == sum(len(blob) for blob in image.blobs.values())
    digests = engine.request("GET", f"/images/{repository}:v1/json").json["RepoDigests"]
    assert f"{repository}@{image.digest}" in digests
    again = push(engine, repository, "v1").lines
    assert [message["status"] for message in again if message.get("id") == lower] == [
        "Preparing",
        "Layer already exists",
    ]
    assert again[-2:] == end_of("v1", image)
    assert proxy.behaviour.uploaded_bytes == sum(len(blob) for blob in image.blobs.values())
    # What another engine would pull is what was pulled here.
    assert engine.request("DELETE", f"/images/{image.config_digest}?force=1").status == 200
    pull(engine, repository, "v1")
    assert engine.request("GET", f"/images/{repository}:v1/json").json["Id"] == image.config_digest


def test_layers_are_mounted_from_a_repository_of_the_same_registry(
    engine: NativeEngine, registry: Registry, proxy: RegistryProxy
) -> None:
    image = small_image("mounted")
    registry.push("team/origin", "1", image)
    pull(engine, f"{proxy.address}/team/origin", "1")
    target = f"{proxy.address}/copies"
    tag(engine, image.config_digest, target, "1")
    messages = push(engine, target, "1").lines
    (layer,) = map(short, diff_ids(engine, image.config_digest))
    assert {"status": "Mounted from team/origin", "progressDetail": {}, "id": layer} in messages
    assert messages[-2:] == end_of("1", image)
    assert proxy.behaviour.uploaded_bytes == len(image.blobs[image.config_digest])


def test_all_tags_and_the_command_line(engine: NativeEngine, registry: Registry) -> None:
    one, two = small_image("all-tags-1"), small_image("all-tags-2")
    repository = f"{registry.address}/all/tags"
    for name, image in (("one", one), ("two", two)):
        load(engine, save_docker_archive(image, [f"{repository}:{name}"]))
    before = time.time()
    output = engine.docker("push", "-a", repository).stdout.decode()
    assert f"The push refers to repository [{repository}]" in output
    assert "one: digest: sha256:" in output
    assert "two: digest: sha256:" in output
    window = {"since": f"{before:.9f}", "until": f"{time.time():.9f}", "filters": '{"event":["push"]}'}
    (event,) = engine.request("GET", "/events", query=window).lines
    assert event["Actor"] == {"ID": repository, "Attributes": {"name": repository}}
    for image in (one, two):
        engine.docker("rmi", "-f", image.config_digest)
    engine.docker("pull", "-a", repository)
    for name, image in (("one", one), ("two", two)):
        assert engine.request("GET", f"/images/{repository}:{name}/json").json["Id"] == image.config_digest


def test_loaded_image_with_plain_layers_is_pushed_compressed(
    engine: NativeEngine, registry: Registry, proxy: RegistryProxy
) -> None:
    image = build_image([layer_tar([Entry("zeros", bytes(3_000_000))])], compression="none")
    repository = f"{proxy.address}/was-plain"
    load(engine, save_docker_archive(image, [f"{repository}:1"]))
    before = diff_ids(engine, f"{repository}:1")
    assert push(engine, repository, "1").lines[-1]["aux"]["Tag"] == "1"
    assert proxy.behaviour.uploaded_bytes < 100_000
    engine.request("DELETE", f"/images/{repository}:1")
    pull(engine, repository, "1")
    assert diff_ids(engine, f"{repository}:1") == before


def test_committed_image_is_saved_and_pushed(engine: NativeEngine, registry: Registry, busybox: str) -> None:
    repository = f"{registry.address}/committed"
    container = engine.docker("run", "-d", "--network", "none", busybox, "sh", "-c", "echo new > /new")
    identifier = container.stdout.decode().strip()
    engine.docker("wait", identifier)
    made = engine.docker("commit", identifier, f"{repository}:1").stdout.decode().strip()
    engine.docker("rm", identifier)
    sent = push(engine, repository, "1").lines[-1]["aux"]["Digest"]
    archive = engine.request("GET", f"/images/{repository}:1/get").body
    layers = diff_ids(engine, made)
    for bring in (
        lambda: pull(engine, repository, "1"),
        lambda: load(engine, archive),
    ):
        assert engine.request("DELETE", f"/images/{made}", query={"force": "1"}).status == 200
        bring()
        assert engine.request("GET", f"/images/{repository}:1/json").json["Id"] == made
        assert diff_ids(engine, made) == layers
        assert push(engine, repository, "1").lines[-1]["aux"]["Digest"] == sent
    output = engine.docker("run", "--rm", "--network", "none", f"{repository}:1", "cat", "/new").stdout
    assert output == b"new\n"


@pytest.mark.parametrize(
    ("repository", "name", "message"),
    [
        ("127.0.0.1:5000/none", "1", "An image does not exist locally with the tag: 127.0.0.1:5000/none"),
        ("127.0.0.1:5000/some", "9", "tag does not exist: 127.0.0.1:5000/some:9"),
        ("127.0.0.1:5000/some@sha256:" + "0" * 64, "", "cannot push a digest reference"),
        ("127.0.0.1:1/some", "1", 'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: '),
    ],
)
def test_pushes_that_cannot_begin(engine: NativeEngine, repository: str, name: str, message: str) -> None:
    for known in ("127.0.0.1:5000/some:1", "127.0.0.1:1/some:1"):
        load(engine, save_docker_archive(small_image("some"), [known]))
    answer = push(engine, repository, name)
    assert answer.status == 200
    first, last = answer.lines
    bare = repository.partition("@")[0]
    assert first == {"status": f"The push refers to repository [{bare}]"}
    assert last["error"].startswith(message)
    assert last["errorDetail"] == {"message": last["error"]}


def test_bad_requests(engine: NativeEngine) -> None:
    for repository, name, message in (
        ("Nope", "1", "invalid reference format: repository name (library/Nope) must be lowercase"),
        ("nope", "a b", "invalid tag format"),
    ):
        answer = push(engine, repository, name)
        assert (answer.status, answer.message) == (400, message)
    answer = engine.request("POST", "/images/nope/push", query={"tag": "1"})
    assert answer.status == 400
    assert answer.message.startswith(
        "bad parameters and missing X-Registry-Auth: invalid X-Registry-Auth header: "
    )
    answer = engine.request("POST", "/images/nope/push", query={"tag": "1"}, body={})
    assert "does not exist locally" in answer.lines[-1]["error"]


def test_password_that_is_missing_wrong_and_right(engine: NativeEngine, locked: Registry) -> None:
    repository = f"{locked.address}/private"
    load(engine, save_docker_archive(small_image("locked up"), [f"{repository}:1"]))
    assert push(engine, repository, "1").lines[-1]["error"] == "no basic auth credentials"
    wrong = base64.urlsafe_b64encode(b'{"username":"user","password":"no"}').decode()
    assert push(engine, repository, "1", wrong).lines[-1]["error"] == "unauthorized: authentication required"
    refused = engine.docker("push", f"{repository}:1", check=False)
    assert refused.returncode == 1
    assert refused.stderr.strip() == b"no basic auth credentials"
    engine.docker("login", "-u", "user", "-p", "secret", locked.address)
    try:
        assert b"Pushed" in engine.docker("push", f"{repository}:1").stdout
    finally:
        engine.docker("logout", locked.address)
    kept = [path for path in engine.data_root.glob("*") if path.is_file() and b"secret" in path.read_bytes()]
    assert not kept
    assert "secret" not in engine.log_tail()


def test_denied_by_the_token(engine: NativeEngine, proxy: RegistryProxy) -> None:
    proxy.behaviour.refuse_pushes = True
    proxy.behaviour.password = "secret"
    repository = f"{proxy.address}/denied"
    load(engine, save_docker_archive(small_image("denied"), [f"{repository}:1"]))
    auth = base64.urlsafe_b64encode(json.dumps({"username": "user", "password": "secret"}).encode()).decode()
    messages = push(engine, repository, "1", auth).lines
    assert messages[-1]["error"] == "denied: requested access to the resource is denied"


def test_broken_upload_is_tried_again(engine: NativeEngine, proxy: RegistryProxy) -> None:
    image = noisy_image(1, 3_000_000)
    repository = f"{proxy.address}/broken"
    load(engine, save_docker_archive(image, [f"{repository}:1"]))
    proxy.behaviour.cut_uploads_after = 1_000_000
    proxy.behaviour.cuts_left = 1
    messages = push(engine, repository, "1").lines
    (layer,) = map(short, diff_ids(engine, f"{repository}:1"))
    told = [message["status"] for message in messages if message.get("id") == layer]
    assert "Retrying in 1 second" in told
    assert told[-1] == "Pushed"
    assert "aux" in messages[-1]


def test_client_that_leaves_cancels_the_push(engine: NativeEngine, proxy: RegistryProxy) -> None:
    image = noisy_image(2, 3_000_000)
    repository = f"{proxy.address}/left-push"
    load(engine, save_docker_archive(image, [f"{repository}:1"]))
    proxy.behaviour.cut_uploads_after = 1_000_000
    proxy.behaviour.upload_gate = threading.Event()
    connection = engine.connection()
    connection.request("POST", f"/images/{repository}/push?tag=1", headers={"X-Registry-Auth": NOBODY})
    answer = connection.getresponse()
    answer.readline()
    assert proxy.behaviour.reached_gate.wait(60)
    answer.close()
    connection.close()
    # Nothing holds the image any more once the push has ended: its blob goes with it.
    blob = engine.request("GET", f"/images/{repository}:1/json").json["Id"].removeprefix("sha256:")
    assert engine.request("DELETE", f"/images/{repository}:1").status == 200
    deadline = time.monotonic() + 60
    while (engine.data_root / "blobs" / "sha256" / blob).exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    proxy.behaviour.upload_gate.set()


def test_image_of_layers_that_others_compressed_gets_a_manifest_of_its_own(
    engine: NativeEngine, registry: Registry, tmp_path: Path
) -> None:
    """Two images share a layer that each came with a blob of its own; the store keeps the first."""
    layer = layer_tar([Entry("compressed twice", b"1" * 100_000)])
    first = build_image([layer], compression="gzip")
    second = build_image([layer], compression="zstd", config={"Cmd": ["other"]})
    for name, image in (("first", first), ("second", second)):
        registry.push("twice-compressed", name, image)
        pull(engine, f"{registry.address}/twice-compressed", name)
    target = f"{registry.address}/twice-copied"
    tag(engine, second.config_digest, target, "1")
    messages = push(engine, target, "1").lines
    sent = messages[-1]["aux"]["Digest"]
    assert sent not in (first.digest, second.digest)
    engine.request("DELETE", f"/images/{second.config_digest}?force=1")
    pull(engine, target, "1")
    assert engine.request("GET", f"/images/{target}:1/json").json["Id"] == second.config_digest
    assert digest_of(layer) == diff_ids(engine, f"{target}:1")[0]
