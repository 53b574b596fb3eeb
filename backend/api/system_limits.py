"""What containers can be limited in on this machine, and Docker's warnings about the rest.

Source: Docker Engine API, SystemInfo; moby's daemon/info_unix.go for the warnings' words and order
(which has none about pids).
"""

from pathlib import Path

from backend.runtime import cgroups

FIELDS = {
    "MemoryLimit": "memory",
    "SwapLimit": "memory",
    "CpuCfsPeriod": "cpu",
    "CpuCfsQuota": "cpu",
    "CPUShares": "cpu",
    "CPUSet": "cpuset",
    "PidsLimit": "pids",
}
"""SystemInfo's fields, and the controller that each needs."""

WARNINGS = {
    "No memory limit support": "memory",
    "No swap limit support": "memory",
    "No cpu cfs quota support": "cpu",
    "No cpu cfs period support": "cpu",
    "No cpu shares support": "cpu",
    "No cpuset support": "cpuset",
    "No pids limit support": "pids",
    "No io.weight support": "io",
    "No io.weight (per device) support": "io",
    "No io.max (rbps) support": "io",
    "No io.max (wbps) support": "io",
    "No io.max (riops) support": "io",
    "No io.max (wiops) support": "io",
}


def limit_fields() -> dict[str, bool]:
    """Return which limits hold."""
    there = cgroups.controllers()
    return {field: controller in there for field, controller in FIELDS.items()}


def warnings() -> list[str]:
    """Return a line for each thing that does not hold here."""
    there = cgroups.controllers()
    found = [text for text, controller in WARNINGS.items() if controller not in there]
    if not is_on("/proc/sys/net/ipv4/ip_forward"):
        found.append("IPv4 forwarding is disabled")
    return [f"WARNING: {text}" for text in found]


def is_on(path: str) -> bool:
    """Return whether a switch of the kernel is on."""
    try:
        return Path(path).read_text().strip() == "1"
    except OSError:
        return False
