"""Health checks as values: what is asked for, and what results change."""

from typing import Any

import pytest

from backend.containers.container import ContainerRecord, State
from backend.containers.state import health
from backend.containers.state.health import Health
from backend.errors import InvalidParameterError
from backend.moments import go_duration


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"Interval": 1}, "Interval in Healthcheck cannot be less than 1ms"),
        ({"Timeout": 999_999}, "Timeout in Healthcheck cannot be less than 1ms"),
        ({"StartPeriod": -1}, "StartPeriod in Healthcheck cannot be less than 1ms"),
        ({"StartInterval": 5}, "StartInterval in Healthcheck cannot be less than 1ms"),
        ({"Retries": -1}, "Retries in Healthcheck cannot be negative"),
        ({"Retries": True}, "must be a number"),
        ({"Test": "true"}, "must be an array of strings"),
        ({"Test": [1]}, "must be an array of strings"),
    ],
)
def test_nonsense_is_refused(config: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidParameterError, match=text):
        health.check_config(config)


def test_the_image_fills_in_what_the_caller_left_out() -> None:
    image = {"Test": ["CMD", "true"], "Interval": 10**9, "Retries": 5, "Timeout": 0}
    own = health.check_config({"Test": [], "Interval": 2 * 10**9})
    assert health.merge(own, image) == {"Test": ["CMD", "true"], "Interval": 2 * 10**9, "Retries": 5}
    assert health.merge({"Test": ["NONE"]}, image)["Test"] == ["NONE"]  # type: ignore[index]
    assert health.merge(None, None) is None


@pytest.mark.parametrize(
    ("test", "command"),
    [
        (["CMD", "a", "b"], ["a", "b"]),
        (["CMD-SHELL", "a b"], ["/bin/sh", "-c", "a b"]),
        (["NONE"], None),
        (["CMD"], None),
        (["NONSENSE", "a"], None),
    ],
)
def test_command(test: list[str], command: list[str] | None) -> None:
    assert health.command_of({"Healthcheck": {"Test": test}}) == command
    assert health.command_of({"Healthcheck": None}) is None


def test_the_shell_is_the_images() -> None:
    config = {"Healthcheck": {"Test": ["CMD-SHELL", "x"]}, "Shell": ["/bin/ash", "-ec"]}
    assert health.command_of(config) == ["/bin/ash", "-ec", "x"]


def test_states() -> None:
    standing = Health()

    def take(code: int, *, starting_up: bool = False) -> tuple[str, int]:
        standing.take({"ExitCode": code}, retries=2, starting_up=starting_up)
        return standing.status, standing.failing_streak

    assert take(1, starting_up=True) == ("starting", 0)
    assert take(1) == ("starting", 1)
    assert take(0, starting_up=True) == ("healthy", 0)
    assert take(1, starting_up=True) == ("healthy", 1)  # the period ends with the first success
    assert take(-1) == ("unhealthy", 2)
    assert take(0) == ("healthy", 0)
    assert [result["ExitCode"] for result in standing.log] == [1, 0, 1, -1, 0]


def test_it_is_kept_with_the_container() -> None:
    state = State(health=Health("healthy", 0, [{"ExitCode": 0}]))
    record = ContainerRecord("1", "a", "", "", "", {}, {}, state=state)
    assert ContainerRecord.from_json(record.to_json()).state.health == state.health


def test_durations_as_go_prints_them() -> None:
    told = [go_duration(value) for value in (0, 0.2, 1, 1.5, 60, 90, 3600, 5400.25, 0.0000015)]
    assert told == ["0s", "200ms", "1s", "1.5s", "1m0s", "1m30s", "1h0m0s", "1h30m0.25s", "1.5µs"]
