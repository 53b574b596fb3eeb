"""What the engine says about itself and its machine.

Source: Docker Engine API, SystemVersion and SystemInfo.
"""

import os
import platform
import socket
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import getproxies

from backend.api.versions import NEWEST, OLDEST, text
from backend.containers.container import now_text
from backend.containers.specification import init_program
from backend.engine import Engine
from backend.processes import run
from backend.runtime import cgroups, seccomp
from backend.version import VERSION

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
LIMITS = {
    "MemoryLimit": ("memory", "No memory limit support"),
    "SwapLimit": ("memory", "No swap limit support"),
    "CpuCfsPeriod": ("cpu", "No cpu cfs period support"),
    "CpuCfsQuota": ("cpu", "No cpu cfs quota support"),
    "CPUShares": ("cpu", "No cpu shares support"),
    "CPUSet": ("cpuset", "No cpuset support"),
    "PidsLimit": ("pids", "No pids limit support"),
}
_versions: dict[str, str] = {}


async def program_version(program: str) -> str:
    """Return what `program --version` says of its version, "" when it is not there; asked once."""
    if program not in _versions:
        finished = await run([program, "--version"], check=False, timeout=10)
        words = finished.stdout.decode(errors="replace").split()
        _versions[program] = words[2] if len(words) > 2 else ""
    return _versions[program]


async def version_report(engine: Engine) -> dict[str, Any]:
    """Return Docker's SystemVersion."""
    runtime, machine = engine.containers.runtime, platform.machine()
    runtime_version = await program_version(runtime.program)
    common = {
        "ApiVersion": text(NEWEST),
        "MinAPIVersion": text(OLDEST),
        "GitCommit": "",
        "Os": "linux",
        "Arch": ARCHITECTURES.get(machine, machine),
        "KernelVersion": platform.release(),
        "BuildTime": "",
    }
    return {
        "Platform": {"Name": "Marina"},
        "Version": VERSION,
        "GoVersion": f"none (Python {platform.python_version()})",
        **common,
        "Components": [
            {"Name": "Engine", "Version": VERSION, "Details": {**common, "Experimental": "false"}},
            {"Name": runtime.name, "Version": runtime_version, "Details": {}},
        ],
    }


async def info_report(engine: Engine) -> dict[str, Any]:
    """Return Docker's SystemInfo."""
    counts = engine.containers.counts()
    machine, limits = platform.machine(), _limits()
    system = _os_release()
    runtime = engine.containers.runtime
    return {
        "ID": _machine_id(),
        "Containers": sum(counts.values()),
        "ContainersRunning": counts["running"],
        "ContainersPaused": counts["paused"],
        "ContainersStopped": counts["stopped"],
        "Images": len(list(engine.images)),
        "Driver": "overlay2",
        "DriverStatus": [
            ["Backing Filesystem", _file_system_of(engine.files.data_root)],
            ["Image layers", "erofs"],
        ],
        "Plugins": {
            "Volume": ["local"],
            "Network": ["bridge", "host", "null"],
            "Authorization": None,
            "Log": ["json-file"],
        },
        **{name: held for name, (held, _) in limits.items()},
        "OomKillDisable": False,
        "IPv4Forwarding": _is_on("/proc/sys/net/ipv4/ip_forward"),
        "BridgeNfIptables": _is_on("/proc/sys/net/bridge/bridge-nf-call-iptables"),
        "BridgeNfIp6tables": _is_on("/proc/sys/net/bridge/bridge-nf-call-ip6tables"),
        "Debug": engine.config.log_level == "debug",
        "NFd": len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - names alone are counted
        "SystemTime": now_text(),
        "LoggingDriver": "json-file",
        "CgroupDriver": "cgroupfs",
        "CgroupVersion": "2",
        "NEventsListener": engine.events.listeners,
        "KernelVersion": platform.release(),
        "OperatingSystem": system.get("PRETTY_NAME", "Linux"),
        "OSVersion": system.get("VERSION_ID", ""),
        "OSType": "linux",
        "Architecture": machine,
        "IndexServerAddress": "https://index.docker.io/v1/",
        "RegistryConfig": _registries(engine),
        "NCPU": os.cpu_count() or 1,
        "MemTotal": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "DockerRootDir": str(engine.files.data_root),
        **_proxies(),
        "Name": socket.gethostname(),
        "Labels": [],
        "ServerVersion": VERSION,
        "Runtimes": {"runc": {"path": runtime.program}, runtime.name: {"path": runtime.program}},
        "DefaultRuntime": runtime.name,
        "Swarm": {
            "NodeID": "",
            "NodeAddr": "",
            "LocalNodeState": "inactive",
            "ControlAvailable": False,
            "Error": "",
            "RemoteManagers": None,
        },
        "LiveRestoreEnabled": True,
        "InitBinary": Path(init_program() or "").name,
        "RuncCommit": {"ID": f"{runtime.name} {await program_version(runtime.program)}", "Expected": ""},
        "SecurityOptions": [
            *(["name=seccomp,profile=builtin"] if seccomp.PROFILE.exists() else []),
            "name=cgroupns",
        ],
        "Warnings": [f"WARNING: {warning}" for held, warning in limits.values() if not held],
    }


def _limits() -> dict[str, tuple[bool, str]]:
    there = cgroups.controllers()
    return {name: (controller in there, warning) for name, (controller, warning) in LIMITS.items()}


def _registries(engine: Engine) -> dict[str, Any]:
    hub = {
        "Name": "docker.io",
        "Mirrors": list(engine.config.registry_mirrors),
        "Secure": True,
        "Official": True,
    }
    others = {
        host: {"Name": host, "Mirrors": [], "Secure": False, "Official": False}
        for host in engine.config.insecure_registries
    }
    return {
        "InsecureRegistryCIDRs": ["127.0.0.0/8"],
        "IndexConfigs": {"docker.io": hub, **others},
        "Mirrors": list(engine.config.registry_mirrors),
    }


@cache
def _os_release() -> dict[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}


@cache
def _machine_id() -> str:
    try:
        return Path("/etc/machine-id").read_text().strip()
    except OSError:
        return ""


def _file_system_of(folder: Path) -> str:
    """Return the kernel's name of the file system that `folder` lies on, "" when it cannot be told."""
    device = folder.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        if before.split()[2] == number:
            return after.split()[0]
    return ""


def _proxies() -> dict[str, str]:
    """Return the proxies that pulls go through, without the passwords in them."""
    system = getproxies()
    return {
        "HttpProxy": _without_password(system.get("http", "")),
        "HttpsProxy": _without_password(system.get("https", "")),
        "NoProxy": system.get("no", ""),
    }


def _without_password(url: str) -> str:
    scheme, separator, rest = url.rpartition("://")
    user, at, host = rest.rpartition("@")
    return f"{scheme}{separator}{'xxxxx:xxxxx' if user else ''}{at}{host}"


def _is_on(path: str) -> bool:
    try:
        return Path(path).read_text().strip() == "1"
    except OSError:
        return False
