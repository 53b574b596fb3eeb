"""Health checks in real containers: states, log, events, pauses, an engine that is killed meanwhile."""

import json
import time
from typing import Any

from tests.engine.container_calls import call, container, engine_events, inspect, logs, start, until
from tests.support.native_engine import NativeEngine
from tests.support.test_images import build_image, busybox_layer, save_docker_archive

TENTH = 100_000_000  # nanoseconds


def _check(*test: str, **more: int) -> dict[str, Any]:
    return {"Test": list(test), "Interval": TENTH, "Retries": 2, **more}


def _health(engine: NativeEngine, identifier: str) -> dict[str, Any]:
    found: dict[str, Any] = inspect(engine, identifier)["State"]["Health"]
    return found


def _until(engine: NativeEngine, identifier: str, state: str) -> None:
    until(lambda: _health(engine, identifier)["Status"] == state, state)


def _listed(engine: NativeEngine, **filters: list[str]) -> list[str]:
    query = {"filters": json.dumps(filters)}
    return [str(item["Status"]) for item in engine.request("GET", "/containers/json", query=query).json]


def _run(engine: NativeEngine, identifier: str, *command: str) -> None:
    made = engine.request("POST", f"/containers/{identifier}/exec", body={"Cmd": list(command)}).json["Id"]
    engine.request("POST", f"/exec/{made}/start", body={"Detach": True})


def test_a_container_becomes_unhealthy_and_healthy_again(engine: NativeEngine, busybox: str) -> None:
    begun = time.time()
    check = _check("CMD-SHELL", "echo looking; cat /flag")
    with container(engine, "sleep", "1000", Healthcheck=check) as identifier:
        assert "Health" not in inspect(engine, identifier)["State"]
        start(engine, identifier)
        assert _health(engine, identifier)["Status"] in ("starting", "unhealthy")
        _until(engine, identifier, "unhealthy")
        assert _listed(engine, health=["unhealthy"])[0].endswith(" (unhealthy)")
        assert _listed(engine, health=["healthy", "none"]) == []
        result = _health(engine, identifier)["Log"][0]
        assert result["ExitCode"] == 1
        assert result["Output"].startswith("looking\ncat: can't open '/flag'")
        assert _health(engine, identifier)["FailingStreak"] >= 2
        _run(engine, identifier, "touch", "/flag")
        _until(engine, identifier, "healthy")
        assert _health(engine, identifier)["FailingStreak"] == 0
        until(lambda: len(_health(engine, identifier)["Log"]) == 5, "five results")

        call(engine, "pause", identifier)
        assert _health(engine, identifier)["Status"] == "unhealthy"  # nobody looks at it: as with Docker
        assert _listed(engine, id=[identifier])[0].endswith(" (Paused)")
        call(engine, "unpause", identifier)
        _until(engine, identifier, "healthy")
        call(engine, "kill", identifier)
        until(lambda: inspect(engine, identifier)["State"]["Status"] == "exited", "its end")
        assert _health(engine, identifier)["Status"] == "unhealthy"
        told = engine_events(engine, begun, container=[identifier])
    states = [action for action in told if action.startswith("health_status")]
    assert states[:2] == ["health_status: unhealthy", "health_status: healthy"]
    assert {"exec_create: /bin/sh -c echo looking; cat /flag", "exec_die"} <= set(told)


def test_a_probe_that_hangs_is_killed(engine: NativeEngine, busybox: str) -> None:
    check = _check("CMD-SHELL", "echo hangs; exec sleep 4321", Timeout=2 * TENTH)
    with container(engine, "sleep", "1000", Healthcheck=check) as identifier:
        start(engine, identifier)
        told = "Health check exceeded timeout (200ms)"
        results: list[dict[str, Any]] = []

        def one_spoke() -> bool:  # on a machine under load a probe may come to say nothing in its time
            results[:] = _health(engine, identifier)["Log"]
            return len(results) > 1 and any(result["Output"] == f"{told}: hangs\n" for result in results)

        until(one_spoke, "two results, one with output")
        assert {result["ExitCode"] for result in results} == {-1}
        assert all(result["Output"].startswith(told) for result in results)
        call(engine, "pause", identifier)  # no further probe
        call(engine, "unpause", identifier)

        def hanging() -> int:
            rows = engine.request("GET", f"/containers/{identifier}/top").json["Processes"]
            return sum("sleep 4321" in row[-1] for row in rows)

        assert hanging() <= 1  # the one under way


def test_output_is_cut_and_a_missing_program_told(engine: NativeEngine, busybox: str) -> None:
    with container(engine, "sleep", "1000", Healthcheck=_check("CMD", "seq", "1", "3000")) as identifier:
        start(engine, identifier)
        until(lambda: bool(_health(engine, identifier)["Log"]), "a result")
        output = _health(engine, identifier)["Log"][0]["Output"]
        assert len(output) == 4096 + 3
        assert output.endswith("...")
    with container(engine, "sleep", "1000", Healthcheck=_check("CMD", "nothing-like-it")) as identifier:
        start(engine, identifier)
        until(lambda: bool(_health(engine, identifier)["Log"]), "a result")
        result = _health(engine, identifier)["Log"][0]
        assert result["ExitCode"] == -1
        assert "executable file not found in $PATH" in result["Output"]


def test_probes_go_on_under_the_next_engine(engine: NativeEngine, busybox: str) -> None:
    check = _check("CMD-SHELL", "echo probe > /proc/1/fd/1; test ! -e /flag")
    with container(engine, "sleep", "1000", Healthcheck=check) as identifier:
        start(engine, identifier)
        _until(engine, identifier, "healthy")
        engine.kill()
        engine.start()
        assert _health(engine, identifier)["Status"] == "healthy"
        before = logs(engine, identifier).count("probe")
        until(lambda: logs(engine, identifier).count("probe") > before, "another probe")
        _run(engine, identifier, "touch", "/flag")
        _until(engine, identifier, "unhealthy")


def test_an_images_check_is_run_unless_the_caller_says_no(engine: NativeEngine, busybox: str) -> None:
    image = build_image(
        [busybox_layer()], config={"Cmd": ["sleep", "1000"], "Healthcheck": _check("CMD", "true", Timeout=0)}
    )
    engine.request("POST", "/images/load", body=save_docker_archive(image, ["checked:1"]))
    with container(engine, Image="checked:1", Cmd=None) as identifier:
        assert inspect(engine, identifier)["Config"]["Healthcheck"] == _check("CMD", "true")
        start(engine, identifier)
        _until(engine, identifier, "healthy")
    with container(engine, Image="checked:1", Cmd=None, Healthcheck={"Test": ["NONE"]}) as identifier:
        start(engine, identifier)
        assert "Health" not in inspect(engine, identifier)["State"]
    engine.request("DELETE", "/images/checked:1")


def test_the_start_period_forgives(engine: NativeEngine, busybox: str) -> None:
    check = {"Test": ["CMD", "false"], "Retries": 1, "StartPeriod": 10**13, "StartInterval": TENTH}
    with container(engine, "sleep", "1000", Healthcheck=check) as identifier:
        start(engine, identifier)
        until(lambda: len(_health(engine, identifier)["Log"]) > 1, "two results")
        health = _health(engine, identifier)
        assert (health["Status"], health["FailingStreak"]) == ("starting", 0)
        assert _listed(engine, health=["starting"])[0].endswith(" (health: starting)")
