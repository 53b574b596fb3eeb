"""What the engine says about itself and its machine.

Source: Docker Engine API, SystemVersion and SystemInfo.
"""

import asyncio
import os
import platform
import socket
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import getproxies

from backend.api.system_limits import is_on, limit_fields, warnings
from backend.api.versions import NEWEST, OLDEST, text
from backend.containers.container import now_text
from backend.containers.engine_defaults import default_log, problems_of
from backend.containers.logs.log_config import OPTIONS as LOG_DRIVERS
from backend.containers.specification import init_program
from backend.engine import Engine
from backend.engine_id import read_engine_id
from backend.engine_options import EngineOptions
from backend.host_settings import HOST_SETTINGS
from backend.processes import run
from backend.runtime import seccomp
from backend.runtime.oci_runtime import OciRuntime
from backend.tasks import in_thread
from backend.version import VERSION

NO_COMMIT = {"ID": "", "Expected": ""}
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_versions: dict[str, str] = {}
_features: dict[str, str] = {}


async def program_version(program: str) -> str:
    """Return what `program --version` says of its version, "" when it is not there; asked once."""
    if program not in _versions:
        finished = await run([program, "--version"], check=False, timeout=10)
        words = finished.stdout.decode(errors="replace").split()
        _versions[program] = words[2] if len(words) > 2 else ""
    return _versions[program]


async def _runtimes(runtime: OciRuntime) -> dict[str, Any]:
    """Return the names that a container may ask for; Docker's own is taken for the one that is here."""
    if runtime.program not in _features:
        finished = await run([runtime.program, "features"], check=False, timeout=10)
        _features[runtime.program] = finished.stdout.decode(errors="replace").strip()
    features = _features[runtime.program]
    status = {"org.opencontainers.runtime-spec.features": features} if features else {}
    return {name: {"path": runtime.program, "status": status} for name in ("runc", runtime.name)}


async def version_report(engine: Engine) -> dict[str, Any]:
    """Return Docker's SystemVersion."""
    runtime, machine = engine.containers.runtime, platform.machine()
    runtime_version = await program_version(runtime.program)
    common = {
        "ApiVersion": text(NEWEST),
        "MinAPIVersion": text(OLDEST),
        "GitCommit": "",
        "GoVersion": f"none (Python {platform.python_version()})",
        "Os": "linux",
        "Arch": ARCHITECTURES.get(machine, machine),
        "KernelVersion": platform.release(),
        "BuildTime": "",
    }
    return {
        "Platform": {"Name": "Marina"},
        "Version": VERSION,
        **common,
        "Components": [
            {"Name": "Engine", "Version": VERSION, "Details": {**common, "Experimental": "false"}},
            {"Name": runtime.name, "Version": runtime_version, "Details": {"GitCommit": ""}},
        ],
    }


async def info_report(engine: Engine) -> dict[str, Any]:
    """Return Docker's SystemInfo."""
    counts = engine.containers.counts()
    machine = platform.machine()
    system = _os_release()
    runtime, options = engine.containers.runtime, HOST_SETTINGS.options
    commit = f"{runtime.name} {await program_version(runtime.program)}"
    return {
        "ID": await in_thread(read_engine_id, engine.files),
        "Containers": sum(counts.values()),
        "ContainersRunning": counts["running"],
        "ContainersPaused": counts["paused"],
        "ContainersStopped": counts["stopped"],
        "Images": len(list(engine.images)),
        "Driver": "overlay2",
        "DriverStatus": [
            ["Backing Filesystem", _file_system_of(engine.files.data_root)],
            ["Supports d_type", "true"],
            ["Using metacopy", "false"],
            ["Native Overlay Diff", "true"],
            ["userxattr", "false"],
            ["Image layers", engine.images.layer_format],
        ],
        "Plugins": {
            "Volume": ["local"],
            "Network": ["bridge", "host", "ipvlan", "macvlan", "null"],
            "Authorization": None,
            "Log": sorted(LOG_DRIVERS),
        },
        **limit_fields(),
        "OomKillDisable": False,
        "IPv4Forwarding": is_on("/proc/sys/net/ipv4/ip_forward"),
        "BridgeNfIptables": is_on("/proc/sys/net/bridge/bridge-nf-call-iptables"),
        "BridgeNfIp6tables": is_on("/proc/sys/net/bridge/bridge-nf-call-ip6tables"),
        "Debug": engine.config.log_level == "debug",
        "NFd": len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - names alone are counted
        "NGoroutines": len(asyncio.all_tasks()),
        "SystemTime": now_text(),
        "LoggingDriver": default_log(options)["Type"],
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
        "GenericResources": None,
        "DockerRootDir": str(engine.files.data_root),
        **_proxies(),
        "Name": socket.gethostname(),
        "Labels": list(options.labels),
        "ExperimentalBuild": False,
        "ServerVersion": VERSION,
        "Runtimes": await _runtimes(runtime),
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
        "Isolation": "",
        "InitBinary": Path(init_program() or "").name,
        "ContainerdCommit": NO_COMMIT,
        "RuncCommit": {"ID": commit, "Expected": commit},
        "InitCommit": NO_COMMIT,
        "SecurityOptions": [
            *(["name=seccomp,profile=builtin"] if seccomp.PROFILE.exists() else []),
            "name=cgroupns",
        ],
        "CDISpecDirs": [],
        "Warnings": [*warnings(), *(f"WARNING: {problem}" for problem in problems_of(options))],
        **_address_pools(options),
    }


def _address_pools(options: EngineOptions) -> dict[str, Any]:
    pools = [{"Base": str(pool.base), "Size": pool.size} for pool in options.address_pools]
    return {"DefaultAddressPools": pools} if pools else {}


def _registries(engine: Engine) -> dict[str, Any]:
    mirrors = [f"{mirror.rstrip('/')}/" for mirror in engine.config.registry_mirrors]
    hub = {
        "Name": "docker.io",
        "Mirrors": mirrors,
        "Secure": True,
        "Official": True,
    }
    others = {
        host: {"Name": host, "Mirrors": [], "Secure": False, "Official": False}
        for host in engine.config.insecure_registries
    }
    return {
        "AllowNondistributableArtifactsCIDRs": None,
        "AllowNondistributableArtifactsHostnames": None,
        "InsecureRegistryCIDRs": ["127.0.0.0/8"],
        "IndexConfigs": {"docker.io": hub, **others},
        "Mirrors": mirrors,
    }


@cache
def _os_release() -> dict[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}


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


def for_version(info: dict[str, Any], version: tuple[int, int]) -> dict[str, Any]:
    """Return what `info_report` says in the form of an API version."""
    told = dict(info)
    if version < (1, 25):
        options = (option.partition(",")[0].removeprefix("name=") for option in info["SecurityOptions"])
        told |= {"ExecutionDriver": "<not supported>", "SecurityOptions": list(options)}
    if version < (1, 44):
        runtimes = info["Runtimes"].items()
        told["Runtimes"] = {name: {"path": runtime["path"]} for name, runtime in runtimes}
    return told
