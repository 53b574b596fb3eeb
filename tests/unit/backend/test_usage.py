"""A control group's files as Docker's figures: what a machine with all controllers gives."""

import os
from pathlib import Path

import pytest

from backend.containers.stats import figures
from backend.runtime import cgroups, usage

FILES = {
    "cpu.stat": "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\n"
    "nr_periods 7\nnr_throttled 2\nthrottled_usec 9\n",
    "memory.stat": "anon 4096\nfile 8192\ninactive_file 100\nnew_in_some_kernel 5\n",
    "memory.current": "20480\n",
    "memory.max": "max\n",
    "memory.events": "low 0\noom 3\noom_kill 1\n",
    "pids.current": "4\n",
    "pids.max": "max\n",
    "io.stat": "8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n253:1 \n",
}


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The group of container `c` on a machine with all controllers."""
    monkeypatch.setattr(cgroups, "ROOT", tmp_path)
    folder = tmp_path / cgroups.PARENT / "c"
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def test_all_figures(group: Path) -> None:
    stats = figures((usage.read_usage("/marina/c", os.getpid(), with_network=False), 12345))
    assert stats["cpu_stats"]["cpu_usage"] == {
        "total_usage": 1_500_000, "usage_in_kernelmode": 500_000, "usage_in_usermode": 1_000_000,
    }  # fmt: skip
    assert stats["cpu_stats"]["system_cpu_usage"] == 12345
    assert stats["cpu_stats"]["throttling_data"] == {
        "periods": 7, "throttled_periods": 2, "throttled_time": 9000,
    }  # fmt: skip
    memory = stats["memory_stats"]
    assert (memory["usage"], memory["limit"], memory["failcnt"]) == (20480, usage.machine_memory(), 3)
    assert (memory["stats"]["anon"], memory["stats"]["shmem"]) == (4096, 0)
    assert "new_in_some_kernel" not in memory["stats"]
    assert stats["pids_stats"] == {"current": 4, "limit": 2**64 - 1}
    assert stats["blkio_stats"]["io_service_bytes_recursive"] == [
        {"major": 8, "minor": 0, "op": "read", "value": 10},
        {"major": 8, "minor": 0, "op": "write", "value": 20},
    ]
    assert "networks" not in stats


def test_a_limit_below_the_machines(group: Path) -> None:
    (group / "memory.max").write_text("1000000\n")
    (group / "pids.max").write_text("50\n")
    found = usage.read_usage("/marina/c", os.getpid(), with_network=False)
    assert (found.memory_limit, found.pids_limit) == (1_000_000, 50)


def test_without_controllers(group: Path) -> None:
    for name in FILES:
        if name != "cpu.stat":
            (group / name).unlink()
    stats = figures((usage.read_usage("/marina/c", os.getpid(), with_network=True), 1))
    assert stats["memory_stats"].keys() == {"stats"}
    assert (stats["pids_stats"], stats["blkio_stats"]["io_service_bytes_recursive"]) == ({}, None)
    assert "lo" not in stats.get("networks", {})


def test_a_group_that_is_gone() -> None:
    found = usage.read_usage("no-such-container", 2**30, with_network=True)
    assert (found.cpu, found.memory_bytes, found.interfaces) == ({}, None, {})
    assert usage.system_cpu_ns() > 0
    assert usage.online_cpus() >= 1
