"""What an engine says about itself, and what it answers where there is no swarm."""

from pathlib import Path

import pytest

from tests.engine.container_calls import container, inspect, logs, start, wait
from tests.support.api_client import ApiClient


def test_ping(engine: ApiClient) -> None:
    for method, body in (("GET", b"OK"), ("HEAD", b"")):
        answer = engine.request(method, "/_ping")
        assert (answer.status, answer.body) == (200, body)
        assert answer.headers["Docker-Experimental"] == "false"
        assert answer.headers["Ostype"] == "linux"
        assert answer.headers["Swarm"] == "inactive"
        assert answer.headers["Cache-Control"] == "no-cache, no-store, must-revalidate"
        assert answer.headers["Pragma"] == "no-cache"


def test_other_methods(engine: ApiClient) -> None:
    """HEAD is for what is documented only, OPTIONS for everything."""
    for path in ("/info", "/version", "/v1.44/containers/json"):
        assert engine.request("HEAD", path).status == 404
        assert engine.request("PUT", path).status == 404
        answer = engine.request("OPTIONS", path)
        assert (answer.status, answer.body) == (200, b"")


def test_what_is_missing_of_a_request_is_told(engine: ApiClient) -> None:
    cut = engine.request("POST", "/containers/create", body=b'{"Image": "busybox"')
    assert (cut.status, cut.message) == (400, "invalid JSON: unexpected EOF")
    pushed = engine.request("POST", "/images/busybox/push")
    assert pushed.status == 400
    assert pushed.message == (
        "bad parameters and missing X-Registry-Auth: invalid X-Registry-Auth header: EOF"
    )


@pytest.mark.parametrize("driver", ["json-file", "local"])
def test_log_drivers_that_are_told_of_can_be_read(engine: ApiClient, driver: str) -> None:
    assert driver in engine.request("GET", "/info").json["Plugins"]["Log"]
    with container(engine, "echo", "kept", HostConfig={"LogConfig": {"Type": driver}}) as made:
        start(engine, made)
        wait(engine, made)
        assert logs(engine, made) == "kept\n"


def test_where_files_of_a_container_lie(engine: ApiClient) -> None:
    with container(engine, "touch", "/made", HostConfig={"Isolation": "default"}) as made:
        start(engine, made)
        wait(engine, made)
        shown = inspect(engine, made)
        assert shown["HostConfig"]["Isolation"] == "default"
        folders = shown["GraphDriver"]["Data"]
        assert set(folders) == {"LowerDir", "MergedDir", "UpperDir", "WorkDir"}
        assert Path(folders["UpperDir"], "made").exists()
        assert len(folders["LowerDir"].split(":")) == 2  # what the image has, and places of mounts


def test_volumes_that_are_named_by_relative_paths(engine: ApiClient) -> None:
    """Images are made with `VOLUME data`."""
    with container(engine, "cat", "/proc/mounts", Volumes={"some/data": {}, "x:/y": {}}) as made:
        start(engine, made)
        wait(engine, made)
        assert {"/some/data", "/x:/y"} < {line.split()[1] for line in logs(engine, made).splitlines()}
        assert inspect(engine, made)["Config"]["Volumes"] == {"some/data": {}, "x:/y": {}}


def test_a_commit_without_settings_keeps_those_of_the_container(engine: ApiClient) -> None:
    """dockerode sends its own options as the body."""
    with container(engine, "echo", "hi") as made:
        answer = engine.request("POST", "/commit", query={"container": made}, body={"repo": "a", "tag": "b"})
        assert answer.status == 201, answer.message
        image = f"/images/{answer.json['Id']}"
        try:
            assert engine.request("GET", f"{image}/json").json["Config"]["Cmd"] == ["echo", "hi"]
        finally:
            assert engine.request("DELETE", image).status == 200
