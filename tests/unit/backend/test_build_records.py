"""Records of builds that come from elsewhere: real ones, and files that only call themselves so.

The real ones in `tests/data` were written by Docker's buildx 0.29.1 (`buildx history export`) of builds that
Docker's engine 26.1 made with provenance of the kind "max".
"""

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.buildkit.records.exported_record import exported
from backend.buildkit.records.imported_record import imported
from backend.buildkit.records.record_archive import (
    MANIFEST_TYPE,
    MOST_UNPACKED,
    Record,
    UnreadableRecordError,
    digest_of,
    read_records,
    write_record,
)
from backend.buildkit.records.vertex_log import STATUS_TYPE, VertexStory, read_vertexes, write_vertexes

DATA = Path(__file__).parents[2] / "data"
DONE, FAILED = (DATA / "done.dockerbuild").read_bytes(), (DATA / "failed.dockerbuild").read_bytes()
SEVERAL = (DATA / "several.dockerbuild").read_bytes()


def builds_of(archive: bytes) -> list[dict[str, Any]]:
    """Return what an archive's records become."""
    return [imported(record) for record in read_records(archive)]


def layout(files: Mapping[str, bytes]) -> bytes:
    """Return a packed OCI layout of files as they are given."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def test_a_build_of_docker() -> None:
    [build] = builds_of(DONE)
    steps = [(step["Code"], step["Line"], step["Status"], step["Log"]) for step in build.pop("Steps")]
    assert steps[3:] == [
        ("[base 1/2] FROM docker.io/library/busybox:latest", 1, "done", ""),
        ("[internal] load build context", 0, "done", ""),
        ("[base 2/2] RUN echo hello ci; sleep 1", 3, "done", "hello ci\n"),
        ("[stage-1 1/1] COPY page.html /www/", 6, "done", ""),
        ("exporting to image", 0, "done", ""),
    ]
    assert build.pop("DockerfileText").startswith("FROM busybox AS base\nARG WHO=world\n")
    assert build == {
        "Id": build["Id"],
        "Imported": True,
        "Started": "2026-11-27T01:57:29.522580611Z",
        "Finished": "2026-11-27T01:57:30.681303247Z",
        "Status": "done",
        "Tags": ["web"],
        "Target": "",
        "Dockerfile": "Dockerfile",
        "Platform": "linux/amd64",
        "ImageId": "",
        "Error": "",
        "ErrorLine": 0,
        "StepsTotal": 8,
        "StepsDone": 8,
        "StepsCached": 0,
        "DurationMs": 1158,
    }
    assert len(build["Id"]) == 32
    assert build["Id"] == builds_of(DONE)[0]["Id"]  # the same file twice is one build


def test_why_a_build_of_docker_failed() -> None:
    [build] = builds_of(FAILED)
    assert (build["Status"], build["ErrorLine"], build["Dockerfile"]) == ("failed", 3, "Dockerfile")
    assert build["Error"].endswith("did not complete successfully: exit code: 1")
    assert build["DockerfileText"].splitlines()[2] == "RUN echo before; \\"
    last = build["Steps"][-1]
    assert (last["Status"], last["Line"], last["Log"].splitlines()[0]) == ("failed", 3, "before")
    assert [step["Status"] for step in build["Steps"][-2:]] == ["cached", "failed"]


def test_several_builds_in_one_file_or_in_a_zip() -> None:
    several = builds_of(SEVERAL)
    assert [(build["Tags"], build["Status"], build["StepsCached"]) for build in several] == [
        (["bad"], "failed", 1),
        (["web"], "done", 2),
        (["web"], "done", 0),
    ]
    cached = [step["Code"][:10] for step in several[1]["Steps"] if step["Status"] == "cached"]
    assert cached == ["[base 2/2]", "[stage-1 1"]  # in the order that they need each other
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("note.txt", "nothing")
        archive.writestr("a~b~1.dockerbuild", DONE)
        archive.writestr("a~b~2.dockerbuild", FAILED)
    assert [build["Status"] for build in builds_of(packed.getvalue())] == ["done", "failed"]


def test_what_goes_out_comes_in_again() -> None:
    """All that a record can say of a build: what our own history has, read as another engine reads it."""
    for archive in (DONE, FAILED):
        [build] = builds_of(archive)
        build["Tags"] = ["example/web:1", "example/web:latest"]
        [again] = builds_of(exported(build))
        left_out = {"Id", "Steps", "Tags", "DockerfileText"}
        assert {k: v for k, v in again.items() if k not in left_out} == {
            k: v for k, v in build.items() if k not in left_out
        }
        assert again["Tags"] == ["example/web:1"]
        told = ("Number", "Total", "Code", "Status", "Started", "DurationMs", "Error", "Log")
        assert [[step[name] for name in told] for step in again["Steps"]] == [
            [step[name] for name in told] for step in build["Steps"]
        ]
        if build["Error"]:
            assert again["DockerfileText"] == build["DockerfileText"]


def test_a_cancelled_build_goes_out_as_such() -> None:
    [build] = builds_of(DONE)
    build |= {"Status": "cancelled"}
    build["Steps"][-1] |= {"Status": "cancelled"}
    build["Steps"].append(build["Steps"][-1] | {"Number": 9, "Status": "waiting", "Started": ""})
    [again] = builds_of(exported(build))
    assert again["Status"] == "cancelled"
    assert [step["Status"] for step in again["Steps"][-2:]] == ["cancelled", "waiting"]


def test_newer_builders_tell_the_error_beside_the_record() -> None:
    [record] = read_records(FAILED)
    from backend.buildkit.protocol.gateway_pb2 import Status

    packed = Status(code=2, message="failed")
    source = {"info": {"filename": "D", "data": "RlJPTSB4"}, "ranges": [{"start": {"line": 7}}]}
    packed.details.add(
        type_url="github.com/moby/buildkit/errdefs.Source+json", value=json.dumps(source).encode()
    )
    beside = packed.SerializeToString()
    about = dict(record.about)
    about["error"] = {"code": 2, "message": "failed"}
    about["externalError"] = {"digest": digest_of(beside)}
    build = imported(Record(about, dict(record.blobs) | {digest_of(beside): beside}, record.types))
    assert (build["ErrorLine"], build["Dockerfile"], build["DockerfileText"]) == (7, "D", "FROM x")


def test_names_and_secrets() -> None:
    """A build is called by its repository or its folder; no logins are kept that a record may hold."""

    def name(**about: Any) -> list[str]:
        tags: list[str] = imported(Record({"Ref": "r"} | about, {}, {}))["Tags"]
        return tags

    assert name(FrontendAttrs={"vcs:source": "https://me:pw@git.example/team/web.git"}) == ["web"]
    assert name(FrontendAttrs={"context": "https://git.example/team/api.git#main"}) == ["api"]
    assert name(localState={"LocalPath": "C:\\work\\shop"}) == ["shop"]
    assert name(Exporters=[{"Attrs": {"name": "docker.io/library/web:1,b"}}]) == ["web:1"]
    assert name() == []
    log = write_vertexes([VertexStory("sha256:1", "RUN curl -u token=abc x", 1, 2)])
    about = {"Ref": "r", "error": {"code": 2, "message": "GHTOKEN=abc, failed"}}
    build = imported(Record(about, {digest_of(log): log}, {digest_of(log): STATUS_TYPE}))
    assert build["Steps"][0]["Code"] == "RUN curl -u token=xxxxx x"
    assert build["Error"] == "GHTOKEN=xxxxx, failed"


@pytest.mark.parametrize(
    "archive",
    [
        b"",
        b"no archive",
        b"PK\x03\x04 no zip",
        b"\x1f\x8b no gzip",
        gzip.compress(b"no tar"),
        layout({}),
        layout({"index.json": b"[]"}),
        layout({"index.json": b"{"}),
        layout({"index.json": b"[" * 100_000}),
        layout({"index.json": b'{"manifests": [{"digest": "sha256:00"}]}'}),
        layout({"index.json": b'{"manifests": 3}'}),
        layout({"blobs/sha256/" + "0" * 64: b"x", "index.json": b"{}"}),
        DONE[: len(DONE) // 2],
    ],
    ids=range(13),
)
def test_what_is_no_record(archive: bytes) -> None:
    with pytest.raises(UnreadableRecordError):
        builds_of(archive)


def test_an_image_is_no_record() -> None:
    manifest = json.dumps({"config": {"mediaType": "application/vnd.oci.image.config.v1+json"}}).encode()
    index = json.dumps({"manifests": [{"mediaType": MANIFEST_TYPE, "digest": digest_of(manifest)}]}).encode()
    name = "blobs/sha256/" + digest_of(manifest).removeprefix("sha256:")
    with pytest.raises(UnreadableRecordError, match="holds no record"):
        read_records(layout({name: manifest, "index.json": index}))


def test_what_unpacks_to_too_much() -> None:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        member = tarfile.TarInfo("blobs/sha256/" + "0" * 64)
        member.size = 1 << 40
        file.write(member.tobuf())
        zeros = bytes(1 << 20)
        for _ in range((MOST_UNPACKED >> 20) + 1):
            file.write(zeros)
    with pytest.raises(UnreadableRecordError, match="more than"):
        read_records(packed.getvalue())


@pytest.mark.parametrize("at", range(1, 34, 3))
def test_a_log_that_is_cut_off_or_broken(at: int) -> None:
    log = write_vertexes([VertexStory("sha256:1", "RUN true", 1, 2)])
    with pytest.raises(UnreadableRecordError):
        read_vertexes(log[:at])
    with pytest.raises(UnreadableRecordError):
        read_vertexes(len(log[4:]).to_bytes(4, "little") + b"\xff" * len(log[4:]))


def test_steps_that_wait_for_each_other() -> None:
    from backend.buildkit.protocol.control_pb2 import StatusResponse

    message = StatusResponse()
    message.vertexes.add(digest="a", name="a", inputs=["b"])
    message.vertexes.add(digest="b", name="b", inputs=["a"])
    packed = message.SerializeToString()
    with pytest.raises(UnreadableRecordError, match="wait for each other"):
        read_vertexes(len(packed).to_bytes(4, "little") + packed)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ("FrontendAttrs", "Exporters", "ExporterResponse", "error", "CreatedAt", "CompletedAt", "logs")


@given(st.dictionaries(st.sampled_from([*FIELDS, "localState", "externalError", "DefaultPlatform"]), JSON))
def test_records_with_anything_in_them(about: dict[str, Any]) -> None:
    """Whatever stands in a record: it becomes a build that can be told as JSON, and go out again."""
    build = imported(read_records(write_record({"Ref": "r"} | about, []))[0])
    json.dumps(build)
    assert imported(read_records(exported(build))[0])["Status"] == build["Status"]
