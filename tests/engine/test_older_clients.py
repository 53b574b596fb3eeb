"""What clients of older API versions, and those that write a call in an older form, get from the engine."""

import base64
import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from tests.engine.builds import context
from tests.engine.container_calls import inspect, remove
from tests.support.api_client import Answer
from tests.support.native_engine import NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")


def _created(engine: NativeEngine, version: str, **body: Any) -> Answer:
    wanted = {"Image": "busybox", "Cmd": ["true"], **body}
    return engine.request("POST", f"/v{version}/containers/create", body=wanted)


def _inspected(engine: NativeEngine, version: str, **body: Any) -> dict[str, Any]:
    identifier = _created(engine, version, **body).json["Id"]
    try:
        return inspect(engine, identifier)
    finally:
        remove(engine, identifier)


def test_a_create_of_an_older_version_means_what_it_meant_then(engine: NativeEngine) -> None:
    host = {"AutoRemove": True, "ConsoleSize": [24, 80], "Annotations": {"a": "b"}}
    old = _inspected(engine, "1.24", HostConfig=host)["HostConfig"]
    assert (old["IpcMode"], old["AutoRemove"]) == ("shareable", False)
    assert (old["ConsoleSize"], old.get("Annotations")) == ([0, 0], None)
    new = _inspected(engine, "1.45", HostConfig=host)["HostConfig"]
    assert (new["IpcMode"], new["AutoRemove"]) == ("private", True)
    assert (new["ConsoleSize"], new["Annotations"]) == ([24, 80], {"a": "b"})
    check = {"Test": ["CMD", "true"], "StartInterval": 2_000_000_000}
    assert "StartInterval" not in _inspected(engine, "1.43", Healthcheck=check)["Config"]["Healthcheck"]
    assert _inspected(engine, "1.44", Healthcheck=check)["Config"]["Healthcheck"] == check


def test_what_an_older_version_cannot_mean_is_refused(engine: NativeEngine) -> None:
    part = {"Type": "volume", "Source": "v", "Target": "/x", "VolumeOptions": {"Subpath": "in"}}
    forced = {
        "Type": "bind", "Source": "/tmp", "Target": "/x", "ReadOnly": True,
        "BindOptions": {"ReadOnlyForceRecursive": True},
    }  # fmt: skip
    for version, mount, text in (
        ("1.44", part, "VolumeOptions.Subpath needs API v1.45 or newer"),
        ("1.43", forced, "BindOptions.ReadOnlyForceRecursive needs API v1.44 or newer"),
    ):
        answer = _created(engine, version, HostConfig={"Mounts": [mount]})
        assert (answer.status, answer.message) == (400, text)


def test_options_beside_the_host_config_count(engine: NativeEngine) -> None:
    alone = _inspected(engine, "1.45", Privileged=True, ShmSize=7 << 20)["HostConfig"]
    assert (alone["Privileged"], alone["ShmSize"]) == (True, 7 << 20)
    for wrong in ({"Memory": "x"}, {"Cpuset": 5}):
        assert _created(engine, "1.45", **wrong).status == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/containers/create", b'{"Image": "busybox"}'),
        ("/containers/nobody/exec", b'{"Cmd": ["true"]}'),
        ("/exec/nobody/start", b"{}"),
        ("/containers/nobody/update", b"{}"),
        ("/commit", b"{}"),
        ("/networks/create", b'{"Name": "n"}'),
        ("/networks/bridge/connect", b"{}"),
        ("/networks/bridge/disconnect", b"{}"),
        ("/volumes/create", b"{}"),
        ("/auth", b"{}"),
    ],
)
def test_a_body_must_be_called_json(engine: NativeEngine, path: str, body: bytes) -> None:
    def said(called: str) -> tuple[int, str]:
        answer = engine.request("POST", path, body=body, headers={"Content-Type": called})
        return answer.status, answer.message

    assert said("text/plain") == (
        400, "unsupported Content-Type header (text/plain): must be 'application/json'"
    )  # fmt: skip
    assert said("") == (400, "malformed Content-Type header (): mime: no media type")


def test_a_type_with_parameters_is_json(engine: NativeEngine) -> None:
    called = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert engine.request("POST", "/exec/nobody/start", body=b"{}", headers=called).status == 404
    broken = engine.request("POST", "/exec/nobody/start", body=b"{i")
    assert (broken.status, "invalid JSON" in broken.message) == (400, True)  # told first, as by dockerd


def test_named_volumes_went_with_a_prune(engine: NativeEngine) -> None:
    label = uuid.uuid4().hex
    query = {"filters": f'{{"label": ["{label}"]}}'}

    def pruned(version: str) -> list[str]:
        found: list[str] = engine.request("POST", f"{version}/volumes/prune", query=query).json[
            "VolumesDeleted"
        ]
        return found

    name = f"named-{label}"
    body = {"Name": name, "Labels": {label: ""}}
    assert engine.request("POST", "/volumes/create", body=body).status == 201
    assert pruned("/v1.42") == []
    assert pruned("/v1.41") == [name]


def test_info_of_older_versions(engine: NativeEngine) -> None:
    newest, older, oldest = (engine.request("GET", f"/v{one}/info").json for one in ("1.44", "1.43", "1.24"))
    assert "status" in newest["Runtimes"]["runc"]
    assert list(older["Runtimes"]["runc"]) == ["path"]
    assert older["SecurityOptions"] == newest["SecurityOptions"]
    assert "ExecutionDriver" not in older
    assert oldest["ExecutionDriver"] == "<not supported>"
    assert "cgroupns" in oldest["SecurityOptions"]


def test_names_that_no_image_has(engine: NativeEngine) -> None:
    for method, path, text in (
        ("DELETE", "/images/%20", "image name cannot be blank"),
        (
            "POST", "/images/busybox/tag?repo=sha256&tag=some",
            "refusing to create an ambiguous tag using digest algorithm as name",
        ),
        ("POST", "/images/create?fromSrc=-&platform=macos/arm64", "operating system is not supported"),
    ):  # fmt: skip
        answer = engine.request(method, path, body=None if method == "DELETE" else b"")
        assert (answer.status, answer.message) == (400, text)


def test_networks_are_listed_with_a_slash_too(engine: NativeEngine) -> None:
    assert {one["Name"] for one in engine.request("GET", "/networks/").json} >= {"bridge", "host", "none"}


@pytest.mark.parametrize("said", [b"null", b"{}"])
def test_go_programs_build_without_naming_registries(engine: NativeEngine, said: bytes) -> None:
    """Go's client writes no registries as `null`."""
    headers: Mapping[str, str] = {
        "Content-Type": "application/x-tar",
        "X-Registry-Config": base64.urlsafe_b64encode(said).decode(),
    }
    archive = context({"Dockerfile": "FROM scratch\nLABEL nothing=more\n"})
    answer = engine.request("POST", "/build", body=archive, headers=headers)
    assert answer.status == 200, answer.body
    image = next(line["aux"]["ID"] for line in answer.lines if "aux" in line)
    assert engine.request("DELETE", f"/images/{image}", query={"force": "1"}).status == 200
