"""Volumes with real containers, by the API."""

from typing import Any

import pytest

from tests.engine.test_ports import create, logs, remove
from tests.support.native_engine import NativeEngine


def _run(engine: NativeEngine, script: str, **host: Any) -> str:
    container = create(engine, script, **host)
    try:
        answer = engine.request("POST", f"/containers/{container}/start")
        assert answer.status == 204, answer.message
        return logs(engine, container)
    finally:
        remove(engine, container)


def test_a_named_volume_keeps_what_containers_write(engine: NativeEngine) -> None:
    created = engine.request("POST", "/volumes/create", body={"Name": "notes", "Labels": {"team": "a"}})
    assert created.status == 201
    try:
        _run(engine, "echo precious > /data/file", Binds=["notes:/data"])
        engine.kill()
        engine.start()
        assert _run(engine, "cat /data/file", Binds=["notes:/data:ro"]) == "precious\n"
        assert engine.request("GET", "/volumes/notes").json == created.json
        listed = engine.request("GET", "/volumes", query={"filters": '{"label":["team=a"]}'}).json
        assert [volume["Name"] for volume in listed["Volumes"]] == ["notes"]
    finally:
        assert engine.request("DELETE", "/volumes/notes").status == 204
    assert engine.request("GET", "/volumes/notes").status == 404
    assert not (engine.data_root / "volumes" / "notes").exists()


def test_a_volume_in_use_is_kept_even_by_a_stopped_container(engine: NativeEngine) -> None:
    container = create(engine, "true", Binds=["held:/data"])
    try:
        for force in ("0", "1"):
            answer = engine.request("DELETE", "/volumes/held", query={"force": force})
            assert (answer.status, answer.message) == (
                409,
                f"remove held: volume is in use - [{container}]",
            )
    finally:
        remove(engine, container)
    assert engine.request("DELETE", "/volumes/held").status == 204


def test_prune_takes_unused_anonymous_volumes_only(engine: NativeEngine) -> None:
    engine.request("POST", "/volumes/create", body={"Name": "named"})
    anonymous = engine.request("POST", "/volumes/create", body={}).json["Name"]
    try:
        pruned = engine.request("POST", "/volumes/prune").json
        assert anonymous in pruned["VolumesDeleted"]
        assert "named" not in pruned["VolumesDeleted"]
        assert pruned["SpaceReclaimed"] >= 0
    finally:
        engine.request("DELETE", "/volumes/named")
    assert engine.request("GET", f"/volumes/{anonymous}").status == 404


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"Name": "../../etc"}, 400, "includes invalid characters for a local volume name"),
        ({"Name": "x"}, 400, "volume name is too short"),
        ({"Name": 7}, 400, "number into Go struct field CreateOptions.Name of type string"),
        ({"Name": "ok", "Driver": "nfs"}, 404, 'plugin "nfs" not found'),
        (
            {"Name": "ok", "Labels": {"a": 1}},
            400,
            "number into Go struct field CreateOptions.Labels of type string",
        ),
        ({"Name": "ok", "DriverOpts": {"type": "tmpfs"}}, 400, 'missing required option: "device"'),
    ],
)
def test_nonsense_is_refused(engine: NativeEngine, body: dict[str, Any], status: int, text: str) -> None:
    answer = engine.request("POST", "/volumes/create", body=body)
    assert answer.status == status
    assert text in answer.message
    assert engine.request("GET", "/volumes/ok").status == 404
