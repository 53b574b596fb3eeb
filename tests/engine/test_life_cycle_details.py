"""The life cycle's finer points: restarts, waits, pauses, execs and lists, as dockerd has them."""

import json
import threading
import time
from base64 import b64encode
from typing import Any

import pytest

from tests.engine.container_calls import (
    call,
    container,
    engine_events,
    inspect,
    logs,
    start,
    status,
    until,
    wait,
)
from tests.support.native_engine import Answer, NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")
ALWAYS = {"RestartPolicy": {"Name": "always"}}
DEAF = ("sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done")


def _events(engine: NativeEngine, since: float, identifier: str) -> list[str]:
    return engine_events(engine, since, container=[identifier], type=["container"])


def _exec(engine: NativeEngine, identifier: str, *command: str, **config: Any) -> str:
    answer = engine.request("POST", f"/containers/{identifier}/exec", body={"Cmd": list(command), **config})
    assert answer.status == 201, answer.body
    return str(answer.json["Id"])


def test_failures_are_tried_again_so_often(engine: NativeEngine) -> None:
    policy = {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 2}}
    begun = time.time()
    with container(engine, "false", HostConfig=policy) as identifier:
        start(engine, identifier)

        def done() -> bool:
            told = inspect(engine, identifier)
            seen.add((told["State"]["Status"], told["RestartCount"]))
            return ("exited", 2) in seen

        seen: set[tuple[str, int]] = set()
        until(done, "two restarts")
        assert not seen & {("exited", 0), ("exited", 1)}, "it is restarting as soon as it has ended"
        assert inspect(engine, identifier)["State"]["ExitCode"] == 1
        assert _events(engine, begun, identifier) == ["create", *["start", "die"] * 3]
        start(engine, identifier)  # a start by hand begins the count anew, or it would be the only one
        until(lambda: _events(engine, begun, identifier).count("die") == 6, "two restarts more")
        seen.clear()
        until(done, "the last end")


def test_while_it_waits_for_its_restart(engine: NativeEngine) -> None:
    with container(engine, "true", HostConfig=ALWAYS) as identifier:
        start(engine, identifier)
        # After six quick ends the next start is six seconds away: long enough to look around.
        until(lambda: inspect(engine, identifier)["RestartCount"] > 5, "several restarts")
        until(lambda: status(engine, identifier) == "restarting", "it waits")
        told = inspect(engine, identifier)
        state = told["State"]
        answers = [
            call(engine, "pause", identifier),
            engine.request("POST", f"/containers/{identifier}/exec", body={"Cmd": ["true"]}),
            engine.request("DELETE", f"/containers/{identifier}"),
        ]
        started = call(engine, "start", identifier)
        assert inspect(engine, identifier)["RestartCount"] == told["RestartCount"], "it took too long"
        assert (state["Running"], state["Restarting"], state["Pid"]) == (True, True, 0)
        restarting = f"Container {identifier} is restarting, wait until the container is running"
        assert [(answer.status, answer.message) for answer in answers[:2]] == [(409, restarting)] * 2
        assert answers[2].status == 409
        assert "container is restarting: stop the container before removing" in answers[2].message
        assert started.status == 304
        waiting: list[int] = []
        waiter = threading.Thread(target=lambda: waiting.append(wait(engine, identifier)))
        waiter.start()
        assert call(engine, "stop", identifier).status == 204
        waiter.join()
        assert waiting == [0]
        assert status(engine, identifier) == "exited"


def test_a_kill_ends_the_restarts(engine: NativeEngine) -> None:
    begun = time.time()
    with container(engine, *DEAF, HostConfig=ALWAYS) as identifier:
        start(engine, identifier)
        assert call(engine, "kill", identifier).status == 204
        state = inspect(engine, identifier)["State"]
        assert (state["Status"], state["ExitCode"]) == ("exited", 137)
        assert _events(engine, begun, identifier) == ["create", "start", "kill", "die"]


def test_a_restart_is_a_stop_and_a_start(engine: NativeEngine) -> None:
    with container(engine, *DEAF) as identifier:
        start(engine, identifier)
        until(lambda: "ready" in logs(engine, identifier), "the trap is set")
        begun = time.time()
        assert call(engine, "restart", identifier, t="0").status == 204
        assert _events(engine, begun, identifier) == ["kill", "kill", "die", "stop", "start", "restart"]


def test_a_restart_keeps_what_goes_with_its_end(engine: NativeEngine) -> None:
    with container(engine, "sleep", "1000", HostConfig={"AutoRemove": True}, StopSignal="KILL") as identifier:
        start(engine, identifier)
        assert call(engine, "restart", identifier).status == 204
        assert status(engine, identifier) == "running"
        assert inspect(engine, identifier)["HostConfig"]["AutoRemove"] is True
        removed = engine.request("POST", f"/containers/{identifier}/stop", query={"t": "0"})
        assert removed.status == 204
        until(
            lambda: engine.request("GET", f"/containers/{identifier}/json").status == 404,
            "it goes with its end",
        )


def test_paused_containers(engine: NativeEngine) -> None:
    with container(engine, *DEAF, StopSignal="KILL") as identifier:
        start(engine, identifier)
        call(engine, "pause", identifier)
        for verb, text in (
            ("start", "cannot start a paused container, try unpause instead"),
            ("pause", f"Container {identifier} is already paused"),
        ):
            answer = call(engine, verb, identifier)
            assert (answer.status, answer.message) == (409, text)
        answer = engine.request("POST", f"/containers/{identifier[:12]}/exec", body={"Cmd": ["true"]})
        assert (answer.status, answer.message) == (
            409,
            f"Container {identifier[:12]} is paused, unpause the container before exec",
        )
        begun = time.time()
        assert call(engine, "kill", identifier, signal="USR2").status == 204
        assert _events(engine, begun, identifier) == ["kill", "unpause"]
        call(engine, "pause", identifier)
        begun = time.time()
        assert call(engine, "stop", identifier).status == 204
        assert _events(engine, begun, identifier) == ["kill", "unpause", "die", "stop"]
        answer = call(engine, "unpause", identifier)
        assert (answer.status, answer.message) == (409, f"Container {identifier} is not paused")


def test_waits(engine: NativeEngine) -> None:
    answers: list[Answer] = []
    with container(engine, "sh", "-c", "exit 5") as identifier:
        assert call(engine, "wait", identifier, condition="not-running").json == {"StatusCode": 0}
        waiter = threading.Thread(
            target=lambda: answers.append(call(engine, "wait", identifier, condition="next-exit"))
        )
        waiter.start()

        def answered() -> bool:  # it may ask after an end: then the next one counts
            call(engine, "start", identifier)
            return bool(answers)

        until(answered, "an end after the question")
        waiter.join()
        assert answers[0].json == {"StatusCode": 5}
        assert wait(engine, identifier) == 5


def test_words_about_kill_and_stop(engine: NativeEngine) -> None:
    kill = "cannot kill container: wordy"
    with container(engine, "sleep", "1000", name="wordy") as identifier:
        for path, code, text in (
            ("/containers/nobody/kill", 404, "cannot kill container: nobody: No such container: nobody"),
            ("/containers/wordy/kill", 409, f"{kill}: container {identifier} is not running"),
            ("/containers/wordy/kill?signal=FOO", 400, f"{kill}: invalid signal: FOO"),
        ):
            answer = engine.request("POST", path)
            assert (answer.status, answer.message) == (code, text)
        # What stands is not stopped, whatever the signal.
        assert engine.request("POST", "/containers/wordy/stop?signal=FOO").status == 304
        start(engine, identifier)
        answer = engine.request("POST", "/containers/wordy/stop?signal=FOO")
        assert (answer.status, answer.message) == (400, "cannot stop container: wordy: invalid signal: FOO")


def test_what_is_told_of_an_exec(engine: NativeEngine) -> None:
    with container(engine, "sleep", "1000") as identifier:
        start(engine, identifier)
        made = _exec(engine, identifier, "sleep", "1000", DetachKeys="ctrl-a,x", User="0:0")

        def told() -> dict[str, Any]:
            found: dict[str, Any] = engine.request("GET", f"/exec/{made}/json").json
            return found

        assert (told()["Running"], told()["ExitCode"], told()["Pid"]) == (False, None, 0)
        assert told()["DetachKeys"] == b64encode(b"\x01x").decode()
        assert told()["ProcessConfig"] == {
            "tty": False, "entrypoint": "sleep", "arguments": ["1000"], "privileged": False, "user": "0:0"
        }  # fmt: skip
        engine.request("POST", f"/exec/{made}/start", body={"Detach": True})
        assert told()["Running"]
        assert told()["Pid"] > 0
        assert engine.inside("cat", f"/proc/{told()['Pid']}/cmdline") == "sleep\0001000\0"
        again = engine.request("POST", f"/exec/{made}/start", body={"Detach": True})
        assert (again.status, again.message) == (409, f"Error: Exec command {made} is already running")


@pytest.mark.parametrize(
    ("command", "config", "text"),
    [
        (["nonsense"], {}, 'exec: "nonsense": executable file not found in $PATH: unknown'),
        (["/etc"], {}, 'exec: "/etc": is a directory: unknown: permission denied'),
        (
            ["pwd"],
            {"WorkingDir": "/none"},
            'chdir to cwd ("/none") set in config.json failed: no such file or directory: unknown',
        ),
    ],
)
def test_a_detached_exec_that_cannot_start(
    engine: NativeEngine, command: list[str], config: dict[str, Any], text: str
) -> None:
    with container(engine, "sleep", "1000") as identifier:
        start(engine, identifier)
        made = _exec(engine, identifier, *command, **config)
        answer = engine.request("POST", f"/exec/{made}/start", body={"Detach": True})
        assert answer.status == 400
        assert answer.message == (
            f"OCI runtime exec failed: exec failed: unable to start container process: {text}"
        )
        assert engine.request("GET", f"/exec/{made}/json").json["ExitCode"] == 126


def test_lists_by_ports_health_and_kind(engine: NativeEngine) -> None:
    def listed(**filters: Any) -> list[str] | str:
        wanted = {name.replace("_", "-"): values for name, values in filters.items()}
        answer = engine.request("GET", "/containers/json", query={"all": "1", "filters": json.dumps(wanted)})
        if answer.status != 200:
            return answer.message
        return sorted(item["Names"][0] for item in answer.json)

    published = {"PortBindings": {"80/tcp": [{"HostPort": "18099"}]}}
    exposed: dict[str, Any] = {"80/tcp": {}, "53/udp": {}}
    sleep = ("sleep", "1000")
    with (
        container(engine, *sleep, name="open1", ExposedPorts=exposed, HostConfig=published) as running,
        container(engine, *sleep, name="idle1", ExposedPorts=exposed),
    ):
        start(engine, running)
        # As with Docker only a container that runs has ports.
        for wanted in ("80", "80/tcp", "53/udp", "79-81", "79-81/tcp"):
            assert listed(expose=[wanted]) == ["/open1"], wanted
        for wanted in ("53", "81", "80/udp"):
            assert listed(expose=[wanted]) == [], wanted
        assert listed(publish=["18099"]) == listed(publish=["18000-18100"]) == ["/open1"]
        assert listed(publish=["80"]) == []
        assert "strconv.ParseUint" in listed(expose=["x"])
        assert listed(health=["none"]) == ["/idle1", "/open1"]
        assert listed(is_task=["true"]) == []
        assert listed(is_task=["x"]) == "invalid filter 'is-task=[x]'"
        assert listed(name=["("]) == []
        assert listed(exited=["x"]) == (
            "invalid filter 'exited=x': strconv.Atoi: parsing \"x\": invalid syntax"
        )
