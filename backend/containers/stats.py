"""A container's live figures in Docker's form, one look or one a second.

Source: Docker Engine API, `GET /containers/{id}/stats`; dockerd, `daemon/stats_unix.go`, statsV2.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Any

from backend.containers.container import NEVER, Container
from backend.containers.files.container_paths import go_time
from backend.containers.manager import Containers
from backend.runtime import usage
from backend.runtime.usage import Usage
from backend.tasks import in_thread

INTERVAL_S = 1.0
MEMORY_FIELDS = (
    "active_anon", "active_file", "anon", "anon_thp", "file", "file_dirty", "file_mapped", "file_writeback",
    "inactive_anon", "inactive_file", "kernel_stack", "pgactivate", "pgdeactivate", "pgfault", "pglazyfree",
    "pglazyfreed", "pgmajfault", "pgrefill", "pgscan", "pgsteal", "shmem", "slab", "slab_reclaimable",
    "slab_unreclaimable", "sock", "thp_collapse_alloc", "thp_fault_alloc", "unevictable",
    "workingset_activate", "workingset_nodereclaim", "workingset_refault",
)  # fmt: skip
BLOCK_FIELDS = (
    "io_service_bytes_recursive", "io_serviced_recursive", "io_queue_recursive", "io_service_time_recursive",
    "io_wait_time_recursive", "io_merged_recursive", "io_time_recursive", "sectors_recursive",
)  # fmt: skip

Stats = dict[str, Any]


async def once(container: Container) -> Stats:
    """Return what a container uses now; there is no earlier look to compare with."""
    return await _look(container)


async def watch(containers: Containers, container: Container) -> AsyncGenerator[Stats, None]:
    """Give a look a second, each with the one before in it, until the container is removed.

    The first one has none before it. While the container does not run its looks are empty.
    """
    before: Stats | None = None
    while containers.store.get(container.id) is not None:
        began = time.monotonic()
        stats = await _look(container) | {"name": f"/{container.name}", "id": container.id}
        if before is not None:
            stats |= {"preread": before["read"], "precpu_stats": before["cpu_stats"]}
        yield stats
        before = stats
        await asyncio.sleep(max(0.0, INTERVAL_S - (time.monotonic() - began)))


def empty(container: Container) -> Stats:
    """Return the figures of a container that does not run."""
    return figures(None) | {"name": f"/{container.name}", "id": container.id}


async def _look(container: Container) -> Stats:
    if not container.state.running:
        return figures(None)
    with_network = container.record.host_config["NetworkMode"] != "host"
    found = await in_thread(_read, container.group, container.state.pid, with_network)
    return figures(found) | {"read": go_time(time.time_ns())}


def _read(group: str, pid: int, with_network: bool) -> tuple[Usage, int]:
    return usage.read_usage(group, pid, with_network=with_network), usage.system_cpu_ns()


def figures(found: tuple[Usage, int] | None) -> Stats:
    """Return Docker's figures of one look, and of the system's processor time then; empty without one."""
    used, system = found or (None, 0)
    stats: Stats = {
        "read": NEVER,
        "preread": NEVER,
        "pids_stats": {},
        "blkio_stats": dict.fromkeys(BLOCK_FIELDS),
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": _cpu(used, system),
        "precpu_stats": _cpu(None, 0),
        "memory_stats": {},
    }
    if used is None:
        return stats
    pids = {"current": used.pids, "limit": used.pids_limit}
    stats["pids_stats"] = {name: value for name, value in pids.items() if value}
    stats["memory_stats"] = _memory(used)
    if used.devices:
        stats["blkio_stats"]["io_service_bytes_recursive"] = [
            {"major": major, "minor": minor, "op": action, "value": value}
            for major, minor, read, written in used.devices
            for action, value in (("read", read), ("write", written))
        ]
    if used.interfaces:
        stats["networks"] = used.interfaces
    return stats


def _cpu(used: Usage | None, system: int) -> Stats:
    spent = used.cpu if used else {}
    cpu: Stats = {
        "cpu_usage": {
            "total_usage": spent.get("usage_usec", 0) * 1000,
            "usage_in_kernelmode": spent.get("system_usec", 0) * 1000,
            "usage_in_usermode": spent.get("user_usec", 0) * 1000,
        }
    }
    if used is not None:
        cpu |= {"system_cpu_usage": system, "online_cpus": usage.online_cpus()}
    cpu["throttling_data"] = {
        "periods": spent.get("nr_periods", 0),
        "throttled_periods": spent.get("nr_throttled", 0),
        "throttled_time": spent.get("throttled_usec", 0) * 1000,
    }
    return cpu


def _memory(used: Usage) -> Stats:
    memory: Stats = {"stats": {name: used.memory.get(name, 0) for name in MEMORY_FIELDS}}
    if used.memory_bytes:
        memory["usage"] = used.memory_bytes
    if used.memory_limit is not None:
        memory["limit"] = min(used.memory_limit, usage.machine_memory())
    if used.out_of_memory:
        memory["failcnt"] = used.out_of_memory
    return memory
