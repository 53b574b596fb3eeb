"""What both engines' lists show for the same filters, and what they take for true."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.api_client import ApiClient
from tests.support.dockerd import ReferenceDocker
from tests.support.native_engine import NativeEngine

Pair = tuple[ApiClient, ApiClient]

CONTAINERS: dict[str, dict[str, Any]] = {
    "made": {},
    "runs": {"Labels": {"lists": "1"}},
    "paused": {},
    "ended": {"Cmd": ["true"]},
    "failed": {"Cmd": ["sh", "-c", "echo said; exit 7"]},
    "mounts": {"HostConfig": {"Binds": ["lists-used:/inside", "/tmp:/outside"]}},
    "joined": {"HostConfig": {"NetworkMode": "lists"}},
    "serves": {
        "ExposedPorts": {"80/tcp": {}, "90/udp": {}},
        "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}},
    },
}
STARTED = ("runs", "paused", "ended", "failed", "joined", "serves")
OF_CONTAINERS = (
    {"volume": ["lists-used"]}, {"volume": ["/inside"]}, {"volume": ["/tmp"]}, {"volume": ["/outside"]},
    {"volume": ["nope"]}, {"network": ["lists"]}, {"network": ["bridge"]}, {"network": ["nope"]},
    {"network": ["lists", "bridge"]}, {"health": ["none"]}, {"health": ["healthy"]}, {"exited": ["0"]},
    {"exited": ["7"]}, {"exited": ["0", "7"]}, {"publish": ["80"]}, {"publish": ["8080"]},
    {"publish": ["80/udp"]}, {"publish": ["8000-9000"]}, {"expose": ["80"]}, {"expose": ["90/udp"]},
    {"expose": ["90"]}, {"expose": ["80-95/udp"]}, {"is-task": ["true"]}, {"is-task": ["false"]},
    {"status": ["running"]}, {"status": ["paused", "exited"]}, {"status": ["created"]}, {"name": ["^/run"]},
    {"name": ["un"]}, {"name": ["s$"]}, {"name": ["("]}, {"label": ["lists"]}, {"label": ["lists=2"]},
    {"ancestor": ["busybox"]}, {"ancestor": ["nope"]}, {"isolation": ["default"]}, {"before": ["paused"]},
    {"since": ["paused"]}, {"status": {"running": True}}, {"status": {"running": False}},
)  # fmt: skip
OF_NETWORKS = (
    {"driver": ["bridge"]}, {"driver": ["nope"]}, {"scope": ["local"]}, {"scope": ["swarm"]},
    {"type": ["builtin"]}, {"type": ["custom"]}, {"name": ["lis"]}, {"name": ["^lis"]}, {"name": ["b.*e$"]},
    {"name": ["("]}, {"label": ["a"]}, {"label": ["a=b"]}, {"label": ["a=c"]}, {"id": ["nope"]},
)  # fmt: skip
OF_VOLUMES = (
    {"dangling": ["true"]}, {"dangling": ["0"]}, {"driver": ["local"]}, {"driver": ["nope"]},
    {"name": ["ists"]}, {"name": ["^lists-f"]}, {"name": ["l.*d$"]}, {"name": ["["]}, {"label": ["l"]},
    {"label": ["l=1"]}, {"label": ["l=2"]},
)  # fmt: skip


@pytest.fixture(scope="module")
def pair(marina: NativeEngine, dockerd: ReferenceDocker) -> Iterator[Pair]:
    """Both engines with the same containers, a network and two volumes."""
    pair = (marina, dockerd)
    for engine in pair:
        body: dict[str, Any] = {"Name": "lists", "Labels": {"a": "b"}}
        assert engine.request("POST", "/networks/create", body=body).status == 201
        body = {"Name": "lists-free", "Labels": {"l": "1"}}
        assert engine.request("POST", "/volumes/create", body=body).status == 201
        for name, options in CONTAINERS.items():
            body = {"Image": "busybox", "Cmd": ["sleep", "100000"], "StopSignal": "SIGKILL", **options}
            assert engine.request("POST", "/containers/create", body=body, query={"name": name}).status == 201
        for name in STARTED:
            assert engine.request("POST", f"/containers/{name}/start").status == 204
        for name in ("ended", "failed"):
            assert engine.request("POST", f"/containers/{name}/wait").status == 200
        assert engine.request("POST", "/containers/paused/pause").status == 204
    yield pair
    for engine in pair:
        for name in CONTAINERS:
            engine.request("DELETE", f"/containers/{name}", query={"force": "1", "v": "1"})
        for name in ("lists-free", "lists-used"):
            engine.request("DELETE", f"/volumes/{name}")
        engine.request("DELETE", "/networks/lists")


def listed(engine: ApiClient, path: str, filters: dict[str, Any]) -> list[str]:
    """Return the names that a list tells, sorted."""
    answer = engine.request("GET", path, query={"all": "1", "filters": json.dumps(filters)})
    assert answer.status == 200, (filters, answer.body)
    if path == "/volumes":
        names = [volume["Name"] for volume in answer.json["Volumes"] or []]
        return sorted(name for name in names if name.startswith("lists"))  # not those of other tests
    return sorted(item.get("Name") or item["Names"][0] for item in answer.json)


@pytest.mark.parametrize(
    ("path", "cases"),
    [("/containers/json", OF_CONTAINERS), ("/networks", OF_NETWORKS), ("/volumes", OF_VOLUMES)],
)
def test_filters(pair: Pair, path: str, cases: tuple[dict[str, Any], ...]) -> None:
    ours, theirs = ([listed(engine, path, filters) for filters in cases] for engine in pair)
    assert dict(zip(map(str, cases), ours, strict=True)) == dict(zip(map(str, cases), theirs, strict=True))


@pytest.mark.parametrize("word", ["1", "0", "true", "FALSE", "yes", "no", "none", " no ", "anything", ""])
def test_what_is_true(pair: Pair, word: str) -> None:
    shown = []
    for engine in pair:
        everything = engine.request("GET", "/containers/json", query={"all": word}).json
        forced = engine.request("DELETE", "/volumes/never-made", query={"force": word}).status
        shown.append((sorted(item["Names"][0] for item in everything), forced))
    assert shown[0] == shown[1]


@pytest.mark.parametrize(
    "filters", [{"label": ["a"]}, {"label!": ["a"]}, {"until": ["2001-01-01"]}, {"until": ["0s"]}]
)
def test_build_caches_are_pruned_by(pair: Pair, filters: dict[str, list[str]]) -> None:
    answers = [
        engine.request("POST", "/build/prune", query={"filters": json.dumps(filters)}) for engine in pair
    ]
    assert [answer.status for answer in answers] == [200, 200], answers


def test_an_exec_runs_once(pair: Pair) -> None:
    said = []
    for engine in pair:
        body = {"Cmd": ["true"], "AttachStdout": True}
        made = engine.request("POST", "/containers/runs/exec", body=body).json["Id"]
        assert engine.request("POST", f"/exec/{made}/start", body={}).status == 200
        again = engine.request("POST", f"/exec/{made}/start", body={"Detach": True})
        said.append((again.status, again.message.replace(made, "ID")))
    assert said[0] == said[1]


@pytest.mark.parametrize(
    "query",
    [
        {"stream": "1", "detachKeys": "nonsense"},
        {"logs": "1", "stdout": "1", "detachKeys": "ctrl-"},
        {"logs": "1", "stdout": "1"},
        {"stream": "1", "stdout": "1"},
    ],
)
def test_attaching_to_what_is_paused(pair: Pair, query: dict[str, str]) -> None:
    said = []
    for engine in pair:
        answer = engine.request("POST", "/containers/paused/attach", query=query)
        text = answer.message if answer.body.startswith(b"{") else answer.body.decode()  # plain in dockerd
        said.append((answer.status, text.strip()))
    assert said[0] == said[1]


@pytest.mark.parametrize("query", [{}, {"stream": "1"}, {"stream": "1", "stdin": "1"}])
def test_attaching_to_nothing_ends_at_once(pair: Pair, query: dict[str, str]) -> None:
    answers = [engine.request("POST", "/containers/ended/attach", query=query) for engine in pair]
    assert [(answer.status, answer.body) for answer in answers] == [(200, b"")] * 2


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("moment", ["", "0", "-1", "0.5", "1", "99999999999"])
def test_times_of_logs(pair: Pair, name: str, moment: str) -> None:
    shown = []
    for engine in pair:
        query = {"stdout": "1", name: moment}
        answer = engine.request("GET", "/containers/failed/logs", query=query)
        shown.append((answer.status, answer.body))
    assert shown[0] == shown[1]
