"""When containers are started again, and how long after."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.containers.container import NEVER, Container, ContainerRecord, State
from backend.containers.state.restart_policy import delay_before_restart, wanted_at_engine_start


def _container(policy: str, most: int = 0, **state: Any) -> Container:
    host = {"RestartPolicy": {"Name": policy, "MaximumRetryCount": most}}
    return Container(ContainerRecord("1", "a", "", "", "", {}, host, state=State(**state)))


def _ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("policy", "most", "code", "count", "again"),
    [
        ("no", 0, 1, 0, False),
        ("always", 0, 0, 5, True),
        ("unless-stopped", 0, 0, 5, True),
        ("on-failure", 0, 0, 0, False),
        ("on-failure", 0, 1, 1000, True),
        ("on-failure", 2, 1, 1, True),
        ("on-failure", 2, 1, 2, False),
    ],
)
def test_who_is_started_again(policy: str, most: int, code: int, count: int, again: bool) -> None:
    container = _container(policy, most, exit_code=code, restart_count=count, started_at=_ago(0))
    assert (delay_before_restart(container) is not None) is again
    container.manual_stop = True
    assert delay_before_restart(container) is None


def test_the_delay_doubles_up_to_a_minute_and_begins_anew() -> None:
    container = _container("always", started_at=_ago(0))
    delays = [delay_before_restart(container) for _ in range(12)]
    assert delays == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 60.0, 60.0]
    container.quick_ends = 5000  # days later
    assert delay_before_restart(container) == 60.0
    container.state.started_at = _ago(11)
    assert delay_before_restart(container) == 0.1
    container.state.started_at = _ago(1)
    assert delay_before_restart(container) == 0.2


@pytest.mark.parametrize(
    ("policy", "most", "state", "wanted"),
    [
        ("always", 0, {}, True),
        ("always", 0, {"stopped_by_user": True}, True),
        ("always", 0, {"started_at": NEVER}, False),
        ("always", 0, {"status": "running"}, False),
        ("unless-stopped", 0, {}, True),
        ("unless-stopped", 0, {"stopped_by_user": True}, False),
        ("on-failure", 0, {"exit_code": 1}, True),
        ("on-failure", 0, {"exit_code": 0}, False),
        ("on-failure", 3, {"exit_code": 1, "restart_count": 3}, False),
        ("on-failure", 0, {"exit_code": 1, "stopped_by_user": True}, False),
        ("no", 0, {"exit_code": 1}, False),
    ],
)
def test_who_comes_up_with_the_engine(policy: str, most: int, state: dict[str, Any], wanted: bool) -> None:
    container = _container(policy, most, **{"status": "exited", "started_at": _ago(5), **state})
    assert wanted_at_engine_start(container.record) is wanted
