"""Live figures and changed limits. This machine may have no cgroup controllers: what needs them is tested in
tests/machine, and here that the answers are dockerd's on such a machine."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.container_calls import (
    call,
    container,
    create,
    engine_events,
    inspect,
    remove,
    start,
    until,
)  # fmt: skip
from tests.support.native_engine import Answer, NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")

BUSY = ["sh", "-c", "while :; do :; done"]
EMPTY_READ = "0001-01-01T00:00:00Z"


def stats(engine: NativeEngine, identifier: str, **query: str) -> Any:
    """Return one look at a container."""
    answer = engine.request("GET", f"/containers/{identifier}/stats", query={"stream": "0", **query})
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    return answer.json


def update(engine: NativeEngine, identifier: str, **body: Any) -> Answer:
    """Change a container."""
    return engine.request("POST", f"/containers/{identifier}/update", body=body)


@pytest.fixture
def busy(engine: NativeEngine) -> Iterator[str]:
    """A container that computes."""
    with container(engine, *BUSY) as identifier:
        start(engine, identifier)
        yield identifier


def test_two_looks_in_one_answer(engine: NativeEngine, busy: str) -> None:
    found = stats(engine, busy)
    assert (found["id"], found["name"]) == (busy, inspect(engine, busy)["Name"])
    assert found["preread"] < found["read"]
    now, before = found["cpu_stats"], found["precpu_stats"]
    assert now["cpu_usage"]["total_usage"] > before["cpu_usage"]["total_usage"] > 0
    assert now["system_cpu_usage"] > before["system_cpu_usage"] > 0
    assert now["online_cpus"] >= 1
    assert set(found["memory_stats"]["stats"]) >= {"anon", "file", "inactive_file", "pgfault"}
    assert found["blkio_stats"].keys() >= {"io_service_bytes_recursive", "sectors_recursive"}
    assert found["networks"]["eth0"].keys() == {
        "rx_bytes", "rx_packets", "rx_errors", "rx_dropped",
        "tx_bytes", "tx_packets", "tx_errors", "tx_dropped",
    }  # fmt: skip


def test_one_look_at_once(engine: NativeEngine, busy: str) -> None:
    found = stats(engine, busy, **{"one-shot": "1"})
    assert found["preread"] == EMPTY_READ
    assert found["precpu_stats"]["cpu_usage"]["total_usage"] == 0
    assert found["cpu_stats"]["cpu_usage"]["total_usage"] > 0
    refused = engine.request("GET", f"/containers/{busy}/stats", query={"one-shot": "1"})
    assert (refused.status, refused.message) == (400, "cannot have stream=true and one-shot=true")


def test_controllers_that_are_missing_leave_their_figures_out(engine: NativeEngine, busy: str) -> None:
    found = stats(engine, busy, **{"one-shot": "1"})
    has = engine.request("GET", "/info").json
    assert ("usage" in found["memory_stats"]) == has["MemoryLimit"]
    assert ("current" in found["pids_stats"]) == has["PidsLimit"]


def test_a_stream_goes_on_until_the_container_is_removed(engine: NativeEngine) -> None:
    identifier = create(engine, *BUSY)
    start(engine, identifier)
    connection = engine.connection()
    connection.request("GET", f"/containers/{identifier}/stats")
    answer = connection.getresponse()
    looks = [json.loads(answer.readline()) for _ in range(2)]
    assert looks[0]["preread"] == EMPTY_READ
    assert looks[1]["preread"] == looks[0]["read"]
    assert looks[1]["precpu_stats"] == looks[0]["cpu_stats"]
    call(engine, "kill", identifier)
    until(lambda: json.loads(answer.readline())["read"] == EMPTY_READ, "an empty look after its end")
    remove(engine, identifier)
    assert answer.read().count(b"\n") <= 2
    connection.close()


def test_containers_that_do_not_run(engine: NativeEngine) -> None:
    with container(engine, "true", name="idle") as identifier:
        for query in ({}, {"one-shot": "1"}):
            found = stats(engine, "idle", **query)
            assert (found["id"], found["name"], found["read"]) == (identifier, "/idle", EMPTY_READ)
            assert found["memory_stats"] == found["pids_stats"] == {}
    answer = engine.request("GET", "/containers/idle/stats", query={"stream": "0"})
    assert (answer.status, answer.message) == (404, "No such container: idle")


def test_a_container_in_the_hosts_network_has_no_figures_of_it(engine: NativeEngine) -> None:
    with container(engine, *BUSY, HostConfig={"NetworkMode": "host"}) as identifier:
        start(engine, identifier)
        assert "networks" not in stats(engine, identifier, **{"one-shot": "1"})


def test_the_command_lines_numbers(engine: NativeEngine, busy: str) -> None:
    form = "{{.ID}} {{.CPUPerc}} {{.NetIO}}"
    printed = engine.docker("stats", "--no-stream", "--format", form, busy).stdout.decode().split()
    assert printed[0] == busy[:12]
    assert float(printed[1].removesuffix("%")) > 1


def test_a_restart_policy_is_changed(engine: NativeEngine) -> None:
    since = time.time()
    with container(engine, "sh", "-c", "exit 3") as identifier:
        answer = update(engine, identifier, RestartPolicy={"Name": "on-failure", "MaximumRetryCount": 2})
        assert (answer.status, answer.json) == (200, {"Warnings": None})
        policy = inspect(engine, identifier)["HostConfig"]["RestartPolicy"]
        assert policy == {"Name": "on-failure", "MaximumRetryCount": 2}
        start(engine, identifier)
        until(lambda: inspect(engine, identifier)["RestartCount"] == 2, "it was started again")
        assert update(engine, identifier, RestartPolicy={"Name": ""}).status == 200
        assert inspect(engine, identifier)["HostConfig"]["RestartPolicy"] == policy
        assert engine_events(engine, since, container=[identifier]).count("update") == 2


def test_limits_that_this_machine_cannot_hold_are_told(engine: NativeEngine) -> None:
    has = engine.request("GET", "/info").json
    with container(engine, "sleep", "1000") as identifier:
        start(engine, identifier)
        answer = update(engine, identifier, Memory=100_000_000, MemorySwap=200_000_000, PidsLimit=50)
        assert answer.status == 200, answer.body
        told = " ".join(answer.json["Warnings"] or [])
        host = inspect(engine, identifier)["HostConfig"]
        assert ("memory limit" not in told) == has["MemoryLimit"] == (host["Memory"] == 100_000_000)
        assert ("PIDs limit" not in told) == has["PidsLimit"] == (host["PidsLimit"] == 50)


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        ({"Memory": 1}, 400, "Minimum memory limit allowed is 6MB"),
        ({"Memory": "x"}, 400, "invalid JSON"),
        ({"Memory": 2**70}, 400, "invalid JSON"),
        ({"CpusetCpus": "x"}, 400, "Invalid value x for cpuset cpus"),
        ({"NanoCpus": 99_000_000_000_000}, 400, "CPUs available"),
        ({"RestartPolicy": {"Name": "bogus"}}, 400, "invalid restart policy: unknown policy 'bogus'"),
        (
            {"RestartPolicy": {"Name": "always", "MaximumRetryCount": 3}},
            400,
            "only be used with 'on-failure'",
        ),
        ({"RestartPolicy": "x"}, 400, "invalid JSON"),
    ],
)
def test_refusals(engine: NativeEngine, body: dict[str, Any], code: int, text: str) -> None:
    with container(engine, "true") as identifier:
        before = inspect(engine, identifier)["HostConfig"]
        answer = update(engine, identifier, **body)
        assert (answer.status, text in answer.message) == (code, True), answer.body
        assert inspect(engine, identifier)["HostConfig"] == before
    assert update(engine, "nope").message == "No such container: nope"


def test_conflicts(engine: NativeEngine) -> None:
    with container(engine, "true", HostConfig={"AutoRemove": True}) as identifier:
        answer = update(engine, identifier, RestartPolicy={"Name": "always"})
        assert (answer.status, answer.message) == (
            409,
            f"Cannot update container {identifier}: Restart policy cannot be updated because AutoRemove is "
            "enabled for the container",
        )
        assert update(engine, identifier, RestartPolicy={"Name": "no"}).status == 200


def test_the_command_line(engine: NativeEngine) -> None:
    with container(engine, "true", name="updated"):
        done = engine.docker("update", "--restart", "unless-stopped", "updated")
        assert done.stdout == b"updated\n"
        assert inspect(engine, "updated")["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"


def test_an_update_survives_the_engine(engine: NativeEngine) -> None:
    """What is answered is on record: read by nobody but the database."""
    with container(engine, "true") as identifier:
        update(engine, identifier, RestartPolicy={"Name": "always"})
        script = (
            "import sqlite3,json,sys\n"
            f"db=sqlite3.connect('file:{engine.data_root}/engine.db?mode=ro',uri=True)\n"
            f"row=db.execute('select record from containers where id=?',('{identifier}',)).fetchone()\n"
            "print(json.loads(row[0])['host_config']['RestartPolicy']['Name'])"
        )
        assert engine.inside("python3", "-c", script).strip() == "always"


def test_processes_as_ps_shows_them(engine: NativeEngine) -> None:
    with container(engine, "sh", "-c", "sleep 1000 & exec sleep 999", name="listed") as identifier:
        answer = engine.request("GET", f"/containers/{identifier}/top")
        assert (answer.status, answer.message) == (409, f"container {identifier} is not running")
        start(engine, identifier)
        both = {"sleep 1000", "sleep 999"}
        until(lambda: {row[-1] for row in top(engine, "-ef")["Processes"]} == both, "both programs run")
        # busybox starts its own programs by /proc/self/exe, and gives them their names a moment later.
        names = ["sleep", "sleep"]
        until(lambda: [row[1] for row in top(engine, "-eo pid,comm")["Processes"]] == names, "with names")
        full = top(engine, "-ef")
        assert full["Titles"] == ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
        assert {row[0] for row in full["Processes"]} == {"root"}
        chosen = top(engine, "-eo pid,comm")
        assert [row[1] for row in chosen["Processes"]] == names
        assert [row[0] for row in chosen["Processes"]] == [row[1] for row in full["Processes"]]
        assert "sleep 1000" in engine.docker("top", "listed", "aux").stdout.decode()
        for arguments, text in (
            ("-eo comm", "Couldn't find PID field in ps output"),
            ("-eo comm=PID", 'specifying "comm=PID" is not allowed'),
            ("-Q", "ps: error: unsupported option -Q"),
        ):
            refused = engine.request("GET", "/containers/listed/top", query={"ps_args": arguments})
            assert (refused.status, refused.message) == (400, text)


def top(engine: NativeEngine, arguments: str) -> Any:
    """Return what top answers."""
    answer = engine.request("GET", "/containers/listed/top", query={"ps_args": arguments})
    assert answer.status == 200, answer.body
    return answer.json
