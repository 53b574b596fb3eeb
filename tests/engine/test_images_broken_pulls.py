"""Pulls that go wrong: wrong bytes, cut connections, killed engines; nothing half made stays."""

import base64
import http.client
import json
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.native_engine import NativeEngine, started_engine
from tests.support.registry import Registry
from tests.support.registry_proxy import RegistryProxy, started_proxy
from tests.support.test_images import BuiltImage, Entry, build_image, digest_of, folder, layer_tar

pytestmark = pytest.mark.timeout(120)
PROXY_PORT = 5011


@pytest.fixture
def proxy(registry: Registry) -> Iterator[RegistryProxy]:
    """A proxy that behaves until told otherwise."""
    with started_proxy(registry, PROXY_PORT) as proxy:
        yield proxy


def noisy_image(seed: int, size: int = 6_000_000) -> BuiltImage:
    """Return an image whose layer does not compress."""
    return build_image([layer_tar([Entry("noise", random.Random(seed).randbytes(size))])], compression="none")


def create(
    engine: NativeEngine, proxy: RegistryProxy, repository: str, **headers: str
) -> list[dict[str, str]]:
    """Pull through the proxy and return the messages."""
    answer = engine.request(
        "POST",
        "/images/create",
        query={"fromImage": f"{proxy.address}/{repository}", "tag": "latest"},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    assert answer.status == 200, answer.body
    return answer.lines


def files_of(engine: NativeEngine, folder: str) -> set[str]:
    """Return the names in a folder of the data root."""
    return {path.name for path in (engine.data_root / folder).iterdir()}


def wait_for(condition: threading.Event) -> None:
    """Wait until a test's other side is where it should be."""
    assert condition.wait(60)


def wait_for_bytes(engine: NativeEngine, image: BuiltImage) -> Path:
    """Wait until most of what the proxy lets through of a layer is on the disk; returns where."""
    unfinished = engine.data_root / "downloads" / image.layer_digests[0].removeprefix("sha256:")
    deadline = time.monotonic() + 60
    while not (unfinished.exists() and unfinished.stat().st_size >= 4_000_000):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return unfinished


def test_wrong_bytes_are_an_error_and_nothing_is_kept(
    engine: NativeEngine, registry: Registry, proxy: RegistryProxy
) -> None:
    image = noisy_image(1, 100_000)
    registry.push("wrong", "latest", image)
    before = files_of(engine, "layers"), files_of(engine, "blobs/sha256")
    proxy.behaviour.corrupt_blobs = True
    answer = engine.request(
        "POST", "/images/create", query={"fromImage": f"{proxy.address}/wrong", "tag": "latest"}
    )
    assert "filesystem layer verification failed for digest sha256:" in answer.lines[-1]["error"]
    assert answer.lines[-1]["errorDetail"] == {"message": answer.lines[-1]["error"]}
    assert (files_of(engine, "layers"), files_of(engine, "blobs/sha256")) == before
    wrong = {digest.removeprefix("sha256:") for digest in image.blobs}
    assert not wrong & files_of(engine, "downloads")
    assert engine.request("GET", f"/images/{proxy.address}/wrong/json").status == 404
    proxy.behaviour.corrupt_blobs = False
    assert "Downloaded newer image" in create(engine, proxy, "wrong")[-1]["status"]


@pytest.mark.parametrize("ignore_ranges", [False, True])
def test_cut_connection_goes_on_where_it_stopped(
    engine: NativeEngine, registry: Registry, proxy: RegistryProxy, ignore_ranges: bool
) -> None:
    image = noisy_image(2 + ignore_ranges)
    repository = f"cut-{ignore_ranges}".lower()
    registry.push(repository, "latest", image)
    proxy.behaviour.cut_blobs_after = 5_000_000
    proxy.behaviour.ignore_ranges = ignore_ranges
    image_blobs = 2  # the config is the other
    if ignore_ranges:
        proxy.behaviour.cuts_left = image_blobs
    messages = create(engine, proxy, repository)
    assert "Downloaded newer image" in messages[-1]["status"]
    assert "Retrying in 1 second" in [message["status"] for message in messages]
    layer = image.layer_digests[0]
    ranges = [sent for path, sent in proxy.behaviour.requests if layer in path]
    assert ranges[0] == ""
    # What lay in socket buffers when the connection broke is fetched again, no more than that.
    assert int(ranges[1].removeprefix("bytes=").rstrip("-")) > 4_000_000
    if not ignore_ranges:
        sizes = sum(len(blob) for blob in image.blobs.values())
        assert proxy.behaviour.blob_bytes < sizes + 1_000_000


def test_pull_goes_on_after_the_engine_was_killed(own_registry: Registry, tmp_path: Path) -> None:
    image = noisy_image(10)
    own_registry.push("killed", "latest", image)
    with (
        started_proxy(own_registry, PROXY_PORT) as proxy,
        started_engine(tmp_path / "state", own_registry.netns) as engine,
    ):
        proxy.behaviour.cut_blobs_after = 5_000_000
        proxy.behaviour.blob_gate = threading.Event()
        pulling = threading.Thread(target=_pull_until_it_dies, args=(engine, proxy, "killed"))
        pulling.start()
        wait_for(proxy.behaviour.reached_gate)
        unfinished = wait_for_bytes(engine, image)
        engine.kill()
        pulling.join(60)
        kept = unfinished.stat().st_size
        proxy.behaviour.blob_gate.set()
        proxy.behaviour.cut_blobs_after = None
        proxy.behaviour.requests.clear()
        engine.start()
        assert engine.request("GET", "/images/json").json == []
        assert files_of(engine, "layers") == set()
        assert "Downloaded newer image" in create(engine, proxy, "killed")[-1]["status"]
        ranges = [sent for path, sent in proxy.behaviour.requests if image.layer_digests[0] in path]
        assert ranges == [f"bytes={kept}-"]
        engine.kill()
        engine.start()
        listed = engine.request("GET", "/images/json").json
        assert [entry["Id"] for entry in listed] == [image.config_digest]
        assert files_of(engine, "downloads") == set()


def _pull_until_it_dies(engine: NativeEngine, proxy: RegistryProxy, repository: str) -> None:
    try:
        create(engine, proxy, repository)
    except (OSError, http.client.HTTPException, AssertionError):
        return


def test_client_that_leaves_cancels_the_pull(
    engine: NativeEngine, registry: Registry, proxy: RegistryProxy
) -> None:
    image = noisy_image(20)
    registry.push("left", "latest", image)
    proxy.behaviour.cut_blobs_after = 5_000_000
    proxy.behaviour.blob_gate = threading.Event()
    connection = engine.connection()
    connection.request("POST", f"/images/create?fromImage={proxy.address}/left&tag=latest")
    answer = connection.getresponse()
    answer.readline()
    wait_for(proxy.behaviour.reached_gate)
    wait_for_bytes(engine, image)
    answer.close()
    connection.close()
    # The pull has ended when another one asks the registry for the blob anew.
    proxy.behaviour.cut_blobs_after = None
    proxy.behaviour.requests.clear()
    deadline = time.monotonic() + 60
    while not any(image.layer_digests[0] in path for path, _ in proxy.behaviour.requests):
        assert time.monotonic() < deadline
        time.sleep(1.5)
        _pull_until_it_dies(engine, proxy, "left")
    # It went on where the first one was when its client left.
    ranges = [sent for path, sent in proxy.behaviour.requests if image.layer_digests[0] in path]
    assert int(ranges[0].removeprefix("bytes=").rstrip("-")) > 4_000_000
    assert engine.request("GET", f"/images/{proxy.address}/left/json").status == 200


def test_two_pulls_at_once_fetch_once(engine: NativeEngine, registry: Registry, proxy: RegistryProxy) -> None:
    image = noisy_image(30)
    registry.push("twice", "latest", image)
    results: list[list[dict[str, str]]] = []
    threads = [
        threading.Thread(target=lambda: results.append(create(engine, proxy, "twice"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(results) == 4
    assert all("error" not in messages[-1] for messages in results)
    fetched = [path for path, _ in proxy.behaviour.requests if image.layer_digests[0] in path]
    assert len(fetched) == 1
    listed = engine.request("GET", "/images/json").json
    assert [entry["Id"] for entry in listed].count(image.config_digest) == 1


def test_layer_that_two_pulls_share_is_fetched_once(
    engine: NativeEngine, registry: Registry, proxy: RegistryProxy
) -> None:
    """The second pull takes over what the first one has, and is done while that one still waits."""
    shared = layer_tar([Entry("shared", random.Random(31).randbytes(500_000))])
    large = layer_tar([Entry("large", random.Random(32).randbytes(6_000_000))])
    first, second = (
        build_image([shared, large], compression="none"),
        build_image([shared], compression="none"),
    )
    registry.push("shares", "first", first)
    registry.push("shares", "second", second)
    proxy.behaviour.cut_blobs_after = 5_000_000
    proxy.behaviour.blob_gate = threading.Event()
    name = f"{proxy.address}/shares"
    results: list[list[dict[str, str]]] = []

    def pull(tag: str) -> None:
        query = {"fromImage": name, "tag": tag}
        results.append(engine.request("POST", "/images/create", query=query).lines)

    pulling = threading.Thread(target=pull, args=("first",))
    pulling.start()
    wait_for(proxy.behaviour.reached_gate)
    pull("second")
    assert engine.request("GET", f"/images/{name}:first/json").status == 404
    proxy.behaviour.cut_blobs_after = None
    proxy.behaviour.blob_gate.set()
    pulling.join(60)
    assert all("Downloaded newer image" in messages[-1]["status"] for messages in results)
    fetched = [path for path, _ in proxy.behaviour.requests if digest_of(shared) in path]
    assert len(fetched) == 1


def test_pull_goes_on_when_the_one_that_began_the_download_leaves(
    engine: NativeEngine, registry: Registry, proxy: RegistryProxy
) -> None:
    image = noisy_image(35)
    registry.push("begun", "latest", image)
    proxy.behaviour.cut_blobs_after = 5_000_000
    proxy.behaviour.blob_gate = threading.Event()
    path = f"/images/create?fromImage={proxy.address}/begun&tag=latest"
    first, second = engine.connection(), engine.connection()
    first.request("POST", path)
    leaving = first.getresponse()
    leaving.readline()
    wait_for(proxy.behaviour.reached_gate)
    second.request("POST", path)
    staying = second.getresponse()
    for line in staying:
        if json.loads(line)["status"] == "Downloading":
            break
    leaving.close()
    first.close()
    proxy.behaviour.cut_blobs_after = None
    proxy.behaviour.blob_gate.set()
    assert "Downloaded newer image" in json.loads(staying.read().splitlines()[-1]).get("status", "")
    second.close()


def test_layer_that_needs_the_folders_of_one_that_is_late_waits_for_it(
    engine: NativeEngine, registry: Registry, proxy: RegistryProxy
) -> None:
    """Layers are unpacked side by side, and this one's second entry asks what a lower one's folder is like.

    What makes the layer has part of the first one then, and never gets the rest.
    """
    noise = random.Random(40).randbytes(6_000_000)
    lower = layer_tar([folder("srv", 0o750), Entry("srv/noise", noise)])
    large = random.Random(41).randbytes(3_000_000)
    upper = layer_tar([Entry("large", large), Entry("srv/data/file", b"x")])
    registry.push("late", "latest", build_image([lower, upper], compression="none"))
    proxy.behaviour.cut_blobs_after = 5_000_000
    proxy.behaviour.blob_gate = threading.Event()
    connection = engine.connection()
    connection.request("POST", f"/images/create?fromImage={proxy.address}/late&tag=latest")
    answer = connection.getresponse()
    short = digest_of(upper).removeprefix("sha256:")[:12]
    for line in answer:
        message = json.loads(line)
        if (message.get("id"), message["status"]) == (short, "Extracting"):
            break
    wait_for(proxy.behaviour.reached_gate)
    proxy.behaviour.cut_blobs_after = None
    proxy.behaviour.blob_gate.set()
    assert "Downloaded newer image" in json.loads(answer.read().splitlines()[-1])["status"]
    connection.close()
    body = {"Image": f"{proxy.address}/late", "Cmd": ["none"]}
    container = engine.request("POST", "/containers/create", body=body).json["Id"]
    try:
        assert [mode_of(engine, container, path) for path in ("/srv", "/srv/data")] == [0o750, 0o755]
    finally:
        engine.request("DELETE", f"/containers/{container}")


def mode_of(engine: NativeEngine, container: str, path: str) -> int:
    """Return the permissions of a folder in a container that was never started."""
    answer = engine.request("HEAD", f"/containers/{container}/archive", query={"path": path})
    stat: dict[str, int] = json.loads(base64.b64decode(answer.headers["X-Docker-Container-Path-Stat"]))
    return stat["mode"] & 0o7777


def test_token_goes_to_its_registry_and_nowhere_else(
    engine: NativeEngine, registry: Registry, proxy: RegistryProxy
) -> None:
    registry.push("private", "latest", noisy_image(40, 50_000))
    proxy.behaviour.password = "secret"
    query = {"fromImage": f"{proxy.address}/private", "tag": "latest"}
    refused = engine.request("POST", "/images/create", query=query)
    assert refused.status == 401
    assert refused.message == "unauthorized: incorrect username or password"
    with started_proxy(registry, PROXY_PORT + 1) as elsewhere:
        proxy.behaviour.redirect_blobs_to = f"http://{elsewhere.address}"
        auth = base64.urlsafe_b64encode(
            json.dumps({"username": "user", "password": "secret"}).encode()
        ).decode()
        messages = create(engine, proxy, "private", X_Registry_Auth=auth)
        assert "Downloaded newer image" in messages[-1]["status"]
        assert elsewhere.behaviour.authorizations
        assert {header for _, header in elsewhere.behaviour.authorizations} == {""}
    assert "secret" not in engine.log_tail()


def test_mirror_that_is_down_is_passed_over(own_registry: Registry, tmp_path: Path) -> None:
    own_registry.push("library/mirrored", "latest", noisy_image(50, 50_000))
    mirrors = ["--registry-mirror", "http://127.0.0.1:1", "--registry-mirror", own_registry.url]
    with started_engine(tmp_path / "state", own_registry.netns, mirrors) as engine:
        assert b"Downloaded newer image for mirrored:latest" in engine.docker("pull", "mirrored").stdout


def test_full_disk_is_said_and_leaves_nothing_half_made(own_registry: Registry, tmp_path: Path) -> None:
    own_registry.push("large", "latest", noisy_image(60, 30_000_000))
    own_registry.push("small", "latest", noisy_image(61, 100_000))
    state = tmp_path / "state"
    state.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=50m", "tmpfs", state], check=True)
    try:
        with started_engine(state, own_registry.netns) as engine:
            query = {"fromImage": f"{own_registry.address}/large", "tag": "latest"}
            error = engine.request("POST", "/images/create", query=query).lines[-1]["error"]
            assert "free on the disk" in error or "no space left on device" in error.lower()
            assert files_of(engine, "layers") == set()
            assert engine.request("GET", "/images/json").json == []
            query["fromImage"] = f"{own_registry.address}/small"
            assert "error" not in engine.request("POST", "/images/create", query=query).lines[-1]
    finally:
        subprocess.run(["umount", "-l", state], check=True)
