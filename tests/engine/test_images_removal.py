"""Removing and listing images that were made from each other, and what prunes spare."""

import json

import pytest

from tests.engine.test_images import pull, small_image
from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry
from tests.support.test_images import build_image, layer_tar

pytestmark = pytest.mark.timeout(120)


def commit(engine: NativeEngine, image: str, repo: str = "", tag: str = "") -> str:
    """Make an image out of another one, with a file more; returns its id."""
    body = {"Image": image, "Cmd": ["sh", "-c", f"echo {repo} {tag} > /made"]}
    container = engine.request("POST", "/containers/create", body=body).json["Id"]
    try:
        engine.request("POST", f"/containers/{container}/start")
        engine.request("POST", f"/containers/{container}/wait")
        query = {"container": container, "repo": repo, "tag": tag}
        answer = engine.request("POST", "/commit", query=query, body={})
        assert answer.status == 201, answer.body
        made: str = answer.json["Id"]
        return made
    finally:
        engine.request("DELETE", f"/containers/{container}?force=1")


def short(image: str) -> str:
    """Return an id as messages show it."""
    return image.removeprefix("sha256:")[:12]


def ids(engine: NativeEngine, filters: dict[str, list[str]] | None = None, **query: str) -> list[str]:
    """Return the ids that are listed."""
    asked = {"filters": json.dumps(filters or {})} | query
    answer = engine.request("GET", "/images/json", query=asked)
    assert answer.status == 200, answer.body
    return [entry["Id"] for entry in answer.json]


def untagged(engine: NativeEngine, *names: str) -> list[dict[str, str]]:
    """Remove one name after the other and return what the last one took with it."""
    removed: list[dict[str, str]] = []
    for name in names:
        answer = engine.request("DELETE", f"/images/{name}")
        assert answer.status == 200, answer.body
        removed = answer.json
    return removed


def test_parents_are_kept_while_they_have_children_and_go_with_the_last(
    engine: NativeEngine, busybox: str
) -> None:
    middle = commit(engine, busybox)
    one, two = commit(engine, middle, "child", "1"), commit(engine, middle, "child", "2")
    assert engine.request("GET", "/images/child:1/json").json["Parent"] == middle
    assert middle not in ids(engine)
    assert middle in ids(engine, all="1")
    assert middle not in ids(engine, {"dangling": ["true"]}, all="1")
    for force in ("0", "1"):
        refused = engine.request("DELETE", f"/images/{middle}", query={"force": force})
        assert (refused.status, refused.message) == (
            409,
            f"conflict: unable to delete {short(middle)} (cannot be forced) - "
            "image has dependent child images",
        )
    assert engine.request("POST", "/images/prune").status == 200
    assert middle in ids(engine, all="1")
    removed = untagged(engine, "child:1")
    assert {"Deleted": one} in removed
    assert {"Deleted": middle} not in removed
    removed = untagged(engine, "child:2")
    assert [entry["Deleted"] for entry in removed if entry.get("Deleted") in (two, middle)] == [two, middle]
    assert middle not in ids(engine, all="1")
    assert engine.request("GET", f"/images/{busybox}/json").status == 200  # it has a name


def test_noprune_keeps_parents(engine: NativeEngine, busybox: str) -> None:
    middle = commit(engine, busybox)
    commit(engine, middle, "childless", "1")
    removed = engine.request("DELETE", "/images/childless:1", query={"noprune": "1"}).json
    assert {"Deleted": middle} not in removed
    assert middle in ids(engine)  # dangling now
    assert {"Deleted": middle} in engine.request("DELETE", f"/images/{middle}").json


def test_name_of_a_parent_goes_and_the_parent_stays(engine: NativeEngine, busybox: str) -> None:
    middle = commit(engine, busybox, "named-parent", "1")
    commit(engine, middle, "named-child", "1")
    assert untagged(engine, "named-parent:1") == [{"Untagged": "named-parent:1"}]
    removed = untagged(engine, "named-child:1")
    assert {"Deleted": middle} in removed


def test_prune_all_takes_children_and_parents(engine: NativeEngine, busybox: str) -> None:
    label = {"Labels": {"prunes": "all"}}
    body = {"Image": busybox, "Cmd": ["true"], **label}
    container = engine.request("POST", "/containers/create", body=body).json["Id"]
    query = {"container": container, "repo": "to-prune", "tag": "1"}
    parent = engine.request("POST", "/commit", query=query, body=label).json["Id"]
    engine.request("DELETE", f"/containers/{container}")
    child = commit(engine, parent, "to-prune", "2")
    pruned = engine.request(
        "POST",
        "/images/prune",
        query={"filters": json.dumps({"dangling": ["false"], "label": ["prunes=all"]})},
    ).json
    deleted = [entry["Deleted"] for entry in pruned["ImagesDeleted"] if "Deleted" in entry]
    assert {parent, child} <= set(deleted)
    assert pruned["SpaceReclaimed"] > 0


def test_image_with_a_digest_alone_is_dangling(engine: NativeEngine, registry: Registry) -> None:
    image = small_image("digest-only")
    registry.push("digest-only", "1", image)
    name = f"{registry.address}/digest-only"
    pull(engine, name, image.digest)
    assert image.config_digest in ids(engine, {"dangling": ["true"]})
    assert image.config_digest in ids(engine, {"dangling": ["false"]})  # it has a name
    pruned = engine.request("POST", "/images/prune").json
    assert {"Untagged": f"{name}@{image.digest}"} in pruned["ImagesDeleted"]
    assert {"Deleted": image.config_digest} in pruned["ImagesDeleted"]


def test_label_filters_of_prune(engine: NativeEngine, registry: Registry) -> None:
    made = []
    for number in range(3):
        labels = {"number": str(number)} | ({"spare": "me"} if number == 1 else {})
        image = build_image([layer_tar([])], config={"Labels": labels})
        registry.push("labelled", str(number), image)
        pull(engine, f"{registry.address}/labelled", image.digest)
        made.append(image.config_digest)
    filters = {"label": ["number"], "label!": ["spare=me"]}
    pruned = engine.request("POST", "/images/prune", query={"filters": json.dumps(filters)}).json
    deleted = {entry["Deleted"] for entry in pruned["ImagesDeleted"] if "Deleted" in entry}
    assert deleted & set(made) == {made[0], made[2]}
    engine.request("POST", "/images/prune")


def test_before_since_and_until_compare_parts_of_seconds(engine: NativeEngine, registry: Registry) -> None:
    names = []
    for number, created in enumerate(("2024-01-01T00:00:00.100000001Z", "2024-01-01T00:00:00.200000001Z")):
        image = small_image(f"moment-{number}", created=created)
        registry.push("moments", str(number), image)
        pull(engine, f"{registry.address}/moments", str(number))
        names.append((f"{registry.address}/moments:{number}", image.config_digest))
    (first, first_id), (second, second_id) = names
    assert first_id in ids(engine, {"before": [second]})
    assert second_id not in ids(engine, {"before": [second]})
    assert second_id in ids(engine, {"since": [first]})
    assert first_id not in ids(engine, {"since": [first]})
    until = ids(engine, {"until": ["2024-01-01T00:00:00.15Z"]})
    assert first_id in until
    assert second_id not in until


@pytest.mark.parametrize(
    ("filters", "status", "message"),
    [
        ('{"before": ["nope"]}', 404, "No such image: nope:latest"),
        ('{"until": ["x"]}', 400, 'failed to parse value as time or duration: "x"'),
        ('{"dangling": ["x"]}', 400, "invalid filter 'dangling=[x]'"),
        ('{"reference": ["[a"]}', 400, "syntax error in pattern"),
        ('{"nope": ["a"]}', 400, "invalid filter 'nope'"),
    ],
)
def test_filters_that_make_no_sense(engine: NativeEngine, filters: str, status: int, message: str) -> None:
    answer = engine.request("GET", "/images/json", query={"filters": filters})
    assert (answer.status, answer.message) == (status, message)


def test_shared_size_and_older_versions(engine: NativeEngine, registry: Registry) -> None:
    base = layer_tar([])
    from_one = build_image([base], config={"Labels": {"n": "1"}})
    registry.push("versions", "1", from_one)
    pull(engine, f"{registry.address}/versions", "1")

    def entry(path: str) -> dict[str, object]:
        listed = engine.request("GET", path).json
        found: dict[str, object] = next(e for e in listed if e["Id"] == from_one.config_digest)
        return found

    assert entry("/images/json")["SharedSize"] == -1
    assert entry("/images/json?shared-size=1")["SharedSize"] == 0  # its one layer is empty
    assert "VirtualSize" not in entry("/v1.44/images/json")
    assert entry("/v1.43/images/json")["VirtualSize"] == 0
    details = engine.request("GET", f"/v1.43/images/{from_one.config_digest}/json").json
    assert details["ContainerConfig"]["Cmd"] is None
    engine.request("DELETE", f"/images/{registry.address}/versions:1")
