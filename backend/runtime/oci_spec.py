"""From a container's settings to the OCI runtime's config.json: a pure function, no file is touched here.

Source: OCI runtime-spec 1.0, config.md and config-linux.md; the defaults are Docker's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.runtime.default_mounts import default_mounts

OCI_VERSION = "1.0.2"

MASKED_PATHS = (
    "/proc/asound",
    "/proc/acpi",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
    "/sys/devices/virtual/powercap",
)
READONLY_PATHS = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")

# Docker's: an own network namespace makes these harmless.
DEFAULT_SYSCTLS = {"net.ipv4.ip_unprivileged_port_start": "0", "net.ipv4.ping_group_range": "0 2147483647"}

ALLOWED_DEVICES: tuple[tuple[str, int | None, int | None, str], ...] = (
    ("c", None, None, "m"),
    ("b", None, None, "m"),
    ("c", 1, 3, "rwm"),  # null
    ("c", 1, 5, "rwm"),  # zero
    ("c", 1, 7, "rwm"),  # full
    ("c", 1, 8, "rwm"),  # random
    ("c", 1, 9, "rwm"),  # urandom
    ("c", 5, 0, "rwm"),  # tty
    ("c", 5, 2, "rwm"),  # ptmx
    ("c", 136, None, "rwm"),  # pts/*
)


@dataclass(frozen=True, slots=True)
class ProcessUser:
    """Who a process runs as: numbers that the image's own files gave."""

    uid: int = 0
    gid: int = 0
    additional_gids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ContainerProcess:
    """A process in a container: the container's first one, or an exec's."""

    arguments: Sequence[str]
    environment: Sequence[str]
    working_dir: str
    user: ProcessUser
    terminal: bool
    capabilities: frozenset[str]
    no_new_privileges: bool = False
    rlimits: Sequence[Mapping[str, Any]] = ()
    oom_score_adj: int | None = None
    terminal_size: tuple[int, int] | None = None  # rows, columns

    def to_oci(self) -> dict[str, Any]:
        """Return the OCI `process`."""
        names = sorted(self.capabilities)
        process: dict[str, Any] = {
            "terminal": self.terminal,
            "user": {
                "uid": self.user.uid,
                "gid": self.user.gid,
                "additionalGids": list(self.user.additional_gids),
            },
            "args": list(self.arguments),
            "env": list(self.environment),
            "cwd": self.working_dir,
            # Nothing inheritable and nothing ambient: another user than root loses them at its first exec.
            "capabilities": {"bounding": names, "effective": names, "permitted": names},
            "noNewPrivileges": self.no_new_privileges,
            "rlimits": list(self.rlimits),
        }
        if self.oom_score_adj is not None:
            process["oomScoreAdj"] = self.oom_score_adj
        if self.terminal_size is not None:
            process["consoleSize"] = {"height": self.terminal_size[0], "width": self.terminal_size[1]}
        return process


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """All that the runtime must know about one container.

    `mounts` are OCI mounts in the order to make them. `network_namespace` is a path, or None to share the
    machine's. `joined` are paths of other namespaces by kind. `shm` is a folder to mount at /dev/shm, "" for
    memory of its own (`shm_size` bytes), None for nothing. `devices` and `device_rules` are in OCI form.
    """

    process: ContainerProcess
    root: str
    cgroups_path: str
    hostname: str = ""
    domainname: str = ""
    read_only_root: bool = False
    mounts: Sequence[Mapping[str, Any]] = ()
    network_namespace: str | None = None
    host_pid: bool = False
    host_ipc: bool = False
    host_uts: bool = False
    host_cgroup: bool = False
    joined: Mapping[str, str] = field(default_factory=dict)
    privileged: bool = False
    shm: str | None = ""
    shm_size: int = 64 * 1024 * 1024
    annotations: Mapping[str, str] = field(default_factory=dict)
    seccomp: Mapping[str, Any] | None = None
    resources: Mapping[str, Any] = field(default_factory=dict)
    devices: Sequence[Mapping[str, Any]] = ()
    device_rules: Sequence[Mapping[str, Any]] = ()
    sysctls: Mapping[str, str] = field(default_factory=dict)
    masked_paths: Sequence[str] | None = None
    readonly_paths: Sequence[str] | None = None
    root_propagation: str = "rprivate"


def build_spec(spec: ContainerSpec) -> dict[str, Any]:
    """Return config.json's content."""
    linux: dict[str, Any] = {
        "namespaces": _namespaces(spec),
        "cgroupsPath": spec.cgroups_path,
        "resources": {**spec.resources, "devices": _device_rules(spec)},
        "devices": list(spec.devices),
        "sysctl": _sysctls(spec),
        "maskedPaths": _paths(spec.masked_paths, MASKED_PATHS, spec.privileged),
        "readonlyPaths": _paths(spec.readonly_paths, READONLY_PATHS, spec.privileged),
        "rootfsPropagation": spec.root_propagation,
    }
    if spec.seccomp is not None:
        linux["seccomp"] = spec.seccomp
    return {
        "ociVersion": OCI_VERSION,
        "process": spec.process.to_oci(),
        "root": {"path": spec.root, "readonly": spec.read_only_root},
        "hostname": "" if spec.host_uts else spec.hostname,
        "domainname": "" if spec.host_uts else spec.domainname,
        "mounts": [
            *_without_replaced(
                default_mounts(spec.privileged, spec.host_ipc, spec.shm, spec.shm_size), spec.mounts
            ),
            *spec.mounts,
        ],
        "linux": linux,
        **({"annotations": dict(spec.annotations)} if spec.annotations else {}),
    }


def _namespaces(spec: ContainerSpec) -> list[dict[str, str]]:
    namespaces: list[dict[str, str]] = [{"type": "mount"}]
    if spec.network_namespace is not None:
        namespaces.append({"type": "network", "path": spec.network_namespace})
    for kind, shared in (
        ("uts", spec.host_uts),
        ("ipc", spec.host_ipc),
        ("pid", spec.host_pid),
        ("cgroup", spec.host_cgroup),
    ):
        if kind in spec.joined:
            namespaces.append({"type": kind, "path": spec.joined[kind]})
        elif not shared:
            namespaces.append({"type": kind})
    return namespaces


def _device_rules(spec: ContainerSpec) -> list[dict[str, Any]]:
    if spec.privileged:
        return [{"allow": True, "access": "rwm"}]
    rules: list[dict[str, Any]] = [{"allow": False, "access": "rwm"}]
    for kind, major, minor, access in ALLOWED_DEVICES:
        rule: dict[str, Any] = {"allow": True, "type": kind, "access": access}
        if major is not None:
            rule["major"] = major
        if minor is not None:
            rule["minor"] = minor
        rules.append(rule)
    return [*rules, *(dict(rule) for rule in spec.device_rules)]


def _sysctls(spec: ContainerSpec) -> dict[str, str]:
    defaults = {} if spec.network_namespace is None else DEFAULT_SYSCTLS
    return {**defaults, **spec.sysctls}


def _paths(chosen: Sequence[str] | None, default: Sequence[str], privileged: bool) -> list[str]:
    if privileged:
        return []
    return list(default if chosen is None else chosen)


def _without_replaced(
    defaults: Sequence[Mapping[str, Any]], mounts: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    replaced = {mount["destination"] for mount in mounts}
    return [mount for mount in defaults if mount["destination"] not in replaced]
