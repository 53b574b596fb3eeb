"""What the engine keeps of builds, for the desktop."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.engine.builds import build, context
from tests.engine.container_calls import until
from tests.support.namespaces import made_netns
from tests.support.native_engine import NativeEngine, started_engine
from tests.support.test_images import busybox_image, save_docker_archive

pytestmark = pytest.mark.usefixtures("builds")

DATA = Path(__file__).parents[1] / "data"
DOCKERFILE = """\
FROM busybox AS base
RUN <<EOF
echo printed
EOF
FROM busybox AS unused
FROM base
ENV name=value
"""


def newest(engine: NativeEngine) -> dict[str, Any]:
    """Return all that is known of the build that began last."""
    first = engine.request("GET", "/marina/builds").json[0]
    details: dict[str, Any] = engine.request("GET", f"/marina/builds/{first['Id']}").json
    if first["Finished"]:
        assert {name: details[name] for name in first} == first
    return details


def test_what_a_build_did(engine: NativeEngine) -> None:
    """Its steps with their lines, what they printed, and which of them came from the cache."""
    built = build(engine, DOCKERFILE, t="history:1", target="")
    first = newest(engine)
    assert (first["Status"], first["Tags"], first["ImageId"]) == ("done", ["history:1"], built.image_id)
    assert (first["StepsTotal"], first["StepsDone"], first["StepsCached"]) == (4, 4, 0)
    assert first["DockerfileText"] == DOCKERFILE
    assert first["Started"] <= first["Finished"]
    steps = [(step["Line"], step["LastLine"], step["Stage"], step["Status"]) for step in first["Steps"]]
    assert steps == [(1, 1, "base", "done"), (2, 4, "base", "done"), (6, 6, "2", "done"), (7, 7, "2", "done")]
    assert first["Steps"][1]["Log"] == "printed\n"
    assert first["Steps"][3]["ImageId"] == built.image_id
    build(engine, DOCKERFILE, t="history:1")
    again = newest(engine)
    assert [step["Status"] for step in again["Steps"]] == ["done", "cached", "done", "cached"]
    assert (again["StepsCached"], again["Id"] != first["Id"]) == (2, True)


def test_why_a_build_failed(engine: NativeEngine) -> None:
    """The error, the line that it stands on, and how far the build came."""
    build(engine, "FROM busybox\n\nRUN echo why; exit 3\nENV never=1\n", forcerm="1")
    failed = newest(engine)
    assert (failed["Status"], failed["ErrorLine"], failed["StepsDone"]) == ("failed", 3, 1)
    assert failed["Error"].endswith("returned a non-zero code: 3")
    assert [step["Status"] for step in failed["Steps"]] == ["done", "failed", "waiting"]
    assert (failed["Steps"][1]["Log"], failed["Steps"][1]["Error"]) == ("why\n", failed["Error"])
    build(engine, "FROM busybox\nFOO bar\n")
    odd = newest(engine)
    assert (odd["Status"], odd["ErrorLine"], odd["Steps"]) == ("failed", 2, [])


def test_forgetting_builds(engine: NativeEngine) -> None:
    """One, or all that have ended; those that nobody knows are told."""
    build(engine, "FROM busybox\nENV forgotten=1\n")
    kept = newest(engine)["Id"]
    assert engine.request("DELETE", f"/marina/builds/{kept}").status == 204
    unknown = engine.request("GET", f"/marina/builds/{kept}")
    assert (unknown.status, unknown.message) == (404, f"No such build: {kept}")
    for odd in ("..%2fengine", "x", "f" * 32):
        assert engine.request("DELETE", f"/marina/builds/{odd}").status == 404
    build(engine, "FROM busybox\nENV forgotten=2\n")
    assert engine.request("DELETE", "/marina/builds").status == 204
    assert engine.request("GET", "/marina/builds").json == []


def test_builds_of_elsewhere(engine: NativeEngine) -> None:
    """A file of Docker's own buildx is listed and told like our builds; ours go out and come in again."""
    build(engine, "FROM busybox\n\nRUN echo why; exit 3\n", t="failed:1", forcerm="1")
    ours = newest(engine)
    archive = (DATA / "failed.dockerbuild").read_bytes()
    taken = engine.request("POST", "/marina/builds/import", body=archive)
    assert (taken.status, [item["Tags"] for item in taken.json]) == (201, [["bad"]])
    listed = {item["Id"]: item for item in engine.request("GET", "/marina/builds").json}
    theirs = listed[taken.json[0]["Id"]]
    assert (theirs["Imported"], theirs["Status"], theirs["ErrorLine"]) == (True, "failed", 3)
    told = engine.request("GET", f"/marina/builds/{theirs['Id']}").json
    assert "no such file" in told["Steps"][-1]["Log"].lower()
    assert engine.request("POST", "/marina/builds/import", body=archive).status == 201
    assert len(engine.request("GET", "/marina/builds").json) == len(listed)  # it is the same
    ours_out = engine.request("GET", f"/marina/builds/{ours['Id']}/export")
    assert ours_out.status == 200
    [again] = engine.request("POST", "/marina/builds/import", body=ours_out.body).json
    copy = engine.request("GET", f"/marina/builds/{again['Id']}").json
    same = ("Tags", "Status", "Error", "ErrorLine", "DockerfileText", "StepsTotal", "Started", "Finished")
    assert {name: copy[name] for name in same} == {name: ours[name] for name in same}
    odd = engine.request("POST", "/marina/builds/import", body=b"no record")
    assert (odd.status, "no record of a build" in odd.message) == (400, True)
    assert engine.request("GET", f"/marina/builds/{'f' * 32}/export").status == 404
    for id in (theirs["Id"], again["Id"]):
        assert engine.request("DELETE", f"/marina/builds/{id}").status == 204


def test_history_over_restarts(tmp_path: Path) -> None:
    """Builds are kept; one that runs is told as it runs, and is cancelled when its client leaves."""
    with made_netns(f"ty{os.getpid() % 1_000_000}") as netns, started_engine(tmp_path / "own", netns) as own:
        own.docker("load", "-q", stdin=save_docker_archive(busybox_image(docker=True), ["busybox:latest"]))
        build(own, "FROM busybox\nENV kept=1\n", t="kept:1")
        connection = own.connection()
        archive = context({"Dockerfile": "FROM busybox\nRUN echo begun; sleep 1000\n"})
        connection.request("POST", "/build", body=archive)
        until(lambda: newest(own)["StepsTotal"] == 2, "the build is known")
        until(lambda: newest(own)["Steps"][1]["Log"] == "begun\n", "the step is told")
        running = newest(own)
        assert (running["Status"], running["Finished"]) == ("running", "")
        assert own.request("DELETE", f"/marina/builds/{running['Id']}").status == 409
        assert own.request("GET", f"/marina/builds/{running['Id']}/export").status == 409
        connection.close()
        until(lambda: newest(own)["Status"] == "cancelled", "the build is over")
        assert newest(own)["Steps"][1]["Status"] == "cancelled"
        until(lambda: len(list(own.data_root.glob("builds/*.json"))) == 2, "both are on the disk")
        before = own.request("GET", "/marina/builds").json
        own.kill()
        own.start()
        assert own.request("GET", "/marina/builds").json == before
        assert [item["Tags"] for item in before] == [[], ["kept:1"]]
