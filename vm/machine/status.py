"""What the supervisor tells about its machine: one value, written as JSON to whoever asks."""

import time
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class MachineState(StrEnum):
    """The states of a machine; `running` means that `/_ping` answers through the tunnel. A `paused` one is
    held where it is; `problem` says why. A `suspended` one is on disk and goes on at the next call."""

    NOT_INSTALLED = "not-installed"
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    DEGRADED = "degraded"
    RECONNECTING = "reconnecting"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    STOPPING = "stopping"
    FAILED = "failed"


class StepState(StrEnum):
    """How far one step of a start has come."""

    WAITING = "waiting"
    ACTIVE = "active"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """A named step of the start: `seconds` it took or has been going, `limit` after which it is given up."""

    name: str
    title: str
    state: StepState = StepState.WAITING
    seconds: float = 0.0
    limit: float = 0.0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A failure as a person reads it: what happened, the evidence, what to do."""

    summary: str
    details: str = ""
    what_to_do: str = ""


@dataclass(frozen=True, slots=True)
class PublishedPort:
    """A port of the host that leads to a container."""

    container: str
    protocol: str
    host_ip: str
    host_port: int
    guest_port: int


@dataclass(frozen=True, slots=True)
class MachineStatus:
    """The whole truth about the machine at one moment.

    `progress` runs from 0 to 1 while starting, and while `work` on the data ("export", for example) goes on.
    `accelerator` is "kvm", "hvf", "whpx" or "tcg", and `accelerator_reason` says why when it is the slow one.
    `uptime` is in seconds, `cpu_seconds` how long QEMU has kept processors busy, `memory_bytes` its resident
    memory on the host, `disk_bytes` what the data disk takes on the host. `sharing` is the way by which
    `shared_folders` come into the machine: "sftp".
    `moment` is when all this was so, on the computer's own clock (`time.monotonic`): of two that came by
    different ways the later one holds.
    """

    state: MachineState
    steps: tuple[Step, ...] = ()
    progress: float = 0.0
    problem: Problem | None = None
    accelerator: str = ""
    accelerator_reason: str = ""
    docker_socket: str = ""
    supervisor_pid: int = 0
    qemu_pid: int = 0
    uptime: float = 0.0
    boot_seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory_bytes: int = 0
    memory_limit_bytes: int = 0
    disk_bytes: int = 0
    disk_limit_bytes: int = 0
    cpus: int = 0
    ports: tuple[PublishedPort, ...] = ()
    image_version: str = ""
    shared_folders: tuple[str, ...] = ()
    sharing: str = ""
    warnings: tuple[str, ...] = field(default=())
    work: str = ""
    moment: float = field(default_factory=time.monotonic, compare=False)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for `json.dumps`."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "MachineStatus":
        """Build a status from `to_json`'s form. Unknown members of a newer supervisor are passed over."""
        known = {name: value[name] for name in cls.__dataclass_fields__ if name in value}
        problem = known.get("problem")
        known |= {
            "state": MachineState(known["state"]),
            "steps": tuple(
                Step(**(step | {"state": StepState(step["state"])})) for step in known.get("steps", ())
            ),
            "problem": Problem(**problem) if problem else None,
            "ports": tuple(PublishedPort(**port) for port in known.get("ports", ())),
            "shared_folders": tuple(known.get("shared_folders", ())),
            "warnings": tuple(known.get("warnings", ())),
        }
        return cls(**known)
