"""A container's limits: from Docker's HostConfig to the OCI form, as far as this kernel can hold them.

Source: Docker Engine API, "Resources"; OCI runtime-spec, config-linux.md, "Control groups"; what dockerd says
on cgroup v2.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backend.errors import InvalidParameterError
from backend.runtime import block_io

CPU_PERIOD_US = 100_000
MIN_MEMORY = 6 * 1024 * 1024
CPU_LIST = re.compile(r"\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*")
MEMORY_NODES = Path("/sys/devices/system/node/online")

_NOT_MOUNTED = "or the cgroup is not mounted."
# HostConfig field -> the controller that holds it, and what is said where it is missing.
CONTROLLERS = {
    "Memory": ("memory", f"memory limit capabilities {_NOT_MOUNTED} Limitation discarded."),
    "MemorySwap": ("memory", ""),  # said with the memory limit
    "MemoryReservation": ("memory", f"memory soft limit capabilities {_NOT_MOUNTED} Limitation discarded."),
    "PidsLimit": ("pids", f"PIDs limit capabilities {_NOT_MOUNTED} PIDs limit discarded."),
    "NanoCpus": ("cpu", f"CPU CFS scheduler {_NOT_MOUNTED} Limitation discarded."),
    "CpuShares": ("cpu", f"CPU shares {_NOT_MOUNTED} Shares discarded."),
    "CpuPeriod": ("cpu", "CPU CFS scheduler. CPU period/quota discarded."),
    "CpuQuota": ("cpu", "CPU CFS scheduler. CPU period/quota discarded."),
    "CpusetCpus": ("cpuset", f"cpuset {_NOT_MOUNTED} Cpuset discarded."),
    "CpusetMems": ("cpuset", f"cpuset {_NOT_MOUNTED} Cpuset discarded."),
    "BlkioWeight": ("io", f"Block I/O weight {_NOT_MOUNTED} Weight discarded."),
    "BlkioWeightDevice": ("io", f"Block I/O weight_device {_NOT_MOUNTED} Weight-device discarded."),
    "BlkioDeviceReadBps": (
        "io", f"BPS Block I/O read limit {_NOT_MOUNTED} Block I/O BPS read limit discarded."
    ),
    "BlkioDeviceWriteBps": (
        "io", f"BPS Block I/O write limit {_NOT_MOUNTED} Block I/O BPS write limit discarded."
    ),
    "BlkioDeviceReadIOps": (
        "io", f"IOPS Block read limit {_NOT_MOUNTED} Block I/O IOPS read limit discarded."
    ),
    "BlkioDeviceWriteIOps": (
        "io", f"IOPS Block write limit {_NOT_MOUNTED} Block I/O IOPS write limit discarded."
    ),
}  # fmt: skip
# What no cgroup v2 has: said when asked for, with the value that stands for "not asked for".
NOT_ON_V2 = {
    "MemorySwappiness": (
        None,
        "Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. "
        "Memory swappiness discarded.",
    ),
    "OomKillDisable": (None, "Your kernel does not support OomKillDisable. OomKillDisable discarded."),
    "KernelMemory": (0, "Your kernel does not support kernel memory limits. Limitation discarded."),
    "KernelMemoryTCP": (0, "Your kernel does not support kernel memory TCP limits. Limitation discarded."),
    "CpuPercent": (0, "linux does not support CPU percent. Percent discarded."),
}


def check(host: Mapping[str, Any], cpu_count: int) -> None:
    """Refuse limits that make no sense, in Docker's words. Raises InvalidParameterError."""
    _check_memory(host)
    _check_cpu(host, cpu_count)
    block_io.check(host)
    if host["IOMaximumIOps"] or host["IOMaximumBandwidth"]:
        what = "IOPs" if host["IOMaximumIOps"] else "bandwidth"
        raise InvalidParameterError(
            f"Invalid QoS settings: linux does not support configuration of maximum {what}"
        )


def _check_memory(host: Mapping[str, Any]) -> None:
    memory, swap = host["Memory"], host["MemorySwap"]
    if memory < 0 or (memory and memory < MIN_MEMORY):
        raise InvalidParameterError("Minimum memory limit allowed is 6MB")
    if memory > 0 and 0 < swap < memory:
        raise InvalidParameterError("Minimum memoryswap limit should be larger than memory limit, see usage")
    if memory == 0 and swap > 0:
        raise InvalidParameterError(
            "You should always set the Memory limit when using Memoryswap limit, see usage"
        )
    if 0 < host["MemoryReservation"] < MIN_MEMORY:
        raise InvalidParameterError("Minimum memory reservation allowed is 6MB")
    if host["MemoryReservation"] > memory > 0:
        raise InvalidParameterError(
            "Minimum memory limit can not be less than memory reservation limit, see usage"
        )


def _check_cpu(host: Mapping[str, Any], cpu_count: int) -> None:
    nano = host["NanoCpus"]
    for field, name in (("CpuPeriod", "CPU Period"), ("CpuQuota", "CPU Quota")):
        if nano > 0 and host[field] > 0:
            raise InvalidParameterError(f"Conflicting options: Nano CPUs and {name} cannot both be set")
    if nano < 0 or nano > cpu_count * 10**9:
        raise InvalidParameterError(
            f"Range of CPUs is from 0.01 to {cpu_count}.00, as there are only {cpu_count} CPUs available"
        )
    if host["CpuPeriod"] and not 1000 <= host["CpuPeriod"] <= 1_000_000:
        raise InvalidParameterError(
            "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)"
        )
    if 0 < host["CpuQuota"] < 1000:
        raise InvalidParameterError("CPU cfs quota can not be less than 1ms (i.e. 1000)")
    if host["CpuShares"] < 0:
        raise InvalidParameterError(
            f"invalid CPU shares ({host['CpuShares']}): value must be a positive integer"
        )
    if host["CpuRealtimePeriod"] or host["CpuRealtimeRuntime"]:
        raise InvalidParameterError("Your kernel does not support CPU real-time scheduler")
    _check_set(host["CpusetCpus"], "cpuset cpus", "CPUs", cpu_count - 1)
    _check_set(host["CpusetMems"], "cpuset mems", "memory nodes", _highest_memory_node)


def _highest_memory_node() -> int:
    try:
        return int(re.split("[-,]", MEMORY_NODES.read_text().strip())[-1])
    except (OSError, ValueError):
        return 0


def _check_set(text: str, name: str, what: str, highest: Any) -> None:
    """Refuse a list of numbers that is none, or names what is not there."""
    if not text:
        return
    if not CPU_LIST.fullmatch(text):
        raise InvalidParameterError(f"Invalid value {text[:40]} for {name}")
    most = highest() if callable(highest) else highest
    for part in text.split(","):
        first, _, last = part.partition("-")
        if last and int(last) < int(first):
            raise InvalidParameterError(f"Invalid value {text[:40]} for {name}")
        if int(last or first) > most:
            raise InvalidParameterError(
                f"Requested {what} are not available - requested {text[:40]}, "
                f"available: {f'0-{most}' if most else '0'}"
            )


def warnings(host: Mapping[str, Any], controllers: frozenset[str]) -> list[str]:
    """Return one sentence for each limit that this kernel cannot hold."""
    told = [
        f"Your kernel does not support {what}"
        for name, (controller, what) in CONTROLLERS.items()
        if what and _limits(host.get(name)) and controller not in controllers
    ]
    told += [what for name, (_, what) in NOT_ON_V2.items() if _asked(name, host.get(name))]
    return list(dict.fromkeys(told))


def discard(host: dict[str, Any], controllers: frozenset[str]) -> None:
    """Take out of a HostConfig what `warnings` told of, so that nobody reads of a limit that is none."""
    without_memory = bool(host["Memory"]) and "memory" not in controllers
    for name, (controller, _) in CONTROLLERS.items():
        if controller not in controllers and host[name]:
            host[name] = "" if isinstance(host[name], str) else None if name == "PidsLimit" else 0
            if name.startswith("Blkio") and name != "BlkioWeight":
                host[name] = None
    for name, (nothing, _) in NOT_ON_V2.items():
        host[name] = nothing
    if without_memory:
        host["MemorySwap"] = -1
    elif host["Memory"] > 0 and host["MemorySwap"] == 0:
        host["MemorySwap"] = 2 * host["Memory"]  # Docker's default: as much swap again as memory


def _limits(value: Any) -> bool:
    return bool(value) and not (isinstance(value, int) and value < 0)


def _asked(name: str, value: Any) -> bool:
    if name == "MemorySwappiness":
        return value is not None and value != -1  # what old clients send for "not asked for"
    return _limits(value)


def to_oci(host: Mapping[str, Any], controllers: frozenset[str]) -> dict[str, Any]:
    """Return the OCI `linux.resources` without what this kernel cannot hold."""
    held = {
        name: host[name]
        for name, (controller, _) in CONTROLLERS.items()
        if host.get(name) and controller in controllers
    }
    resources: dict[str, Any] = {}
    if memory := _memory(held):
        resources["memory"] = memory
    if cpu := _cpu(held):
        resources["cpu"] = cpu
    if "PidsLimit" in held and held["PidsLimit"] > 0:
        resources["pids"] = {"limit": held["PidsLimit"]}
    if limits := block_io.to_oci(held):
        resources["blockIO"] = limits
    return resources


def _memory(held: Mapping[str, Any]) -> dict[str, int]:
    memory: dict[str, int] = {}
    if limit := held.get("Memory"):
        memory["limit"] = limit
        # Docker's default: as much swap again as memory; -1 is no limit.
        memory["swap"] = held.get("MemorySwap") or 2 * limit
    if (reservation := held.get("MemoryReservation", 0)) > 0:
        memory["reservation"] = reservation
    return memory


def _cpu(held: Mapping[str, Any]) -> dict[str, Any]:
    cpu: dict[str, Any] = {}
    if nano := held.get("NanoCpus"):
        cpu |= {"quota": nano * CPU_PERIOD_US // 10**9, "period": CPU_PERIOD_US}
    for name, oci in (
        ("CpuQuota", "quota"),
        ("CpuPeriod", "period"),
        ("CpuShares", "shares"),
        ("CpusetCpus", "cpus"),
        ("CpusetMems", "mems"),
    ):
        if name in held:
            cpu[oci] = held[name]
    return cpu
