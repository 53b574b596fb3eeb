"""Pull, list, tag and remove, against a real registry."""

import json
import time
from pathlib import Path

import pytest

from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry
from tests.support.test_images import (
    BuiltImage,
    Entry,
    build_image,
    build_index,
    busybox_image,
    busybox_layer,
    folder,
    layer_tar,
)

pytestmark = pytest.mark.timeout(120)


def small_image(text: str, **options: object) -> BuiltImage:
    """Return an image of one tiny layer of its own."""
    return build_image([layer_tar([Entry(text, text.encode())])], **options)  # type: ignore[arg-type]


def pull(engine: NativeEngine, name: str, tag: str = "latest", **query: str) -> list[dict[str, object]]:
    """Pull and return the messages; any error fails the test."""
    answer = engine.request("POST", "/images/create", query={"fromImage": name, "tag": tag} | query)
    assert answer.status == 200, answer.body
    messages = answer.lines
    assert not [message for message in messages if "error" in message], messages
    return messages


def statuses(messages: list[dict[str, object]]) -> list[str]:
    """Return the status texts."""
    return [str(message["status"]) for message in messages]


def test_pull_tells_docker_s_story(engine: NativeEngine, registry: Registry) -> None:
    image = build_image([busybox_layer(), layer_tar([Entry("story", b"1" * 3_000_000)])])
    registry.push("story", "1", image)
    messages = pull(engine, f"{registry.address}/story", "1")
    top = image.layer_digests[1].removeprefix("sha256:")[:12]
    of_layer = [str(message["status"]) for message in messages if message.get("id") == top]
    assert of_layer[0] == "Pulling fs layer"
    assert of_layer[-3:] != []
    for earlier, later in (
        ("Pulling fs layer", "Verifying Checksum"),
        ("Verifying Checksum", "Download complete"),
        ("Download complete", "Pull complete"),
    ):
        assert of_layer.index(earlier) < of_layer.index(later)
    assert messages[0] == {"status": "Pulling from story", "id": "1"}
    assert messages[-2] == {"status": f"Digest: {image.digest}"}
    assert messages[-1] == {"status": f"Status: Downloaded newer image for {registry.address}/story:1"}
    again = pull(engine, f"{registry.address}/story", "1")
    assert again[-1] == {"status": f"Status: Image is up to date for {registry.address}/story:1"}
    assert len(again) == 3  # its layers are not worth a word then
    registry.push("story", "2", build_image([busybox_layer(), layer_tar([Entry("sequel", b"2")])]))
    assert statuses(pull(engine, f"{registry.address}/story", "2")).count("Already exists") == 1


@pytest.mark.parametrize(
    ("docker", "compression"),
    [(False, "gzip"), (False, "zstd"), (False, "none"), (True, "gzip"), (True, "none")],
)
def test_every_form_of_image_has_the_id_of_its_config(
    engine: NativeEngine, registry: Registry, docker: bool, compression: str
) -> None:
    image = small_image(f"form-{docker}-{compression}", docker=docker, compression=compression)
    name = registry.push("forms", f"{docker}-{compression}".lower(), image)
    repository, _, tag = name.rpartition(":")
    pull(engine, repository, tag)
    details = engine.request("GET", f"/images/{name}/json").json
    assert details["Id"] == image.config_digest
    assert details["RepoTags"] == [name]
    assert details["RepoDigests"] == [f"{repository}@{image.digest}"]
    assert details["Architecture"] == "amd64"
    assert details["Os"] == "linux"


def test_index_gives_the_platform_asked_for(engine: NativeEngine, registry: Registry) -> None:
    ours = small_image("ours")
    theirs = small_image("theirs", architecture="arm64")
    index = build_index({"linux/arm64/v8": theirs, "linux/amd64": ours})
    registry.push("multi", "latest", index)
    name = f"{registry.address}/multi"
    pull(engine, name)
    details = engine.request("GET", f"/images/{name}/json").json
    assert details["Id"] == ours.config_digest
    assert details["RepoDigests"] == [f"{name}@{index.digest}"]
    pull(engine, name, platform="linux/arm64")
    assert engine.request("GET", f"/images/{theirs.config_digest}/json").json["Architecture"] == "arm64"
    assert (
        engine.request("GET", f"/images/{name}/json").json["Id"] == ours.config_digest
    )  # of both it is ours
    missing = engine.request(
        "POST", "/images/create", query={"fromImage": name, "tag": "latest", "platform": "linux/s390x"}
    )
    assert missing.status == 200  # the index was found, so the answer had begun
    assert "no matching manifest for linux/s390x in the manifest list entries" in missing.lines[-1]["error"]


def test_pull_by_digest(engine: NativeEngine, registry: Registry) -> None:
    image = small_image("by-digest")
    registry.push("digested", "x", image)
    name = f"{registry.address}/digested"
    pull(engine, name, image.digest)
    details = engine.request("GET", f"/images/{name}@{image.digest}/json").json
    assert details["Id"] == image.config_digest
    assert details["RepoTags"] == []


@pytest.mark.parametrize(
    ("name", "tag", "status", "message"),
    [
        ("Foo", "1", 400, "invalid reference format: repository name (library/Foo) must be lowercase"),
        ("a b", "1", 400, "invalid reference format"),
        ("ok", "bad tag", 400, "invalid tag format"),
        ("ok", "sha256:12", 400, "invalid checksum digest format"),
        ("", "", 400, "invalid reference format"),
        ("127.0.0.1:1/x", "1", 500, "dial tcp 127.0.0.1:1: connect: connection refused"),
    ],
)
def test_pull_failures_before_the_first_byte(
    engine: NativeEngine, name: str, tag: str, status: int, message: str
) -> None:
    answer = engine.request("POST", "/images/create", query={"fromImage": name, "tag": tag})
    assert answer.status == status
    assert message in answer.message


def test_unknown_tag_and_repository(engine: NativeEngine, registry: Registry) -> None:
    name = f"{registry.address}/nowhere"
    answer = engine.request("POST", "/images/create", query={"fromImage": name, "tag": "x"})
    assert answer.status == 404
    assert answer.message == f"manifest for {name}:x not found: manifest unknown: manifest unknown"
    listed = engine.request("POST", "/images/create", query={"fromImage": name})
    assert listed.status == 404
    assert "nowhere not found" in listed.message


def test_all_tags_of_a_repository(engine: NativeEngine, registry: Registry) -> None:
    for tag in ("one", "two"):
        registry.push("tags", tag, small_image(f"tags-{tag}"))
    answer = engine.request("POST", "/images/create", query={"fromImage": f"{registry.address}/tags"})
    assert answer.status == 200
    for tag in ("one", "two"):
        assert engine.request("GET", f"/images/{registry.address}/tags:{tag}/json").status == 200


@pytest.mark.parametrize("header", ["%%%", "bm90IGpzb24=", "W10="])
def test_unreadable_auth_header_counts_as_none(engine: NativeEngine, header: str) -> None:
    answer = engine.request(
        "POST", "/images/create", query={"fromImage": "busybox"}, headers={"X-Registry-Auth": header}
    )
    assert answer.status == 200  # as dockerd


def test_unknown_image(engine: NativeEngine) -> None:
    for method, path in (
        ("GET", "/images/nope/json"),
        ("GET", "/images/nope/history"),
        ("DELETE", "/images/nope"),
        ("POST", "/images/nope/tag?repo=x"),
    ):
        answer = engine.request(method, path)
        assert (answer.status, answer.message) == (404, "No such image: nope:latest")
    missing = "sha256:" + "0" * 64
    assert engine.request("GET", f"/images/{missing}/json").message == f"No such image: {missing}"


def test_names_move_and_go_by_docker_s_rules(engine: NativeEngine, registry: Registry) -> None:
    first, second = small_image("first"), small_image("second")
    repository = f"{registry.address}/moving"
    registry.push("moving", "latest", first)
    pull(engine, repository)
    registry.push("moving", "latest", second)
    pull(engine, repository)
    dangling = engine.request("GET", f"/images/{first.config_digest}/json").json
    assert dangling["RepoTags"] == []
    assert dangling["RepoDigests"] == [f"{repository}@{first.digest}"]
    assert (
        engine.request("POST", f"/images/{repository}/tag", query={"repo": "kept/too", "tag": "v1"}).status
        == 201
    )
    untagged = engine.request("DELETE", f"/images/{repository}").json
    assert untagged == [
        {"Untagged": f"{repository}:latest"},
        {"Untagged": f"{repository}@{second.digest}"},
    ]
    short = second.config_digest.removeprefix("sha256:")[:12]
    removed = engine.request("DELETE", f"/images/{short}").json
    assert removed[0] == {"Untagged": "kept/too:v1"}
    assert {"Deleted": second.config_digest} in removed
    removed = engine.request("DELETE", f"/images/{first.config_digest}").json
    assert {"Deleted": first.config_digest} in removed
    assert engine.request("GET", f"/images/{first.config_digest}/json").status == 404


def test_id_with_several_names_needs_force(engine: NativeEngine, registry: Registry) -> None:
    image = small_image("many-names")
    registry.push("many", "latest", image)
    pull(engine, f"{registry.address}/many")
    engine.request("POST", f"/images/{image.config_digest}/tag", query={"repo": "other", "tag": "x"})
    refused = engine.request("DELETE", f"/images/{image.config_digest}")
    assert refused.status == 409
    assert "(must be forced) - image is referenced in multiple repositories" in refused.message
    assert engine.request("DELETE", f"/images/{image.config_digest}?force=1").status == 200


def test_removing_frees_only_what_nobody_shares(engine: NativeEngine, registry: Registry) -> None:
    base = layer_tar([folder("shared"), Entry("shared/file", b"shared")])
    own = layer_tar([folder("shared"), Entry("shared/own", b"own")])
    registry.push("shared", "base", build_image([base]))
    registry.push("shared", "both", build_image([base, own]))
    name = f"{registry.address}/shared"
    pull(engine, name, "base")
    pull(engine, name, "both")
    layers = set((engine.data_root / "layers").iterdir())
    removed = engine.request("DELETE", f"/images/{name}:both").json
    assert len([entry for entry in removed if "Deleted" in entry]) == 2  # the image and its own layer
    assert len(layers - set((engine.data_root / "layers").iterdir())) == 1
    assert engine.request("GET", f"/images/{name}:base/json").status == 200


def test_list_and_filters(engine: NativeEngine, registry: Registry) -> None:
    image = build_image(
        [layer_tar([Entry("listed", b"12345")])],
        config={"Labels": {"kind": "listed"}},
        created="2024-05-01T00:00:00Z",
    )
    registry.push("team/listed", "v1", image)
    name = f"{registry.address}/team/listed"
    pull(engine, name, "v1")

    def listed(**filters: list[str]) -> list[str]:
        answer = engine.request("GET", "/images/json", query={"filters": json.dumps(filters)})
        assert answer.status == 200, answer.body
        return [entry["Id"] for entry in answer.json]

    entry = next(e for e in engine.request("GET", "/images/json").json if e["Id"] == image.config_digest)
    assert entry["RepoTags"] == [f"{name}:v1"]
    assert entry["Size"] == 5
    assert entry["Created"] == 1714521600
    assert entry["ParentId"] == ""
    assert entry["Labels"] == {"kind": "listed"}
    assert listed(label=["kind=listed"]) == [image.config_digest]
    assert listed(label=["kind=other"]) == []
    assert listed(reference=[f"{registry.address}/*/listed"]) == [image.config_digest]
    assert listed(reference=["listed"]) == []
    assert image.config_digest not in listed(dangling=["true"])
    assert image.config_digest in listed(dangling=["false"])
    assert image.config_digest not in listed(since=[f"{name}:v1"])
    assert engine.request("GET", "/images/json", query={"filters": '{"nope":["x"]}'}).status == 400


def test_history_tells_layers_and_sizes(engine: NativeEngine, registry: Registry) -> None:
    image = build_image([layer_tar([Entry("a", b"1")]), layer_tar([Entry("b", b"22")])])
    registry.push("history", "latest", image)
    pull(engine, f"{registry.address}/history")
    entries = engine.request("GET", f"/images/{registry.address}/history/history").json
    assert [entry["CreatedBy"] for entry in entries] == ["layer 1", "layer 0"]
    assert [entry["Size"] for entry in entries] == [2, 1]
    assert [entry["Id"] for entry in entries] == [image.config_digest, "<missing>"]


def test_prune_takes_what_has_no_name(engine: NativeEngine, registry: Registry) -> None:
    image = small_image("prunable")
    registry.push("prunable", "latest", image)
    pull(engine, f"{registry.address}/prunable")
    archive_free = engine.request("POST", "/images/prune").json
    assert image.config_digest not in json.dumps(archive_free)
    pruned = engine.request(
        "POST",
        "/images/prune",
        query={"filters": json.dumps({"dangling": ["false"], "label": ["none=such"]})},
    ).json
    assert pruned == {"ImagesDeleted": None, "SpaceReclaimed": 0}


def test_events(engine: NativeEngine, registry: Registry) -> None:
    image = small_image("eventful")
    registry.push("eventful", "latest", image)
    name = f"{registry.address}/eventful"
    before = time.time()
    pull(engine, name)
    engine.request("POST", f"/images/{name}/tag", query={"repo": "renamed"})
    engine.request("DELETE", "/images/renamed")
    engine.request("DELETE", f"/images/{name}")
    window = {"since": f"{before:.9f}", "until": f"{time.time():.9f}", "filters": '{"type":["image"]}'}
    events = engine.request("GET", "/events", query=window).lines
    ours = [event for event in events if event["Actor"]["ID"] in (f"{name}:latest", image.config_digest)]
    assert ours[0]["Actor"] == {"ID": f"{name}:latest", "Attributes": {"name": name}}
    assert [event["Action"] for event in ours] == ["pull", "tag", "untag", "untag", "delete"]


def test_docker_command_line(engine: NativeEngine, registry: Registry, tmp_path: Path) -> None:
    registry.push("library/pulled", "latest", busybox_image(created="2026-02-03T04:05:06Z"))
    assert b"Downloaded newer image" in engine.docker("pull", "pulled").stdout
    engine.docker("tag", "pulled", "mine:1")
    assert b"mine" in engine.docker("images").stdout
    assert engine.docker("rmi", "mine:1").stdout == b"Untagged: mine:1\n"
    failed = engine.docker("image", "inspect", "nope", check=False)
    assert b"No such image: nope" in failed.stderr
