"""Images and registries: what both engines answer word for word, and archives that travel between them."""

import base64
import io
import json
import tarfile
from typing import Any

import pytest

from tests.support.api_client import ApiClient
from tests.support.dockerd import ReferenceDocker
from tests.support.native_engine import NativeEngine
from tests.support.test_images import (
    BuiltImage,
    Entry,
    build_image,
    busybox_layer,
    folder,
    layer_tar,
    save_docker_archive,
)

REGISTRY = "127.0.0.1:5000"
NOBODY = {"X-Registry-Auth": base64.urlsafe_b64encode(b"{}").decode()}
AS_TAR = {"Content-Type": "application/x-tar"}


def made(text: str, **options: Any) -> BuiltImage:
    """Return an image of two layers with plain blobs."""
    layers = [layer_tar([folder("base"), Entry("base/file", b"base")]), layer_tar([Entry(text, b"1" * 5000)])]
    return build_image(layers, compression="none", **options)


def load(engine: ApiClient, image: BuiltImage, *names: str, quiet: str = "1") -> list[dict[str, Any]]:
    """Load an image under names and return the messages."""
    query = {"quiet": quiet}
    archive = save_docker_archive(image, names)
    return engine.request("POST", "/images/load", query=query, body=archive, headers=AS_TAR).lines


def layer_ids(image: BuiltImage) -> list[str]:
    """Return how messages call the layers, bottom to top."""
    return [digest.removeprefix("sha256:")[:12] for digest in image.layer_digests]


def refusal(engine: ApiClient, method: str, path: str, **query: str) -> tuple[int, str]:
    """Return an error answer."""
    answer = engine.request(method, path, query=query)
    return answer.status, answer.message


def test_load(engine: ApiClient) -> None:
    image = made("loaded")
    messages = load(engine, image, "loads:1", "loads:2", quiet="0")
    assert messages[-2:] == [
        {"stream": "Loaded image: loads:1\n"},
        {"stream": "Loaded image: loads:2\n"},
    ]
    assert {message["status"] for message in messages[:-2]} == {"Loading layer"}
    assert {message["id"] for message in messages[:-2]} <= set(layer_ids(image))
    other = made("loaded too")
    assert load(engine, other, "loads:1") == [
        {
            "stream": "The image loads:1 already exists, renaming the old one with ID "
            f"{image.config_digest} to empty string\n"
        },
        {"stream": "Loaded image: loads:1\n"},
    ]
    nameless = made("loaded nameless")
    assert load(engine, nameless) == [{"stream": f"Loaded image ID: {nameless.config_digest}\n"}]
    for broken in (b"", b"no tar"):
        answer = engine.request("POST", "/images/load", body=broken, headers=AS_TAR)
        assert answer.status == 200
        assert set(answer.lines[-1]) == {"error", "errorDetail"}


def test_save(engine: ApiClient) -> None:
    image = made("saved")
    load(engine, image, "saves/it:1", "saves/it:2")
    answer = engine.request("GET", "/images/get", query={"names": "saves/it"})
    assert answer.headers["Content-Type"] == "application/x-tar"
    with tarfile.open(fileobj=io.BytesIO(answer.body)) as archive:
        names = set(archive.getnames())

        def listing(name: str) -> Any:
            file = archive.extractfile(name)
            assert file is not None
            return json.load(file)

        (entry,) = listing("manifest.json")
        index, layout = listing("index.json"), listing("oci-layout")
        repositories = listing("repositories")
    assert {"blobs", "blobs/sha256"} < names
    assert entry["Config"] == f"blobs/sha256/{image.config_digest.removeprefix('sha256:')}"
    assert sorted(entry["RepoTags"]) == ["saves/it:1", "saves/it:2"]
    assert set(entry["Layers"]) < names
    assert set(entry["LayerSources"]) == set(image.layer_digests)  # they are plain
    assert layout == {"imageLayoutVersion": "1.0.0"}
    assert (index["schemaVersion"], index["mediaType"]) == (2, "application/vnd.oci.image.index.v1+json")
    annotations = sorted(json.dumps(item["annotations"], sort_keys=True) for item in index["manifests"])
    assert annotations == [
        json.dumps(
            {
                "io.containerd.image.name": f"docker.io/saves/it:{tag}",
                "org.opencontainers.image.ref.name": tag,
            }
        )
        for tag in ("1", "2")
    ]
    assert set(repositories["saves/it"]) == {"1", "2"}
    assert refusal(engine, "GET", "/images/nope/get") == (404, "No such image: nope")
    assert refusal(engine, "GET", "/images/nope:1/get") == (404, "reference does not exist")


@pytest.mark.parametrize("direction", ["there", "back"])
def test_archives_go_from_one_engine_to_the_other(
    marina: NativeEngine, dockerd: ReferenceDocker, direction: str
) -> None:
    image = build_image(
        [busybox_layer(), layer_tar([Entry(direction, b"told")])],
        docker=True,
        config={"Cmd": ["cat", direction]},
    )
    giver, taker = (marina, dockerd) if direction == "there" else (dockerd, marina)
    load(giver, image, f"travels:{direction}")
    archive = giver.request("GET", f"/images/travels:{direction}/get").body
    loaded = taker.request("POST", "/images/load", body=archive, headers=AS_TAR).lines
    assert loaded == [{"stream": f"Loaded image: travels:{direction}\n"}]
    there, here = (
        client.request("GET", f"/images/travels:{direction}/json").json for client in (giver, taker)
    )
    assert (there["Id"], there["RootFS"]) == (here["Id"], here["RootFS"])
    output = taker.docker("run", "--rm", "--network", "none", f"travels:{direction}").stdout
    assert output == b"told"


def test_push_and_pull(engine: ApiClient) -> None:
    one, two = made("pushed 1"), made("pushed 2")
    repository = f"{REGISTRY}/contract/pushed"
    for tag, image in (("one", one), ("two", two)):
        load(engine, image, f"{repository}:{tag}")

    def push(tag: str) -> list[dict[str, Any]]:
        path = f"/images/{repository}/push"
        return engine.request("POST", path, query={"tag": tag}, headers=NOBODY).lines

    base, top = layer_ids(one)
    messages = push("one")
    assert messages[:3] == [
        {"status": f"The push refers to repository [{repository}]"},
        {"status": "Preparing", "progressDetail": {}, "id": top},
        {"status": "Preparing", "progressDetail": {}, "id": base},
    ]
    for layer in (base, top):
        assert [m["status"] for m in messages if m.get("id") == layer][-1] == "Pushed"
    aux = messages[-1]["aux"]
    assert messages[-2] == {"status": f"one: digest: {aux['Digest']} size: {aux['Size']}"}
    assert messages[-1] == {"progressDetail": {}, "aux": {**aux, "Tag": "one"}}
    again = push("one")
    assert [message["status"] for message in again if message.get("id") == top] == [
        "Preparing",
        "Layer already exists",
    ]
    assert again[-1] == messages[-1]
    push("two")
    for image in (one, two):
        engine.request("DELETE", f"/images/{image.config_digest}", query={"force": "1"})
    pulled = engine.request("POST", "/images/create", query={"fromImage": repository}).lines
    assert {"status": "Pulling from contract/pushed", "id": "one"} in pulled
    assert {"status": "Pulling from contract/pushed", "id": "two"} in pulled
    assert {"status": f"Digest: {aux['Digest']}"} in pulled
    assert [m for m in pulled if m["status"].startswith("Status: ")] == [
        {"status": f"Status: Downloaded newer image for {repository}"}
    ]
    same = engine.request("POST", "/images/create", query={"fromImage": repository, "tag": "one"}).lines
    assert same == [
        {"status": "Pulling from contract/pushed", "id": "one"},
        {"status": f"Digest: {aux['Digest']}"},
        {"status": f"Status: Image is up to date for {repository}:one"},
    ]
    details = engine.request("GET", f"/images/{repository}:one/json").json
    assert details["Id"] == one.config_digest
    assert details["RepoDigests"] == [f"{repository}@{aux['Digest']}"]
    for image in (one, two):
        engine.request("DELETE", f"/images/{image.config_digest}", query={"force": "1"})


def test_pushes_refused(engine: ApiClient) -> None:
    load(engine, made("refused"), f"{REGISTRY}/refused:1", "127.0.0.1:1/refused:1")
    for repository, tag, message in (
        (f"{REGISTRY}/none", "1", f"An image does not exist locally with the tag: {REGISTRY}/none"),
        (f"{REGISTRY}/refused", "9", f"tag does not exist: {REGISTRY}/refused:9"),
        (f"{REGISTRY}/refused@sha256:{'0' * 64}", "", "cannot push a digest reference"),
        (
            "127.0.0.1:1/refused",
            "1",
            'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
        ),
    ):
        query = {"tag": tag} if tag else {}
        answer = engine.request("POST", f"/images/{repository}/push", query=query, headers=NOBODY)
        assert answer.status == 200
        assert answer.lines == [
            {"status": f"The push refers to repository [{repository.partition('@')[0]}]"},
            {"error": message, "errorDetail": {"message": message}},
        ]
    engine.request("DELETE", f"/images/{REGISTRY}/refused:1")
    engine.request("DELETE", "/images/127.0.0.1:1/refused:1")


def test_registries(engine: ApiClient) -> None:
    body = {"username": "u", "password": "p", "serveraddress": REGISTRY}
    answer = engine.request("POST", "/auth", body=body)
    assert (answer.status, answer.json) == (200, {"Status": "Login Succeeded", "IdentityToken": ""})
    answer = engine.request("POST", "/auth", body=body | {"serveraddress": "127.0.0.1:1"})
    assert answer.status == 500
    assert answer.message == 'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused'
    found = engine.request("GET", "/distribution/busybox/json")
    assert found.json["Platforms"] == [{"architecture": "amd64", "os": "linux"}]
    assert refusal(engine, "GET", f"/distribution/{REGISTRY}/nope/json") == (
        404,
        "manifest unknown: manifest unknown",
    )
    for query, message in (
        ({"limit": "200"}, "limit 200 is outside the range of [1, 100]"),
        ({"limit": "x"}, 'invalid limit specified: strconv.Atoi: parsing "x": invalid syntax'),
        ({"filters": '{"nope": ["x"]}'}, "invalid filter 'nope'"),
        ({"filters": '{"is-official": ["x"]}'}, "invalid filter 'is-official=[x]'"),
        (
            {"filters": '{"stars": ["x"]}'},
            "invalid filter 'stars=x': strconv.Atoi: parsing \"x\": invalid syntax",
        ),
    ):
        assert refusal(engine, "GET", "/images/search", term=f"{REGISTRY}/x", **query) == (400, message)
    status, message = refusal(engine, "GET", "/images/search", term=f"{REGISTRY}/x")
    assert status == 500
    assert message.startswith("Unexpected status code 404")


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        (
            {"fromImage": f"{REGISTRY}/nope", "tag": "x"},
            404,
            f"manifest for {REGISTRY}/nope:x not found: manifest unknown: manifest unknown",
        ),
        (
            {"fromImage": f"{REGISTRY}/nope"},
            404,
            f"repository {REGISTRY}/nope not found: name unknown: repository name not known to registry",
        ),
        (
            {"fromImage": "127.0.0.1:1/x", "tag": "x"},
            500,
            'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
        ),
        ({"fromSrc": "-", "changes": "RUN x"}, 400, "RUN is not a valid change command"),
        (
            {"fromSrc": "-", "repo": "Bad"},
            400,
            "invalid reference format: repository name (library/Bad) must be lowercase",
        ),
        ({"fromSrc": "-", "repo": f"x@sha256:{'0' * 64}"}, 400, "cannot import digest reference"),
        (
            {"fromSrc": f"{REGISTRY}/v2/x.tar"},
            404,
            f"failed to GET http://{REGISTRY}/v2/x.tar with status 404 Not Found: 404 page not found",
        ),
        (
            {"fromSrc": "127.0.0.1:1/x"},
            500,
            'Get "http://127.0.0.1:1/x": dial tcp 127.0.0.1:1: connect: connection refused',
        ),
    ],
)
def test_pulls_and_imports_refused(
    engine: ApiClient, query: dict[str, str], status: int, message: str
) -> None:
    assert refusal(engine, "POST", "/images/create", **query) == (status, message)


def test_import(engine: ApiClient) -> None:
    tree = layer_tar([Entry("imported", b"1" * 7)])
    query = {"fromSrc": "-", "repo": "imports", "tag": "1", "message": "told", "changes": "ENV a=b"}
    (message,) = engine.request("POST", "/images/create", query=query, body=tree, headers=AS_TAR).lines
    details = engine.request("GET", "/images/imports:1/json").json
    assert message == {"status": details["Id"]}
    assert (details["Comment"], details["Config"]["Env"], details["Size"]) == ("told", ["a=b"], 7)
    (entry,) = engine.request("GET", "/images/imports:1/history").json
    assert (entry["Id"], entry["Tags"], entry["Size"]) == (details["Id"], ["imports:1"], 7)
    assert (entry["Comment"], entry["CreatedBy"]) == ("told", "")
    removed = engine.request("DELETE", "/images/imports:1").json
    assert removed[:2] == [{"Untagged": "imports:1"}, {"Deleted": details["Id"]}]


def test_removal(engine: ApiClient) -> None:
    image = made("removed")
    load(engine, image, "removes:1", "removes:2", "other/removes:1")
    short = image.config_digest.removeprefix("sha256:")[:12]
    assert refusal(engine, "DELETE", f"/images/{short}") == (
        409,
        f"conflict: unable to delete {short} (must be forced) - image is referenced in multiple repositories",
    )
    assert refusal(engine, "DELETE", "/images/removes") == (404, "No such image: removes:latest")
    assert engine.request("DELETE", "/images/removes:1").json == [{"Untagged": "removes:1"}]
    container = engine.request("POST", "/containers/create", body={"Image": "removes:2", "Cmd": ["x"]}).json[
        "Id"
    ]
    assert engine.request("DELETE", "/images/other/removes:1").json == [{"Untagged": "other/removes:1"}]
    assert refusal(engine, "DELETE", "/images/removes:2") == (
        409,
        'conflict: unable to remove repository reference "removes:2" (must force) - '
        f"container {container[:12]} is using its referenced image {short}",
    )
    assert refusal(engine, "DELETE", f"/images/{short}") == (
        409,
        f"conflict: unable to delete {short} (must be forced) - "
        f"image is being used by stopped container {container[:12]}",
    )
    engine.request("DELETE", f"/containers/{container}")
    removed = engine.request("DELETE", f"/images/{short}").json
    assert removed[:2] == [{"Untagged": "removes:2"}, {"Deleted": image.config_digest}]


def test_children_and_parents(engine: ApiClient) -> None:
    load(engine, made("parent"), "parents:1")
    parent = engine.request("GET", "/images/parents:1/json").json["Id"]
    container = engine.request("POST", "/containers/create", body={"Image": parent, "Cmd": ["x"]}).json["Id"]
    query = {"container": container, "repo": "children", "tag": "1"}
    child = engine.request("POST", "/commit", query=query, body={}).json["Id"]
    engine.request("DELETE", f"/containers/{container}")
    assert engine.request("GET", "/images/children:1/json").json["Parent"] == parent
    assert engine.request("DELETE", "/images/parents:1").json == [{"Untagged": "parents:1"}]
    short = parent.removeprefix("sha256:")[:12]
    assert refusal(engine, "DELETE", f"/images/{parent}", force="1") == (
        409,
        f"conflict: unable to delete {short} (cannot be forced) - image has dependent child images",
    )

    def listed(**query: str) -> set[str]:
        return {entry["Id"] for entry in engine.request("GET", "/images/json", query=query).json}

    assert child in listed()
    assert parent not in listed()
    assert parent in listed(all="1")
    assert parent not in listed(filters='{"dangling": ["true"]}', all="1")
    removed = engine.request("DELETE", "/images/children:1").json
    assert [entry["Deleted"] for entry in removed if entry.get("Deleted") in (child, parent)] == [
        child,
        parent,
    ]


def test_lists_and_filters(engine: ApiClient) -> None:
    made_at = {}
    for number in range(3):
        created = f"2024-01-01T00:00:00.{number + 1}Z"
        image = made(f"filtered {number}", created=created, config={"Labels": {"n": str(number)}})
        load(engine, image, f"filters/it:{number}")
        made_at[image.config_digest] = number

    def passing(**filters: list[str]) -> list[int]:
        answer = engine.request("GET", "/images/json", query={"filters": json.dumps(filters)})
        assert answer.status == 200, answer.body
        return sorted(made_at[entry["Id"]] for entry in answer.json if entry["Id"] in made_at)

    assert passing(before=["filters/it:2"]) == [0, 1]
    assert passing(since=["filters/it:0"]) == [1, 2]
    assert passing(before=["filters/it:2"], since=["filters/it:0"]) == [1]
    assert passing(until=["2024-01-01T00:00:00.3Z"]) == [0, 1]
    assert passing(reference=["filters/*:1"]) == [1]
    assert passing(reference=["filters/it"]) == [0, 1, 2]
    assert passing(reference=["*/*/it"]) == []
    assert passing(label=["n"]) == [0, 1, 2]
    assert passing(label=["n=1"]) == [1]
    assert passing(label=["n=1", "n=2"]) == []
    assert passing(dangling=["true"]) == []
    assert passing(dangling=["false"]) == [0, 1, 2]
    for filters, status, message in (
        ('{"before": ["nope"]}', 404, "No such image: nope:latest"),
        ('{"dangling": ["x"]}', 400, "invalid filter 'dangling=[x]'"),
        ('{"nope": ["a"]}', 400, "invalid filter 'nope'"),
        ("nope", 400, "invalid filter"),
    ):
        assert refusal(engine, "GET", "/images/json", filters=filters) == (status, message)
    for number in range(3):
        engine.request("DELETE", f"/images/filters/it:{number}")


def test_prune(engine: ApiClient) -> None:
    kept, gone = made("spared", config={"Labels": {"spare": "1"}}), made("pruned")
    for image in (kept, gone):
        load(engine, image)
    pruned = engine.request("POST", "/images/prune", query={"filters": '{"label!": ["spare"]}'}).json
    deleted = {entry["Deleted"] for entry in pruned["ImagesDeleted"] if "Deleted" in entry}
    assert gone.config_digest in deleted
    assert kept.config_digest not in deleted
    until = json.dumps({"until": ["2020-01-01T00:00:00Z"]})
    pruned = engine.request("POST", "/images/prune", query={"filters": until}).json
    assert pruned == {"ImagesDeleted": None, "SpaceReclaimed": 0}
    pruned = engine.request("POST", "/images/prune").json
    assert {"Deleted": kept.config_digest} in pruned["ImagesDeleted"]
    assert refusal(engine, "POST", "/images/prune", filters='{"reference": ["x"]}') == (
        400,
        "invalid filter 'reference'",
    )
