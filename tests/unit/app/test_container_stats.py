"""Samples from raw counters."""

import pytest

from app.services.containers.container_stats import StatsReader
from app.services.engine.engine_client import EngineClient
from tests.fakes.fake_engine import FakeEngine

SECOND = 10**9


def message(busy: int, system: int, before: tuple[int, int], received: int = 0) -> dict[str, object]:
    return {
        "read": "2026-01-02T03:04:05Z",
        "cpu_stats": {"cpu_usage": {"total_usage": busy}, "system_cpu_usage": system, "online_cpus": 4},
        "precpu_stats": {"cpu_usage": {"total_usage": before[0]}, "system_cpu_usage": before[1]},
        "memory_stats": {"usage": 100, "limit": 1000, "stats": {"inactive_file": 30}},
        "networks": {"eth0": {"rx_bytes": received, "tx_bytes": 5}, "eth1": {"rx_bytes": received}},
        "pids_stats": {"current": 7},
    }


def test_processor_is_in_percent_of_one_core() -> None:
    sample = StatsReader().read(message(3 * SECOND, 8 * SECOND, (SECOND, 4 * SECOND)))
    assert sample is not None
    assert sample.cpu == pytest.approx(200.0)
    assert (sample.memory, sample.memory_limit, sample.processes) == (70, 1000, 7)


def test_the_first_sample_has_no_processor_time_before_it() -> None:
    sample = StatsReader().read(message(3 * SECOND, 8 * SECOND, (0, 0)))
    assert sample is not None
    assert sample.cpu == 0.0


def test_samples_asked_for_alone_go_by_the_one_before() -> None:
    reader = StatsReader()
    reader.read(message(SECOND, 4 * SECOND, (0, 0)))
    sample = reader.read(message(3 * SECOND, 8 * SECOND, (0, 0)))
    assert sample is not None
    assert sample.cpu == pytest.approx(200.0)


def test_memory_that_is_not_counted_is_no_number() -> None:
    """A kernel without the memory controller: no use at all would be a wrong answer."""
    told = message(3 * SECOND, 8 * SECOND, (SECOND, 4 * SECOND)) | {"memory_stats": {"stats": {"cache": 0}}}
    sample = StatsReader().read(told)
    assert sample is not None
    assert sample.memory is None


def test_rates_are_by_the_second_and_never_negative() -> None:
    reader = StatsReader()
    reader.read(message(0, 0, (0, 0), received=1000), now=10.0)
    faster = reader.read(message(0, 0, (0, 0), received=3000), now=12.0)
    restarted = reader.read(message(0, 0, (0, 0), received=10), now=13.0)
    assert faster is not None
    assert restarted is not None
    assert (faster.received, faster.sent) == (2000.0, 0.0)
    assert restarted.received == 0.0


@pytest.mark.parametrize(
    "odd", [{}, {"read": "0001-01-01T00:00:00Z", "cpu_stats": {"online_cpus": 1}}, {"cpu_stats": 7}]
)
def test_a_container_that_does_not_run_has_no_sample(odd: dict[str, object]) -> None:
    assert StatsReader().read(odd) is None


def test_stream_and_processes(engine: FakeEngine, client: EngineClient) -> None:
    container = engine.add_container("web", engine.add_image("nginx:1"))
    engine.containers.act(container, "start", {})
    reader = StatsReader()
    with client.stats("web") as stream:
        samples = [reader.read(message) for message, _ in zip(stream.messages(), range(3), strict=False)]
    assert samples[2] is not None
    assert samples[2].cpu > 0
    table = client.top("web")
    assert table.titles[-1] == "CMD"
    assert table.rows[0][-1] == "sleep 1000"
