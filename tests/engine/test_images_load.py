"""`docker load`: archives of every form, hostile ones, and images in use."""

import gzip
import io
import json
import tarfile
from collections.abc import Callable

import pytest
import zstandard

from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry
from tests.support.test_images import (
    BuiltImage,
    Entry,
    build_image,
    build_index,
    busybox_layer,
    folder,
    layer_tar,
    save_docker_archive,
    save_oci_archive,
    symlink,
)

pytestmark = pytest.mark.timeout(120)


def two_layers(text: str) -> BuiltImage:
    """Return an image of two small layers with plain blobs."""
    layers = [layer_tar([folder("d"), Entry("d/base", text.encode())]), layer_tar([Entry("d/top", b"t")])]
    return build_image(layers, compression="none")


def load(engine: NativeEngine, archive: bytes, quiet: str = "1") -> list[dict[str, str]]:
    """Load an archive and return the messages."""
    answer = engine.request("POST", "/images/load", query={"quiet": quiet}, body=archive)
    assert answer.status == 200, answer.body
    return answer.lines


@pytest.mark.parametrize(
    ("kind", "wrap"),
    [("plain", bytes), ("gzip", gzip.compress), ("zstd", zstandard.ZstdCompressor().compress)],
)
def test_docker_archive(engine: NativeEngine, kind: str, wrap: Callable[[bytes], bytes]) -> None:
    image = two_layers(f"docker {kind}")
    archive = wrap(save_docker_archive(image, [f"loaded:{kind}", f"team/loaded:{kind}"]))
    assert load(engine, archive) == [
        {"stream": f"Loaded image: loaded:{kind}\n"},
        {"stream": f"Loaded image: team/loaded:{kind}\n"},
    ]
    details = engine.request("GET", f"/images/team/loaded:{kind}/json").json
    assert details["Id"] == image.config_digest
    assert details["RepoDigests"] == []


def test_name_that_moves_is_told(engine: NativeEngine) -> None:
    first, second = two_layers("moves 1"), two_layers("moves 2")
    load(engine, save_docker_archive(first, ["moves:1"]))
    assert load(engine, save_docker_archive(second, ["moves:1"])) == [
        {
            "stream": "The image moves:1 already exists, renaming the old one with ID "
            f"{first.config_digest} to empty string\n"
        },
        {"stream": "Loaded image: moves:1\n"},
    ]


def test_archive_without_names(engine: NativeEngine) -> None:
    image = two_layers("nameless")
    assert load(engine, save_docker_archive(image, [])) == [
        {"stream": f"Loaded image ID: {image.config_digest}\n"}
    ]
    dangling = json.dumps({"dangling": ["true"]})
    listed = engine.request("GET", "/images/json", query={"filters": dangling}).json
    assert image.config_digest in [entry["Id"] for entry in listed]
    pruned = engine.request("POST", "/images/prune").json
    assert {"Deleted": image.config_digest} in pruned["ImagesDeleted"]
    assert pruned["SpaceReclaimed"] >= len(b"nameless") + 1  # other tests' nameless images went too


def test_oci_archive_with_index(engine: NativeEngine) -> None:
    ours, theirs = two_layers("oci-amd64"), build_image([layer_tar([])], architecture="arm64")
    index = build_index({"linux/amd64": ours, "linux/arm64": theirs})
    assert load(engine, save_oci_archive(index, "registry.example/oci:1")) == [
        {"stream": "Loaded image: registry.example/oci:1\n"}
    ]
    details = engine.request("GET", "/images/registry.example/oci:1/json").json
    assert details["Id"] == ours.config_digest


def test_progress_unless_quiet(engine: NativeEngine) -> None:
    image = build_image([layer_tar([Entry("big", b"0" * 2_000_000)])], compression="none")
    messages = load(engine, save_docker_archive(image, ["noisy:1"]), quiet="0")
    diff_id = image.layer_digests[0].removeprefix("sha256:")  # its layer is plain
    assert {message["id"] for message in messages[:-1]} == {diff_id[:12]}
    assert {message["status"] for message in messages[:-1]} == {"Loading layer"}
    assert messages[-1] == {"stream": "Loaded image: noisy:1\n"}


def archive_of(files: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    """Return a tar with these files and symbolic links."""
    return layer_tar(
        [Entry(name, data) for name, data in files.items()]
        + [symlink(name, target) for name, target in (links or {}).items()]
    )


def listing(**entry: object) -> bytes:
    """Return a manifest.json."""
    return json.dumps([{"Config": "c.json", "RepoTags": None, "Layers": []} | entry]).encode()


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (b"", "invalid archive: empty file"),
        (b"not a tar" * 200, "invalid archive"),
        (gzip.compress(b"x" * 3000)[:-12], "invalid archive"),
        (archive_of({"a": b"1"}), "it holds neither manifest.json nor index.json"),
        (archive_of({"manifest.json": b"{"}), "manifest.json"),
        (archive_of({"manifest.json": b"[1]"}), "no list of images"),
        (archive_of({"manifest.json": listing()}), "c.json is missing"),
        (archive_of({"manifest.json": listing(Config="../../etc/passwd")}), "etc/passwd is missing"),
        (archive_of({"manifest.json": listing()}, {"c.json": "/etc/passwd"}), "c.json is missing"),
        (archive_of({"manifest.json": listing()}, {"c.json": "c.json"}), "c.json is missing"),
        (archive_of({"manifest.json": listing(Layers=["l"] * 501)}), "more than 500 layers"),
        (archive_of({"manifest.json": listing(Layers=[1])}), "no list of strings"),
        (archive_of({"manifest.json": listing(), "c.json": b"[]"}), "want a JSON object"),
        (archive_of({"manifest.json": listing(Layers=["l"]), "c.json": b"{}", "l": b""}), "lists 0 layers"),
        (archive_of({"manifest.json": b"[" * 100_000}), "invalid archive"),
        (archive_of({"index.json": b'{"manifests": [{"digest": "sha256:../../x", "size": 1}]}'}), "digest"),
    ],
)
def test_hostile_archives(engine: NativeEngine, archive: bytes, reason: str) -> None:
    before = sorted((engine.data_root / "downloads").iterdir())
    answer = engine.request("POST", "/images/load", body=archive)
    assert answer.status == 200  # as dockerd: the answer has begun before the archive is looked at
    (message,) = answer.lines
    assert reason in message["error"]
    assert message["errorDetail"] == {"message": message["error"]}
    assert sorted(path for path in (engine.data_root / "downloads").iterdir() if path.is_dir()) == [
        path for path in before if path.is_dir()
    ]


def test_symlinked_layers_of_old_archives(engine: NativeEngine) -> None:
    same = layer_tar([Entry("old", b"1")])
    image = build_image([same, same], compression="none")
    layer = next(data for digest, data in image.blobs.items() if digest != image.config_digest)
    files = {
        "manifest.json": listing(RepoTags=["old:1"], Layers=["1/layer.tar", "2/layer.tar"]),
        "c.json": image.blobs[image.config_digest],
        "1/layer.tar": layer,
    }
    archive = archive_of(files, {"2/layer.tar": "../1/layer.tar"})
    assert load(engine, archive) == [{"stream": "Loaded image: old:1\n"}]


def test_docker_command_line_loads(engine: NativeEngine) -> None:
    archive = save_docker_archive(two_layers("cli"), ["by-cli:1"])
    assert engine.docker("load", stdin=archive).stdout.strip().endswith(b"Loaded image: by-cli:1")


def test_archive_cut_off(engine: NativeEngine) -> None:
    image = build_image([layer_tar([Entry("big", b"0" * 100_000)])], compression="none")
    archive = save_docker_archive(image, ["cut:1"])
    with tarfile.open(fileobj=io.BytesIO(archive)) as whole:
        layer = whole.getmember("0/layer.tar")
    answer = engine.request("POST", "/images/load", body=archive[: layer.offset_data + 5000])
    assert "invalid archive" in answer.lines[-1]["error"]
    assert engine.request("GET", "/images/cut:1/json").status == 404


def test_image_in_use(engine: NativeEngine) -> None:
    load(engine, save_docker_archive(build_image([busybox_layer()], compression="none"), ["used:1"]))
    image = engine.request("GET", "/images/used:1/json").json["Id"]
    created = engine.request("POST", "/containers/create", body={"Image": "used:1", "Cmd": ["true"]})
    assert created.status == 201, created.body
    container = created.json["Id"]
    short, short_image = container[:12], image.removeprefix("sha256:")[:12]
    refused = engine.request("DELETE", "/images/used:1")
    assert (refused.status, refused.message) == (
        409,
        f'conflict: unable to remove repository reference "used:1" (must force) - container {short} '
        f"is using its referenced image {short_image}",
    )
    refused = engine.request("DELETE", f"/images/{image}")
    assert (refused.status, refused.message) == (
        409,
        f"conflict: unable to delete {short_image} (must be forced) - image is being used by stopped "
        f"container {short}",
    )
    listed = engine.request("GET", "/system/df").json["Images"]
    assert [entry["Containers"] for entry in listed if entry["Id"] == image] == [1]
    removed = engine.request("DELETE", "/images/used:1?force=1").json
    assert {"Deleted": image} in removed
    assert engine.request("GET", f"/images/{image}/json").status == 404
    # The container outlives its image: it still starts.
    started = engine.request("POST", f"/containers/{container}/start")
    assert started.status == 204, started.body
    waited = engine.request("POST", f"/containers/{container}/wait").json
    assert waited["StatusCode"] == 0
    assert engine.request("DELETE", f"/containers/{container}?force=1").status == 204


def test_running_container_keeps_its_image(engine: NativeEngine, registry: Registry) -> None:
    engine.docker("pull", "busybox")
    image = engine.request("GET", "/images/busybox/json").json["Id"]
    container = engine.docker("run", "-d", "busybox", "sleep", "60").stdout.decode().strip()
    try:
        refused = engine.request("DELETE", f"/images/{image}?force=1")
        assert refused.status == 409
        assert (
            f"(cannot be forced) - image is being used by running container {container[:12]}"
            in refused.message
        )
    finally:
        engine.docker("rm", "-f", container)
