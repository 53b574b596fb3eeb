"""A container's limits: from Docker's HostConfig to the OCI form, as far as this kernel can hold them.

Source: Docker Engine API, "Resources"; OCI runtime-spec, config-linux.md, "Control groups".
"""

from collections.abc import Mapping
from typing import Any

from backend.errors import InvalidParameterError

CPU_PERIOD_US = 100_000
MIN_MEMORY = 6 * 1024 * 1024

# HostConfig field -> the controller that holds it, and Docker's name of it in warnings.
CONTROLLERS = {
    "Memory": ("memory", "memory limit"),
    "MemorySwap": ("memory", "swap limit"),
    "MemoryReservation": ("memory", "memory soft limit"),
    "NanoCpus": ("cpu", "CPU CFS scheduler"),
    "CpuQuota": ("cpu", "CPU CFS quota"),
    "CpuPeriod": ("cpu", "CPU CFS period"),
    "CpuShares": ("cpu", "CPU shares"),
    "CpusetCpus": ("cpuset", "cpuset"),
    "CpusetMems": ("cpuset", "cpuset"),
    "PidsLimit": ("pids", "PIDs limit"),
}


def check(host: Mapping[str, Any], cpu_count: int) -> None:
    """Refuse limits that make no sense, in Docker's words. Raises InvalidParameterError."""
    memory, swap = host["Memory"], host["MemorySwap"]
    if memory < 0 or (memory and memory < MIN_MEMORY):
        raise InvalidParameterError("Minimum memory limit allowed is 6MB")
    if memory > 0 and swap > 0 and swap < memory:
        raise InvalidParameterError("Minimum memoryswap limit should be larger than memory limit, see usage")
    if memory == 0 and swap > 0:
        raise InvalidParameterError(
            "You should always set the Memory limit when using Memoryswap limit, see usage"
        )
    if host["MemoryReservation"] and memory and host["MemoryReservation"] > memory:
        raise InvalidParameterError(
            "Minimum memory limit can not be less than memory reservation limit, see usage"
        )
    nano = host["NanoCpus"]
    if nano < 0 or nano > cpu_count * 10**9:
        raise InvalidParameterError(
            f"range of CPUs is from 0.01 to {cpu_count}.00, as there are only {cpu_count} CPUs available"
        )
    if nano and (host["CpuPeriod"] or host["CpuQuota"]):
        raise InvalidParameterError(
            "Conflicting options: Nano CPUs and CPU Period or Quota cannot both be set"
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


def warnings(host: Mapping[str, Any], controllers: frozenset[str]) -> list[str]:
    """Return one sentence for each limit that this kernel cannot hold."""
    return [
        f"Your kernel does not support {what} or the cgroup is not mounted. Limitation discarded."
        for name, (controller, what) in CONTROLLERS.items()
        if host.get(name) and controller not in controllers
    ]


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
    return resources


def _memory(held: Mapping[str, Any]) -> dict[str, int]:
    memory: dict[str, int] = {}
    if limit := held.get("Memory"):
        memory["limit"] = limit
        # Docker's default: as much swap again as memory; -1 is no limit.
        memory["swap"] = held.get("MemorySwap") or 2 * limit
    if reservation := held.get("MemoryReservation"):
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
