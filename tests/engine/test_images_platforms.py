"""Names that lead to several platforms: what is here of them stays together, and leaves together."""

import io
import json
import os
import platform
import tarfile
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.test_images import pull, small_image, statuses
from tests.engine.test_images_load import load
from tests.engine.test_images_push import NOBODY, push, tag
from tests.support.namespaces import made_netns
from tests.support.native_engine import Answer, NativeEngine, started_engine
from tests.support.registry import Registry, started_registry
from tests.support.test_images import BuiltImage, build_index

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the images of this machine are for amd64"),
]


class Both:
    """An index of two platforms at the registry, under a name of its own."""

    def __init__(self, engine: NativeEngine, registry: Registry) -> None:
        self.engine = engine
        self.text = uuid.uuid4().hex[:12]
        self.ours = small_image(f"ours-{self.text}")
        self.theirs = small_image(f"theirs-{self.text}", architecture="arm64")
        self.index = build_index({"linux/amd64": self.ours, "linux/arm64": self.theirs})
        self.registry = registry
        self.name = registry.push(self.text, "latest", self.index).removesuffix(":latest")

    def pull_both(self) -> None:
        """Pull this machine's, then the other."""
        pull(self.engine, self.name)
        pull(self.engine, self.name, platform="linux/arm64")

    def is_here(self, image: BuiltImage) -> bool:
        """Return whether the engine knows one of the images."""
        return self.engine.request("GET", f"/images/{image.config_digest}/json").status == 200

    def repo_digests(self, name: str) -> list[str]:
        """Return what the engine tells about where a name came from."""
        digests: list[str] = self.engine.request("GET", f"/images/{name}/json").json["RepoDigests"]
        return digests

    def remove(self, name: str) -> Answer:
        """Remove a name."""
        return self.engine.request("DELETE", f"/images/{name}")


@pytest.fixture
def both(engine: NativeEngine, registry: Registry) -> Both:
    """Two platforms under one name."""
    return Both(engine, registry)


def pushed_digest(answer: Answer) -> str:
    """Return the digest that a push tells of."""
    assert answer.status == 200, answer.body
    assert "error" not in answer.lines[-1], answer.lines
    [aux] = [line["aux"] for line in answer.lines if "Digest" in line.get("aux", {})]
    return str(aux["Digest"])


def test_both_stay_under_the_name(both: Both, engine: NativeEngine) -> None:
    pull(engine, both.name, platform="linux/arm64")
    assert engine.request("GET", f"/images/{both.name}/json").json["Architecture"] == "arm64"
    pull(engine, both.name)
    assert engine.request("GET", f"/images/{both.name}/json").json["Architecture"] == "amd64"
    again = pull(engine, both.name, platform="linux/arm64")
    assert statuses(again)[-1] == f"Status: Image is up to date for {both.name}:latest"
    assert engine.request("GET", f"/images/{both.name}/json").json["Architecture"] == "amd64"
    assert both.repo_digests(both.name) == [f"{both.name}@{both.index.digest}"]

    listed = {image["Id"] for image in engine.request("GET", "/images/json").json}
    assert (both.ours.config_digest in listed, both.theirs.config_digest in listed) == (True, False)
    engine.request("POST", "/images/prune")
    assert both.is_here(both.theirs)

    created = engine.request(
        "POST",
        "/containers/create",
        query={"platform": "linux/arm64"},
        body={"Image": both.name, "Cmd": ["/none"]},
    )
    shown = engine.request("GET", f"/containers/{created.json['Id']}/json").json
    assert (shown["Image"], shown["Config"]["Image"]) == (both.theirs.config_digest, both.name)
    engine.request("DELETE", f"/containers/{created.json['Id']}")

    assert both.remove(both.name).status == 200
    assert not both.is_here(both.ours)
    assert not both.is_here(both.theirs)


def test_another_name_leads_to_both(both: Both, engine: NativeEngine) -> None:
    both.pull_both()
    tag(engine, both.name, f"{both.name}-copy", "1")
    both.remove(both.name)
    assert both.is_here(both.theirs)
    assert pushed_digest(push(engine, f"{both.name}-copy", "1")) == both.index.digest
    both.remove(f"{both.name}-copy:1")
    assert not both.is_here(both.theirs)


def test_a_name_that_goes_to_another_image_leaves_both(both: Both, engine: NativeEngine) -> None:
    both.pull_both()
    other = small_image(f"other-{both.text}")
    name = both.registry.push(both.text, "other", other)
    pull(engine, both.name, "other")
    engine.request("DELETE", f"/images/{both.name}@{both.index.digest}")
    tag(engine, name, both.name, "latest")
    listed = {image["Id"] for image in engine.request("GET", "/images/json").json}
    assert {both.ours.config_digest, both.theirs.config_digest} <= listed  # as nameless ones
    assert pushed_digest(push(engine, both.name, "latest")) == other.digest
    engine.request("POST", "/images/prune")
    assert not both.is_here(both.theirs)
    both.remove(name)
    both.remove(both.name)


def test_push_of_all_that_the_index_lists(both: Both, engine: NativeEngine) -> None:
    both.pull_both()
    target = f"{both.registry.address}/{both.text}-pushed"
    tag(engine, both.name, target, "both")
    assert pushed_digest(push(engine, target, "both")) == both.index.digest
    assert f"{target}@{both.index.digest}" in both.repo_digests(both.name)
    both.remove(target + ":both")
    both.remove(both.name)
    pull(engine, target, "both", platform="linux/arm64")
    assert engine.request("GET", f"/images/{target}:both/json").json["Id"] == both.theirs.config_digest
    both.remove(target + ":both")


def test_push_of_what_is_here(both: Both, engine: NativeEngine) -> None:
    pull(engine, both.name)
    target = f"{both.registry.address}/{both.text}-part"
    tag(engine, both.name, target, "1")
    shown = engine.docker("push", f"{target}:1")
    assert b"Not all multiplatform-content is present and only the available single-platform image" in (
        shown.stdout + shown.stderr
    )
    answer = push(engine, target, "1")
    assert pushed_digest(answer) == both.ours.digest
    [instead] = [line["aux"] for line in answer.lines if "originalIndex" in line.get("aux", {})]
    assert instead["manifestPushedInsteadOfIndex"] is True
    assert instead["originalIndex"]["digest"] == both.index.digest
    assert instead["selectedManifest"]["digest"] == both.ours.digest
    both.remove(target + ":1")
    both.remove(both.name)


def test_push_of_one_platform(both: Both, engine: NativeEngine) -> None:
    both.pull_both()
    target = f"{both.registry.address}/{both.text}-single"
    tag(engine, both.name, target, "1")

    def pushed(architecture: str) -> Answer:
        wanted = {"os": "linux", "architecture": architecture}
        return engine.request(
            "POST",
            f"/images/{target}/push",
            query={"tag": "1", "platform": json.dumps(wanted)},
            headers={"X-Registry-Auth": NOBODY},
        )

    assert pushed_digest(pushed("arm64")) == both.theirs.digest
    assert "does not provide the specified platform (linux/s390x)" in pushed("s390x").lines[-1]["error"]
    for value in ("{", "[]", '{"os": "linux"}', '{"variant": "v8"}'):
        query = {"tag": "1", "platform": value}
        assert engine.request("POST", f"/images/{target}/push", query=query).status == 400
    both.remove(target + ":1")
    both.remove(both.name)


def test_an_archive_keeps_both(both: Both, engine: NativeEngine) -> None:
    both.pull_both()
    archive = engine.request("GET", f"/images/{both.name}/get").body
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        names = tar.getnames()
        listed = json.load(tar.extractfile("index.json") or io.BytesIO())
        docker = json.load(tar.extractfile("manifest.json") or io.BytesIO())
    assert [entry["digest"] for entry in listed["manifests"]] == [both.index.digest]
    assert len(names) == len(set(names))
    assert docker[0]["Config"].endswith(both.ours.config_digest.removeprefix("sha256:"))
    both.remove(both.name)
    assert not both.is_here(both.theirs)
    assert load(engine, archive)[-1] == {"stream": f"Loaded image: {both.name}:latest\n"}
    assert engine.request("GET", f"/images/{both.name}/json").json["Id"] == both.ours.config_digest
    assert both.is_here(both.theirs)
    assert pushed_digest(push(engine, both.name, "latest")) == both.index.digest
    both.remove(both.name)


def test_an_archive_of_what_is_here(both: Both, engine: NativeEngine) -> None:
    pull(engine, both.name, platform="linux/arm64")
    archive = engine.request("GET", f"/images/{both.name}/get").body
    both.remove(both.name)
    load(engine, archive)
    assert engine.request("GET", f"/images/{both.name}/json").json["Id"] == both.theirs.config_digest
    pull(engine, both.name)  # the other one joins it
    assert pushed_digest(push(engine, both.name, "latest")) == both.index.digest
    both.remove(both.name)
    assert not both.is_here(both.theirs)


def test_both_are_there_after_a_restart(tmp_path: Path) -> None:
    with (
        made_netns(f"tip{os.getpid() % 1_000_000}") as netns,  # one network has one engine
        started_registry(netns, tmp_path / "registry") as registry,
        started_engine(tmp_path / "state", netns) as engine,
    ):
        both = Both(engine, registry)
        both.pull_both()
        engine.kill()
        engine.start()
        assert both.is_here(both.theirs)
        assert pushed_digest(push(engine, both.name, "latest")) == both.index.digest


def test_attestations_are_no_platforms(engine: NativeEngine, registry: Registry) -> None:
    """BuildKit lists what tells about an image beside it; dockerd does not fetch that either."""
    text = uuid.uuid4().hex[:12]
    ours, attestation = small_image(f"ours-{text}"), small_image(f"told-{text}", architecture="unknown")
    index = build_index({"linux/amd64": ours, "unknown/unknown": attestation})
    value = json.loads(index.manifest)
    value["manifests"][1]["annotations"] = {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": ours.digest,
    }
    name = registry.push(text, "latest", replace(index, manifest=json.dumps(value).encode()))
    pull(engine, name.removesuffix(":latest"))
    archive = engine.request("GET", f"/images/{name}/get").body
    assert engine.request("DELETE", f"/images/{name}").status == 200
    load(engine, archive)
    assert engine.request("GET", f"/images/{name}/json").json["Id"] == ours.config_digest
    assert engine.request("GET", f"/images/{attestation.config_digest}/json").status == 404
    assert pushed_digest(push(engine, name.removesuffix(":latest"), "latest")) == ours.digest
    engine.request("DELETE", f"/images/{name}")
