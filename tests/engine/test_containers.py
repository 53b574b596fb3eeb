"""A container's life through the API: create, start, end, remove, and nothing left behind."""

import http.client
import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.engine.builds import build
from tests.engine.container_calls import (
    call,
    container,
    create,
    engine_events,
    inspect,
    leftovers,
    logs,
    remove,
    run,
    start,
    status,
    until,
    wait,
)
from tests.support.native_engine import Answer, NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")


def test_whole_life_leaves_nothing(engine: NativeEngine) -> None:
    began = time.time()
    identifier = create(engine, "sh", "-c", "echo out; echo err >&2; exit 3", name="life")
    assert status(engine, identifier) == "created"
    start(engine, identifier)
    assert wait(engine, identifier) == 3
    state = inspect(engine, "life")["State"]
    assert (state["Status"], state["ExitCode"], state["Pid"]) == ("exited", 3, 0)
    assert sorted(logs(engine, identifier).split()) == ["err", "out"]
    assert engine.request("DELETE", "/containers/life").status == 204
    assert leftovers(engine, identifier) == []
    assert engine.request("GET", "/containers/life/json").status == 404
    actions = engine_events(engine, began, container=[identifier])
    assert actions == ["create", "start", "die", "destroy"]


def test_start_and_stop_twice_is_no_error(engine: NativeEngine) -> None:
    with container(engine, "sleep", "1000", StopSignal="SIGKILL") as identifier:
        start(engine, identifier)
        assert call(engine, "start", identifier).status == 304
        assert call(engine, "stop", identifier).status == 204
        assert call(engine, "stop", identifier).status == 304
        assert inspect(engine, identifier)["State"]["ExitCode"] == 137


def test_stop_waits_then_kills(engine: NativeEngine) -> None:
    script = "trap 'echo asked' TERM; echo ready; while :; do sleep 0.05; done"
    with container(engine, "sh", "-c", script) as identifier:
        start(engine, identifier)
        until(lambda: "ready" in logs(engine, identifier), "the trap is set")
        began = time.time()
        assert call(engine, "stop", identifier, t="1").status == 204
        assert "asked" in logs(engine, identifier)
        assert inspect(engine, identifier)["State"]["ExitCode"] == 137
        actions = engine_events(engine, began - 1, container=[identifier])
        assert actions[-4:] == ["kill", "kill", "die", "stop"]


def test_concurrent_starts_run_it_once(engine: NativeEngine) -> None:
    with container(engine, "sh", "-c", "echo once; sleep 1000") as identifier:
        results: list[int] = []
        threads = [
            threading.Thread(target=lambda: results.append(call(engine, "start", identifier).status))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(results) == [204, 304, 304, 304]
        until(lambda: "once" in logs(engine, identifier), "it has run")
        assert logs(engine, identifier) == "once\n"


def test_remove_during_start_leaves_nothing(engine: NativeEngine) -> None:
    for _ in range(3):
        identifier = create(engine, "sleep", "1000")
        thread = threading.Thread(target=call, args=(engine, "start", identifier))
        thread.start()
        removed = remove(engine, identifier)
        thread.join()
        assert removed.status == 204, removed.body
        assert leftovers(engine, identifier) == []


def test_removed_while_somebody_waits(engine: NativeEngine) -> None:
    identifier = create(engine, "sleep", "1000")
    start(engine, identifier)
    connection = engine.connection()
    connection.request("POST", f"/containers/{identifier}/wait?condition=removed")
    answer = connection.getresponse()  # its head: from now on it waits
    running = engine.request("DELETE", f"/containers/{identifier}")
    assert running.status == 409
    assert "container is running: stop the container before removing or force remove" in running.message
    assert remove(engine, identifier).status == 204
    assert json.loads(answer.read()) == {"StatusCode": 137}
    connection.close()


def test_auto_remove(engine: NativeEngine) -> None:
    identifier = create(engine, "true", HostConfig={"AutoRemove": True})
    start(engine, identifier)
    until(lambda: engine.request("GET", f"/containers/{identifier}/json").status == 404, "it removed itself")
    until(lambda: leftovers(engine, identifier) == [], "its folder goes after its record")


def test_wait_sends_its_head_before_the_end(engine: NativeEngine) -> None:
    with container(engine, "sh", "-c", "exit 5") as identifier:
        connection = engine.connection()
        connection.request("POST", f"/containers/{identifier}/wait?condition=next-exit")
        answer = connection.getresponse()  # comes although the container has not been started yet
        start(engine, identifier)
        assert json.loads(answer.read()) == {"StatusCode": 5}
        connection.close()


def test_failed_starts_say_why_and_leave_nothing(engine: NativeEngine) -> None:
    for command, text, code in (
        ("nonsense", 'exec: "nonsense": executable file not found in $PATH', 127),
        ("/nonsense", "no such file or directory", 127),
        ("/etc/passwd", "permission denied", 126),
        ("/etc", "is a directory", 126),
    ):
        with container(engine, command) as identifier:
            answer = call(engine, "start", identifier)
            assert (answer.status, text in answer.message) == (400, True), answer.body
            state = inspect(engine, identifier)["State"]
            assert (state["Status"], state["ExitCode"]) == ("created", code)
            assert [item for item in leftovers(engine, identifier) if "/data/" not in item] == []
    with container(engine, "true", User="nobody-here") as identifier:
        assert call(engine, "start", identifier).status == 400


def test_settings_reach_the_process(engine: NativeEngine) -> None:
    output = run(
        engine,
        "sh",
        "-c",
        "id; pwd; hostname; echo $COLOUR; grep NoNewPrivs /proc/self/status; ulimit -n;"
        " cat /proc/self/oom_score_adj",
        User="user",
        WorkingDir="/made/for/me",
        Hostname="box",
        Env=["COLOUR=blue"],
        HostConfig={
            "SecurityOpt": ["no-new-privileges"],
            "Ulimits": [{"Name": "nofile", "Soft": 77, "Hard": 88}],
            "OomScoreAdj": 500,
        },
    )
    assert output.splitlines() == [
        "uid=1000(user) gid=1000(user) groups=1000(user),2000(extra)",
        "/made/for/me",
        "box",
        "blue",
        "NoNewPrivs:\t1",
        "77",
        "500",
    ]


def test_container_is_confined(engine: NativeEngine) -> None:
    output = run(
        engine,
        "sh",
        "-c",
        "grep -E 'CapEff|Seccomp:' /proc/self/status; mount -t tmpfs x /tmp 2>&1; cat /proc/kcore | wc -c;"
        " echo 1 > /proc/sys/kernel/panic; mknod /tmp/sda b 8 0 && cat /tmp/sda",
    )
    assert "CapEff:\t00000000a80425fb" in output
    assert "Seccomp:\t2" in output
    assert output.count("ermission denied") + output.count("not permitted") >= 2
    assert "Read-only file system" in output
    assert "\n0\n" in output  # masked /proc/kcore


def test_read_only_root_and_tmpfs(engine: NativeEngine) -> None:
    output = run(
        engine,
        "sh",
        "-c",
        "touch /x; touch /scratch/y && df -k /scratch | tail -1",
        HostConfig={"ReadonlyRootfs": True, "Tmpfs": {"/scratch": "size=1m"}},
    )
    assert "Read-only file system" in output
    assert "1024" in output


def test_volumes_and_binds(engine: NativeEngine) -> None:
    with container(
        engine,
        "sh",
        "-c",
        "ls /etc-copy; echo kept > /vol/file; echo x > /anon/file",
        Volumes={"/anon": {}},
        HostConfig={"Binds": ["testvol:/vol"], "Mounts": [{"Type": "volume", "Target": "/etc-copy"}]},
    ) as identifier:
        start(engine, identifier)
        assert wait(engine, identifier) == 0
        mounts = {mount["Destination"]: mount for mount in inspect(engine, identifier)["Mounts"]}
        anonymous = mounts["/anon"]["Name"]
        assert mounts["/vol"]["Name"] == "testvol"
    assert engine.request("GET", f"/volumes/{anonymous}").status == 404
    assert run(engine, "cat", "/vol/file", HostConfig={"Binds": ["testvol:/vol:ro"]}) == "kept\n"
    assert "Read-only" in run(engine, "touch", "/vol/x", HostConfig={"Binds": ["testvol:/vol:ro"]})
    assert engine.request("DELETE", "/volumes/testvol").status == 204


def test_new_volume_starts_with_the_images_files(engine: NativeEngine) -> None:
    assert "passwd" in run(engine, "ls", "/etc", HostConfig={"Binds": ["filled:/etc"]})
    assert engine.request("DELETE", "/volumes/filled").status == 204


def test_missing_bind_source(engine: NativeEngine) -> None:
    answer = engine.request(
        "POST",
        "/containers/create",
        body={
            "Image": "busybox",
            "Cmd": ["true"],
            "HostConfig": {"Mounts": [{"Type": "bind", "Source": "/none/such", "Target": "/x"}]},
        },
    )
    assert answer.status == 400
    assert "bind source path does not exist: /none/such" in answer.message


def test_kill_sends_any_signal(engine: NativeEngine) -> None:
    script = "trap 'echo usr1' USR1; trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done"
    with container(engine, "sh", "-c", script) as identifier:
        start(engine, identifier)
        until(lambda: "ready" in logs(engine, identifier), "the traps are set")
        assert call(engine, "kill", identifier, signal="SIGUSR1").status == 204
        until(lambda: "usr1" in logs(engine, identifier), "it got SIGUSR1")
        assert call(engine, "kill", identifier, signal="15").status == 204
        assert wait(engine, identifier) == 9
        stopped = call(engine, "kill", identifier)
        assert stopped.status == 409
        assert "is not running" in stopped.message


def test_pause_and_unpause(engine: NativeEngine) -> None:
    with container(engine, "sh", "-c", "while :; do echo tick; sleep 0.02; done") as identifier:
        start(engine, identifier)
        assert call(engine, "pause", identifier).status == 204
        assert status(engine, identifier) == "paused"
        frozen = logs(engine, identifier)
        time.sleep(0.2)
        assert logs(engine, identifier) == frozen
        assert call(engine, "unpause", identifier).status == 204
        until(lambda: logs(engine, identifier) != frozen, "it goes on")


def test_rename_keeps_all_else(engine: NativeEngine) -> None:
    with container(engine, "true", name="before") as identifier:
        assert call(engine, "rename", "before", name="after").status == 204
        assert inspect(engine, "after")["Id"] == identifier
        assert engine.request("GET", "/containers/before/json").status == 404
        assert call(engine, "rename", identifier, name="no good").status == 400


def test_list_and_filters(engine: NativeEngine) -> None:
    def names(**query: str) -> list[str]:
        answer = engine.request("GET", "/containers/json", query=query)
        assert answer.status == 200, answer.body
        return [item["Names"][0] for item in answer.json]

    labels = {"suite": "filters"}
    with (
        container(engine, "sleep", "1000", name="one", Labels=labels) as one,
        container(engine, "true", name="two", Labels=labels | {"x": "y"}),
    ):
        start(engine, one)
        mine = json.dumps({"label": ["suite=filters"]})
        assert names(filters=mine) == ["/one"]
        assert names(filters=mine, all="1") == ["/two", "/one"]
        assert names(filters=mine, limit="1") == ["/two"]
        for filters, expected in (
            ({"label": ["x=y"]}, ["/two"]),
            ({"name": ["^/?on"]}, ["/one"]),
            ({"status": ["created"], "label": ["suite"]}, ["/two"]),
            ({"id": [one[:12]]}, ["/one"]),
            ({"ancestor": ["busybox"], "label": ["suite"]}, ["/two", "/one"]),
            ({"before": ["two"], "label": ["suite"]}, ["/one"]),
        ):
            assert names(filters=json.dumps(filters), all="1") == expected, filters
        bad = engine.request("GET", "/containers/json", query={"filters": '{"nonsense":["x"]}'})
        assert (bad.status, bad.message) == (400, "invalid filter 'nonsense'")


def test_list_follows_networks_and_images(engine: NativeEngine) -> None:
    def listed(**filters: str) -> list[dict[str, Any]]:
        query = {"all": "1", "filters": json.dumps({name: [value] for name, value in filters.items()})}
        found: list[dict[str, Any]] = engine.request("GET", "/containers/json", query=query).json
        return found

    repository = f"list-{uuid.uuid4().hex[:8]}"
    assert build(engine, "FROM busybox\nLABEL made=first", t=repository).error == ""
    with container(engine, "sleep", "1000", Image=repository, Labels={repository: ""}) as name:
        start(engine, name)
        shown = inspect(engine, name)
        network = shown["NetworkSettings"]["Networks"]["bridge"]["NetworkID"]
        for known in ("bridge", network, network[:4]):
            assert [item["Id"] for item in listed(network=known, label=repository)] == [name]
        assert listed(network="0" * 65, label=repository) == []
        # What was made from an image counts as its container, and a name only for what it leads to.
        for ancestor in ("busybox", repository, shown["Image"]):
            assert [item["Image"] for item in listed(ancestor=ancestor, label=repository)] == [repository]
        assert build(engine, "FROM busybox\nLABEL made=later", t=repository).error == ""
        assert [item["Image"] for item in listed(label=repository)] == [shown["Image"]]
        assert listed(ancestor=repository, label=repository) == []
    for image in (repository, shown["Image"]):
        assert engine.request("DELETE", f"/images/{image}", query={"force": "1"}).status == 200


@pytest.mark.parametrize(
    ("body", "expected", "text"),
    [
        ({"Image": "nothing-here"}, 404, "No such image: nothing-here:latest"),
        ({"Image": "BAD NAME"}, 400, "invalid reference format"),
        ({}, 400, "config cannot be empty in order to create a container"),
        ({"HostConfig": {}}, 400, "config cannot be empty in order to create a container"),
        ({"Image": "", "Cmd": ["true"]}, 400, "no image specified"),
        ({"Image": 7}, 400, "number into Go struct field ContainerConfigWrapper.Config.Image of type string"),
        (
            {"Image": "busybox", "Cmd": [1]},
            400,
            "array into Go struct field ContainerConfigWrapper.Config.Cmd of type string",
        ),
        (
            {"Image": "busybox", "Tty": "yes"},
            400,
            "string into Go struct field ContainerConfigWrapper.Config.Tty of type bool",
        ),
        (
            {"Image": "busybox", "Labels": {"a": 1}},
            400,
            "number into Go struct field ContainerConfigWrapper.Config.Labels of type string",
        ),
        ({"Image": "busybox", "WorkingDir": "relative"}, 400, "needs to be an absolute path"),
        ({"Image": "busybox", "StopSignal": "SIGNONE"}, 400, "invalid signal: SIGNONE"),
        ({"Image": "busybox", "Env": ["a\0b"]}, 400, "NUL"),
        (
            {"Image": "busybox", "HostConfig": []},
            400,
            "field ContainerConfigWrapper.HostConfig of type container.HostConfig",
        ),
        (
            {"Image": "busybox", "HostConfig": {"Memory": "1g"}},
            400,
            "field HostConfig.HostConfig.Resources.Memory of type int64",
        ),
        ({"Image": "busybox", "HostConfig": {"Memory": 1000}}, 400, "Minimum memory limit allowed is 6MB"),
        ({"Image": "busybox", "HostConfig": {"Binds": ["a:b:c:d"]}}, 400, "invalid volume specification"),
        (
            {"Image": "busybox", "HostConfig": {"CapAdd": ["SYS_NONSENSE"]}},
            400,
            'invalid CapAdd: unknown capability: "CAP_SYS_NONSENSE"',
        ),
        (
            {"Image": "busybox", "HostConfig": {"Binds": ["/tmp:x"]}},
            400,
            "invalid volume specification: '/tmp:x': invalid mount config for type \"bind\": "
            "invalid mount path: 'x' mount path must be absolute",
        ),
        ({"Image": "busybox", "HostConfig": {"Binds": ["/tmp:/x:zz"]}}, 400, "invalid mode: zz"),
        ({"Image": "busybox", "HostConfig": {"Memory": -1}}, 400, "Minimum memory limit allowed is 6MB"),
        ({"Image": "busybox", "HostConfig": {"RestartPolicy": {"Name": "maybe"}}}, 400, "unknown policy"),
        ({"Image": "busybox", "HostConfig": {"LogConfig": {"Type": "syslog"}}}, 400, "syslog"),
        (
            {"Image": "busybox", "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "70000"}]}}},
            400,
            "port",
        ),
        ({"Image": "busybox", "HostConfig": {"PortBindings": {"http/tcp": [{}]}}}, 400, "port"),
        ({"Image": "busybox", "ExposedPorts": {"0/tcp": {}}}, 400, "port"),
    ],
)
def test_bad_create_bodies(engine: NativeEngine, body: Any, expected: int, text: str) -> None:
    before = engine.request("GET", "/containers/json", query={"all": "1"}).json
    answer = engine.request("POST", "/containers/create", body=body)
    assert (answer.status, text in answer.message) == (expected, True), answer.body
    assert engine.request("GET", "/containers/json", query={"all": "1"}).json == before


def test_bad_requests(engine: NativeEngine) -> None:
    for body in (b"{", b"[]", b"", b'"x"', b"\xff\xfe"):
        answer = engine.request("POST", "/containers/create", body=body)
        assert (answer.status, "JSON" in answer.message) == (400, True), answer.body
    with container(engine, "true", name="taken") as identifier:
        answer = engine.request(
            "POST", "/containers/create", query={"name": "taken"}, body={"Image": "busybox"}
        )
        assert answer.status == 409
        assert answer.message == (
            f'Conflict. The container name "/taken" is already in use by container "{identifier}". '
            "You have to remove (or rename) that container to be able to reuse that name."
        )
        assert answer.headers["Content-Type"] == "application/json"
    for method, path, expected in (
        ("GET", "/containers/none/json", 404),
        ("POST", "/containers/none/start", 404),
        ("POST", "/containers/none/kill", 404),
        ("DELETE", "/containers/none", 404),
        ("GET", "/containers/none/logs?stdout=1", 404),
        ("POST", "/containers/none/wait", 404),
        ("POST", "/containers/none/wait?condition=never", 400),
        ("POST", "/containers/create?name=x!", 400),
        ("GET", "/nothing", 404),
    ):
        answer = engine.request(method, path, body={"Image": "busybox"})
        assert answer.status == expected, (path, answer.body)
        assert answer.message


def test_bad_states_and_names(engine: NativeEngine) -> None:
    with (
        container(engine, "sleep", "1000", name="busy") as busy,
        container(engine, "true", name="idle") as idle,
        container(engine, "true", User="nobody-here") as strange,
    ):
        start(engine, busy)
        for method, path, expected, text in (
            ("POST", f"{busy}/start", 304, ""),
            ("POST", f"{idle}/stop", 304, ""),
            ("POST", f"{idle}/kill", 409, f"cannot kill container: {idle}: container {idle} is not running"),
            ("POST", f"{busy}/kill?signal=NONE", 400, "invalid signal: NONE"),
            ("POST", f"{busy}/kill?signal=999", 400, "the linux daemon does not support signal 999"),
            ("DELETE", busy, 409, 'cannot remove container "/busy": container is running'),
            ("POST", f"{idle}/rename", 400, "Neither old nor new names may be empty"),
            ("POST", f"{idle}/rename?name=idle", 400, "Renaming a container with the same name"),
            (
                "POST",
                f"{idle}/rename?name=busy",
                409,
                "Error when allocating new name: Conflict. The container",
            ),
            (
                "POST",
                f"{idle}/rename?name=a+b",
                400,
                "Error when allocating new name: Invalid container name",
            ),
            (
                "POST",
                f"{strange}/start",
                400,
                "unable to find user nobody-here: no matching entries in passwd",
            ),
            ("GET", f"{idle}/top", 409, f"container {idle} is not running"),
        ):
            answer = engine.request(method, f"/containers/{path}")
            assert answer.status == expected, (path, answer.body)
            assert (text in answer.message) if text else not answer.body, (path, answer.body)
        assert inspect(engine, busy)["State"]["Running"]


def test_lifecycle_with_a_connection_that_breaks(engine: NativeEngine) -> None:
    with container(engine, "sleep", "1000") as identifier:
        start(engine, identifier)
        connection: http.client.HTTPConnection = engine.connection()
        connection.request("POST", f"/containers/{identifier}/wait")
        connection.getresponse()
        connection.close()
        assert status(engine, identifier) == "running"


def test_names_by_chance_do_not_meet(engine: NativeEngine) -> None:
    """Of so many that are chosen at the same time, some are the same at first."""

    def make(_: int) -> Answer:
        return engine.request("POST", "/containers/create", body={"Image": "busybox", "Cmd": ["true"]})

    with ThreadPoolExecutor(50) as pool:
        made = list(pool.map(make, range(400)))
        identifiers = [answer.json["Id"] for answer in made if answer.status == 201]
        removed = list(pool.map(lambda identifier: remove(engine, identifier), identifiers))
    assert {answer.status for answer in made} == {201}
    assert {answer.status for answer in removed} == {204}
