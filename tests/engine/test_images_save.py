"""`docker save`: one archive for every reader, and the way back without a byte changed."""

import hashlib
import io
import json
import random
import tarfile
import time
from typing import Any

import pytest

from tests.engine.test_images import pull, small_image
from tests.engine.test_images_load import load
from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry
from tests.support.test_images import (
    Entry,
    build_image,
    busybox_layer,
    digest_of,
    layer_tar,
    save_docker_archive,
)

pytestmark = pytest.mark.timeout(120)


def saved(engine: NativeEngine, *names: str) -> dict[str, bytes]:
    """Save images and return the archive's files."""
    query = "&".join(f"names={name}" for name in names)
    answer = engine.request("GET", f"/images/get?{query}")
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"] == "application/x-tar"
    with tarfile.open(fileobj=io.BytesIO(answer.body)) as archive:
        return {
            member.name: file.read()
            for member in archive
            if (file := archive.extractfile(member)) is not None
        }


def listed(files: dict[str, bytes], name: str) -> Any:
    """Return one of the archive's listings."""
    return json.loads(files[name])


@pytest.mark.parametrize("docker", [False, True])
def test_archive_is_an_oci_layout_and_a_docker_archive(
    engine: NativeEngine, registry: Registry, docker: bool
) -> None:
    image = build_image(
        [busybox_layer(), layer_tar([Entry(f"saved-{docker}", b"1" * 100_000)])], docker=docker
    )
    tag = f"saved-{docker}".lower()
    name = registry.push("saved", tag, image)
    pull(engine, f"{registry.address}/saved", tag)
    files = saved(engine, name)
    entry = listed(files, "index.json")["manifests"]
    assert entry == [
        {
            "mediaType": image.media_type,
            "digest": image.digest,
            "size": len(image.manifest),
            "annotations": {
                "io.containerd.image.name": name,
                "org.opencontainers.image.ref.name": tag,
            },
        }
    ]
    assert listed(files, "oci-layout") == {"imageLayoutVersion": "1.0.0"}
    # Every blob is there as it came from the registry, under its digest.
    blobs = dict(image.blobs) | {image.digest: image.manifest}
    assert {f"blobs/sha256/{digest[7:]}": data for digest, data in blobs.items()} == {
        path: data for path, data in files.items() if path.startswith("blobs/")
    }
    (docker_entry,) = listed(files, "manifest.json")
    assert docker_entry["Config"] == f"blobs/sha256/{image.config_digest[7:]}"
    assert docker_entry["RepoTags"] == [name]
    assert docker_entry["Layers"] == [f"blobs/sha256/{digest[7:]}" for digest in image.layer_digests]
    repository = f"{registry.address}/saved"
    assert listed(files, "repositories") == {repository: {tag: image.layer_digests[-1][7:]}}


def test_saved_removed_and_loaded_again_is_the_same(engine: NativeEngine, registry: Registry) -> None:
    image = small_image("round-trip", docker=True)
    name = registry.push("round", "trip", image)
    pull(engine, f"{registry.address}/round", "trip")
    before = engine.request("GET", f"/images/{name}/json").json
    archive = engine.request("GET", f"/images/{name}/get").body
    assert engine.request("DELETE", f"/images/{image.config_digest}?force=1").status == 200
    assert load(engine, archive) == [{"stream": f"Loaded image: {name}\n"}]
    after = engine.request("GET", f"/images/{name}/json").json
    assert (after["Id"], after["RootFS"]) == (before["Id"], before["RootFS"])
    assert engine.request("GET", f"/images/{name}/get").body == archive
    assert (
        hashlib.sha256(saved(engine, name)[f"blobs/sha256/{image.digest[7:]}"]).hexdigest()
        == (image.digest[7:])
    )


def test_several_images_share_blobs_and_a_repository_means_all_tags(
    engine: NativeEngine, registry: Registry
) -> None:
    base = layer_tar([Entry("several", b"base")])
    one = build_image([base])
    two = build_image([base, layer_tar([Entry("several-too", b"top")])])
    repository = f"{registry.address}/several"
    for tag, image in (("one", one), ("two", two)):
        registry.push("several", tag, image)
        pull(engine, repository, tag)
    engine.request("POST", f"/images/{one.config_digest}/tag", query={"repo": "other/name", "tag": "x"})
    files = saved(engine, repository)
    tags = [entry["RepoTags"] for entry in listed(files, "manifest.json")]
    assert sorted(tags) == [[f"{repository}:one"], [f"{repository}:two"]]
    assert (
        len([path for path in files if path.startswith("blobs/")]) == 2 + 2 + 2
    )  # layers, configs, manifests
    both = saved(engine, f"{repository}:one", "other/name:x", two.config_digest)
    entries = {entry["Config"][13:]: entry["RepoTags"] for entry in listed(both, "manifest.json")}
    assert entries == {
        one.config_digest[7:]: [f"{repository}:one", "other/name:x"],
        two.config_digest[7:]: None,
    }


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("nope", 404, "No such image: nope"),
        ("nope:1", 404, "reference does not exist"),
        ("sha256:" + "0" * 64, 404, "No such image: sha256:" + "0" * 64),
        ("Nope", 400, "invalid reference format: repository name (library/Nope) must be lowercase"),
    ],
)
def test_names_that_cannot_be_saved(engine: NativeEngine, name: str, status: int, message: str) -> None:
    for path in (f"/images/{name}/get", f"/images/get?names={name}"):
        answer = engine.request("GET", path)
        assert (answer.status, answer.message) == (status, message)


def test_nothing_named_is_an_archive_of_nothing(engine: NativeEngine) -> None:
    files = saved(engine)
    assert listed(files, "index.json")["manifests"] == listed(files, "manifest.json") == []


def test_plain_layers_of_an_archive_are_kept_compressed(engine: NativeEngine) -> None:
    layer = layer_tar([Entry("squeezed", b"0" * 3_000_000)])
    image = build_image([layer], compression="none")
    load(engine, save_docker_archive(image, ["squeezed:1"]))
    blobs = engine.data_root / "blobs" / "sha256"
    assert not (blobs / digest_of(layer)[7:]).exists()
    files = saved(engine, "squeezed:1")
    (packed,) = listed(files, "manifest.json")[0]["Layers"]
    assert len(files[packed]) < 100_000
    # The same archive again, after everything is gone, gives the same blob.
    engine.request("DELETE", "/images/squeezed:1")
    assert not (blobs / packed.rpartition("/")[2]).exists()
    load(engine, save_docker_archive(image, ["squeezed:1"]))
    assert saved(engine, "squeezed:1") == files


def test_layer_that_is_there_keeps_its_blob(engine: NativeEngine, registry: Registry) -> None:
    """What dockerd saves is plain; over a pulled image it changes nothing of what a push would send."""
    layer = layer_tar([Entry("kept-blob", b"1" * 50_000)])
    pulled, plain = build_image([layer], docker=True), build_image([layer], compression="none")
    name = registry.push("kept-blob", "1", pulled)
    pull(engine, f"{registry.address}/kept-blob", "1")
    load(engine, save_docker_archive(plain, [name]))
    files = saved(engine, name)
    assert listed(files, "manifest.json")[0]["Layers"] == [f"blobs/sha256/{pulled.layer_digests[0][7:]}"]


def test_image_that_is_there_keeps_its_manifest_and_parent(
    engine: NativeEngine, registry: Registry, busybox: str
) -> None:
    image = small_image("kept-manifest", docker=True)
    name = registry.push("kept-manifest", "1", image)
    pull(engine, f"{registry.address}/kept-manifest", "1")
    files = saved(engine, name)
    old_form = {path: data for path, data in files.items() if path not in ("index.json", "oci-layout")}
    load(engine, layer_tar([Entry(path, data) for path, data in old_form.items()]))
    assert listed(saved(engine, name), "index.json")["manifests"][0]["digest"] == image.digest
    container = engine.request("POST", "/containers/create", body={"Image": busybox, "Cmd": ["x"]}).json["Id"]
    query = {"container": container, "repo": "kept-parent"}
    made = engine.request("POST", "/commit", query=query, body={}).json["Id"]
    engine.request("DELETE", f"/containers/{container}")
    parent = engine.request("GET", f"/images/{made}/json").json["Parent"]
    assert parent
    load(engine, engine.request("GET", "/images/kept-parent/get").body)
    assert engine.request("GET", f"/images/{made}/json").json["Parent"] == parent
    engine.request("DELETE", "/images/kept-parent")


def test_client_that_leaves_ends_the_save(engine: NativeEngine) -> None:
    blobs = engine.data_root / "blobs" / "sha256"
    before = set(blobs.iterdir())
    noise = layer_tar([Entry("noise", random.Random(5).randbytes(8_000_000))])
    load(engine, save_docker_archive(build_image([noise], compression="none"), ["left-save:1"]))
    connection = engine.connection()
    connection.request("GET", "/images/left-save:1/get")
    answer = connection.getresponse()
    assert answer.read(1000)
    assert engine.request("DELETE", "/images/left-save:1").status == 200
    kept = set(blobs.iterdir()) - before
    assert kept  # the save still needs them
    answer.close()
    connection.close()
    deadline = time.monotonic() + 60
    while any(path.exists() for path in kept):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_event_and_command_line(engine: NativeEngine, registry: Registry) -> None:
    image = small_image("by-cli-saved")
    name = registry.push("cli-saved", "1", image)
    pull(engine, f"{registry.address}/cli-saved", "1")
    before = time.time()
    archive = engine.docker("save", name).stdout
    window = {"since": f"{before:.9f}", "until": f"{time.time():.9f}", "filters": '{"event":["save"]}'}
    events = engine.request("GET", "/events", query=window).lines
    assert [event["Actor"]["ID"] for event in events] == [image.config_digest]
    engine.docker("rmi", "-f", image.config_digest)
    assert f"Loaded image: {name}".encode() in engine.docker("load", stdin=archive).stdout
    failed = engine.docker("save", "nope", check=False)
    assert failed.returncode == 1
    assert failed.stderr == b"Error response from daemon: No such image: nope\n"
