"""When a container is started again without being asked.

Source: Docker Engine API, RestartPolicy; `docker run --restart`.
"""

from datetime import UTC, datetime

from backend.containers.container import NEVER, Container, ContainerRecord

FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 60.0
MOST_DOUBLINGS = 10  # more of them make no difference
STABLE_S = 10.0  # after so long a run the delay starts again from the first


def delay_before_restart(container: Container) -> float | None:
    """Return the seconds to wait before the next start, None when the container stays down."""
    state, policy = container.state, container.record.host_config["RestartPolicy"]
    if container.manual_stop:
        return None
    name, most = policy["Name"], policy["MaximumRetryCount"]
    if name == "on-failure":
        if state.exit_code == 0 or (most and state.restart_count >= most):
            return None
    elif name not in ("always", "unless-stopped"):
        return None
    if _run_seconds(state.started_at) >= STABLE_S:
        container.quick_ends = 0
    delay = min(FIRST_DELAY_S * 2 ** min(container.quick_ends, MOST_DOUBLINGS), LONGEST_DELAY_S)
    container.quick_ends += 1
    return float(delay)


def wanted_at_engine_start(record: ContainerRecord) -> bool:
    """Return whether a container that is down comes up with the engine."""
    if record.state.running or record.state.started_at == NEVER:
        return False
    policy, state = record.host_config["RestartPolicy"], record.state
    name, most = policy["Name"], policy["MaximumRetryCount"]
    if name == "on-failure":
        failed = state.exit_code != 0 and not state.stopped_by_user
        return failed and (not most or state.restart_count < most)
    return bool(name == "always" or (name == "unless-stopped" and not record.state.stopped_by_user))


def _run_seconds(started_at: str) -> float:
    started = datetime.fromisoformat(started_at.replace("Z", "+00:00"))
    return (datetime.now(UTC) - started).total_seconds()
