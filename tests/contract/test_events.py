"""Events: what is told of a container's life, replay, and every filter."""

import json
import threading
import time
from collections.abc import Mapping
from typing import Any

import pytest

from tests.engine.container_calls import LIMIT, call, container, create, remove, start, wait
from tests.support.api_client import ApiClient


def events(
    engine: ApiClient,
    since: float | str,
    until: float | str = "",
    filters: Mapping[str, list[str]] | None = None,
) -> list[Any]:
    """Return what was told between two moments; up to now when no end is given."""
    query = {"since": f"{since}", "until": f"{until or time.time()}", "filters": json.dumps(filters or {})}
    return engine.request("GET", "/events", query=query).lines


def actions(found: list[Any]) -> list[str]:
    return [f"{event['Type']} {event['Action']}" for event in found]


@pytest.fixture
def began() -> float:
    """The moment that a test's events begin at; an engine's clock and ours are the same."""
    return time.time()


@pytest.fixture
def life(engine: ApiClient, began: float) -> str:
    """The id of a container that lived, with an exec and a volume, and is gone."""
    body = {"Labels": {"kind": "told"}, "HostConfig": {"Binds": ["volume-of-it:/data"]}}
    made = create(engine, "sleep", "1000", name="told", **body)
    start(engine, made)
    command = {"Cmd": ["echo", "a", "b"], "AttachStdout": True}
    exec_id = engine.request("POST", f"/containers/{made}/exec", body=command).json["Id"]
    engine.request("POST", f"/exec/{exec_id}/start", body={})
    call(engine, "rename", made, name="told-again")
    call(engine, "kill", made)
    remove(engine, made)
    engine.request("DELETE", "/volumes/volume-of-it")
    return made


def test_a_life_is_told(engine: ApiClient, began: float, life: str) -> None:
    found = events(engine, began)
    assert sorted(actions(found)) == sorted(
        [
            "volume create",
            "container create",
            "network connect",
            "volume mount",
            "container start",
            "container exec_create: echo a b",
            "container exec_start: echo a b",
            "container exec_die",
            "container rename",
            "container kill",
            "network disconnect",
            "volume unmount",
            "container die",
            "container destroy",
            "volume destroy",
        ]
    )
    by_action = {event["Action"]: event for event in found if event["Type"] == "container"}
    common = {"image": "busybox", "kind": "told", "name": "told", "origin": "tests"}
    created = by_action["create"]
    assert created["Actor"] == {"ID": life, "Attributes": common}
    assert (created["status"], created["id"], created["from"]) == ("create", life, "busybox")
    assert created["scope"] == "local"
    assert created["time"] == created["timeNano"] // 10**9
    assert by_action["rename"]["Actor"]["Attributes"] == common | {"name": "told-again", "oldName": "/told"}
    died = by_action["die"]["Actor"]["Attributes"]
    assert (died["exitCode"], died["name"]) == ("137", "told-again")
    assert died["execDuration"].isdecimal()
    assert by_action["kill"]["Actor"]["Attributes"]["signal"] == "9"
    assert by_action["exec_die"]["Actor"]["Attributes"]["exitCode"] == "0"
    mount = next(event for event in found if event["Action"] == "mount")
    assert mount["Actor"] == {
        "ID": "volume-of-it",
        "Attributes": {
            "container": life,
            "destination": "/data",
            "driver": "local",
            "propagation": "",
            "read/write": "true",
        },
    }


FILTERS: list[tuple[dict[str, list[str]], list[str]]] = [
    ({"container": ["told-again"], "event": ["die"]}, ["container die"]),
    ({"container": ["told"], "event": ["create"]}, ["container create"]),
    ({"container": ["tol"], "event": ["create"]}, ["container create"]),
    ({"container": ["old"]}, []),
    (
        {"type": ["volume"], "volume": ["volume-of-it"], "event": ["create", "destroy"]},
        ["volume create", "volume destroy"],
    ),
    ({"type": ["vol"]}, []),
    ({"event": ["exec_create"]}, ["container exec_create: echo a b"]),
    ({"event": ["exec_create: echo a b"]}, ["container exec_create: echo a b"]),
    ({"event": ["exec_"]}, []),
    ({"label": ["kind=told"], "event": ["start", "die"]}, ["container start", "container die"]),
    ({"label": ["kind"], "event": ["start"]}, ["container start"]),
    ({"label": ["kind=told", "other"]}, []),
    ({"label": ["kind=to"]}, []),
    ({"image": ["busybox"], "event": ["start"]}, ["container start"]),
    ({"image": ["busybox:latest"]}, []),
    ({"image": ["busy"]}, []),
    ({"network": ["bridge"], "event": ["connect"]}, ["network connect"]),
    ({"network": ["nothing"]}, []),
    ({"daemon": ["nothing"]}, []),
    ({"plugin": ["nothing"]}, []),
    ({"scope": ["local"], "event": ["start"]}, ["container start"]),
    ({"scope": ["swarm"]}, []),
    ({"nobody-knows": ["x"], "event": ["start"]}, ["container start"]),
    (
        {"type": ["container", "network"], "event": ["start", "connect"], "container": []},
        ["network connect", "container start"],
    ),
]


def test_filters(engine: ApiClient, began: float, life: str) -> None:
    found = [(wanted, actions(events(engine, began, filters=wanted))) for wanted, _ in FILTERS]
    assert found == FILTERS


def test_replay_is_exact_to_the_nanosecond(engine: ApiClient, began: float, life: str) -> None:
    found = events(engine, began)
    moment = next(event for event in found if event["Action"] == "rename")["timeNano"]

    def text(nanoseconds: int) -> str:
        return f"{nanoseconds // 10**9}.{nanoseconds % 10**9:09d}"

    assert actions(events(engine, text(moment), text(moment))) == ["container rename"]
    assert "container rename" not in actions(events(engine, text(moment + 1)))
    assert "container rename" not in actions(events(engine, began, text(moment - 1)))
    everything = engine.request("GET", "/events", query={"until": text(moment)}).lines
    assert actions(everything)[-1] == "container rename"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"since": "10", "until": "5"}, 400),
        ({"filters": "{", "until": "1"}, 400),
        ({"filters": '{"type": "container"}', "until": "1"}, 400),
    ],
)
def test_refusals(engine: ApiClient, query: dict[str, str], status: int) -> None:
    answer = engine.request("GET", "/events", query=query)
    assert answer.status == status
    if "since" in query:
        assert answer.message == "`since` time (10) cannot be after `until` time (5)"
    else:
        assert answer.message == "invalid filter"


def test_what_happens_later_follows_what_happened(engine: ApiClient, began: float) -> None:
    with container(engine, "true") as first:
        seen: list[str] = []
        complete = threading.Event()
        connection = engine.connection()
        filters = json.dumps({"type": ["container"], "event": ["create", "start", "die"]}).replace('"', "%22")
        connection.request("GET", f"/events?since={began}&filters={filters.replace(' ', '')}")
        answer = connection.getresponse()

        def read() -> None:
            while len(seen) < 3 and (line := answer.readline()):
                seen.append(json.loads(line)["Action"])
            complete.set()

        reader = threading.Thread(target=read)
        reader.start()
        start(engine, first)
        wait(engine, first)
        assert complete.wait(LIMIT)
        reader.join()
        connection.close()
    assert seen == ["create", "start", "die"]


def test_the_command_line_knows_relative_times(engine: ApiClient, life: str) -> None:
    done = engine.docker(
        "events", "--since", "10m", "--until", str(int(time.time()) + 1), "--filter", f"container={life}",
        "--filter", "event=start", "--format", "{{.Type}} {{.Action}} {{.ID}}",
    )  # fmt: skip
    assert done.stdout.decode() == f"container start {life}\n"
