"""One container: its record, which survives everything, and what only a running engine holds of it."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from backend.containers.state.health import UNHEALTHY, Health
from backend.networks.attachment import Attachment
from backend.runtime import cgroups
from backend.runtime.monitor import MonitorWatch

NEVER = "0001-01-01T00:00:00Z"


def now_text() -> str:
    """Return the time as Docker writes it: RFC 3339 with nine digits."""
    moment = datetime.now(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}000Z"


@dataclass(slots=True)
class State:
    """Where a container stands. `status` is "created", "running", "paused", "restarting", "exited" or "dead".

    `stopped_by_user` keeps "unless-stopped" containers down over a restart of the engine. What is
    `held_for_work` is paused by the engine itself, and goes on when that work has died.
    """

    status: str = "created"
    pid: int = 0
    exit_code: int = 0
    error: str = ""
    oom_killed: bool = False
    started_at: str = NEVER
    finished_at: str = NEVER
    restart_count: int = 0
    stopped_by_user: bool = False
    held_for_work: bool = False
    health: Health | None = None

    @property
    def running(self) -> bool:
        """Whether the container has processes; so does a paused one."""
        return self.status in ("running", "paused")

    def stop_health(self) -> None:
        """Note that nobody looks at the health any more: Docker then says "unhealthy"."""
        if self.health is not None:
            self.health.status = UNHEALTHY


@dataclass(slots=True)
class ContainerRecord:
    """What is stored of a container. `config` and `host_config` are in Docker's form, with all fields;
    `networks` holds what it asks of each network, in Docker's form and in the order of its interfaces.
    A container that is `for_build` is nothing without the build that made it, and goes when that has died.
    """

    id: str
    name: str
    created: str
    image_id: str
    image_reference: str
    config: dict[str, Any]
    host_config: dict[str, Any]
    mounts: list[dict[str, Any]] = field(default_factory=list)
    state: State = field(default_factory=State)
    networks: dict[str, dict[str, Any]] = field(default_factory=dict)
    attachment: dict[str, Any] | None = None
    volumes_filled: bool = False
    for_build: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "ContainerRecord":
        """Return the record that `to_json` wrote."""
        known = {item.name for item in fields(cls)}
        record = cls(**{name: item for name, item in value.items() if name in known})
        if "networks" not in value:  # of a Marina that knew one network for each container
            mode = record.host_config["NetworkMode"]
            record.networks = {"bridge" if mode == "default" else mode: {}}
        state_fields = {item.name for item in fields(State)}
        record.state = State(**{name: item for name, item in value["state"].items() if name in state_fields})
        if (health := value["state"].get("health")) is not None:
            record.state.health = Health(**health)
        return record


@dataclass(frozen=True, slots=True)
class Exit:
    """The end of one run of a container, as `wait` tells it."""

    exit_code: int


class Container:
    """A container and what this engine process holds of it: lock, watch on its monitor, those who wait.

    Whoever changes its state holds `lock`. `attaching` connect streams that wait for the next
    start; each is called between the creation and the first instruction.
    """

    def __init__(self, record: ContainerRecord) -> None:
        self.record = record
        self.lock = asyncio.Lock()
        self.removing = False
        self.watch: MonitorWatch | None = None
        self.init_pidfd = -1
        self.attaching: set[Callable[[], None]] = set()
        self.exec_ids: list[str] = []
        self.restart_task: asyncio.Task[None] | None = None
        self.probing: asyncio.Task[None] | None = None
        self.manual_stop = False
        self.kept = False  # whether its end is that of a restart, after which it is not removed
        self.quick_ends = 0
        self._exits: set[asyncio.Future[Exit]] = set()
        self._removals: set[asyncio.Future[Exit]] = set()

    @property
    def id(self) -> str:
        """64 hex digits."""
        return self.record.id

    @property
    def name(self) -> str:
        """Its name, without a slash."""
        return self.record.name

    @property
    def group(self) -> str:
        """Its control group."""
        return cgroups.group_of(self.id, self.record.host_config["CgroupParent"])

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.record.state

    @property
    def attachment(self) -> Attachment | None:
        """Its place on the network while it runs."""
        return None if self.record.attachment is None else Attachment.from_json(self.record.attachment)

    @property
    def auto_remove(self) -> bool:
        """Whether it goes when it ends."""
        return bool(self.record.host_config["AutoRemove"]) and not self.kept

    @property
    def tty(self) -> bool:
        """Whether its streams are one terminal."""
        return bool(self.record.config["Tty"])

    def send_signal(self, signal_number: int) -> bool:
        """Signal the first process; False when it is gone."""
        if self.init_pidfd < 0:
            return False
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.init_pidfd, signal_number)
            return True
        return False

    def hold_init(self, pid: int) -> None:
        """Keep a handle on the first process that cannot come to mean another one."""
        self.release_init()
        with suppress(ProcessLookupError):
            self.init_pidfd = os.pidfd_open(pid)

    def release_init(self) -> None:
        """Let go of the handle."""
        if self.init_pidfd >= 0:
            os.close(self.init_pidfd)
            self.init_pidfd = -1

    def stop_probing(self) -> None:
        """Stop the health check, if one runs."""
        if self.probing is not None:
            self.probing.cancel()
            self.probing = None

    def next_exit(self) -> "asyncio.Future[Exit]":
        """Return a future of the end of the run to come or under way."""
        return self._add(self._exits)

    def removal(self) -> "asyncio.Future[Exit]":
        """Return a future of the container's removal."""
        return self._add(self._removals)

    @staticmethod
    def _add(waiters: "set[asyncio.Future[Exit]]") -> "asyncio.Future[Exit]":
        future: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()
        waiters.add(future)
        future.add_done_callback(waiters.discard)
        return future

    def tell_exit(self) -> None:
        """Wake those who wait for the end of a run."""
        self._tell(self._exits)

    def tell_removed(self) -> None:
        """Wake those who wait for the removal, and those who wait for an end that will not come."""
        self._tell(self._removals)
        self._tell(self._exits)

    def _tell(self, waiters: "set[asyncio.Future[Exit]]") -> None:
        for future in tuple(waiters):
            if not future.done():
                future.set_result(Exit(self.state.exit_code))
